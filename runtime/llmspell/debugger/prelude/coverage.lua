-- Line coverage: a line hook on every thread counts. It costs what a line hook costs (6-40x).

local host = ...
local raw = host.raw
local getinfo, next, sub, setmetatable = raw.debug.getinfo, raw.next, raw.string.sub, raw.setmetatable

local counted = {} -- source -> line -> count
local of_function = setmetatable({}, { __mode = "k" }) -- function -> the counts of its source, or false

local function hook(event, line)
  if event ~= "line" then return host.dispatch(event, line) end
  local func = getinfo(2 + host.via, "f").func
  local lines = of_function[func]
  if lines == nil then
    local source = getinfo(func, "S").source
    lines = false
    if sub(source, 1, 1) == "@" then
      lines = counted[source]
      if not lines then
        lines = {}
        counted[source] = lines
      end
    end
    of_function[func] = lines
  end
  if lines then lines[line] = (lines[line] or 0) + 1 end
end

host.set_debug_hook(hook)
function host.new_thread(thread) host.set_debug_mask(thread, "l", 0) end
host.each_thread(host.new_thread)

--- The counts as JSON: source -> line -> count.
function host.coverage_counts() return host.encode_any(counted) end
