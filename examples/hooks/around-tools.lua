-- Purpose: Change, refuse and repeat calls of tools by hooks.
-- Run:     llmspell-run examples/hooks/around-tools.lua

local attempts = 0
Tool.register("flaky", function()
  attempts = attempts + 1
  if attempts < 3 then error("try again") end
  return "done after " .. attempts .. " attempts"
end)

Hook.register("ToolError", function(context)
  print("failed:", context.component_id.name)
  return { type = "retry", delay_ms = 10, max_attempts = 5 }
end)
print(Tool.execute("flaky", {}).text)

local guard = Hook.register("BeforeToolExecution", function(context)
  if context.data.parameters.operation == "delete" then return "nothing is deleted here" end
end, "high")
local ok, reason = pcall(Tool.execute, "file-operations", { operation = "delete", path = "notes.txt" })
print(ok, reason)
guard:unregister()
