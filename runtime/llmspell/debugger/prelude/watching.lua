-- Data breakpoints on a place: a field of a table, a global, a local of a frame that is alive.
--
-- Writing: places are compared after each line, at the price of a line hook on all code. Reading (of
-- fields): each instruction is looked at before it is executed (`host.instruction`, see
-- lua/instructions.py), which makes Lua code some hundred times slower; the table itself stays as
-- it is, so that nothing in the program can tell.

local host = ...
local raw = host.raw
local getinfo, getlocal, getupvalue = raw.debug.getinfo, raw.debug.getlocal, raw.debug.getupvalue
local rawget, rawequal, tostring, running = raw.rawget, raw.rawequal, raw.tostring, raw.coroutine.running
local type, next, pcall, getmetatable, setmetatable = raw.type, raw.next, raw.pcall, raw.debug.getmetatable, raw.setmetatable
local find, format, dump = raw.string.find, raw.string.format, raw.string.dump
local gmatch, tointeger = raw.string.gmatch, raw.math.tointeger
local debugger, instruction, activation = host.debugger, host.instruction, host.activation
local WEAK_KEYS = { __mode = "k" }

local places, last = {}, 0 -- id -> { kind, ... } as `watch_info` found them
local written, reads = {}, {} -- the places that are watched now, by the kind of access

local function read(place)
  if place.kind == "field" then return true, rawget(place.table, place.key) end
  if place.kind == "upvalue" then
    local _, value = getupvalue(place.func, place.index)
    return true, value
  end
  -- A local lives as long as its activation: the function at that depth must still be the same.
  if running() ~= place.thread then return false end
  local level, depth = 0, nil
  local top = 1
  while getinfo(top, "l") do top = top + 1 end
  level = top - place.depth
  local info = level > 0 and getinfo(level, "f")
  if not info or not rawequal(info.func, place.func) then return false, nil, level <= 1 end
  local name, value = getlocal(level, place.index)
  if name ~= place.name then return false end
  return true, value
end

local function is_readable(place) return place.kind == "field" and instruction ~= nil end

--- Finds what a name in an opened scope or value stands for, or an expression in a frame. Gives an
--- id, a description, and whether reading can be watched; nothing where it cannot be watched.
function host.watch_info(name, reference, thread_id, frame_level)
  local place = host.find_place(name, reference, thread_id, frame_level)
  if not place then return nil end
  last = last + 1
  places[tostring(last)] = place
  return tostring(last), place.shown, is_readable(place)
end

--- Why a place cannot be watched for a kind of access; nil where it can.
function host.watch_problem(id, access)
  local place = places[id]
  if not place then return "this place is not known" end
  if access ~= "write" and not is_readable(place) then return "only writing can be watched here" end
end

