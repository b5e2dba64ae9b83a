-- Shows and lists live values, for the REPL, the kernel and the debug console. Loaded on first
-- use (see ../inspect.py), which calls `host.inspect(operation, ...)` with scalars and gets JSON.
-- Nothing here runs code of the script, but for `host.show`, which asks `__tostring`.

local host = ...
local raw, G = host.raw, host.G
local type, next, rawget, rawequal, rawlen, pcall, error, tostring, select =
  raw.type, raw.next, raw.rawget, raw.rawequal, raw.rawlen, raw.pcall, raw.error, raw.tostring, raw.select
local getmetatable, getinfo, getlocal = raw.debug.getmetatable, raw.debug.getinfo, raw.debug.getlocal
local math_type, tointeger = raw.math.type, raw.math.tointeger
local format, gsub, find, sub, rep, byte, concat, sort =
  raw.string.format, raw.string.gsub, raw.string.find, raw.string.sub, raw.string.rep, raw.string.byte,
  raw.table.concat, raw.table.sort
local status, utf8_len, setmetatable = raw.coroutine.status, raw.utf8.len, raw.setmetatable
local STOP, class_name, number_text = host.STOP, host.class_name, host.number_text

local MAX_ENTRIES, MAX_DEPTH, MAX_STRING, MAX_NODES, LINE = 100, 5, 2000, 1000, 76
local MAX_LISTED, MAX_INHERITED = 2000, 10
local STRING_METHODS = getmetatable("").__index

-- Names of what the host provides ---------------------------------------------------------------

local canonical = setmetatable({}, { __mode = "k" }) -- function or table -> "string.format"

local function name_library(name, library)
  canonical[library] = name
  for key, value in next, library do
    if type(key) == "string" and type(value) == "function" then canonical[value] = name .. "." .. key end
  end
end

local views = {} -- class -> names of the properties that show an object
local initial = {} -- the globals that a script finds

local function learn_names(...)
  for name, library in next, host.loaded do
    if name ~= "_G" and rawequal(rawget(G, name), library) then name_library(name, library) end
  end
  for i = 1, select("#", ...) do
    local name = (select(i, ...))
    local value = rawget(G, name)
    if type(value) == "table" then name_library(name, value) end
  end
  canonical[G] = "_G"
  for name, value in next, G do
    if type(value) == "function" and type(name) == "string" then canonical[value] = name end
    initial[name] = value
  end
end

-- Showing -----------------------------------------------------------------------------------------

local ESCAPES = { ["\n"] = "\\n", ["\r"] = "\\r", ["\t"] = "\\t", ['"'] = '\\"', ["\\"] = "\\\\" }
local function escape(character) return ESCAPES[character] or format("\\x%02X", byte(character)) end

