#!/usr/bin/env llmspell-run
-- Purpose: a first look at what every spell has: arguments, state that lasts, events, JSON, timers.
--   llmspell-run examples/getting-started/first-spell.lua --name Ada

local name = ARGS.name or "world"
local timer = Debug.timer("first spell")

-- State outlives the run: this counts how often you have run the spell.
local visits = (State.load("global", "first-spell:visits") or 0) + 1
State.save("global", "first-spell:visits", visits)
print(("Hello, %s! This is run number %d."):format(name, visits))

-- Events reach whoever subscribed to their type, in this spell or in Python around it.
local inbox = Event.subscribe("greeting.*")
Event.publish("greeting.sent", { to = name, visit = visits })
local event = assert(Event.receive(inbox, 1000), "no event has come")
print("Received " .. event.event_type .. " with " .. JSON.stringify(event.data))

-- Errors of the API are plain strings that `pcall` catches.
local ok, message = pcall(State.save, "global", "", "a key must not be empty")
print("Refused: " .. message, ok)

print(("All of this took %.1f ms."):format(timer:stop()))
