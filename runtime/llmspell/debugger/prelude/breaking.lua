-- Breakpoints, stepping, pause and errors: decides on the Lua thread whether the program stands
-- still. Standing still itself is `host.stand` (Python): it blocks, runs inspection jobs, and
-- gives the way to go on: "continue", "in", "over", "out".
--
-- Compiled breakpoints are calls of a boolean that were put into the source (see instrument.py);
-- late ones, for code that was loaded before they were set, use a call hook that switches the
-- line hook on only inside functions that have one.

local host = ...
local raw, G = host.raw, host.G
local getinfo, getlocal, running = raw.debug.getinfo, raw.debug.getlocal, raw.coroutine.running
local pcall, xpcall, error, select, type = raw.pcall, raw.xpcall, raw.error, raw.select, raw.type
local rawequal, rawget = raw.rawequal, raw.rawget
local setmetatable, next, load, tostring, sub = raw.setmetatable, raw.next, raw.load, raw.tostring, raw.string.sub
local concat, status = raw.table.concat, raw.coroutine.status
local set_debug_mask, STOP = host.set_debug_mask, host.STOP

local WEAK_KEYS = { __mode = "k" }
local ENDED = "the coroutine was ended by the debugger"
local debugger = {
  step = nil, -- the step under way: { kind, thread, depth, line, first, now, target }
  filters = {}, -- exception filters by name: true or a condition
  ending = setmetatable({}, WEAK_KEYS), -- coroutines that are to end, see ending.lua
  heirs = setmetatable({}, WEAK_KEYS), -- threads that may go on when one of those has ended
  erring = nil, -- { thread, value } of the coroutine that an error came through last
}
host.debugger = debugger

-- The function whose lines are being told, see "Late breakpoints".
local lines_thread, lines_info

--- Sets what is seen of a thread (nil: nothing); data breakpoints see more. Where each instruction
--- is looked at, lines are told by `host.on_instruction`: with both masks the VM would tell a line
--- with every instruction.
local function set_mask(thread, mask, count)
  lines_thread = nil
  local reading = debugger.reading
  if debugger.ending[thread] then mask, count = "", 1 end
  if debugger.heirs[thread] then mask, count = mask or "", 1 end
  if mask and (debugger.watching or reading) then
    local lines = debugger.watching or raw.string.find(mask, "l", 1, true)
    mask = raw.string.gsub(mask, "l", "")
    if reading then
      reading.lines[thread] = lines and true or nil
      mask, count = "c" .. mask, 1
    elseif lines then
      mask = mask .. "l"
    end
  end
  set_debug_mask(thread, mask, count)
end

-- Where the program is -------------------------------------------------------------------------
-- Levels are counted as `getinfo` does, from the function that asks. Functions that handle hook
-- events are reached by tail calls only, so that the hooked function is at level 2, or at 3 when
-- `dispatch` stands between (`host.via`).

local OURS = { ["=breakpoint"] = true, ["=filter"] = true } -- conditions and log messages

local function is_engine(info) return sub(info.source, 1, 10) == "=[llmspell" or OURS[info.source] end
host.is_engine = is_engine

--- The level, as the caller counts, of the innermost frame of the script; nil if there is none.
local function script_level()
  local level = 2
  while true do
    local info = getinfo(level, "S")
    if not info then return nil end
    if info.what ~= "C" and not is_engine(info) then return level - 1 end
    level = level + 1
  end
end

--- How many levels there are, as the caller counts.
local function levels()
  local low, high = 1, 16
  while getinfo(high, "l") do low, high = high, high * 2 end
  while high - low > 1 do
    local middle = (low + high) // 2
    if getinfo(middle, "l") then low = middle else high = middle end
  end
  return low - 1
end

local function is_mine(info)
  return info and info.what ~= "C" and not is_engine(info) and host.is_my_code(info.source)
end

-- Standing still -------------------------------------------------------------------------------

local quiet = false -- late breakpoints alone, every thread sees calls only, no dispatcher between
local loud = 0 -- threads that see more than calls
local go_on, stand, step_thread
local late_wanted, late_hits_at, lines_of -- see "Late breakpoints"
local sites = {} -- number -> { names, handed_over, checks, owner }, see wishes.py
local reached -- what compiled breakpoints call, see below

--- Stands still at the innermost frame of the script. `inside` tells where it was called: in the
--- "hook", where there are no events; in "reached", whose own end must not be taken for one of the
--- program; or in an error "handler", after which the stack unwinds.
function stand(reason, inside, hits, text)
  if debugger.standing then return end -- what is evaluated there runs through
  local thread = running()
  debugger.step = nil
  host.each_thread(function(other) set_mask(other, nil) end)
  host.flush()
  local level = script_level()
  local info = getinfo(level, "Sl")
  local depth = levels() - level + 1
  debugger.standing = { thread = thread }
  local way, target = host.stand(reason, hits or "", text or "", host.thread_id(thread))
  debugger.standing, debugger.error = nil, nil
  host.drop_references()
  if way == "stop" then
    host.arm_here()
    host.via = 0
    error(STOP, 0)
  end
  if debugger.ending[thread] then
    host.refresh_late() -- the others go on as ever
    host.via = 0
    error(ENDED, 0)
  end
  go_on(way, thread, depth, info.currentline, target, inside)
  host.refresh_late()
  if host.pause_wanted() then return stand("pause", inside) end
end

-- Stepping -------------------------------------------------------------------------------------

