-- Runs chunks and callbacks. Everything goes through one message handler, which keeps the error
-- value, the traceback and the frames; lupa alone would lose errors that are tables or nil.
-- Each entry point takes and gives scalars only.

local host = ...
local raw, G = host.raw, host.G
local xpcall, pcall, type, tostring, rawequal, select = raw.xpcall, raw.pcall, raw.type, raw.tostring, raw.rawequal, raw.select
local getinfo, traceback, sub, unpack, setmetatable = raw.debug.getinfo, raw.debug.traceback, raw.string.sub, raw.table.unpack, raw.setmetatable
local resume, status = raw.coroutine.resume, raw.coroutine.status
local encode, encode_any, STOP = host.encode, host.encode_any, host.STOP

local MAX_FRAMES = 60

local function is_engine(info) return sub(info.source, 1, 10) == "=[llmspell" end

--- The text of an error value: strings as they are, others as `tostring` would show them.
local function error_text(value)
  if type(value) == "string" then return value end
  if type(value) == "number" then return tostring(value) end
  if value == nil then return "nil" end
  local metatable = raw.debug.getmetatable(value)
  if metatable and metatable.__tostring then
    local ok, text = pcall(tostring, value)
    if ok then return text end
  end
  return "(error object is a " .. type(value) .. " value)"
end
host.error_text = error_text

local function frames()
  local list, level = {}, 3
  while #list < MAX_FRAMES do
    local info = getinfo(level, "Slntf")
    if not info then break end
    if host.compare and rawequal(info.func, host.compare) then -- it raises errors for the VM
      list = {}
    elseif not is_engine(info) then
      list[#list + 1] = {
        source = info.source, line = info.currentline, what = info.what, name = info.name,
        kind = info.namewhat, defined = info.linedefined, tail = info.istailcall,
      }
    end
    level = level + 1
  end
  while list[#list] and list[#list].what == "C" do list[#list] = nil end -- the engine's own xpcall
  return list
end

local FAILURE = { __metatable = false }

--- Lua shortens long file names in messages (`...folder/file.lua:3:`); a report shows them whole.
local function whole_name(text, level)
  local info = getinfo(level, "S")
  local short = info and info.short_src
  if short and sub(short, 1, 3) == "..." and sub(text, 1, #short + 1) == short .. ":" then
    return sub(info.source, 2) .. sub(text, #short + 1)
  end
  return text
end

local function handler(value)
  if rawequal(value, STOP) then return value end
  if host.uncaught then host.uncaught(value) end -- a debugger stops here, with the stack alive
  local failure = setmetatable({ value = value, frames = frames() }, FAILURE)
  local text = error_text(value)
  if type(value) == "string" then
    for level = 3, 5 do -- raised by the VM, by `error`, by what a debugger puts between
      if text == value then text = whole_name(text, level) end
    end
  end
  failure.text = text
  return failure
end

--- The text of what the handler made of an error.
function host.failure_text(failure)
  local ours = type(failure) == "table" and rawequal(raw.debug.getmetatable(failure), FAILURE)
  return ours and failure.text or error_text(failure)
end

--- "error", text of the error, kind of the error value, frames as JSON; or "stop".
local function outcome(failure)
  if rawequal(failure, STOP) then return "stop" end
  if type(failure) ~= "table" or not rawequal(raw.debug.getmetatable(failure), FAILURE) then
    return "error", error_text(failure), "string", "[]" -- the handler itself failed
  end
  local kind = type(failure.value)
  local value = kind == "table" and encode_any(failure.value) or nil
  return "error", failure.text, kind, encode_any(failure.frames), value
end

local function finish(ok, ...)
  if not ok then return outcome((...)) end
  host.flush()
  local n = select("#", ...)
  local shown
  if host.show_values then
    shown = {}
    local values = { ... }
    for i = 1, n do shown[i] = host.show_values(values[i]) end
    shown = encode_any(shown)
  end
  return "ok", encode_any((...)), n, shown
end

--- Compiles and runs a chunk. `show` asks for all results as readable text (REPL).
function host.run(source, chunk_name, show, count, arguments)
  local chunk, message = host.compile(source, chunk_name)
  if not chunk then return "syntax", message end
  host.show_values = show and host.show or nil
  return finish(xpcall(chunk, handler, unpack(arguments, 1, count)))
end

--- For entry points of later chunks (`Engine.run_entry`): a protected call, and what Python is told.
function host.protected(f, ...) return xpcall(f, handler, ...) end
host.finish = finish

local function ends_early(message) return raw.string.find(message, "near '?<eof>'?$") ~= nil end

--- Whether text is a whole chunk: "complete", "incomplete" or the syntax error.
function host.completeness(source)
  local chunk, message = raw.load(source, "=input", "t", G)
  if chunk then return "complete" end
  local expression, other = raw.load("return " .. source, "=input", "t", G)
  if expression then return "complete" end
  if ends_early(message) or ends_early(other) then return "incomplete" end
  return message
end

-- Callbacks into Lua: each runs in an engine coroutine of its own and may wait.
local threads = {}

local function step(job, thread, ok, first, second, ...)
  if not ok then -- only a stop or a failure of the engine comes here: the body is under xpcall
    threads[job] = nil
    return outcome(first)
  end
  if status(thread) == "suspended" then
    if rawequal(first, host.WAIT) then return "wait", second end
    threads[job] = nil
    raw.coroutine.close(thread)
    return "error", "attempt to yield across a callback: only waits of the API may suspend here", "string", "[]"
  end
  threads[job] = nil
  if not first then return outcome(second) end
  local encoded, text = pcall(encode, second)
  if not encoded then return "error", error_text(text), "string", "[]" end
  return "ok", text
end

function host.start_job(job, handle, count, arguments)
  local callback = host.functions[handle]
  if not callback then return "error", "the function was released", "string", "[]" end
  local thread
  thread = host.create_tracked(function() return xpcall(callback, handler, unpack(arguments, 1, count)) end)
  host.job_threads[thread] = true
  threads[job] = thread
  return step(job, thread, resume(thread))
end

function host.resume_job(job)
  local thread = threads[job]
  return step(job, thread, resume(thread))
end

function host.drop_job(job)
  local thread = threads[job]
  threads[job] = nil
  if thread and status(thread) == "suspended" then raw.coroutine.close(thread) end
end

function host.set_global(name, text_of_value) G[name] = text_of_value end

function host.collect() raw.collectgarbage() end

function host.memory() return raw.collectgarbage("count") * 1024 end
