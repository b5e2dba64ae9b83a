-- Sentences for main.lua. `require("lib.greeting")` finds this file beside the script.

local greeting = {}

---@param name string
---@return string
function greeting.hello(name)
  return ("Hello, %s!"):format(name)
end

---@param runs integer
---@return string
function greeting.count(runs)
  return ("This spell has run %d %s."):format(runs, runs == 1 and "time" or "times")
end

return greeting
