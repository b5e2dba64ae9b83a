-- The one owner of the VM's hook slot. Everything that wants hook events is a client of
-- `dispatch`: stop requests (interrupt, limits, exit) first, then the script's own
-- `debug.sethook`. Nothing else in the engine calls `sethook`.
--
-- While idle no mask is set and a program runs at full speed. A stop request is raised by
-- another thread that sets a count mask of 1 through the C API (see hooks.py); `dispatch` then
-- raises at every instruction until the run has unwound. For that, the dispatcher must be
-- registered with each coroutine (`registered`), because new coroutines inherit the C hook but
-- not the Lua function behind it.

local host = ...
local raw, G = host.raw, host.G
local sethook, getinfo = raw.debug.sethook, raw.debug.getinfo
local create, running, raw_wrap = raw.coroutine.create, raw.coroutine.running, raw.coroutine.wrap
local error, type, rawequal, find, format = raw.error, raw.type, raw.rawequal, raw.string.find, raw.string.format
local setmetatable, getmetatable, next = raw.setmetatable, raw.debug.getmetatable, raw.next
local rawget, select = raw.rawget, raw.select
local STOP = host.STOP
local stop_pending = host.stop_pending

local WEAK_KEYS = { __mode = "k" }
-- thread -> { hook, mask, count, left, unit }: after how many instructions it wants to be told, how
-- many are left until then, and how many an event of the VM stands for.
local script_hooks = setmetatable({}, WEAK_KEYS)
local poll_count = host.poll_count -- instructions between polls where nothing can arm the hook

-- The debugger (with profiler and coverage) is the other client: its hook, and the mask and count
-- that it wants for each thread.
local debug_hook
local debug_masks, debug_counts = setmetatable({}, WEAK_KEYS), setmetatable({}, WEAK_KEYS)

host.via = 0 -- 2 while `dispatch` and `call_debugger` stand between the hooked function and the debugger's hook

local function call_debugger(event, line)
  host.via = 2
  debug_hook(event, line)
  host.via = 0
end

local LETTER = { call = "c", ["tail call"] = "c", ["return"] = "r", line = "l" }
local POKE, OVER = 2, 3

local apply

local function is_own(info) return info.what ~= "C" and find(info.source, "=[llmspell", 1, true) ~= 1 end

--- Whether a script's own hook is told of an event in the function at level 2 of the caller: in
--- its own code, or in a function that its own code calls, be that one C or the engine's. What the
--- engine's functions do by themselves a program cannot know of.
local function is_told(event)
  local info = getinfo(3, "Sf")
  if is_own(info) then return info.source ~= "=breakpoint" end
  if event == "line" or rawequal(info.func, host.breakpoint_call) then return false end
  local caller = getinfo(4, "S")
  return not caller or is_own(caller)
end

local function dispatch(event, line)
  local thread = running()
  if event == "count" then
    local client = script_hooks[thread]
    if client then client.left = client.left - client.unit end
    local reason = stop_pending()
    if reason == true then error(STOP, 0) end
    -- The call that Python has made is to end, not the engine's code around it. While a debugger looks
    -- on, it goes on.
    if reason == OVER and not debug_masks[thread] then
      if is_own(getinfo(2, "S")) then error(STOP, 0) end
      return
    end
    if reason == POKE and host.poked then host.poked() end
    local wanted = debug_counts[thread]
    if wanted and wanted > 0 then call_debugger(event, line) end
    if client and client.count > 0 and client.left <= 0 then
      client.left = client.count
      return client.hook(event, line)
    end
    if not poll_count and not wanted then apply(thread) end -- left over from a stop that is past
    return
  end
  local mask = debug_masks[thread]
  if mask and find(mask, LETTER[event], 1, true) then call_debugger(event, line) end
  local client = script_hooks[thread]
  if client and find(client.mask, LETTER[event], 1, true) and is_told(event) then return client.hook(event, line) end
end

--- Sets a thread's hook to what the clients want now. Alone, the debugger is called directly; it
--- hands count events that it has not asked for to `host.dispatch`.
function apply(thread)
  local client, debug_mask, debug_count = script_hooks[thread], debug_masks[thread], debug_counts[thread]
  if debug_mask and not client and not poll_count then
    return sethook(thread, debug_hook, debug_mask, debug_count or 0)
  end
  local mask, count = client and client.mask or "", client and client.count or 0
  if debug_mask then mask = mask .. debug_mask end
  if debug_count and debug_count > 0 and (count == 0 or debug_count < count) then count = debug_count end
  if poll_count and (count == 0 or count > poll_count) then count = poll_count end
  if client then client.unit = count end
  sethook(thread, dispatch, mask, count)
