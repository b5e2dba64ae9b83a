-- Which line of the script is running: for what it writes.

local host = ...
local getinfo, sub = host.raw.debug.getinfo, host.raw.string.sub

local NEAR = 12 -- levels: between the script and a stream there are few

--- Chunk name and line of the script's code that is running; nothing where there is none near.
function host.whereabouts()
  for level = 2, NEAR do
    local info = getinfo(level, "Sl")
    if not info then return nil end
    if info.currentline > 0 and sub(info.source, 1, 10) ~= "=[llmspell" then
      return info.source, info.currentline
    end
  end
end
