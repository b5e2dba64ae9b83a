-- The Lua side of the border (design invariant 5). Arguments are checked and turned into plain
-- scalars here, before Python is called: structured data as JSON text, functions as numbers,
-- instances as their ids. So no wrapper of a Lua value ever exists on the Python side, and none
-- can outlive the coroutine it came from. Failures come back as a second result and are raised
-- here as strings.

local host = ...
local raw, G = host.raw, host.G
local type, error, select, tostring, tonumber = raw.type, raw.error, raw.select, raw.tostring, raw.tonumber
local setmetatable, rawequal, math_type, tointeger = raw.setmetatable, raw.rawequal, raw.math.type, raw.math.tointeger
local getmetatable, next, format, collectgarbage = raw.debug.getmetatable, raw.next, raw.string.format, raw.collectgarbage
local encode_json, isyieldable, running, yield =
  host.encode, raw.coroutine.isyieldable, raw.coroutine.running, raw.coroutine.yield

local WEAK_KEYS, WEAK_VALUES = { __mode = "k" }, { __mode = "v" }

-- Arguments ----------------------------------------------------------------------------------

local function bad(position, value, wanted, where)
  local name = "bad argument #" .. position
  error(name .. ": error converting Lua " .. type(value) .. " to " .. wanted .. " (" .. where .. ")", 0)
end

local function to_string(value, position, where)
  if type(value) == "number" then return tostring(value) end
  bad(position, value, "String", where)
end

local function to_integer(value, position, where)
  if type(value) == "string" then value = tonumber(value) or value end
  local whole = type(value) == "number" and tointeger(value)
  if not whole then bad(position, value, "integer", where) end
  return whole
end

local function to_number(value, position, where)
  local number = type(value) == "string" and tonumber(value)
  if not number then bad(position, value, "number", where) end
  return number + 0.0
end

local function to_json(value, position, where)
  local kind = type(value)
  if kind == "function" or kind == "thread" or kind == "userdata" then
    error("bad argument #" .. position .. ": Unsupported Lua type for JSON conversion: " .. kind .. " (" .. where .. ")", 0)
  end
  return encode_json(value)
end

local function to_table(value, position, where)
  if type(value) ~= "table" then bad(position, value, "Table", where) end
  return encode_json(value)
end

-- Functions cross as numbers; Python gives them back with `release_function`.
local functions, last_function = {}, 0
host.functions = functions

local function to_function(value, position, where)
  if type(value) ~= "function" then bad(position, value, "Function", where) end
  last_function = last_function + 1
  functions[last_function] = value
  return last_function
end

function host.release_function(handle) functions[handle] = nil end

-- Instances ----------------------------------------------------------------------------------
-- An instance is an empty table. Its metatable makes a bound function when a method is asked
-- for, so `object.method(x)` and `object:method(x)` are the same call.

local ids = setmetatable({}, WEAK_KEYS)
local instances = setmetatable({}, WEAK_VALUES)
local class_of = setmetatable({}, WEAK_KEYS)
local release_object = host.release_object

function host.class_name(value) return class_of[value] end

local function self_id(self, class)
  local id = ids[self]
  if not id or class_of[self] ~= class then
    error("bad argument 'self': error converting Lua " .. type(self) .. " to " .. class, 0)
  end
  return id
end

host.classes = {} -- name -> methods

local function class(name, methods, properties)
  host.classes[name] = methods
  local metatable = { __name = name, __metatable = name }
  function metatable.__index(self, key)
    local method = methods[key]
    if method then
      return function(first, ...)
        if rawequal(first, self) then return method(self, ...) end
        return method(self, first, ...)
      end
    end
    local property = properties[key]
    if property then return property(self) end
  end
  function metatable.__newindex(_, key)
    error("cannot set field '" .. tostring(key) .. "' of a " .. name, 2)
  end
  function metatable.__tostring(self) return name .. ": " .. format("%p", self) end
  function metatable.__gc(self)
    local id = ids[self]
    if id and instances[id] == nil then release_object(id) end
  end
  --- The table of an object that Python knows by its id.
  return function(id)
    if id == nil then return nil end
    local self = instances[id]
    if self then return self end
    self = {}
    ids[self], instances[id], class_of[self] = id, self, name
    return setmetatable(self, metatable)
  end
end

-- Failures and waits -------------------------------------------------------------------------

local function fail(message)
  if message == true then error(host.STOP, 0) end
  error(message, 0)
end

local soft_limit = host.soft_limit and host.soft_limit / 1024
local guard
if soft_limit then
  function guard()
    if collectgarbage("count") > soft_limit then
      collectgarbage()
      if collectgarbage("count") > soft_limit then
        error("Resource limit exceeded: the spell uses more than its "
          .. raw.math.tointeger(host.soft_limit // 1048576) .. " MB of memory", 0)
      end
    end
  end
end

-- A function written in Lua that Python runs has an engine coroutine of its own. A wait made
-- directly on it goes back to the pump; anywhere else it blocks, and pumps.
local job_threads = setmetatable({}, WEAK_KEYS)
host.job_threads = job_threads
local WAIT = {}
host.WAIT = WAIT

local function wait(ticket)
  host.flush()
  if job_threads[running()] and isyieldable() then
    yield(WAIT, ticket)
    return host.finish_wait(ticket)
  end
  return host.block(ticket)
end

host.border = {
  to_string = to_string, to_integer = to_integer, to_number = to_number, to_json = to_json,
  to_table = to_table, to_function = to_function, self_id = self_id, class = class, fail = fail,
  guard = guard, wait = wait, bind = host.bind, bad = bad, encode = encode_json, raw = raw,
}
