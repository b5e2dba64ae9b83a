-- `load`, `loadfile`, `dofile`, `require` and `package`. Every chunk of a script is compiled by
-- `compile` below, from text, with the script's globals; sources pass `host.prepare` first where
-- it is set (a debugger rewrites them there).

local host = ...
local raw, G = host.raw, host.G
local raw_load, type, error, select, tostring = raw.load, raw.type, raw.error, raw.select, raw.tostring
local concat, rawequal, setmetatable, next = raw.table.concat, raw.rawequal, raw.setmetatable, raw.next
local byte, sub = raw.string.byte, raw.string.sub
local read_chunk, search_path = host.read_chunk, host.search_path

--- Compiles text to a function, or gives nil and the message.
local function compile(source, chunk_name, environment)
  if byte(source) == 27 then return nil, "attempt to load a binary chunk: only source text can be loaded" end
  if host.prepare then source = host.prepare(source, chunk_name) end
  local chunk, message = raw_load(source, chunk_name, "t", environment)
  -- A parser that runs out of C stack asks the message handler, which is the engine's own.
  if not chunk and type(message) ~= "string" then message = host.failure_text(message) end
  return chunk, message
end

function host.compile(source, chunk_name) return compile(source, chunk_name, G) end

local function gather(reader)
  local pieces, count = {}, 0
  while true do
    local piece = reader()
    if piece == nil or piece == "" then return concat(pieces, "", 1, count) end
    if type(piece) ~= "string" then error("reader function must return a string", 0) end
    count = count + 1
    pieces[count] = piece
  end
end

function G.load(chunk, chunk_name, mode, ...)
  local environment = G
  if select("#", ...) > 0 then environment = (...) end
  local source = chunk
  if type(chunk) == "function" then
    local ok, result = raw.pcall(gather, chunk)
    if not ok then return nil, result end
    source = result
    chunk_name = chunk_name or "=(load)"
  elseif type(chunk) ~= "string" then
    error("bad argument #1 to 'load' (function expected, got " .. (chunk == nil and "no value" or type(chunk)) .. ")", 2)
  end
  if mode == "b" then return nil, "attempt to load a text chunk (mode is 'b')" end
  return compile(source, chunk_name or source, environment)
end

local function load_file(path, environment)
  if path == nil then
    return compile(host.stdin:read("a") or "", "=stdin", environment)
  end
  local source, chunk_name = read_chunk(path)
  if not source then return nil, chunk_name end
  return compile(source, chunk_name, environment)
end

function G.loadfile(path, mode, ...)
  if mode == "b" then return nil, "attempt to load a text chunk (mode is 'b')" end
  local environment = G
  if select("#", ...) > 0 then environment = (...) end
  return load_file(path, environment)
end

function G.dofile(path)
  local chunk, message = load_file(path, G)
  if not chunk then error(message, 0) end
  return chunk()
end

local loaded = host.loaded
local package = {
  loaded = loaded,
  preload = {},
  path = host.package_path,
  cpath = "",
  config = "/\n;\n?\n!\n-\n",
}

function package.searchpath(name, path, separator, replacement)
  local file, tried = search_path(name, path, separator or ".", replacement or "/")
  if file then return file end
  return nil, tried
end

package.searchers = {
  function(name)
    local found = package.preload[name]
    if found == nil then return "no field package.preload['" .. name .. "']" end
    return found, ":preload:"
  end,
  function(name)
    local file, tried = package.searchpath(name, package.path)
    if not file then return tried end
    local source, chunk_name = read_chunk(file)
    local chunk, message
    if source then chunk, message = compile(source, chunk_name, G) else message = chunk_name end
    if not chunk then
      error("error loading module '" .. name .. "' from file '" .. file .. "':\n\t" .. message, 0)
    end
    return chunk, file
  end,
}

local opening, opened = {}, 0 -- names of the modules that are being loaded, outermost first

function G.require(name)
  if type(name) == "number" then name = tostring(name) end
  if type(name) ~= "string" then
    error("bad argument #1 to 'require' (string expected, got " .. (name == nil and "no value" or type(name)) .. ")", 2)
  end
  local value = loaded[name]
  if value ~= nil then return value end
  for i = 1, opened do
    if opening[i] == name then
      error("module '" .. name .. "' requires itself: " .. concat(opening, " -> ", i, opened) .. " -> " .. name, 2)
    end
  end
  local messages = {}
  for i = 1, #package.searchers do
    local loader, extra = package.searchers[i](name)
    if type(loader) == "function" then
      opened = opened + 1
      opening[opened] = name
      local depth = opened
      -- Kept across the call without pcall, so that a module may yield and errors keep their place.
      local guard <close> = setmetatable({}, { __close = function() opened = depth - 1 end })
      local result = loader(name, extra)
      if result ~= nil then loaded[name] = result elseif loaded[name] == nil then loaded[name] = true end
      return loaded[name], extra
    elseif type(loader) == "string" then
      messages[#messages + 1] = "\n\t" .. raw.string.gsub(loader, "^%s+", "")
    end
  end
  error("module '" .. name .. "' not found:" .. concat(messages), 2)
end

G.package, loaded.package = package, package
