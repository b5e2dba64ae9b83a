-- What a program looks like while it stands still: threads, frames, scopes, values. Everything
-- that goes to Python is text or numbers; values that can be opened are kept under numbers until
-- the program goes on. No metamethod runs unless an expression of the user's asks for it.

local host = ...
local raw, G = host.raw, host.G
local getinfo, getlocal, setlocal = raw.debug.getinfo, raw.debug.getlocal, raw.debug.setlocal
local getupvalue, setupvalue, getmetatable = raw.debug.getupvalue, raw.debug.setupvalue, raw.debug.getmetatable
local type, next, rawget, rawset, rawlen, rawequal = raw.type, raw.next, raw.rawget, raw.rawset, raw.rawlen, raw.rawequal
local pcall, load, error, select, tostring, setmetatable = raw.pcall, raw.load, raw.error, raw.select, raw.tostring, raw.setmetatable
local format, sub, find, rep, byte = raw.string.format, raw.string.sub, raw.string.find, raw.string.rep, raw.string.byte
local concat, sort, unpack, pack, math_type = raw.table.concat, raw.table.sort, raw.table.unpack, raw.table.pack, raw.math.type
local status, create, resume = raw.coroutine.status, raw.coroutine.create, raw.coroutine.resume
local debugger, encode = host.debugger, host.encode_any

--- Whether a variable belongs to a breakpoint, or to the compiler.
local function is_hidden(name) return sub(name, 1, 1) == "(" or host.is_hidden(name) end

local function is_engine(info) return sub(info.source, 1, 10) == "=[llmspell" end

--- Runs a function in a coroutine of its own. The thread that stands is then never the one that
--- looks, so that levels of its stack mean the same wherever they are used.
local function aside(body)
  return function(...)
    local results = pack(resume(create(body), ...))
    if not results[1] then error(results[2], 0) end
    return unpack(results, 2, results.n)
  end
end

-- Threads --------------------------------------------------------------------------------------

local WEAK_KEYS, WEAK_VALUES = { __mode = "k" }, { __mode = "v" }
local thread_ids = setmetatable({ [host.main_thread] = 1 }, WEAK_KEYS)
local threads_by_id = setmetatable({ host.main_thread }, WEAK_VALUES)
local last_thread = 1

function host.thread_id(thread)
  local id = thread_ids[thread]
  if not id then
    last_thread = last_thread + 1
    id = last_thread
    thread_ids[thread], threads_by_id[id] = id, thread
  end
  return id
end

--- The status of a thread as the program sees it: what looks at it runs in a coroutine of its own.
local function status_of(thread)
  if debugger.standing and thread == debugger.standing.thread then return "running" end
  return status(thread)
end

function host.thread_by_id(id) return threads_by_id[id] end

--- Threads as JSON: id, status, and where each one is.
host.list_threads = aside(function()
  local list = {}
  local erring = debugger.error and debugger.error.thread
  host.each_thread(function(thread)
    local state = status_of(thread)
    if state ~= "dead" or thread == erring then
      local level, info = 0, nil
      repeat
        info = getinfo(thread, level, "Sl")
        level = level + 1
      until not info or (info.what ~= "C" and not is_engine(info))
      list[#list + 1] = {
        id = host.thread_id(thread), status = state, source = info and info.source, line = info and info.currentline,
      }
    end
  end)
  sort(list, function(a, b) return a.id < b.id end)
  return encode(list)
end)

-- Frames ---------------------------------------------------------------------------------------
-- A frame is a thread and a level of it. While jobs run on the thread that stands, its stack has
-- grown by what runs the job; `base` is where the script's own frames begin.

local function base_level(thread)
  local level = 0
  while true do
    local info = getinfo(thread, level, "S")
    if not info then return nil end
    if info.what ~= "C" and not is_engine(info) then return level end
    level = level + 1
  end
end

