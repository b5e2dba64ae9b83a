-- Purpose: What a tool's failure looks like, and how a spell goes on after one.
-- Run:     llmspell-run examples/cookbook/error-handling.lua

-- 1. Most failures are raised; the text begins with their category.
local ok, reason = pcall(Tool.execute, "hash-calculator", { operation = "hash", algorithm = "crc", input = "x" })
print("raised:", ok, reason)

-- 2. Some tools give their failure as a result: it has `success = false` and an `error`.
local answer = Tool.execute("calculator", { input = "(2 + 3" })
print("given:", answer.success, answer.error.message)

-- 3. A fallback, whatever way the failure comes.
local function try(name, params, fallback)
  local fine, result = pcall(Tool.execute, name, params)
  if fine and result.success then return result.result end
  return fallback
end
print("fallback:", try("calculator", { input = "1 +" }, "nothing"))
print("value:", try("calculator", { input = "6 * 7" }, {}).result)

-- 4. Another attempt, with a pause that grows.
local function with_retries(attempts, work)
  for attempt = 1, attempts do
    local fine, result = pcall(work, attempt)
    if fine then return result end
    print(("attempt %d failed"):format(attempt))
  end
  return nil
end
print("after retries:", with_retries(3, function(attempt)
  if attempt < 3 then error("not yet") end
  return "done"
end))

-- 5. An unknown name says which one was meant.
print(select(2, pcall(Tool.execute, "calcuter", {})))
