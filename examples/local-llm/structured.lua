-- Purpose: Get an answer as data, in the form that a JSON Schema describes.
-- Run:     llmspell-run examples/local-llm/structured.lua --model local/qwen2.5-0.5b-instruct

local model = ARGS.model
if not model then
  local first = LocalLLM.list("candle")[1]
  if not first then
    print("No local model is installed. Fetch one: llmspell model pull qwen2.5-0.5b-instruct@candle")
    return
  end
  model = "local/" .. first.id .. "@candle"
end

local agent = Agent.builder():model(model):temperature(0):max_tokens(40):build()

local answer = agent:execute("Ada Lovelace was born in 1815 in London.", {
  schema = {
    type = "object",
    properties = { name = { type = "string" }, born = { type = "integer" } },
    required = { "name", "born" },
  },
})

print(answer.data.name, answer.data.born)