--- Frames of a thread as JSON, innermost first, with the number of all.
host.list_frames = aside(function(thread_id, start, count)
  local thread = threads_by_id[thread_id]
  if not thread then return encode { frames = {}, total = 0 } end
  local base = base_level(thread)
  local frames, total, index = {}, 0, 0
  local last = base -- below the last frame of the script there is only the engine
  for level = base or 1, base and raw.math.maxinteger or 0 do
    local info = getinfo(thread, level, "S")
    if not info then break end
    if info.what ~= "C" and not is_engine(info) then last = level end
  end
  local level = base
  while level and level <= last do
    local info = getinfo(thread, level, "Slntu")
    if not is_engine(info) and not (info.what == "C" and info.name == nil) then
      if index >= start and (count == 0 or index < start + count) then
        frames[#frames + 1] = {
          level = level - base, source = info.source, line = info.currentline, what = info.what,
          name = info.name, kind = info.namewhat, defined = info.linedefined, tail = info.istailcall,
        }
      end
      index = index + 1
      total = total + 1
    end
    level = level + 1
  end
  return encode { frames = frames, total = total }
end)

local function absolute(thread, level) return base_level(thread) + level end

-- Values ---------------------------------------------------------------------------------------

local references, last_reference = {}, 0

local function keep(entry)
  last_reference = last_reference + 1
  references[last_reference] = entry
  return last_reference
end

function host.drop_references() references = {} end

local MAX_TEXT = 1000

local function quoted(text, whole)
  local cut = not whole and #text > MAX_TEXT
  if cut then text = sub(text, 1, MAX_TEXT) end
  return '"' .. host.quotable(text) .. '"' .. (cut and "..." or "")
end

local function number_text(value, hex)
  if math_type(value) == "integer" then return hex and format("0x%x", value) or format("%d", value) end
  if hex then return format("%a", value) end
  return tostring(value)
end

local function function_text(value)
  local info = getinfo(value, "S")
  if info.what == "C" then return "function: builtin" end
  if is_engine(info) then return "function: llmspell API" end
  return "function: " .. host.source_name(info) .. ":" .. info.linedefined
end

local MANY = 999 -- fields that are counted for a short text

--- Where to begin a walk over the fields of a table: behind a long array, whose elements come
--- first; nil for the beginning.
local function behind_array(count) return count > 1000 and count or nil end

local function index(value, key) return value[key] end

--- What the first property of an object that shows its meaning says, where that is a text: its name.
local function name_of(value, class)
  local view = host.debug_views and host.debug_views[class]
  if not view or not view[1] then return "" end
  local ok, name = pcall(index, value, view[1])
  return ok and type(name) == "string" and " " .. quoted(name) or ""
end

