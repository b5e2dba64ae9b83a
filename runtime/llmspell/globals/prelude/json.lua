-- JSON.stringify: the encoder of the border, with sorted keys.

local host = ...
local raw = host.raw
local encode_sorted, pcall, error = host.encode_sorted, raw.pcall, raw.error
local utf8_len = raw.utf8.len

function host.G.JSON.stringify(value)
  local ok, text = pcall(encode_sorted, value)
  if not ok then
    if raw.rawequal(text, host.STOP) then error(text, 0) end
    error("JSON stringify error: " .. text, 0)
  end
  if not utf8_len(text) then error("JSON stringify error: a string is not valid UTF-8", 0) end
  return text
end