function go_on(way, thread, depth, line, target, inside)
  local landed = debugger.landed
  if way == "continue" and landed and landed.expires and landed.thread == thread and inside == "hook" then
    quiet = false
    debugger.step = { kind = "leaving", thread = thread, live = true }
    return set_mask(thread, "l", 0)
  end
  if way == "continue" then return end
  quiet = false
  if way == "thread" then return step_thread(host.thread_by_id(raw.math.tointeger(target))) end
  if inside == "handler" then way, depth, line = "in", -1, -1 end -- wherever it is caught
  target = target and host.step_target(target, thread)
  local everywhere = way == "in" and not target
  debugger.step = {
    kind = everywhere and "in" or way == "out" and "out" or "over", thread = thread, depth = depth, line = line,
    first = true, now = depth, target = target, live = inside == "hook", resumers = {},
  }
  host.each_thread(function(other)
    if other == thread then
      set_mask(other, everywhere and "l" or way == "out" and "cr" or "crl", 0)
    elseif status(other) == "normal" then
      -- It goes on when this thread yields, ends or dies: the step arrives there.
      debugger.step.resumers[other] = true
      set_mask(other, everywhere and "l" or "", 1)
    elseif everywhere then
      set_mask(other, "l", 0)
    elseif late_wanted() then
      set_mask(other, "crl", 0) -- its breakpoints end the step
    end
  end)
end

--- Stops at the next instruction of a thread.
local function arrive(thread)
  debugger.step = { kind = "arrive", resumers = { [thread] = true } }
  set_mask(thread, "", 1)
end

--- Goes on to the next instruction of a thread that does not stand.
function step_thread(thread)
  if late_wanted() then host.each_thread(function(other) set_mask(other, "crl", 0) end) end
  arrive(thread)
end

--- Where a breakpoint call follows on this very line, it must not stop there again. A call that is
--- made only if a test holds may not come: `expires` says that the note is void on the next line.
local function note_landing(info)
  local lines = debugger.site_lines[info.source]
  local called = lines and lines[info.currentline]
  if called then
    local expires = called ~= "always"
    debugger.landed = { thread = running(), line = info.currentline, source = info.source, expires = expires }
  end
end

--- Voids the note about a landing once its thread has come to another line.
local function leave_landing(thread)
  local landed = debugger.landed
  if landed and landed.expires and landed.thread == thread then debugger.landed = nil end
end

local function on_line(line, step, thread)
  local level = 2 + host.via
  local info = getinfo(level, "Slfu")
  if not is_mine(info) then return end
  leave_landing(thread)
  if step.kind == "leaving" then
    debugger.step = nil
    host.refresh_late()
    set_mask(thread, late_wanted() and "crl" or nil, 0)
  end
  local hits = late_hits_at(info, line)
  if hits then return stand("breakpoint", "hook", hits) end
  if step.kind == "leaving" then return end
  local depth = levels() - level + 1
  local passing = step.kind == "over" and depth > step.depth or step.kind == "out" and depth >= step.depth
  if passing then -- the counter drifted, or a breakpoint is near
    step.now = depth
    if not lines_of(info.func) then set_mask(thread, "cr", 0) end
    return
  end
  if step.first and thread == step.thread then -- the rest of the line that it stood on
    step.first = false
    if line == step.line and depth == step.depth then return end
  end
  note_landing(info)
  stand(step.reason or "step", "hook")
end

--- Stops at the first line that is executed.
function host.stop_at_entry()
  debugger.step = { kind = "in", depth = -1, line = -1, reason = "entry" }
  host.each_thread(function(thread) set_mask(thread, "l", 0) end)
end

function host.stand_at_data(hits, text) stand("data breakpoint", "hook", hits, text) end

-- These unwind frames that end without a return event.
local CATCHERS = { [raw.pcall] = true, [raw.xpcall] = true }

local function on_call(step, thread)
  step.now = step.now + 1
  if step.target and step.now == step.depth + 1 and rawequal(getinfo(2 + host.via, "f").func, step.target) then
    debugger.step = { kind = "in", thread = thread, depth = -1, line = -1, resumers = step.resumers }
    set_mask(thread, "l", 0)
    return
  end
  if step.now <= step.depth then return end
  local near = next(debugger.late) and lines_of(getinfo(2 + host.via, "f").func)
  set_mask(thread, near and "crl" or "cr", 0)
end

local function on_return(step, thread)
  local level = 2 + host.via
  if step.kind == "out" then leave_landing(thread) end
  if CATCHERS[getinfo(level, "f").func] then step.now = levels() - level + 1 end
  step.now = step.now - 1
  if step.now < step.depth then -- the frame itself has returned
    if getinfo(level + 1, "l") then arrive(thread) end
  elseif step.now == step.depth and step.kind ~= "out" then
    set_mask(thread, "crl", 0)
  elseif next(debugger.late) then
    local caller = getinfo(level + 1, "f")
    set_mask(thread, caller and lines_of(caller.func) and "crl" or "cr", 0)
  end
end

local function on_step_event(event, line, step, thread)
  if event == "line" then return on_line(line, step, thread) end
  if step.kind == "in" then return end
  if not step.live then -- still in the call of a compiled breakpoint
    step.live = event == "return" and rawequal(getinfo(2 + host.via, "f").func, reached)
    return
  end
  if event == "call" then return on_call(step, thread) end
  if event == "return" then return on_return(step, thread) end
end

-- Late breakpoints -----------------------------------------------------------------------------

