-- Purpose: a module of examples/modules/main.lua.

local text = {}

--- Gives a phrase with capital first letters.
---@param phrase string
---@return string
function text.title(phrase)
  return (phrase:gsub("(%a)(%w*)", function(first, rest) return first:upper() .. rest end))
end

return text
