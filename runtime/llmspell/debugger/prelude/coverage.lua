-- Line coverage: a line hook on every thread counts. It costs what a line hook costs (6-40x).

local host = ...
local raw = host.raw
local getinfo, sub, setmetatable = raw.debug.getinfo, raw.string.sub, raw.setmetatable
local first_hit = host.first_hit

-- Functions are told apart by their first and last line: `end` of a function counts for it, not
-- for the statement around it.
local counted = {} -- source -> "first:last" -> line -> count
local of_function = setmetatable({}, { __mode = "k" }) -- function -> { counts, source, key }, or false

local function counter(func)
  local info = getinfo(func, "S")
  if sub(info.source, 1, 1) ~= "@" then return false end
  local source, key = info.source, info.linedefined .. ":" .. info.lastlinedefined
  local functions = counted[source]
  if not functions then
    functions = {}
    counted[source] = functions
  end
  local counts = functions[key]
  if not counts then
    counts = {}
    functions[key] = counts
  end
  return { counts, source, key }
end

local function hook(event, line)
  if event ~= "line" then return host.dispatch(event, line) end
  local func = getinfo(2 + host.via, "f").func
  local known = of_function[func]
  if known == nil then
    known = counter(func)
    of_function[func] = known
  end
  if not known then return end
  local counts = known[1]
  local count = counts[line]
  if not count then
    count = 0
    first_hit(known[2], known[3], line)
  end
  counts[line] = count + 1
end

host.set_debug_hook(hook)
function host.new_thread(thread) host.set_debug_mask(thread, "l", 0) end
host.each_thread(host.new_thread)

--- The counts as lines of text: source, function, line, count, with tabs between.
function host.coverage_counts()
  local rows, n = {}, 0
  for source, functions in raw.next, counted do
    for key, counts in raw.next, functions do
      for line, count in raw.next, counts do
        n = n + 1
        rows[n] = raw.string.format("%d\t%d\t%s\t%s", count, line, key, source)
      end
    end
  end
  return raw.table.concat(rows, "\0")
end

--- What `string.dump` makes of text; nil where it does not compile.
function host.dump_chunk(source, name)
  local chunk = raw.load(source, name, "t")
  return chunk and raw.string.dump(chunk)
end
