-- Purpose: Tell other systems by webhooks: signed, repeated when their server fails, not twice the same.
-- Run:     llmspell-run examples/cookbook/webhook-integration.lua --url https://httpbin.org/post

local url = ARGS.url or "https://httpbin.org/post"
local secret = "shared with the receiver; keep the real one in the configuration"

-- The signature covers the very bytes of the event: the receiver computes the same digest, and knows that
-- nobody has changed them. `secret` on both sides makes it hard to find another text with that digest.
local function signature(text)
  local input = secret .. "\n" .. text .. "\n" .. secret
  return Tool.execute("hash-calculator", { operation = "hash", algorithm = "sha256", input = input }).result.hash
end

-- One identifier for an event, however often it is sent: the receiver takes it once.
local function event(kind, data)
  return {
    id = Tool.execute("uuid-generator", { version = "v5", namespace = "url", name = kind .. JSON.stringify(data) }).result.uuid,
    kind = kind,
    data = data,
  }
end

local function send(what)
  local text = JSON.stringify(what)
  local answer = Tool.execute("webhook-caller", {
    input = url,
    payload = { event = text, signature = signature(text) },
    headers = { ["X-Event-Id"] = what.id },
    max_retries = 2,
    retry_delay_ms = 50, -- the next pause is twice as long
  })
  if not answer.success then return false, answer.error.message end -- nobody answered
  local hook = answer.result -- somebody did; with 200 to 299?
  return hook.success, hook.success and hook.retry_count or hook.status_text
end

-- What cannot be delivered waits for the next run.
local waiting = {}
for _, what in ipairs { event("order.paid", { order = 7 }), event("order.sent", { order = 7 }) } do
  local delivered, detail = send(what)
  if delivered then
    print(what.kind, ("delivered, repeated %d times"):format(detail))
  else
    print(what.kind, "kept: " .. detail)
    waiting[#waiting + 1] = what
  end
end
print(#waiting .. " events wait")