--- Sets the watches: { { id, site, condition, access }, ... }.
function host.set_watches(list)
  written, reads = {}, {}
  for _, item in raw.ipairs(list) do
    local place, access = places[item[1]], item[4]
    if place then
      local watch = { place = place, site = item[2], condition = item[3] ~= "" and item[3] or nil }
      if access ~= "read" then written[#written + 1] = watch end
      if access ~= "write" then reads[#reads + 1] = watch end
    end
  end
  debugger.watching = #written > 0 or nil
  -- What conditions read is none of the program's reads: so none may stand in the program.
  if #reads > 0 then host.disturb("reads") end
  debugger.reading = #reads > 0 and { left = 0, lines = setmetatable({}, WEAK_KEYS) } or nil
  host.forget_instructions()
  host.refresh_late()
end

local function holds(watch)
  if not watch.condition then return true end
  local kind, answer = host.evaluate(watch.condition, host.thread_id(running()), 0, false, 1, false, false)
  return kind == "ok" and not find(answer, '"value":"false"', 1, true) and not find(answer, '"value":"nil"', 1, true)
end

--- Adds to the hits, and to what is said of them, those of a watch that wants to stop.
local function add_hit(hits, said, watch, what)
  local hit = holds(watch) and host.late_hits(watch.site)
  if not hit then return hits, said end
  what = watch.place.shown .. what
  return hits and hits .. "," .. hit or hit, said and said .. "; " .. what or what
end

-- Writing --------------------------------------------------------------------------------------

function host.check_watches()
  local hits, said
  for i = 1, #written do
    local watch = written[i]
    local alive, value = read(watch.place)
    if alive then
      if watch.known and not rawequal(value, watch.value) and not (value ~= value and watch.value ~= watch.value) then
        hits, said = add_hit(hits, said, watch, ": " .. host.value_text(watch.value) .. " -> " .. host.value_text(value))
      end
      watch.known, watch.value = true, value
    end
  end
  if hits then host.stand_at_data(hits, said) end
end

-- Reading --------------------------------------------------------------------------------------
-- Lua 5.4, `lopcodes.h`: 7 bits of operation, 8 of A, 1 of k, 8 of B, 8 of C.

local GETTABUP, GETTABLE, GETI, GETFIELD, SELF, CALL, TAILCALL = 11, 12, 13, 14, 20, 68, 69
local TFORPREP, TFORCALL = 75, 76 -- the first of them goes on with the second without a hook between
local LOOKS = {
  [GETTABUP] = true, [GETTABLE] = true, [GETI] = true, [GETFIELD] = true, [SELF] = true,
  [CALL] = true, [TAILCALL] = true, [TFORPREP] = true, [TFORCALL] = true,
}
local IPAIRS = raw.ipairs {} -- the function behind a loop over `ipairs`
local MOST_TABLES = 100 -- that lead from one to the next by `__index`

--- Whether reading a key of a value comes by the watched table: it is the value itself, or the
--- value has no such field and `__index` leads there.
local function leads_to(value, watched, key)
  for _ = 1, MOST_TABLES do
    if rawequal(value, watched) then return true end
    if type(value) == "table" and rawget(value, key) ~= nil then return false end
    local metatable = getmetatable(value)
    value = type(metatable) == "table" and rawget(metatable, "__index") or nil
    if type(value) ~= "table" then return false end
  end
  return false
end

--- The numbers that a watched key has among the constants of a function, as keys of a table.
local function constants_of(watch, func)
  watch.constants = watch.constants or setmetatable({}, WEAK_KEYS)
  local numbers = watch.constants[func]
  if not numbers then
    numbers = {}
    local key = watch.place.key
    if type(key) == "string" then
      for number in gmatch(host.constant_indexes(dump(func), key), "%d+") do numbers[tointeger(number)] = true end
    end
    watch.constants[func] = numbers
  end
  return numbers
end

--- What a call of a builtin function reads at once: a table and a key.
local function read_by_call(func, first, second)
  if rawequal(func, raw.rawget) then return first, second end
  if rawequal(func, IPAIRS) then return first, type(second) == "number" and second + 1 or nil end
  if rawequal(func, next) and type(first) == "table" then
    local ok, key = pcall(next, first, second)
    return first, ok and key or nil
  end
end

local function check_reads(word, level)
  local operation = word & 0x7f
  local info = getinfo(level, "fS")
  if host.is_engine(info) then return end
  local a, constant, b, c = word >> 7 & 0xff, word >> 15 & 1, word >> 16 & 0xff, word >> 24 & 0xff
  local value, key, from_constants
  if operation == GETTABUP then
    local _, upvalue = getupvalue(info.func, b + 1)
    value, from_constants = upvalue, true
  elseif operation >= CALL then
    local _, func = getlocal(level, a + 1)
    if type(func) ~= "function" then return end
    local _, first = getlocal(level, a + 2)
    local _, second = getlocal(level, a + 3)
    if operation < TFORPREP and b == 2 then second = nil end -- one argument
    value, key = read_by_call(func, first, second)
    if value == nil then return end
  else
    local _, register = getlocal(level, b + 1)
    value = register
    if operation == GETI then
      key = c
    elseif operation == GETFIELD or (operation == SELF and constant == 1) then
      from_constants = true
    else
      local _, other = getlocal(level, c + 1)
      key = other
    end
  end
  local raw_access = operation >= CALL and not (type(key) == "number" and operation >= TFORPREP)
  local hits, said
  for i = 1, #reads do
    local watch = reads[i]
    local place = watch.place
    local same
    if from_constants then same = constants_of(watch, info.func)[c] else same = rawequal(key, place.key) end
    if same then
      if raw_access then same = rawequal(value, place.table) else same = leads_to(value, place.table, place.key) end
      if same then hits, said = add_hit(hits, said, watch, " is read") end
    end
  end
  if hits then host.stand_at_data(hits, said) end
end

-- Lines ----------------------------------------------------------------------------------------
-- The VM tells a line where an instruction is on another line than the one before it in the same
-- activation, or not behind it.

local earlier, earlier_line = {}, {} -- by activation

function host.forget_instructions() earlier, earlier_line = {}, {} end

--- Called by the hook when a function is called.
function host.note_call()
  local called = activation(format("%p", running()), 3 + host.via)
  earlier[called], earlier_line[called] = raw.math.maxinteger, nil
end

--- Called before each instruction of a hooked function, by a tail call of the hook, which is told
--- lines of threads that want them.
function host.on_instruction(hook)
  local thread, level = running(), 2 + host.via
  local word, place, at = instruction(format("%p", thread), level)
  local before, reading = earlier[at], debugger.reading
  earlier[at] = place
  if LOOKS[word & 0x7f] then check_reads(word, level + 1) end
  if not reading.lines[thread] then
    earlier_line[at] = nil
    return
  end
  local line, line_before = getinfo(level, "l").currentline, earlier_line[at]
  earlier_line[at] = line
  if before and (place <= before or line_before and line ~= line_before) then return hook("line", line) end
end
