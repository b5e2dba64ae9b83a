-- Ends one coroutine, without the rest of the program. `debugger.ending` has those that are to end:
-- whenever one of them is about to execute an instruction, the hook raises ENDED again, so that
-- `pcall` cannot hold it (see breaking.lua). Whoever has resumed it sees an error.

local host = ...
local raw = host.raw
local status, close = raw.coroutine.status, raw.coroutine.close
local debugger = host.debugger

--- Ends a coroutine. Tells how: "now" (it is dead), "standing" (it dies as soon as the program goes
--- on), "later" (it waits for another one that it has resumed), or nil if there is none to end.
function host.end_thread(id)
  local thread = host.thread_by_id(id)
  if not thread or status(thread) == "dead" then return nil end
  if thread ~= debugger.standing.thread and status(thread) == "suspended" then
    close(thread) -- closes its variables; what they raise is nobody's error
    host.flush()
    return "now"
  end
  debugger.ending[thread] = true
  return thread == debugger.standing.thread and "standing" or "later"
end
