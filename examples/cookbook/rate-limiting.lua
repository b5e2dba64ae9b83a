-- Purpose: Let no more than some calls pass in a time, by a hook.
-- Run:     llmspell-run examples/cookbook/rate-limiting.lua

local ALLOWED, calls = 3, 0

Hook.register("BeforeToolExecution", function(context)
  if context.component_id.name ~= "uuid-generator" then return end
  calls = calls + 1
  if calls > ALLOWED then return ("only %d calls are allowed"):format(ALLOWED) end
end, "high")

for i = 1, 5 do
  local ok, result = pcall(Tool.execute, "uuid-generator", {})
  print(i, ok and "made " .. #result.result.uuid .. " characters" or result)
end
