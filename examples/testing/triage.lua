-- Purpose: Sort a message by its topic with a model; triage_test.lua shows how that is tested.
-- Run:     echo "I was charged twice" | llmspell-run examples/testing/triage.lua --model local/qwen2.5-0.5b-instruct

local routing = require("lib.routing")

local message = io.read("a"):match("^%s*(.-)%s*$")
if message == "" then
  print("Write a message to standard input, such as: I was charged twice.")
  return
end

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
  :name("triage")
  :model(model)
  :system_prompt("Say which topic the message of a customer is about.")
  :temperature(0)
  :max_tokens(16)
  :build()

local answer = agent:execute(message, {
  schema = {
    type = "object",
    properties = { topic = { enum = { "billing", "delivery", "other" } } },
    required = { "topic" },
  },
})
local topic = answer.data.topic
print(topic, routing.team(topic))
return { topic = topic, team = routing.team(topic), tokens = answer.usage.total_tokens }
