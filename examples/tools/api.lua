-- Purpose: Ask APIs over HTTP: answers as tables, retries, several requests at once, GraphQL.
-- Run:     llmspell-run examples/tools/api.lua
--          llmspell-run examples/tools/api.lua --url http://localhost:8080
-- The site has `/get` and `/post`, which tell what they were asked, as httpbin.org has.

local site = ARGS.url or "https://httpbin.org"

-- An answer of JSON is a table. The status of a server is no error: look at it.
local answer = Tool.execute("http-requester", { input = site .. "/get", headers = { Accept = "application/json" } })
print("status:", answer.result.status_code)

-- A table as body is sent as JSON. Repeat what failed for a moment only.
local posted = Tool.execute("http-requester", {
  input = site .. "/post",
  method = "POST",
  body = { name = "Ada", tags = { "a", "b" } },
  retry = { max_attempts = 3, initial_delay_ms = 100 },
})
print("sent:", posted.result.status_code)

-- How long it takes, and whether it is what one expects.
local tested = Tool.execute("api-tester", { input = site .. "/get", method = "GET" })
print("answered in time:", tested.success)

-- A batch asks all at once; a failure is among its results.
local calls = {}
for _, path in ipairs { "/get", "/post", "/nowhere" } do
  calls[#calls + 1] = { tool = "http-requester", params = { input = site .. path } }
end
for i, each in ipairs(Tool.batch(calls)) do
  print(calls[i].params.input:match("/[^/]*$"), each.success and each.result.status_code or each.error)
end

-- GraphQL: what the query asks for, and nothing else. Errors in an answer are raised.
local ok, user = pcall(Tool.execute, "graphql-query", {
  endpoint = site .. "/graphql",
  input = "query($id: ID!) { user(id: $id) { name } }",
  variables = { id = "1" },
})
print("graphql:", ok and user.result.result.data.user.name or tostring(user):match("[^\n]+"))
