-- `Provider`: entries that scripts of the original use as tables, and those of its documents as strings.

local host = ...
local raw, G, border = host.raw, host.G, host.border
local Provider, private = G.Provider, host.private.Provider
local pcall, error, find, gsub = raw.pcall, raw.error, raw.string.find, raw.string.gsub
local string, rawequal = raw.string, raw.rawequal
local type, setmetatable, getmetatable, tostring = raw.type, raw.setmetatable, raw.getmetatable, raw.tostring

local entry = {}
function entry.__tostring(self) return self.name end
function entry.__concat(left, right) return tostring(left) .. tostring(right) end
function entry.__eq(left, right) return left.name == right.name end
function entry.__index(self, key)
  local method = string[key]
  if not method then return nil end
  return function(first, ...)
    if rawequal(first, self) then first = self.name end
    return method(first, ...)
  end
end

-- `table.concat` of stock Lua takes no tables. It is replaced from the start, because in
-- `table.concat(Provider.list(), ", ")` it is looked up before there are entries to join.
local concat = raw.table.concat
local handed_out = false

local function has_entry(list, first, last)
  for i = first, last do
    if getmetatable(list[i]) == entry then return true end
  end
end

local function concat_entries(list, separator, first, last)
  first, last = first or 1, last or #list
  local names = {}
  for i = first, last do
    local value = list[i]
    if getmetatable(value) == entry then value = value.name end
    names[i] = value
  end
  return concat(names, separator, first, last)
end

function G.table.concat(...)
  if handed_out then
    local list, separator, first, last = ...
    if type(list) == "table" and has_entry(list, first or 1, last or #list) then
      return concat_entries(list, separator, first, last)
    end
  end
  local ok, joined = pcall(concat, ...)
  if ok then return joined end
  if type(joined) ~= "string" then error(joined, 0) end
  -- With the name and the line that stock Lua says; what comes from a metamethod has its own.
  joined = gsub(joined, "^(bad argument #%d+ to )'%?'", "%1'concat'")
  error(joined, (find(joined, "^bad argument") or find(joined, "^invalid value")) and 2 or 0)
end

local function entries_of(name)
  local found = private.entries(name)
  handed_out = true
  for i = 1, #found do setmetatable(found[i], entry) end
  return found
end

function Provider.list() return entries_of(nil) end

-- What takes a name takes an entry too.
for _, called in raw.ipairs({ "getCapabilities", "isAvailable", "whyNot" }) do
  local ask = Provider[called]
  Provider[called] = function(name)
    if getmetatable(name) == entry then name = name.name end
    return ask(name)
  end
end

function Provider.get(name)
  if type(name) == "table" then name = name.name end
  if type(name) ~= "string" then border.bad(1, name, "String", "Provider.get: name") end
  return entries_of(name)[1]
end