debugger.late = {} -- source -> line -> { ids }
-- The first three parameters of all functions that have late breakpoints. A function that is
-- called has none if its parameters have other names, which can be asked without making a table.
local late_openings, openings_of = {}, {}
local late_functions = setmetatable({}, WEAK_KEYS) -- function -> its lines, or false
local late_masks = setmetatable({}, WEAK_KEYS) -- thread -> the mask that was set for it

function lines_of(func)
  local known = late_functions[func]
  if known ~= nil then return known end
  local info = getinfo(func, "SL")
  local lines = false
  if info.what ~= "C" then
    local wanted = debugger.late[info.source]
    if wanted and info.activelines then
      for line in next, wanted do
        if info.activelines[line] then
          lines = wanted
          break
        end
      end
    end
  end
  late_functions[func] = lines
  return lines
end

function late_wanted() return next(debugger.late) ~= nil end

--- The mask for a thread whose hooked function is at a level, as the caller counts: lines inside
--- functions that have breakpoints, returns while such a function is further down, else calls.
local function late_mask(level)
  local info = getinfo(level + 1, "f")
  if info and lines_of(info.func) then return "crl" end
  level = level + 2
  while true do
    info = getinfo(level, "f")
    if not info then return "c" end
    if lines_of(info.func) then return "cr" end
    level = level + 1
  end
end

local function set_late_mask(thread, mask)
  local before = late_masks[thread]
  if before ~= mask then
    late_masks[thread] = mask
    if before == "c" then loud = loud + 1 elseif mask == "c" then loud = loud - 1 end
    set_mask(thread, mask, 0)
  end
  quiet = loud == 0 and host.via == 0 and not debugger.step and not debugger.watching and not debugger.reading
end

local codes = setmetatable({}, WEAK_KEYS) -- function -> its code, where it was needed

local function code_of(func)
  local code = codes[func]
  if not code then
    code = host.code(raw.string.dump(func))
    codes[func] = code
  end
  return code
end

--- Whether a site is in a function: other functions may have code on the same line.
local function is_in(site, info)
  local owner = site.owner
  if site.code ~= "" and site.code ~= code_of(info.func) then return false end
  return owner[1] == info.linedefined and owner[2] == info.lastlinedefined
    and owner[3] == info.nparams and owner[4] == info.isvararg
end

--- The wishes that want to stop at a line of a function, as text with commas; nil if none does.
function late_hits_at(info, line)
  local lines = debugger.late[info.source]
  local numbers = lines and lines[line]
  if not numbers then return nil end
  local hits
  for i = 1, #numbers do
    local hit = is_in(sites[numbers[i]], info) and host.late_hits(numbers[i])
    if hit then hits = hits and hits .. "," .. hit or hit end
  end
  return hits
end

--- Lines that follow each other without a call or a return are in one function, which is looked at
--- once. That saves time, and memory: what is allocated in a hook makes the collector work there, and
--- then the VM takes all registers of the hooked function for alive, those no longer in use as well. A
--- program that waits for an object to be collected would wait for ever. (Data breakpoints hear of
--- lines only.)
local function on_late_line(line, thread)
  if thread ~= lines_thread or late_masks[thread] ~= "crl" then lines_thread, lines_info = thread, getinfo(2 + host.via, "Suf") end
  local hits = late_hits_at(lines_info, line)
  if hits then stand("breakpoint", "hook", hits) end
end

local function on_late_event(event, line, thread)
  if event == "line" then return on_late_line(line, thread) end
  lines_thread = nil
  local level = 2 + host.via
  if event == "return" then
    set_late_mask(thread, late_mask(level + 1))
  elseif lines_of(getinfo(level, "f").func) then
    set_late_mask(thread, "crl")
  elseif late_masks[thread] ~= "c" then
    set_late_mask(thread, "cr")
  end
end

--- Puts the hooks for late breakpoints and watches on all threads, or takes them off.
function host.refresh_late()
  if debugger.step then return end
  local mask = debugger.watching and "l" or late_wanted() and "crl" or debugger.reading and "" or nil
  quiet, loud = false, 0
  host.each_thread(function(thread)
    late_masks[thread] = mask -- the first events sort out what is really needed
    if mask == "crl" then loud = loud + 1 end
    set_mask(thread, mask, 0)
  end)
end

--- Sets the late sites of a source: `lines` (line -> numbers), and `openings`, the first three
--- parameters of the functions that have them; nil removes them.
function host.set_late(source, late)
  if late and not next(late.lines) then late = nil end
  debugger.late[source], openings_of[source] = late and late.lines, late and late.openings
  late_functions, late_openings = setmetatable({}, WEAK_KEYS), {}
  for _, openings in next, openings_of do
    for i = 1, #openings do
      local first, second, third = openings[i][1], openings[i][2], openings[i][3]
      local seconds = late_openings[first] or {}
      local thirds = seconds[second] or {}
      late_openings[first], seconds[second], thirds[third] = seconds, thirds, true
      -- What `getlocal` finds where there is none:
      if third == "" then thirds["(temporary)"] = true end
      if second == "" then seconds["(temporary)"] = thirds end
      if first == "" then late_openings["(temporary)"] = seconds end
    end
  end
end

-- The hook -------------------------------------------------------------------------------------

local UNHEARD = 100 -- instructions after which `dispatch` looks for a stop or a pause again

local function arrived()
  if is_mine(getinfo(2 + host.via, "Sl")) then stand("step", "hook") end
end

