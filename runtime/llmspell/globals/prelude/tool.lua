-- `Tool`: tables with functions in them, and reasons of failures that can be used like strings.

local host = ...
local raw, G, border = host.raw, host.G, host.border
local Tool, private = G.Tool, host.private.Tool
local type, error, rawequal, setmetatable, string = raw.type, raw.error, raw.rawequal, raw.setmetatable, raw.string

-- Scripts of the original join a reason to other strings, those of its documentation read `.message`.
local failure = {}
function failure.__tostring(self) return self.message end
function failure.__concat(left, right)
  if type(left) == "table" then left = left.message end
  if type(right) == "table" then right = right.message end
  return left .. right
end
function failure.__index(self, key)
  local method = string[key]
  if not method then return nil end
  return function(first, ...)
    if rawequal(first, self) then first = self.message end
    return method(first, ...)
  end
end

local function finished(answer)
  if type(answer.error) == "table" and answer.error.message then setmetatable(answer.error, failure) end
  return answer
end

local function name_of(value, where)
  if type(value) == "string" then return value end
  return border.to_string(value, 1, where .. ": name")
end

local function call(name, params, words, seconds, where)
  if params ~= nil and type(params) ~= "table" then border.bad(2, params, "Table", where .. ": params") end
  return finished(private.call(name, params or {}, words, seconds))
end

function Tool.execute(name, params, options)
  name = name_of(name, "Tool.execute")
  return call(name, params, "Tool execution failed: ", type(options) == "table" and options.timeout or nil, "Tool.execute")
end

function Tool.batch(calls)
  if type(calls) ~= "table" then border.bad(1, calls, "Table", "Tool.batch: calls") end
  local answers = private.call_all(calls)
  for i = 1, #answers do finished(answers[i]) end
  return answers
end

--- A tool with its function, which may be called with a dot or a colon.
local function with_function(tool, words)
  function tool.execute(first, second)
    if rawequal(first, tool) then first = second end
    return call(tool.name, first, words, nil, tool.name)
  end
  return tool
end

function Tool.get(name)
  local tool = private.look_up(name_of(name, "Tool.get"))
  return tool and with_function(tool, "Tool '" .. tool.name .. "' execution failed: ")
end

Tool.get_info = Tool.get

function Tool.register(name, execute, options)
  if type(name) == "table" then
    options = name
    name, execute = options.name, options.execute or options.handler or options[1]
  end
  if type(name) ~= "string" then border.bad(1, name, "String", "Tool.register: name") end
  if type(execute) ~= "function" then border.bad(2, execute, "Function", "Tool.register: execute") end
  if options ~= nil and type(options) ~= "table" then border.bad(3, options, "Table", "Tool.register: options") end
  options = options or {}
  local timeout = options.timeout
  if timeout ~= nil and type(timeout) ~= "number" then border.bad(3, timeout, "Number", "Tool.register: timeout") end
  return private.register_function(name, execute, options.description or "", options.category or "custom",
    options.security_level or "restricted", options.parameters or options.schema or {},
    timeout)
end

setmetatable(Tool, { __index = function(_, name)
  if type(name) ~= "string" then return nil end
  local tool = private.look_up(name)
  if not tool then return nil end
  local schema = tool.schema
  function tool.getSchema() return schema end
  return with_function(tool, "Tool '" .. tool.name .. "' execution failed: ")
end })
