-- The functions that are being called, outside the engine (`Debug.stackTrace`).

local host = ...
local raw = host.raw
local type, next = raw.type, raw.next
local format, find, gsub, sub, byte = raw.string.format, raw.string.find, raw.string.gsub, raw.string.sub, raw.string.byte
local concat, getinfo = raw.table.concat, raw.debug.getinfo
local getlocal, getupvalue = raw.debug.getlocal, raw.debug.getupvalue
local dump, short, printable = host.dump, host.dump_styles.short, host.printable
local source_name, read_chunk, encode = host.source_name, host.read_chunk, host.encode_any

local MAX_LINE = 160 -- bytes of a line of source

--- The text of a chunk: of a file what the policy lets us read, of other chunks the source itself.
local function chunk_text(source)
  local first = byte(source)
  if first == 64 then return (read_chunk(sub(source, 2))) end -- "@path"
  if first == 61 then return nil end -- "=name"
  return source
end

--- A line of a text, without the spaces around it; nil if there is no such line.
local function line_of(text, number)
  local start = 1
  for _ = 2, number do
    local _, stop = find(text, "\n", start, true)
    if not stop then return nil end
    start = stop + 1
  end
  local stop = find(text, "\n", start, true)
  local line = gsub(sub(text, start, stop and stop - 1), "^%s+", "")
  line = gsub(line, "%s+$", "")
  return line ~= "" and printable(sub(line, 1, MAX_LINE)) or nil
end

--- Whether a variable is the program's own: not "(temporary)", and none that a breakpoint adds.
local function is_shown(name) return byte(name) ~= 40 and not (host.is_hidden and host.is_hidden(name)) end

local function upvalues(info)
  local list = {}
  for i = 1, info.nups do
    local name, value = getupvalue(info.func, i)
    if name ~= "_ENV" and name ~= "" and is_shown(name) then list[#list + 1] = { name, dump(value, short) } end
  end
  return list
end

local function describe(info)
  return {
    name = info.name and printable(info.name), source = source_name(info),
    line = info.currentline > 0 and info.currentline or nil, line_defined = info.linedefined,
    what = info.what, num_upvalues = info.nups, num_params = info.nparams,
  }
end

--- The frames of the running coroutine, innermost first, and whether there are more.
--- options: max_depth, capture_locals, capture_upvalues, include_source.
function host.capture_stack(options)
  local frames, texts, level = {}, {}, 1
  while true do
    level = level + 1
    local info = getinfo(level, "Slntuf")
    if not info then break end
    if sub(info.source, 1, 10) ~= "=[llmspell" then
      if #frames >= options.max_depth then return frames, true end
      local frame = describe(info)
      frames[#frames + 1] = frame
      frame.locals = {}
      if options.capture_locals then
        local i = 1
        local name, value = getlocal(level, i)
        while name do
          if is_shown(name) then frame.locals[#frame.locals + 1] = { name, dump(value, short) } end
          i = i + 1
          name, value = getlocal(level, i)
        end
      end
      frame.upvalues = options.capture_upvalues and upvalues(info) or {}
      if options.include_source and frame.line then
        local text = texts[info.source]
        if text == nil then
          text = chunk_text(info.source) or false
          texts[info.source] = text
        end
        frame.source_line = text and line_of(text, frame.line) or nil
      end
    end
  end
  while frames[#frames] and frames[#frames].what == "C" do frames[#frames] = nil end -- the engine's own xpcall
  return frames, false
end

local function title(frame)
  if frame.what == "main" then return "main chunk" end
  if frame.name then return "function '" .. frame.name .. "'" end
  return format("function <%s:%d>", frame.source, frame.line_defined)
end

local function variables(lines, heading, list)
  if #list == 0 then return end
  lines[#lines + 1] = "      " .. heading .. ":"
  for _, pair in next, list do lines[#lines + 1] = "        " .. pair[1] .. " = " .. pair[2] end
end

--- A stack as text, innermost frame first.
function host.stack_text(options)
  local frames, truncated = host.capture_stack(options)
  local lines = { "stack trace (innermost call first):" }
  for i, frame in next, frames do
    local place = frame.what == "C" and "[C]" or frame.source .. (frame.line and ":" .. frame.line or "")
    lines[#lines + 1] = format("  %d. %s in %s", i, place, title(frame))
    if frame.source_line then lines[#lines + 1] = "      > " .. frame.source_line end
    variables(lines, "locals", frame.locals)
    variables(lines, "upvalues", frame.upvalues)
  end
  if truncated then lines[#lines + 1] = "  ... (only the innermost " .. #frames .. ")" end
  return concat(lines, "\n")
end

local function by_name(list)
  local map = {}
  for _, pair in next, list do map[pair[1]] = pair[2] end
  return map
end

--- The same as JSON text: `{frames, max_depth, truncated, error}`.
function host.stack_json(options)
  local frames, truncated = host.capture_stack(options)
  for _, frame in next, frames do
    frame.locals, frame.upvalues = by_name(frame.locals), by_name(frame.upvalues)
  end
  return format(
    '{"error":null,"frames":%s,"max_depth":%d,"truncated":%s}',
    #frames > 0 and encode(frames) or "[]", options.max_depth, truncated and "true" or "false"
  )
end
