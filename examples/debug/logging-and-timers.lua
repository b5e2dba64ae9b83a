#!/usr/bin/env llmspell-run
-- Purpose: what a spell can tell about itself: messages, values, stacks, time and memory.
--
--   llmspell-run examples/debug/logging-and-timers.lua

-- Messages have a level and may have a module; they keep their place among what is printed.
print("== Messages")
Debug.info("starting", "import")
Debug.debug("not shown: the level is " .. Debug.getLevel(), "import")
Debug.setLevel("debug")
Debug.debug("shown now", "import")

Debug.addModuleFilter("import.net.*", false)
Debug.info("not shown: the module is filtered out", "import.net.http")
Debug.logWithData("warn", "2 rows skipped", { rows = { 17, 42 }, reason = "no title" }, "import")

print("\n== What was logged")
for _, entry in ipairs(Debug.getCapturedEntries()) do
  print(entry.level, entry.module, entry.message, entry.metadata and Debug.dumpCompact(entry.metadata) or "")
end

-- Any value as text: keys in order, cycles marked, long things cut.
print("\n== Values")
local book = { title = "Dune", year = 1965, tags = { "desert", "spice" } }
book.sequel = { title = "Dune Messiah", prequel = book }
print(Debug.dump(book, "book"))
print(Debug.dumpCompact(book, "in one line"))

-- A timer started while another runs is a part of it.
print("\n== Time")
local function sum(n)
  local total = 0
  for i = 1, n do total = total + i end
  return total
end

local whole = Debug.timer("import")
for part = 1, 3 do
  local timer = Debug.timer("parse")
  sum(part * 100000)
  timer:stop()
  whole:lap("part " .. part)
end
Debug.recordEvent(whole.id, "cache-miss", { key = "users" })
print(("everything took %.1f ms"):format(whole:stop()))
print(Debug.performanceReport())
print("collapsed stacks, for flame graph tools:")
print(Debug.flameGraph())

print("== Memory")
local stats = Debug.memoryStats()
print(("Lua uses %.0f kB, the whole process %.0f MB"):format(stats.used_bytes / 1024, stats.resident_bytes / 2^20))

-- Who called whom, with which values.
print("\n== Stack")
local function inner(name)
  local answer = 42
  local trace = Debug.stackTrace { capture_locals = true }
  return trace, name, answer
end
print((inner("outer")))
