-- `Streaming`: values from a generator function, one at a time (spec lua-globals §18).

local host = ...
local raw, G, border = host.raw, host.G, host.border
local Streaming = G.Streaming
local type, error = raw.type, raw.error
local create, resume, status = G.coroutine.create, G.coroutine.resume, G.coroutine.status
local yield, isyieldable = G.coroutine.yield, G.coroutine.isyieldable

local function check(stream, method)
  if type(stream) ~= "table" or type(stream._coroutine) ~= "thread" then
    error("bad argument 'self': error converting Lua " .. type(stream) .. " to Stream (call it as stream:"
      .. method .. "())", 0)
  end
end

--- Resumes the generator; gives whether that worked, and the value or the error.
local function advance(stream)
  local ok, value = resume(stream._coroutine)
  if status(stream._coroutine) == "dead" then stream._done = true end
  return ok, value
end

local function next_value(stream)
  check(stream, "next")
  if stream._done then return nil end
  local ok, value = advance(stream)
  if not ok then error(value, 0) end
  return value
end

local function is_done(stream)
  check(stream, "isDone")
  return stream._done
end

local function collect(stream)
  check(stream, "collect")
  local values, count = {}, 0
  while not stream._done do
    local ok, value = advance(stream)
    if not ok then -- a stop goes on by itself: the hook raises it at every instruction
      stream._done = true
    elseif value ~= nil then
      count = count + 1
      values[count] = value
    end
  end
  return values
end

function Streaming.create(generator)
  if type(generator) ~= "function" then border.bad(1, generator, "Function", "Streaming.create: generator") end
  return { _coroutine = create(generator), _done = false, next = next_value, isDone = is_done, collect = collect }
end

function Streaming.yield(value)
  if not isyieldable() then error("Streaming error: Streaming.yield was called outside a generator", 0) end
  yield(value)
end
