-- `Agent`: functions that take their arguments in either order, or functions within tables.

local host = ...
local raw = host.raw
local type, next = raw.type, raw.next
local methods = host.classes.AgentInstance

-- Tables go to Python as plain data, which a function is not.
local create = host.G.Agent.create
function host.G.Agent.create(settings)
  local approve = type(settings) == "table" and settings.approve
  if type(approve) ~= "function" then return create(settings) end
  local plain = {}
  for key, value in next, settings do plain[key] = value end
  plain.approve = nil
  return create(plain, approve)
end

local stream = methods.invokeStream
function methods.invokeStream(self, input, second, third)
  if type(third) == "function" then second, third = third, second end
  return stream(self, input, second, third)
end
