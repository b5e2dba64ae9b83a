-- First of the engine's own chunks: takes the standard library away from the real table of
-- globals, keeps untouched copies for the engine (`host.raw`), and makes the table that scripts
-- see as `_G` (`host.G`).
--
-- The real table of globals stays empty for good: lupa looks up `debug.traceback` in it outside
-- any protected call, so a metatable or a `debug` that a script put there could end the process.

local host = ...
local real = _G

local raw = {}
for name, value in pairs(real) do
  if type(value) == "table" and name ~= "_G" then
    local copy = {}
    for key, member in pairs(value) do copy[key] = member end
    raw[name] = copy
  else
    raw[name] = value
  end
end
raw.python = nil
host.raw = raw

local G = {}
for _, name in ipairs {
  "_VERSION", "assert", "collectgarbage", "error", "getmetatable", "ipairs", "next", "pairs",
  "pcall", "rawequal", "rawget", "rawlen", "rawset", "select", "setmetatable", "tonumber",
  "tostring", "type", "warn", "math", "string", "table", "utf8",
} do
  G[name] = real[name]
end
G._G = G
host.G = G

host.loaded = { _G = G, string = string, table = table, math = math, utf8 = utf8 }
for name in raw.pairs(real) do real[name] = nil end

-- What scripts and the engine raise to end a run; nothing else is ever equal to it.
host.STOP = raw.setmetatable({}, {
  __name = "stop",
  __tostring = function() return "the spell was stopped" end,
  __metatable = false,
})

host.main_thread = raw.coroutine.running()
