-- `Hook.list` also takes the name of a point.

local host = ...
local Hook = host.G.Hook
local list = Hook.list

function Hook.list(filter)
  if host.raw.type(filter) == "string" then filter = { hook_point = filter } end
  return list(filter)
end
