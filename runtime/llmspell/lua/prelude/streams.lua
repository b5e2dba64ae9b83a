-- `print`, `io.write`, `io.read` and the three standard files, all over one engine stream, so
-- that output is ordered and captured and a read can be cancelled. Text is collected here and
-- handed over in one piece at a newline on a terminal, when enough has come together, before a
-- wait, when stderr is written and at the end of a run.

local host = ...
local raw, G = host.raw, host.G
local concat, find, select, tostring, type, error =
  raw.table.concat, raw.string.find, raw.select, raw.tostring, raw.type, raw.error
local setmetatable, rawequal, unpack, math_type = raw.setmetatable, raw.rawequal, raw.table.unpack, raw.math.type
local emit, read = host.emit, host.read_stdin

local FULL = 16384 -- bytes
local pieces, count, size = {}, 0, 0
local buffering = host.line_buffered and "line" or "full"

local function deliver(stream, text)
  if emit(stream, text) then -- nobody reads any more: the run ends
    host.arm_here()
    error(host.STOP, 0)
  end
end

local function flush()
  if count > 0 then
    local text = concat(pieces, "", 1, count)
    count, size = 0, 0
    deliver(1, text)
  end
end
host.flush = flush

local function write(text)
  count = count + 1
  pieces[count] = text
  size = size + #text
  if size >= FULL or buffering == "no" or (buffering == "line" and find(text, "\n", 1, true)) then
    flush()
  end
end

--- From now on output is handed over at once (finalisers may still write).
function host.unbuffer()
  flush()
  buffering = "no"
end

function G.print(...)
  local n = select("#", ...)
  if n == 1 then
    write(tostring((...)) .. "\n")
    return
  end
  local texts = { ... }
  for i = 1, n do texts[i] = tostring(texts[i]) end
  write(concat(texts, "\t", 1, n) .. "\n")
end

local function argument_text(value, position, name)
  local kind = type(value)
  if kind == "string" then return value end
  if kind == "number" then return tostring(value) end
  error("bad argument #" .. position .. " to '" .. name .. "' (string expected, got "
    .. (value == nil and "no value" or kind) .. ")", 3)
end

local File = {}
File.__index = File
File.__name = "FILE*"
File.__metatable = false

local function standard(name, number)
  return setmetatable({ name = name, number = number }, File)
end

function File:__tostring() return "file (" .. self.name .. ")" end

local function is_standard(value) return type(value) == "table" and rawequal(raw.getmetatable(value), false)
  and (rawequal(value, host.stdin) or rawequal(value, host.stdout) or rawequal(value, host.stderr)) end
host.is_standard_file = is_standard

local function check(file, name)
  if not is_standard(file) then
    error("bad argument #1 to '" .. name .. "' (FILE* expected, got " .. type(file) .. ")", 3)
  end
end

function File:write(...)
  check(self, "write")
  for i = 1, select("#", ...) do
    local text = argument_text((select(i, ...)), i, "write")
    if self.number == 1 then
      write(text)
    elseif self.number == 2 then
      flush()
      deliver(2, text)
    else
      return nil, "Bad file descriptor", 9
    end
  end
  return self
end

function File:flush()
  check(self, "flush")
  flush()
  return self
end

function File:setvbuf(mode)
  check(self, "setvbuf")
  if mode ~= "no" and mode ~= "full" and mode ~= "line" then
    error("bad argument #1 to 'setvbuf' (invalid option '" .. tostring(mode) .. "')", 2)
  end
  if self.number == 1 then
    flush()
    buffering = mode
  end
  return true
end

function File:seek()
  check(self, "seek")
  return nil, "Illegal seek", 29
end

function File:close()
  check(self, "close")
  flush()
  return nil, "the standard files of a spell stay open", 9
end

local function read_one(wanted, position)
  if math_type(wanted) == "integer" then return read("b", wanted) end
  if type(wanted) == "string" then
    local letter = raw.string.match(wanted, "^%*?([nlLa])")
    if letter == "n" then return raw.tonumber(read("n", 0) or "") end
    if letter then return read(letter, 0) end
  end
  error("bad argument #" .. position .. " to 'read' (invalid format)", 3)
end

function File:read(...)
  check(self, "read")
  if self.number ~= 0 then return nil, "Bad file descriptor", 9 end
  flush()
  local n = select("#", ...)
  if n == 0 then return (read("l", 0)) end
  local results = {}
  for i = 1, n do
    results[i] = read_one((select(i, ...)), i)
    if results[i] == nil then return unpack(results, 1, i) end
  end
  return unpack(results, 1, n)
end

function File:lines(...)
  check(self, "lines")
  local formats = { ... }
  local n = select("#", ...)
  return function() return self:read(unpack(formats, 1, n)) end
end

host.stdin, host.stdout, host.stderr = standard("stdin", 0), standard("stdout", 1), standard("stderr", 2)
