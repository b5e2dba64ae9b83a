-- @NAME@: greets somebody, and remembers how often it has run.
--
--   llmspell run main.lua
--   llmspell run main.lua -- --name Ada

local greeting = require("lib.greeting")

local name = ARGS.name or ARGS[1] or "world"
local runs = (State.load("global", "runs") or 0) + 1
State.save("global", "runs", runs)

print(greeting.hello(name))
print(greeting.count(runs))