local hook
function hook(event, line)
  if quiet and event == "call" then
    -- The usual case with late breakpoints: a function that has none is called.
    local seconds = late_openings[getlocal(2, 1) or ""]
    local thirds = seconds and seconds[getlocal(2, 2) or ""]
    if not thirds or not thirds[getlocal(2, 3) or ""] then return end
    local lines = late_functions[getinfo(2, "f").func]
    if lines == false then return end
  end
  if debugger.reading and (event == "call" or event == "tail call") then host.note_call() end
  local step = debugger.step
  if event == "count" then
    local thread = running()
    if debugger.ending[thread] then error(ENDED, 0) end
    if debugger.heirs[thread] then host.tell_ended() end
    local resumers = step and step.resumers
    if resumers and resumers[thread] then return arrived() end
    local reading = debugger.reading
    if reading then
      if host.via > 0 then -- it comes from `dispatch`
        reading.left = UNHEARD
        return host.on_instruction(hook)
      elseif reading.left > 0 then
        reading.left = reading.left - 1
        return host.on_instruction(hook)
      end
    end
    if host.via > 0 then return end -- reads were watched until a moment ago
    return host.dispatch(event, line)
  end
  if event == "line" and debugger.watching then host.check_watches() end
  if step then
    local thread = running()
    if step.kind == "in" or step.thread == thread then return on_step_event(event, line, step, thread) end
  end
  if late_wanted() then return on_late_event(event, line, running()) end
end
host.set_debug_hook(hook)

--- Called by the dispatcher when another thread wants attention: a pause, or changed breakpoints.
function host.poked()
  host.attend()
  if debugger.standing then -- it will look for a pause itself
    local reason = host.given_up() -- an evaluation goes on for too long
    if reason then error(reason, 0) end
    return
  end
  if script_level() and host.pause_wanted() then return stand("pause", "hook") end
  host.refresh_late()
end

function host.new_thread(thread)
  local step = debugger.step
  if debugger.watching or debugger.reading or (step and step.kind == "in" and not step.target) then
    local all_lines = debugger.watching or late_wanted() or step and step.kind == "in"
    set_mask(thread, all_lines and "l" or "", 0)
  elseif late_wanted() then
    quiet, loud = false, loud + 1
    late_masks[thread] = "crl"
    set_mask(thread, "crl", 0)
  end
end

-- Compiled breakpoints -------------------------------------------------------------------------

local HANDED = 6 -- values that a compiled breakpoint hands over at most
local conditions = {} -- number -> the condition of a site with one wish
local plan_passes
-- What compiled breakpoints find through a hidden table, or in a hidden local of its own (see lending.py):
--   by the number of a site: passes that can be let go without a look, counted down in the program
--     or in `reached`
--   "c" and the number: its condition, for `pcall`
--   "call" and the number: `pcall` for the call in its condition; false where that must not be made
--   "o" and the number: what FLAG is at first, the number; false where operands often were no numbers
--   "p" and the number, for a site with FLAG: its set of tables; an empty one, the same
--   standard functions as they were, by their names
--   by small integers (see in_place.py): the globals, while they can be read without an error, which is
--     as long as it is certain that the standard functions are those of the program, else an empty table;
--     whether something is certain; and sets of tables without a metatable, which are empty where
--     something is not
local FLAG = "__llmspell_ok"
-- What is certain, by what ends it: that variables hold what their assignments in the text say
-- ("facts"), that about standard functions and globals ("standard"), that no value has `__eq`
-- ("equality"), that none has `__lt` or `__le` ("order"), that nobody looks at what the program reads
-- ("reads").
local CERTAIN = { facts = { 2, 3, 5, 6, 8, 9 }, standard = { 3, 6, 9 }, equality = { 4, 5, 6, 7, 8, 9 }, order = { 7, 8, 9 }, reads = { 3, 6, 9 } }
local PLAIN = {
  facts = { 11, 12, 14, 15, 17, 18 }, standard = { 12, 15, 18 }, equality = { 13, 14, 15, 16, 17, 18 },
  order = { 16, 17, 18 }, reads = { 10, 11, 12, 13, 14, 15, 16, 17, 18 },
}
local plain_sets, used, closed = {}, {}, {} -- those of them that conditions use; set -> true; the same: stays empty
local support, NEVER = { G, [0] = 0, pcall = pcall }, raw.math.maxinteger
for slot = 2, 18 do
  if slot < 10 then support[slot] = true else support[slot] = setmetatable({}, WEAK_KEYS) end
end
support.type, support.rawequal, support.select, support.tonumber = type, rawequal, select, raw.tonumber
support.os_clock, support.os_time = raw.os.clock, raw.os.time
support.coroutine_running, support.coroutine_isyieldable = running, raw.coroutine.isyieldable
for name, value in next, raw.math do support["math_" .. name] = value end

local NOTHING = {} -- lent where nothing may be found
local MOST_BORROWERS = 64 -- of a source
local borrowers = {} -- source -> list of { function with hidden locals, key -> which of its upvalues }
local getupvalue, setupvalue = raw.debug.getupvalue, raw.debug.setupvalue

--- Changes something that is lent, also where it is a hidden local.
local function change(key, value)
  if rawequal(support[key], value) then return end
  support[key] = value
  for _, list in next, borrowers do
    for i = 1, #list do
      local index = list[i][2][key]
      if index then setupvalue(list[i][1], index, value) end
    end
  end
end

