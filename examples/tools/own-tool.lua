-- Purpose: Make a tool of a Lua function, call it beside a built-in one, and several at once.
-- Run:     llmspell-run examples/tools/own-tool.lua

Tool.register("greeter", function(params)
  return { greeting = ("Hello, %s!"):format(params.who) }
end, {
  description = "Greets somebody",
  parameters = { { name = "who", type = "string", description = "Whom", required = true } },
})

local greeting = Tool.execute("greeter", { who = "Ada" }).result.greeting
local encoded = Tool.execute("base64-encoder", { operation = "encode", input = greeting })
print(greeting, encoded.result.output)

-- A call that fails raises; in a batch, failures are among the results.
local answers = Tool.batch({
  { tool = "greeter", params = { who = "Grace" } },
  { tool = "greeter", params = { whom = "nobody" } }, ---@diagnostic disable-line: missing-fields, unknown-key
})
for _, answer in ipairs(answers) do
  print(answer.success, answer.success and answer.result.greeting or tostring(answer.error))
end
