-- Purpose: tie a request and its reply together by a correlation id, with wildcards.

local requests = Event.subscribe("search.request")
local replies = Event.subscribe("search.*")

Event.publish("search.request", { query = "lua" })
local request = assert(Event.receive(requests, 1000))

Event.publish("search.reply", { hits = { "lua.org", "lua-users.org" } }, {
  correlation_id = request.correlation_id,
  ttl_seconds = 60,
})

-- The wildcard subscription sees both, in the order they were published.
for _ = 1, 2 do
  local event = assert(Event.receive(replies, 1000))
  local same = event.correlation_id == request.correlation_id
  print(event.sequence ~= nil, event.event_type, same and "same correlation" or "other")
end
print("nothing more: " .. tostring(Event.receive(replies, 10)))
