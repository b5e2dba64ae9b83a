-- Lua values as JSON text (spec lua-globals §1.5). All structured data that leaves Lua leaves as
-- such text, so that no table of a script is ever held by Python.

local host = ...
local raw = host.raw
local type, next, rawlen, tostring, error = raw.type, raw.next, raw.rawlen, raw.tostring, raw.error
local math_type, huge = raw.math.type, raw.math.huge
local format, find, gsub, byte, concat, sort =
  raw.string.format, raw.string.find, raw.string.gsub, raw.string.byte, raw.table.concat, raw.table.sort
local tonumber, getmetatable = raw.tonumber, raw.debug.getmetatable

local MAX_DEPTH = 128

local ESCAPES = { ['"'] = '\\"', ["\\"] = "\\\\", ["\n"] = "\\n", ["\r"] = "\\r", ["\t"] = "\\t" }
local function escape(character)
  return ESCAPES[character] or format("\\u%04x", byte(character))
end

local function quote(text)
  if find(text, '[%c"\\]') then text = gsub(text, '[%c"\\]', escape) end
  return '"' .. text .. '"'
end

--- The shortest decimal that reads back as the same float; a whole float keeps its `.0`.
local function number(value)
  if value ~= value or value == huge or value == -huge then return "null" end
  local text = format("%.14g", value)
  if tonumber(text) ~= value then
    text = format("%.15g", value)
    if tonumber(text) ~= value then
      text = format("%.16g", value)
      if tonumber(text) ~= value then text = format("%.17g", value) end
    end
  end
  if not find(text, "[.e]") then text = text .. ".0" end
  return text
end
host.number_text = number

-- State of the one encoding under way (encoding runs no code of the script).
local out, length, path
local lenient, sorted

local function place(depth)
  local steps = {}
  for i = 1, depth do
    local key = path[i]
    steps[i] = type(key) == "string" and "." .. key or "[" .. tostring(key) .. "]"
  end
  return depth > 0 and " at " .. concat(steps) or ""
end

--- Whether a table contains itself somewhere below.
local function cyclic(value, above)
  if above[value] then return true end
  above[value] = true
  for _, member in next, value do
    if type(member) == "table" and cyclic(member, above) then return true end
  end
  above[value] = nil
  return false
end

local function refuse(what, depth)
  if lenient then
    length = length + 1
    out[length] = quote("<" .. what .. ">")
  else
    error("Unsupported Lua type for JSON conversion: " .. what .. place(depth), 0)
  end
end

local encode

local function array(value, count, depth)
  length = length + 1
  out[length] = "["
  for i = 1, count do
    if i > 1 then length = length + 1; out[length] = "," end
    path[depth] = i
    encode(value[i], depth)
  end
  length = length + 1
  out[length] = "]"
end

local function key_text(key)
  local kind = type(key)
  if kind == "string" then return quote(key) end
  if kind == "number" then
    return '"' .. (math_type(key) == "integer" and tostring(key) or number(key)) .. '"'
  end
end

local function object(value, depth)
  length = length + 1
  out[length] = "{"
  local first = true
  local function pair(key, member)
    local text = key_text(key)
    if not text then return end
    length = length + 1
    out[length] = first and text .. ":" or "," .. text .. ":"
    first = false
    path[depth] = key
    encode(member, depth)
  end
  if sorted then
    local keys, count = {}, 0
    for key in next, value do
      if type(key) == "string" then count = count + 1; keys[count] = key end
    end
    sort(keys)
    for i = 1, count do pair(keys[i], value[keys[i]]) end
    for key, member in next, value do
      if type(key) ~= "string" then pair(key, member) end
    end
  else
    for key, member in next, value do pair(key, member) end
  end
  length = length + 1
  out[length] = "}"
end

function encode(value, depth)
  local kind = type(value)
  if kind == "string" then
    length = length + 1
    out[length] = quote(value)
  elseif kind == "number" then
    length = length + 1
    out[length] = math_type(value) == "integer" and format("%d", value) or number(value)
  elseif kind == "boolean" then
    length = length + 1
    out[length] = value and "true" or "false"
  elseif kind == "nil" then
    length = length + 1
    out[length] = "null"
  elseif kind == "table" then
    local mt = getmetatable(value)
    if mt and host.class_name then
      local class = host.class_name(value)
      if class then return refuse(class .. " object", depth) end
    end
    if depth >= MAX_DEPTH then
      if cyclic(path.root, {}) then return refuse("table that contains itself", lenient and depth or 0) end
      return refuse("table nested deeper than " .. MAX_DEPTH .. " levels", lenient and depth or 0)
    end
    local above, original = lenient and path.above, value
    if above then -- down to MAX_DEPTH, two ways round would already be more than there is time for
      if above[value] then return refuse("table that contains itself", depth) end
      above[value] = true
    end
    -- A table under a metatable may answer reads through it; data is what is really there.
    local count = rawlen(value)
    if mt then
      local plain = {}
      for key, member in next, value do plain[key] = member end
      value = plain
    end
    if count > 0 then array(value, count, depth + 1) else object(value, depth + 1) end
    if above then above[original] = nil end
  else
    refuse(kind, depth)
  end
end

local function run(value, is_lenient, is_sorted)
  out, length, path = {}, 0, { root = value, above = {} }
  lenient, sorted = is_lenient, is_sorted
  encode(value, 0)
  local text = concat(out, "", 1, length)
  out, path = nil, nil
  return text
end

--- JSON text of a value; raises where a function, thread, userdata or cycle stands in it.
function host.encode(value) return run(value, false, false) end

--- The same with the keys of objects in order.
function host.encode_sorted(value) return run(value, false, true) end

--- JSON text of any value: what is no data becomes a string between angle brackets (§1.2).
function host.encode_any(value) return run(value, true, true) end
