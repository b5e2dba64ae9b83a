-- Purpose: Show an answer of a local model while it is being written.
-- Run:     llmspell-run examples/local-llm/streaming.lua --model local/qwen2.5-0.5b-instruct

local model = ARGS.model
if not model then
  local first = LocalLLM.list("candle")[1]
  if not first then
    print("No local model is installed. Fetch one: llmspell model pull qwen2.5-0.5b-instruct@candle")
    return
  end
  model = "local/" .. first.id .. "@candle"
end

local agent = Agent.builder():model(model):temperature(0):max_tokens(20):build()

local answer = agent:invokeStream("Count from one to five in words.", function(piece)
  io.write(piece.text)
  io.flush()
end)

print()
print(("%d pieces, %s"):format(answer.chunks_received, answer.metadata.finish_reason))
