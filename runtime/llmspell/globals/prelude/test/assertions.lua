-- Assertions of `Test`, and what else ends a case.

local host = ...
local raw, G, border = host.raw, host.G, host.border
local Test = G.Test
local pcall = G.pcall -- the one that lets a stop pass
local type, error, rawequal, setmetatable, getmetatable = raw.type, raw.error, raw.rawequal, raw.setmetatable, raw.debug.getmetatable
local format, find, abs = raw.string.format, raw.string.find, raw.math.abs
local comparing = host.comparing
local show, short, whole, quoted, same, contains = comparing.show, comparing.short, comparing.whole, comparing.quoted, comparing.same, comparing.contains

local FAILURE = { __name = "test failure" }
function FAILURE.__tostring(self) return self.message end

--- Fails the case; Python knows it by `test`. both: what was expected and what is there, as texts.
local function failed(why, message, detail, both)
  local text = why
  if message ~= nil then text = (type(message) == "string" and message or show(message)) .. "\n" .. why end
  if detail and detail ~= "" then text = text .. "\n" .. detail end
  both = both or {}
  error(setmetatable({ test = "failed", message = text, expected = both.expected, actual = both.actual }, FAILURE), 0)
end

local function is_failure(value) return type(value) == "table" and rawequal(getmetatable(value), FAILURE) end

function Test.equal(actual, expected, message)
  if same(actual, expected) then return end
  local both = { expected = whole(expected), actual = whole(actual) }
  if type(actual) == "table" and type(expected) == "table" then
    failed("the tables differ (- expected, + there)", message, comparing.differences(actual, expected), both)
  elseif type(actual) == "string" and type(expected) == "string" then
    failed("the texts differ (- expected, + there)", message, comparing.differences(actual, expected), both)
  end
  failed("expected " .. short(expected) .. ", got " .. short(actual), message, nil, both)
end

function Test.not_equal(actual, other, message)
  if same(actual, other) then failed("expected anything but " .. short(other), message) end
end

function Test.truthy(value, message)
  if not value then failed("expected a value, got " .. show(value), message) end
end

function Test.falsy(value, message)
  if value then failed("expected nil or false, got " .. short(value), message) end
end

function Test.near(actual, expected, within, message)
  if type(expected) ~= "number" then border.bad(2, expected, "number", "Test.near: expected") end
  if within ~= nil and type(within) ~= "number" then border.bad(3, within, "number", "Test.near: within") end
  if type(actual) ~= "number" then failed("expected a number, got " .. short(actual), message) end
  within = within or 1e-6
  if actual == expected or abs(actual - expected) <= within then return end
  failed(format("expected %s (within %s), got %s", show(expected), show(within), show(actual)), message)
end

function Test.matches(text, pattern, message)
  if type(pattern) ~= "string" then border.bad(2, pattern, "String", "Test.matches: pattern") end
  if type(text) ~= "string" then failed("expected a text, got " .. short(text), message) end
  if not find(text, pattern) then failed("the pattern " .. quoted(pattern) .. " is not found in", message, short(text)) end
end

function Test.contains(whole, part, message)
  if type(whole) == "string" then
    if type(part) ~= "string" then border.bad(2, part, "String", "Test.contains: part") end
    if find(whole, part, 1, true) then return end
    failed(quoted(part) .. " is not in", message, short(whole))
  elseif type(whole) ~= "table" then
    failed("expected a text or a table, got " .. short(whole), message)
  elseif not contains(whole, part) then
    failed(short(part) .. " is not in", message, short(whole))
  end
end

function Test.raises(body, text, message)
  if type(body) ~= "function" then border.bad(1, body, "Function", "Test.raises: body") end
  if text ~= nil and type(text) ~= "string" then border.bad(2, text, "String", "Test.raises: text") end
  local ok, value = pcall(body)
  if ok then failed("expected an error" .. (text and " with " .. quoted(text) or "") .. ", there was none", message) end
  if is_failure(value) then error(value, 0) end
  local found = host.error_text(value)
  if text and not find(found, text, 1, true) then failed("expected an error with " .. quoted(text) .. ", got", message, found) end
  return found
end

function Test.fail(message) failed(type(message) == "string" and message or show(message)) end

function Test.skip(reason)
  reason = reason == nil and "" or type(reason) == "string" and reason or show(reason)
  error(setmetatable({ test = "skipped", message = reason }, FAILURE), 0)
end
