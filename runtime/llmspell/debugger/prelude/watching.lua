-- Data breakpoints: a place (a field of a table, a global, a local of a frame that is alive) is
-- compared after each line while any is set. That costs a line hook on all code meanwhile.

local host = ...
local raw, G = host.raw, host.G
local getinfo, getlocal, getupvalue = raw.debug.getinfo, raw.debug.getlocal, raw.debug.getupvalue
local rawget, rawequal, tostring, running = raw.rawget, raw.rawequal, raw.tostring, raw.coroutine.running
local debugger = host.debugger

local places, last = {}, 0 -- id -> { kind, ... } as `watch_info` found them
local watches = {} -- the places that are watched now

local function read(place)
  if place.kind == "field" then return true, rawget(place.table, place.key) end
  if place.kind == "upvalue" then
    local _, value = getupvalue(place.func, place.index)
    return true, value
  end
  -- A local lives as long as its activation: the function at that depth must still be the same.
  if running() ~= place.thread then return false end
  local level, depth = 0, nil
  local top = 1
  while getinfo(top, "l") do top = top + 1 end
  level = top - place.depth
  local info = level > 0 and getinfo(level, "f")
  if not info or not rawequal(info.func, place.func) then return false, nil, level <= 1 end
  local name, value = getlocal(level, place.index)
  if name ~= place.name then return false end
  return true, value
end

--- Finds what a name in an opened scope or value stands for. Gives an id and a description.
function host.watch_info(name, reference, thread_id, frame_level)
  local place = host.find_place(name, reference, thread_id, frame_level)
  if not place then return nil end
  last = last + 1
  places[tostring(last)] = place
  return tostring(last), place.shown
end

--- Sets the watches: { { id, site, condition }, ... }.
function host.set_watches(list)
  watches = {}
  for _, item in raw.ipairs(list) do
    local place = places[item[1]]
    if place then
      watches[#watches + 1] = { place = place, site = item[2], condition = item[3] ~= "" and item[3] or nil }
    end
  end
  debugger.watching = #watches > 0 or nil
  host.refresh_late()
end

local function holds(watch)
  if not watch.condition then return true end
  local kind, answer = host.evaluate(watch.condition, host.thread_id(running()), 0, false, 1, false, false)
  return kind == "ok" and not raw.string.find(answer, '"value":"false"', 1, true) and not raw.string.find(answer, '"value":"nil"', 1, true)
end

function host.check_watches()
  local hits
  for i = 1, #watches do
    local watch = watches[i]
    local alive, value = read(watch.place)
    if alive then
      if watch.known and not rawequal(value, watch.value) and not (value ~= value and watch.value ~= watch.value) then
        local hit = holds(watch) and host.late_hits(watch.site)
        if hit then hits = hits and hits .. "," .. hit or hit end
      end
      watch.known, watch.value = true, value
    end
  end
  if hits then host.stand_at_data(hits) end
end
