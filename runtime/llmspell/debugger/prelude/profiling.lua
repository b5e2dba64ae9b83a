-- A sampling profiler: another thread pokes, and the stack that is found is handed over. A program
-- that is not poked runs at full speed.

local host = ...
local raw = host.raw
local getinfo, getlocal, getupvalue = raw.debug.getinfo, raw.debug.getlocal, raw.debug.getupvalue
local running, status = raw.coroutine.running, raw.coroutine.status
local sub, match, gsub, concat, type = raw.string.sub, raw.string.match, raw.string.gsub, raw.table.concat, raw.type
local take_sample, main_thread = host.take_sample, host.main_thread

local MAX_FRAMES = 200

-- A function keeps the name under which it was met first: one box, whoever calls it.
local of_function = raw.setmetatable({}, { __mode = "k" }) -- function -> name
local of_definition = {} -- source and line -> name

local function is_engine(info) return sub(info.source, 1, 10) == "=[llmspell" end

local function new_name(info)
  if info.what == "C" or is_engine(info) then return info.name or false end
  local file = match(info.source, "([^/\\]+)$") or info.source
  if info.what == "main" then return file end
  local place = file .. ":" .. info.linedefined
  local known = of_definition[info.source .. place]
  if not known then
    known = (info.name or "function") .. " (" .. place .. ")"
    of_definition[info.source .. place] = known
  end
  return known
end

--- The name of a frame's function (false: none), and "script", "engine" or "C".
local function describe(thread, level)
  local info = getinfo(thread, level, "f")
  if not info then return nil end
  local known = of_function[info.func]
  if not known then
    info = getinfo(thread, level, "Snf")
    local name = new_name(info)
    known = { name and gsub(name, "[;%c]", " "), is_engine(info) and "engine" or info.what == "C" and "C" or "script" }
    of_function[info.func] = known
  end
  return known[1], known[2]
end

--- Puts the frames of a thread, innermost first. What the engine does for a script is shown as the
--- function that the script called; what runs the script itself is left out.
local function put_frames(frames, thread, level)
  local count, pending = #frames, {} -- pending: what shows if it turns out that a script called it
  for at = level, level + MAX_FRAMES do
    local name, kind = describe(thread, at)
    if kind == nil then break end
    if kind == "engine" then
      pending = { name or pending[#pending] }
    elseif kind == "C" then
      pending[#pending + 1] = name or nil
    else
      for i = 1, #pending do frames[count + i] = pending[i] end
      count = count + #pending + 1
      frames[count] = name
      pending = {}
    end
  end
end

--- The coroutine that a thread has resumed: its innermost frame is then `resume`, or what `wrap` made.
local function resumed_by(thread)
  local info = getinfo(thread, 0, "f")
  if not info then return nil end
  local _, first = getlocal(thread, 0, 1)
  if type(first) == "thread" and status(first) ~= "suspended" then return first end
  _, first = getupvalue(info.func, 1)
  if type(first) == "thread" then return first end
end

--- Puts the frames of those who wait for a coroutine, innermost first.
local function put_callers(frames, thread)
  local chain, at = {}, main_thread
  while at and at ~= thread and #chain < MAX_FRAMES do
    chain[#chain + 1] = at
    at = resumed_by(at)
  end
  if at ~= thread then return end
  for i = #chain, 1, -1 do put_frames(frames, chain[i], 0) end
end

function host.poked()
  local frames, thread = {}, running()
  put_frames(frames, thread, 5) -- behind getinfo, describe, put_frames, this and the dispatcher
  if thread ~= main_thread then put_callers(frames, thread) end
  local count = #frames
  if count == 0 then return end
  for i = 1, count // 2 do frames[i], frames[count - i + 1] = frames[count - i + 1], frames[i] end
  take_sample(concat(frames, ";"))
end
