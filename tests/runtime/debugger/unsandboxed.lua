-- Takes the sandbox away from the scripts of an engine, for the official tests of Lua: the whole
-- `debug`, `io` and `os` libraries, and binary chunks. What the debugger has to do with stays the
-- engine's: `load` of text, `require`, coroutines, hooks.

local host = ...
local raw, G = host.raw, host.G
local byte, concat = raw.string.byte, raw.table.concat
local type, select, pcall, error = raw.type, raw.select, raw.pcall, raw.error

for _, library in raw.ipairs { "debug", "io", "os" } do
  for name, member in raw.pairs(raw[library]) do
    if name ~= "sethook" and name ~= "gethook" then G[library][name] = member end
  end
end
G.print = raw.print
G.package.searchpath = raw.package.searchpath
raw.package.loaded._G = G -- where messages look up the names of functions

local function text_of(reader)
  local pieces = {}
  while true do
    local piece = reader()
    if piece == nil or piece == "" then return concat(pieces) end
    if type(piece) ~= "string" then error("reader function must return a string", 0) end
    pieces[#pieces + 1] = piece
  end
end

local load, loadfile = G.load, G.loadfile

function G.load(chunk, name, mode, ...)
  local environment = G
  if select("#", ...) > 0 then environment = (...) end
  if type(chunk) == "function" then
    local ok, text = pcall(text_of, chunk)
    if not ok then return nil, text end
    chunk, name = text, name or "=(load)"
  end
  if type(chunk) == "string" and byte(chunk) == 27 then return raw.load(chunk, name or "=?", mode, environment) end
  return load(chunk, name, mode, environment)
end

function G.loadfile(path, mode, ...)
  local environment = G
  if select("#", ...) > 0 then environment = (...) end
  local file = path and raw.io.open(path, "rb")
  local start = file and file:read("l", 1)
  if file then file:close() end
  local binary = start and (byte(start) == 27 or byte(start) == 35)
  if binary then
    local chunk = raw.loadfile(path, "b", environment)
    if chunk then return chunk end
  end
  return loadfile(path, mode, environment)
end
