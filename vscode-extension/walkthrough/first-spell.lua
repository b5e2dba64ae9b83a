-- Your first spell. The triangle above runs it, F5 debugs it.

local name = ARGS.name or "world"

-- State outlives the run: this counts how often you have run the spell.
local runs = (State.load("global", "first-spell:runs") or 0) + 1
State.save("global", "first-spell:runs", runs)

print(("Hello, %s! This is run number %d."):format(name, runs))
