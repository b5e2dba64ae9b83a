-- `io`, `os` and `debug` as scripts see them. Files, variables and processes are asked of the
-- security policy (host.open_file, host.remove, host.getenv, host.allows …); a refusal has the shape
-- of the standard library's own failures: nil, message, errno.

local host = ...
local raw, G = host.raw, host.G
local type, error, rawequal, select, tostring = raw.type, raw.error, raw.rawequal, raw.select, raw.tostring
local match, sub, find, format = raw.string.match, raw.string.sub, raw.string.find, raw.string.format
local setmetatable, next, unpack = raw.setmetatable, raw.next, raw.table.unpack
local pack, pcall = raw.table.pack, raw.pcall
local open_file, let_go, getenv, allows = host.open_file, host.let_go, host.getenv, host.allows

local function text_argument(value, position, name)
  if type(value) == "number" then return tostring(value) end
  if type(value) ~= "string" then
    error(format("bad argument #%d to '%s' (string expected, got %s)", position, name,
      value == nil and "no value" or type(value)), 3)
  end
  return value
end

--- Puts the path as the script wrote it back into a failure of the C library.
local function renamed(name, path, result, message, code)
  if result == nil and message then
    if sub(message, 1, #name) == name then message = path .. sub(message, #name + 1) end
    return nil, message, code
  end
  return result
end

--- The file of a path, opened under the name that the policy gives, and that name's handle. A
--- failure has nil instead of the file, with a message and a code behind.
local function opened(path, mode)
  local name, handle, code = open_file(path, mode)
  if not name then return nil, handle, code end
  local file, message
  file, message, code = renamed(name, path, raw.io.open(name, mode))
  return file, message, code, name, handle
end

-- io -----------------------------------------------------------------------------------------

local io = { stdin = host.stdin, stdout = host.stdout, stderr = host.stderr }
local default_input, default_output = host.stdin, host.stdout
local is_standard = host.is_standard_file

function io.open(path, mode)
  path = text_argument(path, 1, "open")
  mode = mode == nil and "r" or text_argument(mode, 2, "open")
  if not match(mode, "^[rwa]%+?b?$") then error("bad argument #2 to 'open' (invalid mode)", 2) end
  local file, message, code, name, handle = opened(path, mode)
  if name and handle >= 0 then let_go(handle) end
  if file then return file end
  return nil, message, code
end

function io.type(value)
  if is_standard(value) then return "file" end
  return raw.io.type(value)
end

function io.lines(path, ...)
  if path == nil then return default_input:lines(...) end
  path = text_argument(path, 1, "lines")
  local file, message, _, name, handle = opened(path, "r")
  if file then file:close() end
  -- It has its own way to open a file, and closes that at its end.
  local lines = file and pack(pcall(raw.io.lines, name, ...))
  if name and handle >= 0 then let_go(handle) end
  if not file then error(message, 2) end
  if not lines[1] then error(lines[2], 2) end
  return unpack(lines, 2, lines.n)
end

local function redirect(mode)
  return function(target)
    local current = mode == "r" and default_input or default_output
    if target == nil then return current end
    if type(target) == "string" then
      local file, message = io.open(target, mode)
      if not file then error(message, 2) end
      target = file
    elseif io.type(target) ~= "file" then
      error("bad argument #1 (open file expected)", 2)
    end
    if mode == "r" then default_input = target else default_output = target end
    return target
  end
end
io.input, io.output = redirect("r"), redirect("w")

function io.read(...) return default_input:read(...) end

function io.write(...) return default_output:write(...) end

function io.flush() return default_output:flush() end

function io.close(file) return (file or default_output):close() end

local function refuse(name, key)
  error(format("%s is not allowed by the security level '%s'; %s", name, host.security_level, key), 3)
end

local PROCESS_HINT = "run with --security trusted, or set runtime.security.allow_process_spawn = true in a trusted configuration"

function io.popen(command, mode)
  if not allows("process") then refuse("io.popen", PROCESS_HINT) end
  host.flush()
  local ok, file = raw.pcall(raw.io.popen, command, mode)
  if not ok then error("io.popen is not available in this build of Lua; use os.execute", 2) end
  return file
end

function io.tmpfile()
  if not allows("temporary") then refuse("io.tmpfile", "run with --security standard") end
  return raw.io.tmpfile()
end

G.io, host.loaded.io = io, io

-- os -----------------------------------------------------------------------------------------

local os = {
  clock = raw.os.clock, date = raw.os.date, difftime = raw.os.difftime, time = raw.os.time,
}

function os.getenv(name) return (getenv(text_argument(name, 1, "getenv"))) end

function os.remove(path)
  return host.remove(text_argument(path, 1, "remove"))
end

function os.rename(from, to)
  from, to = text_argument(from, 1, "rename"), text_argument(to, 2, "rename")
  return host.rename(from, to)
end

function os.tmpname()
  if not allows("temporary") then refuse("os.tmpname", "run with --security standard") end
  return raw.os.tmpname()
end

function os.setlocale(locale, category)
  -- The locale belongs to the whole process: a script may ask for it, or for the neutral one.
  if locale == nil or locale == "C" or locale == "" then return raw.os.setlocale(nil, category) end
  return nil
end

function os.execute(command)
  if command == nil then return allows("process") and raw.os.execute() or false end
  if not allows("process") then refuse("os.execute", PROCESS_HINT) end
  host.flush()
  -- lupa's build gives the raw wait status of a POSIX system.
  local _, _, status = raw.os.execute(command)
  if status > 255 then return nil, "exit", status // 256 end
  if status > 0 then return nil, "signal", status & 127 end
  return true, "exit", 0
end

--- Ends the script: `true` and nothing mean success, `false` failure, a number is the exit code.
function os.exit(code)
  local number
  if code == nil or code == true then
    number = 0
  elseif code == false then
    number = 1
  else
    number = raw.math.tointeger(code)
    if not number then error("bad argument #1 to 'exit' (number expected, got " .. type(code) .. ")", 2) end
  end
  host.flush()
  host.exit(number)
  host.arm_here()
  error(host.STOP, 0)
end

G.os, host.loaded.os = os, os

-- debug --------------------------------------------------------------------------------------
-- What looks at a program, without what reaches the engine behind it: frames and functions of
-- the engine (source "=[llmspell]") are not shown; the registry, user values and metatables of
-- foreign types are left out.

local getinfo, getlocal = raw.debug.getinfo, raw.debug.getlocal
local debug = { traceback = raw.debug.traceback, sethook = host.script_sethook, gethook = host.script_gethook }

local function foreign(info) return not info or info.what == "C" or sub(info.source, 1, 10) == "=[llmspell" end

-- What assigns a variable from outside, or gives a function away that its chunk keeps to itself,
-- ends what a debugger has read out of the text of the chunk.
local function disturb()
  if host.disturb then host.disturb("facts") end
end

--- Where in a frame (levels as the caller counts) a local variable is, numbered without those that
--- a debugger has compiled in.
local function index_of(thread, level, number)
  if not host.is_hidden or raw.math.type(number) ~= "integer" or number < 1 then return number end
  local index, left = 0, number
  while left > 0 do
    index = index + 1
    local name
    if thread then name = getlocal(thread, level, index) else name = getlocal(level + 1, index) end
    if not name then break end
    if not host.is_hidden(name) then left = left - 1 end
  end
  return index
end

local function found(name, value)
  if type(value) == "function" then disturb() end
  return name, value
end

function debug.getinfo(first, second, third)
  local info
  if type(first) == "thread" then
    info = third and getinfo(first, second, third) or getinfo(first, second)
  elseif type(first) == "number" then
    info = second and getinfo(first + 1, second) or getinfo(first + 1)
  else
    info = second and getinfo(first, second) or getinfo(first)
  end
  if info and info.func then
    local whole = getinfo(info.func, "S")
    if type(first) ~= "function" then
      if foreign(whole) then info.func = nil else disturb() end
    end
  end
  return info
end

function debug.getlocal(first, second, third)
  if type(first) == "thread" then
    if type(second) == "function" then return getlocal(first, second, third) end
    if foreign(getinfo(first, second, "S")) then return nil end
    return found(getlocal(first, second, index_of(first, second, third)))
  end
  if type(first) == "function" then return getlocal(first, second) end
  local info = getinfo(first + 1, "S")
  if not info then error("bad argument #1 to 'getlocal' (level out of range)", 2) end
  if foreign(info) then return nil end
  return found(getlocal(first + 1, index_of(nil, first + 1, second)))
end

--- Where an upvalue of a function is, numbered without those that a debugger has compiled in.
local function upvalue_index(target, number)
  if not host.is_hidden or raw.math.type(number) ~= "integer" or number < 1 then return number end
  local index, left = 0, number
  while left > 0 do
    index = index + 1
    local name = raw.debug.getupvalue(target, index)
    if not name or not host.is_hidden(name) then left = left - 1 end
  end
  return index
end

if host.security_level == "trusted" then
  local function own(name)
    local function inspect(target, ...)
      if type(target) ~= "function" then return raw.debug[name](target, ...) end
      if foreign(getinfo(target, "S")) then return nil end
      disturb()
      return raw.debug[name](target, upvalue_index(target, (...)), select(2, ...))
    end
    debug[name] = inspect
  end
  own("getupvalue")
  own("setupvalue")
  own("upvalueid")
  function debug.upvaluejoin(target, i, source, j)
    if foreign(getinfo(target, "S")) or foreign(getinfo(source, "S")) then
      error("functions of the engine have no upvalues to join", 2)
    end
    disturb()
    return raw.debug.upvaluejoin(target, upvalue_index(target, i), source, upvalue_index(source, j))
  end
  function debug.setlocal(first, second, ...)
    disturb()
    if type(first) == "thread" then
      if foreign(getinfo(first, second, "S")) then return nil end
      return raw.debug.setlocal(first, second, index_of(first, second, (...)), select(2, ...))
    end
    if foreign(getinfo(first + 1, "S")) then return nil end
    return raw.debug.setlocal(first + 1, index_of(nil, first + 1, second), ...)
  end
end

G.debug, host.loaded.debug = debug, debug