end

host.dispatch = dispatch

function host.set_debug_hook(hook) debug_hook = hook end

--- Sets what the debugger wants to see of a thread: nil for nothing.
function host.set_debug_mask(thread, mask, count)
  debug_masks[thread], debug_counts[thread] = mask, count
  apply(thread)
end

--- Makes the running thread, the main one and all that are known raise at their next instruction.
function host.arm_here()
  debug_masks, debug_counts = setmetatable({}, WEAK_KEYS), setmetatable({}, WEAK_KEYS)
  sethook(running(), dispatch, "", 1)
  sethook(host.main_thread, dispatch, "", 1)
  for thread in next, host.live do sethook(thread, dispatch, "", 1) end
end

--- Calls a function with every thread that is known: the main one and the coroutines.
function host.each_thread(visit)
  visit(host.main_thread)
  for thread in next, host.live do visit(thread) end
end

-- Coroutines known to the arming thread. The sentinel is reachable only from the entry of its
-- own coroutine and holds it, so its finaliser runs (and the pointer is forgotten) before the
-- coroutine can be freed.
host.live = setmetatable({}, WEAK_KEYS)
local live, remember, forget = host.live, host.remember_thread, host.forget_thread
local SENTINEL = { __gc = function(sentinel) forget(sentinel[1]) end }

local function track(thread)
  sethook(thread, dispatch, "", poll_count or 0)
  local pointer = format("%p", thread)
  live[thread] = setmetatable({ pointer, thread }, SENTINEL)
  remember(pointer)
  if host.new_thread then host.new_thread(thread) end
  return thread
end

local coroutine = {}
for name, member in next, raw.coroutine do coroutine[name] = member end

--- Refuses what is no function as Lua does: in the name of the function at level 2, whose own
--- arguments these are, as its caller has written it.
local function refuse_body(own_name, ...)
  local body = ...
  local meta = getmetatable(body)
  local kind = meta and rawget(meta, "__name")
  if type(kind) ~= "string" then kind = select("#", ...) == 0 and "no value" or type(body) end
  local info = getinfo(2, "n")
  if info.namewhat == "method" then
    error(format("calling '%s' on bad self (function expected, got %s)", info.name, kind), 3)
  end
  error(format("bad argument #1 to '%s' (function expected, got %s)", info.name or "coroutine." .. own_name, kind), 3)
end
host.refuse_body = refuse_body

--- A coroutine that can be ended from another thread, whether others are known or not.
function host.create_tracked(body) return track(create(body)) end

if host.tracked then
  function coroutine.create(...)
    local body = ...
    if type(body) ~= "function" then refuse_body("create", ...) end
    return track(create(body))
  end

  function coroutine.wrap(...)
    local body = ...
    if type(body) ~= "function" then refuse_body("wrap", ...) end
    return raw_wrap(function(...)
      track(running())
      return body(...)
    end)
  end
  host.create = coroutine.create
else
  host.create = create
end
G.coroutine = coroutine
host.loaded.coroutine = coroutine

--- `xpcall` whose handler is not called for a stop.
function G.xpcall(body, handler, ...)
  if type(handler) ~= "function" then return raw.xpcall(body, handler, ...) end
  return raw.xpcall(body, function(value)
    if rawequal(value, STOP) then return value end
    return handler(value)
  end, ...)
end

host.script_xpcall = G.xpcall

function host.script_sethook(first, second, third, fourth)
  local thread, hook, mask, count = running(), first, second, third
  if type(first) == "thread" then thread, hook, mask, count = first, second, third, fourth end
  if hook == nil then
    script_hooks[thread] = nil
  else
    if type(hook) ~= "function" then error("bad argument to 'sethook' (function expected)", 2) end
    script_hooks[thread] = { hook = hook, mask = mask or "", count = count or 0, left = count or 0, unit = 0 }
  end
  apply(thread)
end

function host.script_gethook(thread)
  local client = script_hooks[thread or running()]
  if client then return client.hook, client.mask, client.count end
end

apply(host.main_thread)
