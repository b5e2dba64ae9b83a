-- Purpose: Say who answers messages about a topic; a module of triage.lua.
-- Run:     llmspell-run examples/testing/triage.lua

local routing = {}

local TEAMS = { billing = "accounts", delivery = "warehouse" }

--- The team that a topic belongs to.
---@param topic string
---@return string
function routing.team(topic)
  return TEAMS[topic] or "front desk"
end

return routing
