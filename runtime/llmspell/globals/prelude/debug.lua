-- `Debug`: what has to see Lua values or the Lua stack, or must keep its place among what the
-- spell prints. The log itself, timers and reports are Python.

local host = ...
local raw, border = host.raw, host.border
local Debug, private = host.G.Debug, host.private.Debug
local type, next, error, rawget, math_type, format = raw.type, raw.next, raw.error, raw.rawget, raw.math.type, raw.string.format
local to_string, bad = border.to_string, border.bad
local stdout, write = host.stdout, host.stdout.write
local dump, styles = host.dump, host.dump_styles

-- Messages -----------------------------------------------------------------------------------
-- What a module may log is remembered here, so that a message that is not logged costs a look-up
-- and a comparison. Everything that changes the rules makes it be asked for again.

local MAX_REMEMBERED = 1000 -- modules
local ERROR, WARN, INFO, DEBUG, TRACE = 1, 2, 3, 4, 5

local most_talkative, remembered = {}, 0 -- module, or false for none -> its highest level
local settings

local function forget()
  most_talkative, remembered, settings = {}, 0, nil
end

local function settings_now()
  settings = settings or private.settings()
  return settings
end

local function ask(module)
  local level = private.mostTalkative(module)
  if remembered >= MAX_REMEMBERED then forget() end
  remembered = remembered + 1
  most_talkative[module or false] = level
  return level
end

local function log(level, message, data, module)
  local now = settings_now()
  if level <= now.trace_level then
    message = message .. "\n" .. host.stack_text {
      max_depth = now.depth_at_level, include_source = now.include_source,
      capture_locals = now.values_at_level, capture_upvalues = now.values_at_level,
    }
  end
  local lines = private.logWithData(level, message, data, module)
  if lines then write(stdout, lines) end
end

for name, level in next, { error = ERROR, warn = WARN, info = INFO, debug = DEBUG, trace = TRACE } do
  local message_place, module_place = "Debug." .. name .. ": message", "Debug." .. name .. ": module"
  Debug[name] = function(message, module)
    if type(message) ~= "string" then message = to_string(message, 1, message_place) end
    if module ~= nil and type(module) ~= "string" then module = to_string(module, 2, module_place) end
    if level > (most_talkative[module or false] or ask(module)) then return end
    log(level, message, nil, module)
  end
end

local levels = {} -- spelling -> number, as far as seen

local function level_number(text)
  local number = levels[text]
  if not number then
    number = private.parseLevel(text)
    levels[text] = number
  end
  return number or 0
end

function Debug.log(level, message, module)
  if type(level) ~= "string" then level = to_string(level, 1, "Debug.log: level") end
  if type(message) ~= "string" then message = to_string(message, 2, "Debug.log: message") end
  if module ~= nil and type(module) ~= "string" then module = to_string(module, 3, "Debug.log: module") end
  local number = level_number(level)
  if number == 0 or number > (most_talkative[module or false] or ask(module)) then return end
  log(number, message, nil, module)
end

function Debug.logWithData(level, message, data, module)
  if type(level) ~= "string" then level = to_string(level, 1, "Debug.logWithData: level") end
  if type(message) ~= "string" then message = to_string(message, 2, "Debug.logWithData: message") end
  if module ~= nil and type(module) ~= "string" then module = to_string(module, 4, "Debug.logWithData: module") end
  local number = level_number(level)
  if number == 0 or number > (most_talkative[module or false] or ask(module)) then return end
  log(number, message, data, module)
end

for _, name in next, {
  "setLevel", "setEnabled", "addModuleFilter", "addAdvancedFilter", "removeModuleFilter", "clearModuleFilters",
  "setDefaultFilterEnabled",
} do
  local change = Debug[name]
  Debug[name] = function(...)
    local result = change(...)
    forget()
    return result
  end
end

-- Options ------------------------------------------------------------------------------------

local function whole(value)
  if math_type(value) == "float" then value = raw.math.tointeger(value) end
  return math_type(value) == "integer" and value >= 0 and value or nil
end

--- All options: those given, checked, and the defaults. Read raw, like all that is dumped.
local function options_of(given, defaults)
  local options = {}
  for key, default in next, defaults do
    local value = default
    if given ~= nil and rawget(given, key) ~= nil then value = rawget(given, key) end
    if type(default) == "number" then
      value = whole(value) or error(format("Validation error: option '%s' must be a whole number, at least 0", key), 0)
    elseif type(value) ~= "boolean" then
      error(format("Validation error: option '%s' must be true or false", key), 0)
    end
    options[key] = value
  end
  return options
end

-- Values and stacks --------------------------------------------------------------------------

local function label_text(label, position, name)
  if label == nil or type(label) == "string" then return label end
  return to_string(label, position, "Debug." .. name .. ": label")
end

function Debug.dump(value, label) return dump(value, styles.dump, label_text(label, 2, "dump")) end

function Debug.dumpCompact(value, label) return dump(value, styles.compact, label_text(label, 2, "dumpCompact")) end

function Debug.dumpVerbose(value, label) return dump(value, styles.verbose, label_text(label, 2, "dumpVerbose")) end

function Debug.dumpWithOptions(value, options, label)
  if type(options) ~= "table" then bad(2, options, "Table", "Debug.dumpWithOptions: options") end
  return dump(value, options_of(options, styles.dump), label_text(label, 3, "dumpWithOptions"))
end

local function stack_options(given, name)
  if given ~= nil and type(given) ~= "table" then bad(1, given, "Table", "Debug." .. name .. ": options") end
  local now = settings_now()
  local values = given == nil and now.values_at_level
  return options_of(given, {
    max_depth = given and now.max_depth or now.depth_at_level, include_source = now.include_source,
    capture_locals = values, capture_upvalues = values,
  })
end

function Debug.stackTrace(options)
  local text = host.stack_text(stack_options(options, "stackTrace"))
  return text
end

function Debug.stackTraceJson(options)
  local text = host.stack_json(stack_options(options, "stackTraceJson"))
  return text
end
