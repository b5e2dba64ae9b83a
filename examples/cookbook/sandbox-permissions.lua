-- Purpose: See what the security profile allows, and what a refusal says.
-- Run:     llmspell-run examples/cookbook/sandbox-permissions.lua

local attempts = {
  { "write a temporary file", "file-operations", { operation = "write", path = "/tmp/llmspell-sandbox.txt", input = "x" } },
  { "read the list of users", "file-operations", { operation = "read", path = "/etc/passwd" } },
  { "leave a folder by ..", "file-operations", { operation = "read", path = "/tmp/../etc/passwd" } },
  { "ask a cloud for its keys", "http-requester", { input = "http://169.254.169.254/latest/meta-data" } },
}

for _, attempt in ipairs(attempts) do
  local what, tool, params = table.unpack(attempt)
  local ok, result = pcall(Tool.execute, tool, params)
  local allowed = ok and result.success
  print(("%-26s %s"):format(what, allowed and "allowed" or "refused"))
  if not allowed then print("  " .. tostring(ok and result.error or result)) end
end

os.remove("/tmp/llmspell-sandbox.txt")
