-- Purpose: keep a table in State, change it, and list what is stored.

local SCOPE = "custom:counter-example"

local board = State.load(SCOPE, "scores") or {}
for player in ("ada grace ada"):gmatch("%a+") do
  board[player] = (board[player] or 0) + 1
end
State.save(SCOPE, "scores", board)

print("scores: " .. JSON.stringify(State.load(SCOPE, "scores")))
print("keys:   " .. table.concat(State.list_keys(SCOPE), ", "))

State.delete(SCOPE, "scores")
print("after delete: " .. tostring(State.load(SCOPE, "scores")))