local function quote(text)
  local rest = ""
  if #text > MAX_STRING then
    local cut = MAX_STRING
    while cut > MAX_STRING - 4 and byte(text, cut + 1) & 0xC0 == 0x80 do cut = cut - 1 end
    rest = format(" ... (%d bytes)", #text)
    text = sub(text, 1, cut)
  end
  local pattern = utf8_len(text) and '[%c"\\]' or '[%c"\\\x80-\xFF]'
  return '"' .. gsub(text, pattern, escape) .. '"' .. rest
end

local function parameters(value)
  local info, names = getinfo(value, "u"), {}
  for i = 1, info.nparams do names[i] = getlocal(value, i) end
  if info.isvararg then names[#names + 1] = "..." end
  return concat(names, ", ")
end

local function place_of(info)
  local source = info.source
  local first = sub(source, 1, 1)
  if first == "@" then
    source = raw.string.match(source, "[^/\\]*$")
  elseif first == "=" then
    source = sub(source, 2)
  else
    source = "string"
  end
  return source .. ":" .. info.linedefined
end

local function show_function(value)
  if canonical[value] then return "function: " .. canonical[value] end
  local info = getinfo(value, "S")
  if info.what == "C" or sub(info.source, 1, 10) == "=[llmspell" then return "function: builtin" end
  return "function(" .. parameters(value) .. "): " .. place_of(info)
end

local function plain(value)
  local kind = type(value)
  if kind == "string" then return quote(value) end
  if kind == "number" then
    if math_type(value) == "integer" then return tostring(value) end
    if value ~= value then return "nan" end
    if value == 1 / 0 or value == -1 / 0 then return tostring(value) end
    return number_text(value)
  end
  if kind == "function" then return show_function(value) end
  if kind == "thread" then return "thread (" .. status(value) .. ")" end
  return tostring(value) -- nil, booleans; userdata of the host only: its `__tostring` is C code
end

local function is_name(key) return type(key) == "string" and find(key, "^[%a_][%w_]*$") ~= nil end

local RANK = { number = 1, string = 2, boolean = 3 }
local function before(a, b)
  local ra, rb = RANK[type(a)] or 4, RANK[type(b)] or 4
  if ra ~= rb then return ra < rb end
  return ra <= 2 and a < b
end

--- The keys of a table outside 1..count, in order, and how many there are beyond the bound.
local function keys_beyond(value, count, room)
  local keys, n, hidden = {}, 0, 0
  for key in next, value do
    local index = math_type(key) == "integer" and key
    if not (index and index >= 1 and index <= count) then
      if n < room then
        n = n + 1
        keys[n] = key
      else
        hidden = hidden + 1
      end
    end
  end
  sort(keys, before)
  return keys, hidden
end

local show_value

local function show_object(value, name, state, depth)
  local parts, view = {}, views[name] or {}
  local read = getmetatable(value).__index
  for i = 1, #view do
    local ok, member = pcall(read, value, view[i])
    if not ok and rawequal(member, STOP) then error(member, 0) end
    if ok and member ~= nil then parts[#parts + 1] = view[i] .. " = " .. show_value(member, state, depth + 1) end
  end
  if #parts == 0 then return name end
  return name .. " { " .. concat(parts, ", ") .. " }"
end

local function own_text(value, metatable)
  local method = rawget(metatable, "__tostring")
  if method == nil then return nil end
  local ok, text = pcall(method, value)
  if not ok and rawequal(text, STOP) then error(text, 0) end
  if ok and type(text) == "string" then return #text > MAX_STRING and sub(text, 1, MAX_STRING) .. " ..." or text end
end

--- Elements in lines as full as they can be.
local function filled(parts, width)
  local lines, line = {}, nil
  for i = 1, #parts do
    if not line then
      line = parts[i]
    elseif #line + #parts[i] + 3 > width then
      lines[#lines + 1] = line
      line = parts[i]
    else
      line = line .. ", " .. parts[i]
    end
  end
  lines[#lines + 1] = line
  return lines
end

--- A table in one line if it fits; else a line for each entry, short elements of an array together.
local function layout(parts, elements, depth)
  local width, longest = 4 + 2 * depth, 0
  for i = 1, #parts do
    local size = find(parts[i], "\n", 1, true) and LINE + 1 or #parts[i]
    width = width + size + 2
    if size > longest then longest = size end
  end
  if width <= LINE then return "{ " .. concat(parts, ", ") .. " }" end
  if elements and longest <= LINE // 4 then parts = filled(parts, LINE - 2 * depth) end
  local indent = rep("  ", depth + 1)
  return "{\n" .. indent .. concat(parts, ",\n" .. indent) .. "\n" .. rep("  ", depth) .. "}"
end

local function show_table(value, state, depth)
  local name = class_name(value)
  if name then return show_object(value, name, state, depth) end
  local metatable = getmetatable(value)
  if type(metatable) == "table" and state.asks then
    local text = own_text(value, metatable)
    if text then return text end
  end
  if state.above[value] then return "<cycle>" end
  if depth > 0 and canonical[value] then return "table: " .. canonical[value] end
  if next(value) == nil then return "{}" end
  if depth >= MAX_DEPTH or state.nodes > MAX_NODES then return "{...}" end
  state.above[value] = true
  local parts, count = {}, rawlen(value)
  local shown = count < MAX_ENTRIES and count or MAX_ENTRIES
  for i = 1, shown do parts[i] = show_value(rawget(value, i), state, depth + 1) end
  local keys, hidden = keys_beyond(value, count, MAX_ENTRIES - shown)
  for i = 1, #keys do
    local key = keys[i]
    local label = is_name(key) and key or "[" .. (type(key) == "table" and "table" or plain(key)) .. "]"
    parts[#parts + 1] = label .. " = " .. show_value(rawget(value, key), state, depth + 1)
  end
  hidden = hidden + count - shown
  if hidden > 0 then parts[#parts + 1] = "... " .. hidden .. " more" end
  state.above[value] = nil
  return layout(parts, #keys == 0, depth)
end

function show_value(value, state, depth)
  state.nodes = state.nodes + 1
  if type(value) == "table" then return show_table(value, state, depth) end
  return plain(value)
end

--- A value as people read it: bounded, strings quoted, objects of the API by their class.
function host.show(value) return show_value(value, { above = {}, nodes = 0, asks = true }, 0) end

local function show_quietly(value) return show_value(value, { above = {}, nodes = 0 }, 0) end

--- One line of at most `width` bytes.
local function summary(value, width)
  if canonical[value] then return type(value) .. ": " .. canonical[value] end
  if type(value) == "table" and not class_name(value) then
    local count, n = rawlen(value), 0
    for _ in next, value do
      n = n + 1
      if n > MAX_LISTED then break end
    end
    if n == 0 then return "{}" end
    if n == count then return format("%d element%s", n, n == 1 and "" or "s") end
    return format("%s%d entr%s", n > MAX_LISTED and "more than " or "", n > MAX_LISTED and MAX_LISTED or n,
      n == 1 and "y" or "ies")
  end
  local text = gsub(show_quietly(value), "%s+", " ")
  if #text > width then
    local cut = width - 3
    while cut > 1 and byte(text, cut + 1) & 0xC0 == 0x80 do cut = cut - 1 end
    text = sub(text, 1, cut) .. "..."
  end
  return text
end

-- Looking up and listing ---------------------------------------------------------------------------

local function inherited(value)
  if type(value) == "string" then return STRING_METHODS end
  if class_name(value) then return nil end
  local metatable = getmetatable(value)
  local index = type(metatable) == "table" and rawget(metatable, "__index")
  return type(index) == "table" and index or nil
end

--- A member as plain indexing finds it, through tables only.
local function member(value, key)
  for _ = 1, MAX_INHERITED do
    if value == nil then return nil end
    if type(value) == "table" then
      local found = rawget(value, key)
      if found ~= nil then return found end
    end
    value = inherited(value)
  end
end

local function resolve(...)
  local value = G
  for i = 1, select("#", ...) do
    value = member(value, (select(i, ...)))
    if value == nil then return nil end
  end
  return value
end

local function entry(name, value)
  local kind = type(value)
  return {
    name = name,
    type = class_name(value) or math_type(value) or kind,
    canonical = (kind == "function" or kind == "table") and canonical[value] or nil,
    parameters = kind == "function" and getinfo(value, "S").what == "Lua" and not canonical[value]
      and parameters(value) or nil,
  }
end

local function add_members(list, seen, value)
  for key, found in next, value do
    if #list >= MAX_LISTED then return end
    if is_name(key) and not seen[key] then
      seen[key] = true
      list[#list + 1] = entry(key, found)
    end
  end
end

local operations = {}

--- Names the host's functions; the arguments are the namespaces of the API.
function operations.names(...) learn_names(...) end

function operations.view(class, ...) views[class] = { ... } end

--- Type and members of a value.
function operations.members(...)
  local value = resolve(...)
  local list, seen, owner = {}, {}, value
  for _ = 1, MAX_INHERITED do
    if type(owner) ~= "table" and type(owner) ~= "string" then break end
    if type(owner) == "table" and not class_name(owner) then add_members(list, seen, owner) end
    owner = inherited(owner)
  end
  return host.encode_any { type = type(value), class = class_name(value), members = list }
end

function operations.describe(...)
  local value = resolve(...)
  local described = entry("", value)
  described.shown = show_quietly(value)
  return host.encode_any(described)
end

--- Globals that the script made or changed.
function operations.variables()
  local list = {}
  for name, value in next, G do
    if type(name) == "string" and not rawequal(initial[name], value) and name ~= "ARGS" and name ~= "arg" then
      local described = entry(name, value)
      described.shown = summary(value, 60)
      list[#list + 1] = described
    end
  end
  return host.encode_any(list)
end

--- The value of a global as JSON text, or nil where it has none.
function operations.json(name)
  local value = rawget(G, name)
  if type(value) == "function" or class_name(value) then return nil end
  local ok, text = pcall(host.encode, value)
  return ok and utf8_len(text) and text or nil
end

function operations.unset(name)
  local known = rawget(G, name) ~= nil
  raw.rawset(G, name, nil)
  return known
end

--- Remembers the chunks that are compiled from now on.
function operations.record()
  local earlier, names = host.prepare, {}
  host.compiled_chunks = names
  function host.prepare(source, chunk_name)
    names[chunk_name] = true
    if earlier then return earlier(source, chunk_name) end
    return source
  end
end

--- The names of the chunks that were compiled since, a line each.
function operations.recorded()
  local list = {}
  for name in next, host.compiled_chunks or {} do list[#list + 1] = name end
  return concat(list, "\n")
end

function host.inspect(operation, ...) return operations[operation](...) end
