-- Values as people read them, and how two of them differ: for the assertions of `Test`.

local host = ...
local raw = host.raw
local type, next, tostring, select, rawlen = raw.type, raw.next, raw.tostring, raw.select, raw.rawlen
local format, sub, rep, find, gmatch, gsub = raw.string.format, raw.string.sub, raw.string.rep, raw.string.find, raw.string.gmatch, raw.string.gsub
local concat, sort, math_type = raw.table.concat, raw.table.sort, raw.math.type

--- The elements of a list, in order.
local function each(list)
  return function(_, i)
    if i < #list then return i + 1, list[i + 1] end
  end, nil, 0
end

-- Values as people read them -----------------------------------------------------------------

local LONGEST, DEEPEST = 2000, 6
local KEYWORDS = {}
for word in gmatch("and break do else elseif end false for function goto if in local nil not or repeat return then true until while", "%a+") do
  KEYWORDS[word] = true
end

local ESCAPES = { ['"'] = '\\"', ["\\"] = "\\\\", ["\n"] = "\\n", ["\r"] = "\\r", ["\t"] = "\\t" }
local function escaped(character) return ESCAPES[character] or format("\\x%02x", raw.string.byte(character)) end
local function quoted(text) return '"' .. gsub(text, '[%c"\\]', escaped) .. '"' end

local function key_text(key, show)
  if type(key) == "string" and find(key, "^[%a_][%w_]*$") and not KEYWORDS[key] then return key end
  return "[" .. show(key) .. "]"
end

local function before(a, b)
  local left, right = type(a), type(b)
  if left ~= right then return left < right end
  if left == "number" or left == "string" then return a < b end
  return tostring(a) < tostring(b)
end