--- Keeps what a chunk was lent up to date. A chunk that runs often borrows each time: then the
--- functions of the first time are not certain of anything any more.
local function borrow(hidden)
  local indexes, index, source = {}, 1, getinfo(hidden, "S").source
  while true do
    local name = getupvalue(hidden, index)
    if not name then break end
    local key = sub(name, 12)
    indexes[raw.math.tointeger(raw.tonumber(key)) or key] = index
    index = index + 1
  end
  local list = borrowers[source] or {}
  borrowers[source] = list
  if #list == MOST_BORROWERS then
    local oldest = raw.table.remove(list, 1)
    for key, at in next, oldest[2] do
      setupvalue(oldest[1], at, type(support[key]) == "table" and NOTHING or false)
    end
  end
  list[#list + 1] = { hidden, indexes }
end

local calling = {} -- number of a site that calls -> the fact that has to hold for it, 0 for none
local function no_call() end -- `pcall` gives true or false: a site that gets nothing asks `reached`
local sees_metatables = false -- whether each `setmetatable` of the program is seen; nil: never will be
local has_order = false -- whether numbers have the hidden metamethods; nil: never will have

--- What was certain no longer is; "metatables": that all of them are seen.
function host.disturb(what)
  if not sees_metatables and (what == "metatables" or what == "facts") then sees_metatables = nil end
  if what == "metatables" then return end
  local certain, plain = CERTAIN[what], PLAIN[what]
  if what == "standard" or what == "reads" then change(1, NOTHING) end
  for i = 1, #certain do change(certain[i], false) end
  for i = 1, #plain do
    local set = support[plain[i]]
    for value in next, set do set[value] = nil end
    closed[set] = true
  end
  for number, holds in next, calling do
    if holds > 0 and not support[holds] then change("call" .. number, false) end
  end
  if what == "order" or what == "equality" then
    if has_order then raw.debug.setmetatable(0, nil) end
    has_order = nil
  end
end

--- From now on a table that gets a metatable is no longer among the plain ones. It is too late for
--- that once the program may have kept `setmetatable` for itself.
function host.see_metatables()
  if sees_metatables ~= false then return end
  sees_metatables = true
  function G.setmetatable(...)
    local value, metatable = ...
    for i = 1, #plain_sets do
      if plain_sets[i][value] then plain_sets[i][value] = nil end
    end
    if type(metatable) == "table" then
      if support[4] and rawget(metatable, "__eq") then host.disturb("equality") end
      if has_order ~= nil and (rawget(metatable, "__lt") or rawget(metatable, "__le")) then host.disturb("order") end
    end
    local ok, result = pcall(setmetatable, ...)
    if ok then return result end
    local name = getinfo(1, "n").name
    error(name and raw.string.gsub(result, "'%?'", "'" .. raw.string.gsub(name, "%%", "%%%%") .. "'", 1) or result, 2)
  end
end

--- Notes a table in a set if it has no metatable; gives whether it is in there.
local function note_plain(value, set)
  if set[value] then return true end
  if not sees_metatables or closed[set] or type(value) ~= "table" or raw.debug.getmetatable(value) then return false end
  set[value] = true
  return true
end

local getlocal, setlocal = raw.debug.getlocal, raw.debug.setlocal

local MOST_FAILURES = 20 -- of a site, until its condition is no longer tried in the program
local failures = {} -- number -> how often an operand was no number

--- Whether a comparison is one in a condition: then its frame has FLAG, which is cleared.
local function is_in_condition(level)
  local index = 1
  while true do
    local name, number = getlocal(level + 1, index)
    if not name then return false end
    if name == FLAG then
      setlocal(level + 1, index, false)
      local count = failures[number] + 1
      failures[number] = count
      if count > MOST_FAILURES then
        change("o" .. number, false)
        change("p" .. number, NOTHING)
      end
      return true
    end
    index = index + 1
  end
end

--- Tries the condition of a site in the program again.
local function retry(number)
  if failures[number] <= MOST_FAILURES then return end
  failures[number] = MOST_FAILURES
  change("o" .. number, number)
  change("p" .. number, support[sites[number].plain])
end

local function name_of_type(value)
  local metatable = type(value) ~= "string" and raw.debug.getmetatable(value)
  local name = metatable and rawget(metatable, "__name")
  return type(name) == "string" and name or type(value)
end

--- `<` and `<=` of a number and something else, while no value of the program has a metamethod for
--- it: what a condition asks is answered as an operand that is no number; the program gets its error.
function host.compare(first, second)
  if is_in_condition(2) then return true end
  local one, other = name_of_type(first), name_of_type(second)
  error(one == other and "attempt to compare two " .. one .. " values" or "attempt to compare " .. one .. " with " .. other, 2)
end

local function see_order()
  if has_order ~= false then return end
  has_order = true
  raw.debug.setmetatable(0, { __lt = host.compare, __le = host.compare })
end

--- Whether a variable is one of those that breakpoints add.
function host.is_hidden(name) return sub(name, 1, 11) == "__llmspell_" end

local function no_condition() end
local wishes = {} -- id -> true while somebody wants it
local reported = {} -- the same: which of their errors were said, though a breakpoint has many sites
local counting = {} -- the same: place -> { check, number }, which counts on when its chunk is loaded again
debugger.site_lines = {} -- source -> line -> "always" or "tested": when a call stands there

--- A function that gives the values of expressions. Chunks take their arguments as varargs, which
--- is slow to call: a function with parameters is made of those that only name theirs.
local function compiled(text)
  if not text then return nil end
  local parameters, results = raw.string.match(text, "^local (.-) = %.%.%. return (.*)$")
  if not parameters then parameters, results = "", raw.string.match(text, "^return (%(.*)$") end
  if not results or raw.string.find(results, "...", 1, true) then return load(text, "=[llmspell breakpoint]", "t", G) end
  local maker = load("return function(" .. parameters .. ") return " .. results .. " end", "=[llmspell breakpoint]", "t", G)
  return maker and maker() or load(text, "=[llmspell breakpoint]", "t", G)
end

--- The same for a condition that the program tests itself where `tables` are plain and operands are
--- numbers: as long as they are not known to be, it is called here. In all of the first passes, and
--- then in one of sixteen, the tables are looked at first, so that a table that is new each time costs
--- little; in one of 4096 the program is to try again whether operands are numbers.
local function learning(number, text, tables, set)
  local parameters, results = raw.string.match(text, "^local (.-) = %.%.%. return (.*)$")
  if not results then parameters, results = "", raw.string.match(text, "^return (%(.*)$") end
  if not results or raw.string.find(results, "...", 1, true) then return compiled(text) end
  local looks = {}
  for i = 1, #tables do looks[i] = "__llmspell_note(" .. tables[i] .. ", __llmspell_set)" end
  local look = #looks > 0 and "if __llmspell_passes < 64 or __llmspell_passes & 15 == 0 then "
    .. "local _ = not __llmspell_closed[__llmspell_set] and " .. concat(looks, " and ") .. " end " or ""
  local again = failures[number] and "if __llmspell_passes & 4095 == 0 then __llmspell_retry(" .. number .. ") end " or ""
  local maker = load("local __llmspell_note, __llmspell_set, __llmspell_closed, __llmspell_retry = ... "
    .. "local __llmspell_passes = 0 return function(" .. parameters .. ") __llmspell_passes = __llmspell_passes + 1 "
    .. again .. look .. "return " .. results .. " end", "=[llmspell breakpoint]", "t", G)
  return maker and maker(note_plain, set, closed, retry) or compiled(text)
end

--- Whether the caller's caller runs for a condition or a log message of a compiled breakpoint.
local function is_evaluated()
  for level = 3, raw.math.maxinteger do
    local info = getinfo(level, "Sn")
    if not info then return false end
    if info.source == "=[llmspell breakpoint]" or info.what == "C" and info.name and host.is_hidden(info.name) then return true end
  end
end

local yield, kept = raw.coroutine.yield, false

--- From now on what breakpoints evaluate cannot yield, as it cannot in a hook: the program would
--- come back from a `resume` that its coroutine never answered.
local function keep_from_yielding()
  if kept then return end
  kept = true
  function G.coroutine.yield(...)
    if is_evaluated() then error("attempt to yield across a C-call boundary", 0) end
    return yield(...)
  end
end

--- The passes of a check so far: where its place has another number already, those of that one.
local function passes_before(number, check, place)
  local places = counting[check.wish]
  if not places then return 0 end
  local before, count = places[place], 0
  if before then
    local free = support[before.number] or 0 -- counted already
    count = before.check.count - (free > 0 and free < NEVER and free or 0)
  end
  places[place] = { check = check, number = number }
  return count
end

--- Defines what happens where the program calls a number, or reaches the line of a late site.
function host.define_site(number, site)
  if site.ordered then
    see_order()
    failures[number], support["o" .. number], support["p" .. number] = 0, number, support[site.plain]
  end
  for _, check in raw.ipairs(site.checks) do
    check.count = passes_before(number, check, site.place)
    if #site.tables > 0 or site.ordered then
      local set = support[site.plain]
      if #site.tables > 0 and not used[set] then plain_sets[#plain_sets + 1], used[set] = set, true end
      check.condition = learning(number, check.condition, site.tables, set)
    else
      check.condition = compiled(check.condition)
    end
    check.values = compiled(check.values)
  end
  local names = #site.names
  if names > HANDED or site.names[names] == "..." then site.handed_over = false end
  if names == 0 then site.names = nil end
  sites[number] = site
  local only = site.checks[1]
  if site.protected then site.condition, only.condition = only.condition, nil end
  if site.calling then calling[number] = site.holds end
  if site.calls then keep_from_yielding() end
  if #site.checks == 1 and only.condition and (site.handed_over or not site.names) then conditions[number] = only.condition end
  plan_passes(number, site)
  if site.source then -- the program calls here
    local lines = debugger.site_lines[site.source] or {}
    debugger.site_lines[site.source] = lines
    lines[site.line] = (site.always or lines[site.line] == "always") and "always" or "tested"
  end
end

function host.switch_wish(id, on)
  wishes[id], reported[id], counting[id] = on or nil, on and {} or nil, on and {} or nil
  for number, site in next, sites do
    for i = 1, #site.checks do
      local idle = support[number] == NEVER or support[number] == 0
      if site.checks[i].wish == id and (idle or not on) then plan_passes(number, site) end
    end
  end
end

local COMPARE = {
  ["=="] = function(a, b) return a == b end,
  ["~="] = function(a, b) return a ~= b end,
  [">="] = function(a, b) return a >= b end,
  [">"] = function(a, b) return a > b end,
  ["<="] = function(a, b) return a <= b end,
  ["<"] = function(a, b) return a < b end,
  ["%"] = function(a, b) return a % b == 0 end,
}

local function report_once(check, what, message)
  if rawequal(message, STOP) then error(STOP, 0) end
  local said = reported[check.wish]
  if said and not said[what] then
    said[what] = true
    host.breakpoint_failed(check.wish, what .. ": " .. host.error_text(message))
  end
end

local function shown(value)
  if type(value) == "string" then return value end
  local ok, text = pcall(tostring, value)
  return ok and type(text) == "string" and text or "?"
end

-- Log messages are rate-limited: so many in a window of time. After those, passes are let go
-- without a look at the clock: half of what is expected in the rest of the window.
local LOG_BURST, LOG_WINDOW, LOG_MOST_FREE = 100, 0.1, 100000
local clock = host.monotonic

local function may_log(check)
  local left, now = check.log_left
  if not left then -- the first one
    left, check.log_since, check.left_out, check.log_free = LOG_BURST, clock(), 0, 0
  elseif check.log_free > 0 then
    check.log_free, check.left_out = check.log_free - 1, check.left_out + 1
    return false
  elseif left == 0 then
    now = clock()
    local elapsed = now - check.log_since
    if elapsed < LOG_WINDOW then
      check.left_out = check.left_out + 1
      local expected = (LOG_BURST + check.left_out) * (LOG_WINDOW - elapsed) / elapsed
      check.log_free = expected < 2 * LOG_MOST_FREE and expected // 2 | 0 or LOG_MOST_FREE
      return false
    end
    if check.left_out > 0 then host.log_point(check.wish, "(" .. check.left_out .. " messages left out)") end
    left, check.log_since, check.left_out = LOG_BURST, now, 0
  end
  check.log_left = left - 1
  return true
end

local function write_log(check, ok, ...)
  if not ok then return report_once(check, "log message", (...)) end
  local parts = { check.literals[1] }
  for i = 1, #check.literals - 1 do
    parts[#parts + 1] = shown((select(i, ...)))
    parts[#parts + 1] = check.literals[i + 1]
  end
  host.flush()
  host.log_point(check.wish, concat(parts))
end

--- How many passes may go by before a lone hit condition has to be looked at again.
local function free_passes(check)
  local operator, wanted, count = check.hit_operator, check.hit_count, check.count
  if operator == "==" then return count < wanted and wanted - count - 1 or NEVER end
  if operator == ">=" then return count < wanted and wanted - count - 1 or 0 end
  if operator == ">" then return count < wanted and wanted - count or 0 end
  if operator == "<=" then return count < wanted and 0 or NEVER end
  if operator == "<" then return count < wanted - 1 and 0 or NEVER end
  if operator == "%" then return wanted - count % wanted - 1 end
  return 0
end

function plan_passes(number, site)
  if not site.source then return end -- a late one
  local wanted, only = 0, site.checks[1]
  for i = 1, #site.checks do
    if wishes[site.checks[i].wish] then wanted = wanted + 1 end
  end
  if wanted == 0 then
    support[number] = NEVER
  elseif #site.checks > 1 or only.condition or site.protected then
    support[number] = 0
  elseif only.hit_operator then
    local free = free_passes(only)
    support[number] = free
    if free < NEVER then only.count = only.count + free end
  elseif only.literals and only.log_left then
    support[number] = only.log_free
    only.left_out, only.log_free = only.left_out + only.log_free, 0
  else
    support[number] = 0
  end
  if calling[number] then
    local certain = calling[number] == 0 or support[calling[number]]
    change("call" .. number, certain and (wanted > 0 and pcall or no_call))
  end
  if site.protected then support["c" .. number] = wanted > 0 and site.condition or no_condition end
end

--- Whether a wish wants to stop here; counts the pass, writes the log message.
local function holds(check, ...)
  if not wishes[check.wish] then return false end
  if check.condition then
    local ok, value = pcall(check.condition, ...)
    if not ok then
      report_once(check, "condition", value)
      return false
    end
    if not value then return false end
  end
  check.count = check.count + 1
  local operator = check.hit_operator
  if operator and not COMPARE[operator](check.count, check.hit_count) then return false end
  if check.literals then
    if not may_log(check) then return false end
    if check.values then write_log(check, pcall(check.values, ...)) else write_log(check, true) end
    return false
  end
  return true
end

--- The wishes that want to stop at a site, as text with commas; nil if none does.
local function hits_of(site, ...)
  local hits
  for i = 1, #site.checks do
    local check = site.checks[i]
    if holds(check, ...) then hits = hits and hits .. "," .. check.wish or tostring(check.wish) end
  end
  return hits
end

--- The same, with the names looked up in the innermost script frame.
function host.late_hits(number)
  local site = sites[number]
  if not site then return nil end
  if site.names then return hits_of(site, host.values_of(site.names, running())) end
  return hits_of(site)
end

local SECRET = host.breakpoint_secret

local function foreign_call()
  local info = getinfo(2, "n")
  local name = info.name and (" (" .. info.namewhat .. " '" .. info.name .. "')") or ""
  error("attempt to call a boolean value" .. name, 3)
end

--- An error of a condition: `pcall` itself does not say what it was that cannot be called. Then
--- nothing was called yet, and the condition can be computed again for the compiler's words.
local function explained(site, message)
  if type(message) ~= "string" or not raw.string.find(message, "^attempt to call an? %l+ value$") then return message end
  local ok, whole
  if site.names then ok, whole = pcall(site.condition, host.values_of(site.names, running())) else ok, whole = pcall(site.condition) end
  return ok and message or whole
end

local function look(number, a, b, c, d, e, f)
  local site = sites[number]
  local hits
  if site.protected then -- a: whether the condition went well, b: what it gave
    if not a then return report_once(site.checks[1], "condition", explained(site, b)) end
    hits = hits_of(site)
  elseif site.names and not site.handed_over then hits = host.late_hits(number) else hits = hits_of(site, a, b, c, d, e, f) end
  plan_passes(number, site)
  local landed = debugger.landed
  if landed then
    debugger.landed = nil
    local info = getinfo(3, "Sl")
    if landed.thread == running() and landed.line == info.currentline and landed.source == info.source then return end
  end
  if hits then stand("breakpoint", "reached", hits) end
end

-- What compiled breakpoints call. This is the hot path: no varargs (at most HANDED values are
-- handed over), and as little as possible before it is known to be in vain.

function reached(_, secret, number, a, b, c, d, e, f)
  if secret ~= SECRET then foreign_call() end
  local free = support[number]
  if free > 0 then
    support[number] = free - 1
    return
  end
  local condition = conditions[number]
  if condition then
    local ok, value = pcall(condition, a, b, c, d, e, f)
    if ok and not value then return end
  end
  if number == 0 then
    if a then borrow(a) end
    return support
  end
  look(number, a, b, c, d, e, f)
end

host.breakpoint_call = reached
raw.debug.setmetatable(true, { __call = reached })
local getmetatable = raw.getmetatable
function G.getmetatable(...)
  local value = ...
  if type(value) == "boolean" or has_order and type(value) == "number" then return nil end
  if value == nil and select("#", ...) == 0 then
    error("bad argument #1 to '" .. (getinfo(1, "n").name or "?") .. "' (value expected)", 2)
  end
  return getmetatable(value)
end
support.getmetatable = G.getmetatable

-- Errors ---------------------------------------------------------------------------------------

--- Stops at an error if a filter wants it.
local function at_error(value, kind)
  local filter = debugger.filters[kind]
  if not filter or rawequal(value, STOP) or value == ENDED or not script_level() then return end
  if type(filter) == "function" then
    local ok, wanted = pcall(filter, value)
    if not ok or not wanted then return end
  end
  local erring = debugger.erring
  debugger.error = { value = value, kind = kind }
  if erring and rawequal(erring.value, value) then debugger.error.thread = erring.thread end
  debugger.error.api = host.api_function(debugger.error.thread)
  stand("exception", "handler", nil, host.error_text(value))
end

--- Called by the engine's own message handler: the error will end the run.
function host.uncaught(value)
  local reported = debugger.reported
  debugger.reported = nil
  if reported and (rawequal(reported.value, value) or type(value) == "string") then return end
  at_error(value, "uncaught")
end

--- Sets the filters; `pcall` and `xpcall` are replaced the first time one of theirs is on.
function host.set_filter(kind, wanted, condition)
  local filter = wanted or nil
  if wanted and condition ~= "" then
    local chunk, message = load("local err = ... return (" .. condition .. ")", "=filter", "t", G)
    if not chunk then return message end
    filter = chunk
  end
  debugger.filters[kind] = filter
  if filter and kind == "pcall" then
    function G.pcall(body, ...)
      if not debugger.filters.pcall then return pcall(body, ...) end
      return xpcall(body, function(value)
        at_error(value, "pcall")
        return value
      end, ...)
    end
  elseif filter and kind == "xpcall" then
    function G.xpcall(body, handler, ...)
      if not debugger.filters.xpcall or type(handler) ~= "function" then
        return host.script_xpcall(body, handler, ...)
      end
      return host.script_xpcall(body, function(value)
        at_error(value, "xpcall")
        return handler(value)
      end, ...)
    end
  elseif filter and kind == "coroutine" then
    G.coroutine.resume = host.watched_resume
  end
end

-- Coroutines -----------------------------------------------------------------------------------
-- An error ends a coroutine, but its stack stays readable until it is closed: so what `wrap` does
-- in C (close it, then raise again) is done here, after the debugger had its look.

local resume, close = raw.coroutine.resume, raw.coroutine.close

--- Whether an error that is raised now on the main thread would end the run: the engine's own
--- `xpcall` is the only one to catch it.
local function would_end_the_run()
  if running() ~= host.main_thread then return false end
  local catchers, level = 0, 2
  while true do
    local info = getinfo(level, "f")
    if not info then return catchers == 1 end
    if CATCHERS[info.func] then catchers = catchers + 1 end
    level = level + 1
  end
end

local function ended(thread, value, propagates)
  local erring = debugger.erring
  if not (erring and rawequal(erring.value, value)) then debugger.erring = { thread = thread, value = value } end
  at_error(value, "coroutine")
  -- The coroutine is about to be closed: this is the last chance to see its locals.
  if propagates and would_end_the_run() then
    at_error(value, "uncaught")
    debugger.reported = { value = value }
  end
end

local function resumed(thread, ok, ...)
  if not ok and status(thread) == "dead" then ended(thread, (...)) end
  return ok, ...
end

function host.watched_resume(thread, ...)
  if type(thread) ~= "thread" or status(thread) == "dead" then return resume(thread, ...) end
  return resumed(thread, resume(thread, ...))
end

local function unwrapped(thread, ok, ...)
  if ok then return ... end
  local value = ...
  if rawequal(value, STOP) then error(value, 0) end
  if status(thread) == "dead" and getinfo(thread, 0, "l") then -- the error has left its stack
    ended(thread, value, true)
    local closed, replaced = close(thread)
    if not closed and not rawequal(replaced, value) then value = replaced end
  end
  if type(value) == "string" then error(value, 3) end -- with the place of the call, as in C
  error(value, 0)
end

local create, refuse_body = G.coroutine.create, host.refuse_body
function G.coroutine.wrap(...)
  local body = ...
  if type(body) ~= "function" then refuse_body("wrap", ...) end
  local thread = create(body)
  return function(...)
    local _ <close> = nil -- no tail call below: it would take the name of this function away
    return unwrapped(thread, resume(thread, ...))
  end
end
