-- A sampling profiler: another thread pokes, and the stack that is found is counted. A program
-- that is not poked runs at full speed.

local host = ...
local raw = host.raw
local getinfo, sub, match, concat, next = raw.debug.getinfo, raw.string.sub, raw.string.match, raw.table.concat, raw.next

local MAX_FRAMES = 100
local samples = {} -- collapsed stack -> count

local function frame_name(info)
  if info.what == "C" then return info.name end
  if sub(info.source, 1, 10) == "=[llmspell" then return nil end
  local file = match(info.source, "([^/]+)$") or info.source
  if info.what == "main" then return file end
  return (info.name or "function") .. " (" .. file .. ":" .. info.linedefined .. ")"
end

function host.poked()
  local frames, count = {}, 0
  for level = 2, MAX_FRAMES do
    local info = getinfo(level, "Sn")
    if not info then break end
    local name = frame_name(info)
    if name then
      count = count + 1
      frames[count] = raw.string.gsub(name, "[;\n]", " ")
    end
  end
  while frames[count] == "xpcall" do -- the engine's own
    frames[count] = nil
    count = count - 1
  end
  if count == 0 then return end
  for i = 1, count // 2 do frames[i], frames[count - i + 1] = frames[count - i + 1], frames[i] end
  local stack = concat(frames, ";")
  samples[stack] = (samples[stack] or 0) + 1
end

--- The samples as collapsed stacks, one line each.
function host.profile_text()
  local lines = {}
  for stack, count in next, samples do lines[#lines + 1] = stack .. " " .. count end
  raw.table.sort(lines)
  return concat(lines, "\n")
end
