-- Purpose: See which local models there are, and whether their backends can be used.
-- Run:     llmspell-run examples/local-llm/status.lua

for _, name in ipairs({ "ollama", "candle" }) do
  local backend = LocalLLM.status(name)
  print(("%-8s %-10s %d models"):format(name, backend.health, backend.available_models))
end

for _, model in ipairs(LocalLLM.list()) do
  print(("%s@%s  %.0f MB  %s"):format(model.id, model.backend, model.size_bytes / 1e6, model.quantization or ""))
end