local function keys_of(value, from)
  local keys = {}
  for key in next, value do
    if not (math_type(key) == "integer" and key >= 1 and key <= from) then keys[#keys + 1] = key end
  end
  sort(keys, before)
  return keys
end

--- lines: whether each element of a table has a line of its own.
local function show(value, depth, above, lines)
  depth, above = depth or 0, above or {}
  if type(value) == "string" then return quoted(value) end
  if type(value) == "number" then
    if value ~= value then return "nan" end
    return math_type(value) == "integer" and format("%d", value) or host.number_text(value) == "null" and tostring(value) or host.number_text(value)
  end
  if type(value) ~= "table" then return tostring(value) end
  if host.class_name(value) then return tostring(value) end
  if above[value] then return "<itself>" end
  if depth >= DEEPEST then return next(value) == nil and "{}" or "{…}" end
  above[value] = true
  local parts, count = {}, rawlen(value)
  for i = 1, count do parts[i] = show(raw.rawget(value, i), depth + 1, above, lines) end
  for _, key in each(keys_of(value, count)) do
    parts[#parts + 1] = key_text(key, show) .. " = " .. show(raw.rawget(value, key), depth + 1, above, lines)
  end
  above[value] = nil
  if #parts == 0 then return "{}" end
  if lines then
    local margin = "\n" .. rep("  ", depth)
    return "{" .. margin .. "  " .. concat(parts, "," .. margin .. "  ") .. margin .. "}"
  end
  return "{ " .. concat(parts, ", ") .. " }"
end

local function cut_off(text, longest)
  if #text <= longest then return text end
  local cut = sub(text, 1, longest)
  while #cut > 0 and find(cut, "[\x80-\xbf]$") do cut = sub(cut, 1, -2) end
  return gsub(cut, "[\xc0-\xff]$", "") .. "…"
end

local function short(value) return cut_off(show(value), LONGEST) end

local WHOLE = 100000

--- A value for a program that shows two of them side by side: texts as they are.
local function whole(value)
  return cut_off(type(value) == "string" and value or show(value, 0, {}, true), WHOLE)
end

-- Equality -----------------------------------------------------------------------------------

local function same(a, b, pairs_above)
  if a == b then return true end
  if type(a) == "number" and type(b) == "number" then return a ~= a and b ~= b end
  if type(a) ~= "table" or type(b) ~= "table" or host.class_name(a) or host.class_name(b) then return false end
  pairs_above = pairs_above or {}
  local seen = pairs_above[a]
  if seen and seen[b] then return true end -- they are compared already, further up
  if not seen then seen = {}; pairs_above[a] = seen end
  seen[b] = true
  for key, value in next, a do
    if not same(value, raw.rawget(b, key), pairs_above) then return false end
  end
  for key in next, b do
    if raw.rawget(a, key) == nil then return false end
  end
  return true
end

local MOST_DIFFERENCES = 10

local function lines_of(text)
  local lines = {}
  for line in gmatch(text .. "\n", "(.-)\n") do lines[#lines + 1] = line end
  return lines
end

--- What differs between texts of several lines: the lines in the middle, with one around them.
local function text_difference(actual, expected)
  local a, b = lines_of(actual), lines_of(expected)
  local first = 1
  while a[first] and a[first] == b[first] do first = first + 1 end
  local last_a, last_b = #a, #b
  while last_a >= first and last_b >= first and a[last_a] == b[last_b] do last_a, last_b = last_a - 1, last_b - 1 end
  local out = {}
  if first > 1 then out[#out + 1] = "    " .. a[first - 1] end
  for i = first, last_b do out[#out + 1] = "  - " .. b[i] end
  for i = first, last_a do out[#out + 1] = "  + " .. a[i] end
  if a[last_a + 1] then out[#out + 1] = "    " .. a[last_a + 1] end
  return out
end

--- Where two values differ: lines with a path, what was expected (-) and what is there (+).
local function differences(actual, expected)
  local out, count = {}, 0
  local function add(path, ...)
    count = count + 1
    if count > MOST_DIFFERENCES then return end
    if path ~= "" then out[#out + 1] = "at " .. path .. ":" end
    for i = 1, select("#", ...) do out[#out + 1] = (select(i, ...)) end
  end
  local above = {}
  local function walk(a, b, path)
    if same(a, b) then return end
    local tables = type(a) == "table" and type(b) == "table" and not host.class_name(a) and not host.class_name(b)
    if tables and not above[a] then
      above[a] = true
      local keys, has = keys_of(b, 0), {}
      for _, key in each(keys) do has[key] = true end
      for _, key in each(keys_of(a, 0)) do
        if not has[key] then keys[#keys + 1] = key end
      end
      sort(keys, before)
      for _, key in each(keys) do
        local text = key_text(key, show)
        local step = sub(text, 1, 1) == "[" and text or path ~= "" and "." .. text or text
        walk(raw.rawget(a, key), raw.rawget(b, key), path .. step)
      end
      above[a] = nil
    elseif type(a) == "string" and type(b) == "string" and (find(a, "\n", 1, true) or find(b, "\n", 1, true)) then
      local lines = text_difference(a, b)
      add(path, raw.table.unpack(lines, 1, raw.math.min(#lines, 200)))
    else
      add(path, "  - " .. short(b), "  + " .. short(a))
    end
  end
  walk(actual, expected, "")
  if count > MOST_DIFFERENCES then out[#out + 1] = format("… and %d more", count - MOST_DIFFERENCES) end
  return concat(out, "\n")
end

local contains

--- Whether a value is another one, or a table with all fields of it.
local function fits(value, wanted)
  if same(value, wanted) then return true end
  return type(value) == "table" and type(wanted) == "table" and contains(value, wanted)
end

local function has_element(list, wanted)
  for i = 1, rawlen(list) do
    if fits(raw.rawget(list, i), wanted) then return true end
  end
  return false
end

function contains(whole, part)
  if rawlen(whole) > 0 then
    if type(part) == "table" and rawlen(part) > 0 then
      for i = 1, rawlen(part) do
        if not has_element(whole, raw.rawget(part, i)) then return false end
      end
      return true
    elseif has_element(whole, part) then
      return true
    elseif type(part) ~= "table" then
      return false
    end
  elseif type(part) ~= "table" then
    return false
  end
  for key, wanted in next, part do
    if not fits(raw.rawget(whole, key), wanted) then return false end
  end
  return next(part) ~= nil or next(whole) == nil
end

host.comparing = { show = show, short = short, whole = whole, quoted = quoted, same = same, differences = differences, contains = contains }
