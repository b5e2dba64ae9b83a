-- Cases of `Test`, which are kept here: Python asks which there are and has them run one after the
-- other, each as a run of its own.

local host = ...
local raw, G, border = host.raw, host.G, host.border
local Test = G.Test
local pcall = G.pcall -- the one that lets a stop pass
local type, error, sub, getinfo = raw.type, raw.error, raw.string.sub, raw.debug.getinfo

--- The elements of a list, in order.
local function each(list)
  return function(_, i)
    if i < #list then return i + 1, list[i + 1] end
  end, nil, 0
end

local function group(name, parent)
  return { name = name, parent = parent, before_each = {}, after_each = {}, before_all = {}, after_all = {}, cases = {} }
end

local top = group("", nil)
local current = top -- nil once the file was read
local cases = {}

local function check(value, wanted, position, where)
  if type(value) ~= wanted then
    border.bad(position, value, wanted == "string" and "String" or "Function", where)
  end
end

--- The group that is being described; cases cannot add cases.
local function open_group(where)
  if not current then error(where .. " is for the file and its groups, not for a case", 3) end
  return current
end

function Test.describe(name, body)
  check(name, "string", 1, "Test.describe: name")
  check(body, "function", 2, "Test.describe: body")
  local parent = open_group("Test.describe")
  current = group(name, parent)
  body()
  current = parent
end

local function full_name(name, parent)
  while parent and parent.parent do
    name = parent.name .. " > " .. name
    parent = parent.parent
  end
  return name
end

function Test.case(name, body, options)
  check(name, "string", 1, "Test.case: name")
  check(body, "function", 2, "Test.case: body")
  if options ~= nil and type(options) ~= "table" then border.bad(3, options, "Table", "Test.case: options") end
  options = options or {}
  local parent = open_group("Test.case")
  if parent.cases[name] then error("there are two cases of the name '" .. full_name(name, parent) .. "'", 2) end
  parent.cases[name] = true
  local at = getinfo(2, "Sl")
  cases[#cases + 1] = {
    name = full_name(name, parent), body = body, group = parent,
    file = at and sub(at.source, 2) or "", line = at and at.currentline or 0,
    timeout = type(options.timeout) == "number" and options.timeout or nil,
    skip = options.skip and (type(options.skip) == "string" and options.skip or "skipped") or nil,
  }
end

for _, when in each { "before_each", "after_each", "before_all", "after_all" } do
  Test[when] = function(body)
    check(body, "function", 1, "Test." .. when .. ": body")
    local list = open_group("Test." .. when)[when]
    list[#list + 1] = body
  end
end

--- What Python is told of the cases; the file is read then.
function host.test_cases()
  current = nil
  local told = {}
  for i, case in each(cases) do
    told[i] = { name = case.name, file = case.file, line = case.line, timeout = case.timeout, skip = case.skip }
  end
  return host.encode(told)
end

local function chain_of(case)
  local chain, at = {}, case.group
  while at do
    raw.table.insert(chain, 1, at)
    at = at.parent
  end
  return chain
end

local function call_all(list)
  for _, body in each(list) do body() end
end

--- Runs a case and what comes before it.
function host.test_run(number)
  local case = cases[number]
  return host.finish(host.protected(function()
    for _, around in each(chain_of(case)) do
      if around.broken then error(around.broken, 0) end
      if not around.entered then
        around.entered = true
        local ok, message = pcall(call_all, around.before_all)
        if not ok then
          around.broken = message
          error(message, 0)
        end
      end
    end
    for _, around in each(chain_of(case)) do call_all(around.before_each) end
    case.body()
  end))
end

--- Runs all of some functions, whatever becomes of them; raises the first error.
local function call_each(lists)
  local failure
  for _, list in each(lists) do
    for _, body in each(list) do
      local ok, message = pcall(body)
      if not ok and failure == nil then failure = { message } end
    end
  end
  if failure then error(failure[1], 0) end
end

--- Runs what comes after a case, and after the groups that have no case among those still to come.
function host.test_after(number, next_number)
  local case, coming = cases[number], {}
  if next_number > 0 then
    for _, around in each(chain_of(cases[next_number])) do coming[around] = true end
  end
  return host.finish(host.protected(function()
    local chain, lists = chain_of(case), {}
    for i = #chain, 1, -1 do
      lists[#lists + 1] = chain[i].entered and chain[i].after_each or nil
    end
    for i = #chain, 1, -1 do
      if chain[i].entered and not coming[chain[i]] then
        lists[#lists + 1] = chain[i].after_all
        chain[i].entered = false
      end
    end
    call_each(lists)
  end))
end
