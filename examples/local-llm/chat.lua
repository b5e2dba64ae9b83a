-- Purpose: Talk to a local model, which remembers what was said.
-- Run:     llmspell-run examples/local-llm/chat.lua --model local/qwen2.5-0.5b-instruct

local model = ARGS.model
if not model then
  local first = LocalLLM.list("candle")[1]
  if not first then
    print("No local model is installed. Fetch one: llmspell model pull qwen2.5-0.5b-instruct@candle")
    return
  end
  model = "local/" .. first.id .. "@candle"
end

local agent = Agent.builder()
  :name("chat")
  :model(model)
  :system_prompt("Answer in one short sentence.")
  :temperature(0)
  :max_tokens(16)
  :build()

for _, question in ipairs({ "My name is Ada. Say hello to me.", "What is my name?" }) do
  local answer = agent:execute(question)
  print("> " .. question)
  print(answer.text)
  print(("  %d tokens read, %d of them known before"):format(answer.usage.prompt_tokens, answer.usage.cached_tokens))
end
