-- Purpose: Ask one model the same question in different ways, side by side.
-- Run:     llmspell-run examples/local-llm/comparison.lua --model local/qwen2.5-0.5b-instruct

local model = ARGS.model
if not model then
  local first = LocalLLM.list("candle")[1]
  if not first then
    print("No local model is installed. Fetch one: llmspell model pull qwen2.5-0.5b-instruct@candle")
    return
  end
  model = "local/" .. first.id .. "@candle"
end

local ways = {
  careful = { temperature = 0 },
  lively = { temperature = 1.2, seed = 7 },
}

for name, options in pairs(ways) do
  local agent = Agent.builder():name(name):model(model):max_tokens(12):build()
  local answer = agent:execute("Suggest a name for a cat.", options)
  print(("%-8s %s (%d ms)"):format(name, answer.text:gsub("%s+", " "), answer.metadata.execution_time_ms))
end
