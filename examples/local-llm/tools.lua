-- Purpose: Let a local model call a tool, and look at what it called.
-- Run:     llmspell-run examples/local-llm/tools.lua --model local/qwen2.5-0.5b-instruct

local model = ARGS.model
if not model then
  local first = LocalLLM.list("candle")[1]
  if not first then
    print("No local model is installed. Fetch one: llmspell model pull qwen2.5-0.5b-instruct@candle")
    return
  end
  model = "local/" .. first.id .. "@candle"
end

Tool.register("get_weather", function(params)
  return { city = params.city, temperature = "31 degrees" }
end, {
  description = "Gives the weather of a city",
  parameters = { { name = "city", type = "string", description = "The city", required = true } },
})

local agent = Agent.builder():model(model):allow_tool("get_weather"):temperature(0):max_tokens(24):build()
local answer = agent:execute("What is the weather in Paris?")

for _, call in ipairs(answer.tool_calls) do
  print(call.tool_name, call.parameters.city, call.result.data.temperature)
end
print(answer.text)