--- A short text for a value; `hex` shows numbers in base 16, `whole` does not cut strings.
local function text_of(value, hex, whole)
  local kind = type(value)
  if kind == "string" then return quoted(value, whole) end
  if kind == "number" then return number_text(value, hex) end
  if kind == "function" then return function_text(value) end
  if kind == "thread" then
    local id = host.thread_id(value)
    return (id == 1 and "main thread" or "coroutine " .. id - 1) .. " (" .. status_of(value) .. ")"
  end
  if kind == "table" then
    local class = host.class_name(value)
    if class then return class .. name_of(value, class) end
    local count = rawlen(value)
    local named = 0
    for key in next, value, behind_array(count) do
      if not (math_type(key) == "integer" and key >= 1 and key <= count) then
        named = named + 1
        if named > MANY then break end
      end
    end
    local parts = {}
    if count > 0 then parts[1] = count .. " element" .. (count == 1 and "" or "s") end
    if named > 0 then parts[#parts + 1] = (named > MANY and "many" or named) .. " field" .. (named == 1 and "" or "s") end
    return "table (" .. (#parts > 0 and concat(parts, ", ") or "empty") .. ")"
  end
  if kind == "userdata" then return raw.io.type(value) or "userdata" end
  return tostring(value)
end

host.value_text = text_of

local function has_children(value)
  local kind = type(value)
  if kind == "table" then return next(value) ~= nil or getmetatable(value) ~= nil or host.class_name(value) ~= nil end
  return kind == "function" and getinfo(value, "u").nups > 0 and not is_engine(getinfo(value, "S"))
end

local NAMES = "^[%a_][%w_]*$"
local KEYWORDS = {}
for word in raw.string.gmatch("and break do else elseif end false for function goto if in local nil not or repeat return then true until while", "%a+") do
  KEYWORDS[word] = true
end

local function is_name(text) return type(text) == "string" and find(text, NAMES) and not KEYWORDS[text] end

local function key_text(key)
  if is_name(key) then return key end
  if type(key) == "string" then return "[" .. quoted(key) .. "]" end
  return "[" .. text_of(key) .. "]"
end

local function child_expression(parent, key)
  if not parent then return nil end
  if is_name(key) then return parent .. "." .. key end
  local kind = type(key)
  if kind == "string" then return parent .. "[" .. format("%q", key) .. "]" end
  if kind == "number" or kind == "boolean" then return parent .. "[" .. tostring(key) .. "]" end
end

--- Chunk name and line where a function of the script is defined.
local function defined_at(value)
  if type(value) ~= "function" then return nil end
  local info = getinfo(value, "S")
  if info.what == "C" or is_engine(info) then return nil end
  return info.source, info.what == "main" and 1 or info.linedefined
end

local IDENTIFIED = { table = true, ["function"] = true, thread = true, userdata = true }

--- The type of a value, and which one it is, whatever its metatable says.
local function type_text(value)
  local kind = type(value)
  return IDENTIFIED[kind] and format("%s: %p", kind, value) or math_type(value) or kind
end

--- A record of a value under a name. `set` says how to assign it (see `host.assign`).
local function record(name, value, expression, hex, attributes)
  local opened = has_children(value)
  local indexed, named
  if type(value) == "table" and opened then indexed = rawlen(value) end
  local source, line = defined_at(value)
  return {
    name = name, value = text_of(value, hex), type = type_text(value),
    reference = opened and keep { value = value, expression = expression } or 0,
    indexed = indexed, expression = expression, attributes = attributes, source = source, line = line,
  }
end

-- Scopes ---------------------------------------------------------------------------------------

local function locals_of(thread, level)
  local list, positions, i = {}, {}, 1
  while true do
    local name, value = getlocal(thread, level, i)
    if not name then break end
    if not is_hidden(name) then
      list[#list + 1] = { name = name, value = value, index = i }
      positions[name] = #list
    end
    i = i + 1
  end
  return list, positions
end

host.list_scopes = aside(function(thread_id, frame_level)
  local thread = threads_by_id[thread_id]
  local level = absolute(thread, frame_level)
  local info = getinfo(thread, level, "Suf")
  local scopes = {}
  local function add(name, kind, count, entry, expensive)
    if count and count == 0 then return end
    entry.scope, entry.thread, entry.level = kind, thread, frame_level
    scopes[#scopes + 1] = { name = name, kind = kind, named = count, reference = keep(entry), expensive = expensive }
  end
  if info.what ~= "C" then
    local list = locals_of(thread, level)
    local parameters = 0
    for i = 1, #list do if list[i].index <= info.nparams then parameters = parameters + 1 end end
    add("Locals", "locals", #list - parameters, { from = info.nparams + 1 })
    add("Parameters", "arguments", parameters, { from = 1, to = info.nparams })
    local upvalues = 0
    for i = 1, info.nups do
      local name = getupvalue(info.func, i)
      if name ~= "_ENV" and not is_hidden(name) then upvalues = upvalues + 1 end
    end
    add("Upvalues", "upvalues", upvalues, { func = info.func })
    if info.isvararg then
      local count = 0
      while getlocal(thread, level, -(count + 1)) do count = count + 1 end
      add("Varargs", "varargs", count, {})
    end
  end
  add("Globals", "globals", nil, {}, true)
  add("Spell API", "api", nil, {}, true)
  return encode(scopes)
end)

local API, STANDARD = {}, {}
for name in next, G do API[name] = true end -- no script has run yet
API.ARGS, API.arg = nil, nil -- the script's own
for name in next, host.loaded do STANDARD[name] = true end
for name in next, raw do STANDARD[name] = true end
STANDARD._G = true

local api_names = setmetatable({}, WEAK_KEYS) -- function of our API -> its name
for name in next, API do
  if not STANDARD[name] and type(G[name]) == "table" then
    for key, member in next, G[name] do
      if type(member) == "function" then api_names[member] = name .. "." .. key end
    end
  end
end
for name, methods in next, host.classes do
  for key, method in next, methods do api_names[method] = name .. ":" .. key end
end

--- The function of our API that the script was calling when an error was raised; nil where it has
--- raised that itself. For the running thread, as the caller's caller, or one that has died.
function host.api_function(thread)
  local found
  for level = thread and 0 or 2, raw.math.maxinteger do
    local info = thread and getinfo(thread, level, "Sf") or not thread and getinfo(level, "Sf")
    if not info or (info.what ~= "C" and not is_engine(info)) then return found end
    found = api_names[info.func] or found
  end
end

local function sorted_globals(wanted)
  local names = {}
  for name in next, G do
    if type(name) == "string" and wanted(name) then names[#names + 1] = name end
  end
  sort(names)
  return names
end

local scope_readers = {}

local function of_locals(entry, hex)
  local records = {}
  local list, last = locals_of(entry.thread, absolute(entry.thread, entry.level))
  for i = 1, #list do
    local item = list[i]
    if item.index >= entry.from and (not entry.to or item.index <= entry.to) then
      local shadowed = last[item.name] ~= i
      records[#records + 1] = record(item.name, item.value, not shadowed and item.name or nil, hex)
    end
  end
  return records
end
scope_readers.locals, scope_readers.arguments = of_locals, of_locals

function scope_readers.upvalues(entry, hex)
  local records, i = {}, 1
  while true do
    local name, value = getupvalue(entry.func, i)
    if not name then return records end
    if name ~= "_ENV" and not is_hidden(name) then records[#records + 1] = record(name, value, name, hex) end
    i = i + 1
  end
end

function scope_readers.varargs(entry, hex)
  local records, i = {}, 1
  local level = absolute(entry.thread, entry.level)
  while true do
    local name, value = getlocal(entry.thread, level, -i)
    if not name then return records end
    records[i] = record("..." .. i, value, "(select(" .. i .. ", ...))", hex)
    i = i + 1
  end
end

function scope_readers.globals(_, hex)
  local records = {}
  for _, name in raw.ipairs(sorted_globals(function(name) return not API[name] and not STANDARD[name] end)) do
    records[#records + 1] = record(name, rawget(G, name), is_name(name) and name or nil, hex)
  end
  return records
end

function scope_readers.api(_, hex)
  local records = {}
  for _, name in raw.ipairs(sorted_globals(function(name) return API[name] and not STANDARD[name] end)) do
    local item = record(name, rawget(G, name), name, hex)
    item.api = name
    records[#records + 1] = item
  end
  return records
end

-- Children -------------------------------------------------------------------------------------

local SORTED_UP_TO = 10000

local function order(a, b)
  local kind_a, kind_b = type(a), type(b)
  if kind_a == kind_b and (kind_a == "number" or kind_a == "string") then return a < b end
  if kind_a ~= kind_b then return kind_a < kind_b end
  return tostring(a) < tostring(b)
end

--- The keys outside the array part: all of them in order, or, where there are too many, as far as
--- they were asked for, in the order of `next`, through an iterator that is kept.
local function named_keys(entry, upto)
  local value, count = entry.value, rawlen(entry.value)
  if not entry.keys then
    entry.keys, entry.at = {}, behind_array(count)
    local keys, total = entry.keys, 0
    for key in next, value, entry.at do
      if not (math_type(key) == "integer" and key >= 1 and key <= count) then
        total = total + 1
        keys[total] = key
        entry.at = key
        if total > SORTED_UP_TO then
          entry.unsorted = true
          return keys
        end
      end
    end
    entry.complete = true
    sort(keys, order)
  end
  while not entry.complete and #entry.keys < upto do
    local key = next(value, entry.at)
    if key == nil then
      entry.complete = true
    else
      entry.at = key
      if not (math_type(key) == "integer" and key >= 1 and key <= count) then entry.keys[#entry.keys + 1] = key end
    end
  end
  return entry.keys
end

local function instance_children(value, expression, hex, records)
  local view = host.debug_views and host.debug_views[host.class_name(value)]
  for i = 1, view and #view or 0 do
    local ok, member = pcall(function() return value[view[i]] end)
    if ok then records[#records + 1] = record(view[i], member, expression and expression .. "." .. view[i], hex) end
  end
end

local function table_children(entry, filter, start, count, hex)
  local value, expression = entry.value, entry.expression
  local records = {}
  local function put(key)
    records[#records + 1] = record(key_text(key), rawget(value, key), child_expression(expression, key), hex)
  end
  local length = rawlen(value)
  local position, wanted = 0, count == 0 and raw.math.maxinteger or count
  local function room() return #records < wanted end
  if filter ~= "named" then
    local first = filter == "indexed" and start + 1 or start + 1
    for i = first, length do
      if not room() then break end
      put(i)
    end
    position = length
  end
  if filter ~= "indexed" then
    local from = start - (filter == "named" and 0 or position)
    if from < 0 then from = 0 end
    local keys = named_keys(entry, count == 0 and SORTED_UP_TO or from + count)
    for i = from + 1, #keys do
      if not room() then break end
      put(keys[i])
    end
    if entry.unsorted and records[1] then records[1].note = "unsorted" end
    local metatable = getmetatable(value)
    if from == 0 and room() and type(metatable) == "table" and not host.class_name(value) then
      local reachable = expression and rawget(metatable, "__metatable") == nil
      records[#records + 1] = record("(metatable)", metatable, reachable and "getmetatable(" .. expression .. ")" or nil, hex, { "readOnly" })
    end
    if from == 0 and host.class_name(value) then instance_children(value, expression, hex, records) end
  end
  return records
end

--- The children of a reference as JSON. filter: "indexed", "named" or "".
host.list_children = aside(function(reference, filter, start, count, hex)
  local entry = references[reference]
  if not entry then return nil end
  local records
  if entry.scope then
    records = scope_readers[entry.scope](entry, hex)
    if count > 0 or start > 0 then
      local part = {}
      for i = start + 1, count > 0 and start + count or #records do part[#part + 1] = records[i] end
      records = part
    end
  elseif type(entry.value) == "table" then
    records = table_children(entry, filter, start, count, hex)
  else
    records = scope_readers.upvalues({ func = entry.value }, hex)
    for i = 1, #records do records[i].expression = nil end
  end
  return encode(records)
end)

--- Keeps plain data of a service's debug view as a value to open. What is in it has no name in the
--- program.
function host.keep_value(name, value)
  local item = record(name, value)
  item.expression, item.type = name, type(value)
  return encode(item)
end

-- Expressions ----------------------------------------------------------------------------------

--- An environment in which the names of a frame are variables.
local function frame_environment(thread, frame_level)
  local function level() return absolute(thread, frame_level) end
  local func = getinfo(thread, level(), "f").func
  local function find_local(name)
    local found, i = nil, 1
    while true do
      local known, value = getlocal(thread, level(), i)
      if not known then return found, value end
      if known == name then found = i end
      i = i + 1
    end
  end
  local function find_upvalue(name)
    local i = 1
    while true do
      local known = getupvalue(func, i)
      if not known then return nil end
      if known == name then return i end
      i = i + 1
    end
  end
  local function globals()
    local i = find_local("_ENV")
    if i then return select(2, getlocal(thread, level(), i)) end
    i = find_upvalue("_ENV")
    if i then return select(2, getupvalue(func, i)) end
    return G
  end
  local environment = setmetatable({}, {
    __index = function(_, name)
      local i = find_local(name)
      if i then return (select(2, getlocal(thread, level(), i))) end
      i = find_upvalue(name)
      if i then return (select(2, getupvalue(func, i))) end
      return globals()[name]
    end,
    __newindex = function(_, name, value)
      local i = find_local(name)
      if i then return setlocal(thread, level(), i, value) end
      i = find_upvalue(name)
      if i then return setupvalue(func, i, value) end
      globals()[name] = value
    end,
  })
  local varargs = { n = 0 }
  while true do
    local name, value = getlocal(thread, level(), -(varargs.n + 1))
    if not name then break end
    varargs.n = varargs.n + 1
    varargs[varargs.n] = value
  end
  return environment, varargs
end

--- The values of some names in the innermost script frame of a thread.
host.values_of = aside(function(names, thread)
  local environment, varargs = frame_environment(thread, 0)
  local values, count = {}, #names
  for i = 1, count do values[i] = environment[names[i]] end
  if names[count] == "..." then
    for i = 1, varargs.n do values[count + i - 1] = varargs[i] end
    count = count - 1 + varargs.n
  end
  return unpack(values, 1, count)
end)

local function check_limit()
  local reason = host.given_up()
  if reason then error(reason, 0) end
end

--- Runs a function in a coroutine of its own, for at most some seconds. Waits, and coroutines that
--- it resumes, are ended by the watchdog (see evaluation_limit.py).
local function limited(body, seconds, ...)
  local thread = create(body)
  host.limit(seconds)
  raw.debug.sethook(thread, check_limit, "", 1000)
  local results = pack(resume(thread, ...))
  local reason = host.given_up()
  host.limit(nil)
  if reason then return false, reason end
  if results[1] and status(thread) == "suspended" then
    raw.coroutine.close(thread)
    return false, "attempt to yield from an expression"
  end
  return unpack(results, 1, results.n)
end

local function compiled(text, environment)
  local chunk = load("return " .. text, "=expression", "t", environment)
  if chunk then return chunk end
  return load(text, "=expression", "t", environment)
end

--- Evaluates text in a frame (thread 0: in the globals). Gives "ok" and a record as JSON, or
--- "error" and the message. statements: whether they are allowed, or expressions only.
host.evaluate = aside(function(text, thread_id, frame_level, statements, seconds, hex, whole)
  local environment, varargs = G, { n = 0 }
  if thread_id > 0 then environment, varargs = frame_environment(threads_by_id[thread_id], frame_level) end
  local chunk, message = load("return " .. text, "=expression", "t", environment)
  if not chunk and statements then chunk, message = compiled(text, environment) end
  if not chunk then return "error", message end
  local results = pack(limited(chunk, seconds, unpack(varargs, 1, varargs.n)))
  if not results[1] then return "error", host.error_text(results[2]) end
  if results.n > 2 then
    local texts = {}
    for i = 2, results.n do texts[i - 1] = text_of(results[i], hex) end
    return "ok", encode { name = "result", value = concat(texts, ", "), type = "values", reference = 0 }
  end
  local item = record("result", results[2], text, hex)
  if whole then item.value = text_of(results[2], hex, true) end
  if results.n == 1 then item.value, item.type = "", "nothing" end
  return "ok", encode(item)
end)

--- The names in a frame (without keys), or the keys of the value that they lead to, as JSON: name
--- -> type. Nothing is called for it.
host.list_names = aside(function(thread_id, frame_level, keys)
  local names = {}
  local function add(value)
    local class = type(value) == "table" and host.class_name(value)
    if type(value) == "string" then value = G.string end
    if type(value) ~= "table" then return end
    for key, member in next, value do
      if is_name(key) then names[key] = names[key] or type(member) end
    end
    for _, property in raw.ipairs(class and host.debug_views and host.debug_views[class] or {}) do names[property] = "property" end
    local metatable = getmetatable(value)
    local index = type(metatable) == "table" and rawget(metatable, "__index")
    if type(index) == "table" then add(index) end
  end
  local found = {}
  if thread_id > 0 then
    local thread = threads_by_id[thread_id]
    local level = absolute(thread, frame_level)
    local func, i = getinfo(thread, level, "f").func, 1
    while getupvalue(func, i) do
      local name, value = getupvalue(func, i)
      if name ~= "_ENV" and not is_hidden(name) then found[name] = { value } end
      i = i + 1
    end
    local list = locals_of(thread, level)
    for k = 1, #list do found[list[k].name] = { list[k].value } end
  end
  if #keys == 0 then
    add(G)
    for name, box in next, found do names[name] = type(box[1]) end
    return encode(names)
  end
  local value = G
  if found[keys[1]] then value = found[keys[1]][1] else value = rawget(G, keys[1]) end
  for i = 2, #keys do
    if type(value) ~= "table" then return encode {} end
    value = rawget(value, keys[i])
  end
  add(value)
  return encode(names)
end)

--- Evaluates to a function, for stepping into a chosen call.
host.step_target = aside(function(text, thread)
  local chunk = load("return " .. text, "=target", "t", (frame_environment(thread, 0)))
  local ok, value = limited(chunk or error, 1)
  return ok and type(value) == "function" and value or nil
end)

--- Assigns in an opened scope or table: name as listed, value an expression.
host.assign = aside(function(reference, name, text, thread_id, frame_level, hex)
  local entry = references[reference]
  if not entry then return "error", "the variable is gone" end
  local environment = thread_id > 0 and frame_environment(threads_by_id[thread_id], frame_level) or G
  local chunk, message = load("return " .. text, "=value", "t", environment)
  if not chunk then return "error", message end
  local ok, value = limited(chunk, 5)
  if not ok then return "error", host.error_text(value) end
  local done = false
  if entry.scope == "locals" or entry.scope == "arguments" then
    local level = absolute(entry.thread, entry.level)
    local list = locals_of(entry.thread, level)
    for i = #list, 1, -1 do
      if list[i].name == name and list[i].index >= entry.from and (not entry.to or list[i].index <= entry.to) then
        setlocal(entry.thread, level, list[i].index, value)
        done = true
        break
      end
    end
  elseif entry.scope == "varargs" then
    local i = raw.tonumber(sub(name, 4))
    done = setlocal(entry.thread, absolute(entry.thread, entry.level), -i, value) ~= nil
  elseif entry.scope == "upvalues" or type(entry.value) == "function" then
    local func, i = entry.func or entry.value, 1
    while getupvalue(func, i) do
      if getupvalue(func, i) == name then
        setupvalue(func, i, value)
        done = true
        break
      end
      i = i + 1
    end
  elseif entry.scope == "globals" or entry.scope == "api" then
    rawset(G, name, value)
    done = true
  elseif type(entry.value) == "table" then
    for key in next, entry.value do
      if key_text(key) == name then
        rawset(entry.value, key, value)
        done = true
        break
      end
    end
  end
  if not done then return "error", "there is no variable '" .. name .. "' to assign" end
  return "ok", encode(record(name, value, nil, hex))
end)

--- The field that an expression names in a frame: `a.b.c`, `a[i]`; nil if it is none.
local function field_place(text, thread, frame_level)
  local environment, varargs = frame_environment(thread, frame_level)
  local function value_of(expression)
    local chunk = load("return " .. expression, "=expression", "t", environment)
    if not chunk then return nil end
    local ok, value = limited(chunk, 1, unpack(varargs, 1, varargs.n))
    if ok then return value end
  end
  local owner, key = raw.string.match(text, "^(.+)%.%s*([%a_][%w_]*)%s*$")
  if not owner then
    local brackets
    owner, brackets = raw.string.match(text, "^(.-)%s*(%b[])%s*$")
    key = owner and value_of(sub(brackets, 2, -2))
  end
  local place = key ~= nil and value_of(owner)
  if type(place) ~= "table" or host.class_name(place) then return nil end
  return { kind = "field", table = place, key = key, shown = text }
end

--- The place that a listed variable has, or an expression in a frame, for a data breakpoint; nil
--- for what cannot be watched.
host.find_place = aside(function(name, reference, thread_id, frame_level)
  local entry = references[reference]
  if not entry and thread_id > 0 then
    if not is_name(name) then return field_place(name, threads_by_id[thread_id], frame_level) end
    local thread = threads_by_id[thread_id]
    local level = absolute(thread, frame_level)
    local list, last = locals_of(thread, level)
    if last[name] then
      entry = { scope = "locals", thread = thread, level = frame_level, from = 1 }
    else
      local func, i = getinfo(thread, level, "f").func, 1
      while getupvalue(func, i) do
        if getupvalue(func, i) == name then return { kind = "upvalue", func = func, index = i, shown = name } end
        i = i + 1
      end
      entry = { scope = "globals" }
    end
  end
  if not entry then return nil end
  if entry.scope == "locals" or entry.scope == "arguments" then
    local level = absolute(entry.thread, entry.level)
    local list = locals_of(entry.thread, level)
    for i = #list, 1, -1 do
      if list[i].name == name then
        local total = level
        while getinfo(entry.thread, total, "l") do total = total + 1 end
        return {
          kind = "local", thread = entry.thread, depth = total - level, index = list[i].index, name = name,
          func = getinfo(entry.thread, level, "f").func, shown = "local " .. name,
        }
      end
    end
  elseif entry.scope == "globals" or entry.scope == "api" then
    return { kind = "field", table = G, key = name, shown = "global " .. name }
  elseif type(entry.value) == "table" then
    for key in next, entry.value do
      if key_text(key) == name then
        return { kind = "field", table = entry.value, key = key, shown = (entry.expression or "field") .. " " .. name }
      end
    end
  end
end)

--- The error at which the program stands, as JSON.
function host.describe_error()
  local failure = debugger.error
  if not failure then return nil end
  local value = failure.value
  return encode {
    text = host.error_text(value), kind = failure.kind, type = type(value),
    thread = failure.thread and host.thread_id(failure.thread), api = failure.api,
    record = type(value) == "table" and record("error", value) or nil,
  }
end
