#!/usr/bin/env llmspell-run
-- Purpose: the smallest spell. Run it with
--   llmspell-run examples/getting-started/hello.lua --name Ada

local name = ARGS.name or "world"
print("Hello, " .. name .. "!")
