-- Ends one coroutine, without the rest of the program. `debugger.ending` has those that are to end:
-- whenever one of them is about to execute an instruction, the hook raises ENDED again, so that
-- `pcall` cannot hold it (see breaking.lua). Whoever has resumed it sees an error.

local host = ...
local raw = host.raw
local status, close = raw.coroutine.status, raw.coroutine.close
local debugger = host.debugger

--- Ends a coroutine. Tells how: "now" (it is dead), "standing" (it dies as soon as the program goes
--- on), "later" (it waits for another one that it has resumed), or nil if there is none to end.
--- Except for "now", `host.thread_ended` tells when it is over: before whoever has resumed it goes on.
function host.end_thread(id)
  local thread = host.thread_by_id(id)
  if not thread or status(thread) == "dead" then return nil end
  if thread ~= debugger.standing.thread and status(thread) == "suspended" then
    close(thread) -- closes its variables; what they raise is nobody's error
    host.flush()
    return "now"
  end
  debugger.ending[thread] = true
  host.each_thread(function(other)
    if other ~= thread and status(other) == "normal" then debugger.heirs[other] = true end
  end)
  return thread == debugger.standing.thread and "standing" or "later"
end

--- Called at the first instruction of an heir: tells which coroutines are over.
function host.tell_ended()
  local waiting = false
  host.flush() -- what it wrote comes first
  for thread in raw.next, debugger.ending do
    if status(thread) == "dead" then
      debugger.ending[thread] = nil
      host.thread_ended(host.thread_id(thread))
    else
      waiting = true
    end
  end
  if waiting then return end
  for heir in raw.next, debugger.heirs do debugger.heirs[heir] = nil end
  host.refresh_late()
end
