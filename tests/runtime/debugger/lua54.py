"""A plain Lua 5.4 for these tests: compiles to binary chunks, and runs instrumented text."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import lupa.lua54

from llmspell.debugger.in_place import FLAG, HOLDS
from llmspell.debugger.instrument import Site

SECRET = 918273645

_COMPILE = b"""
local load, dump = load, string.dump
return function(text)
  local chunk, message = load(text, "=chunk", "t")
  if chunk then return dump(chunk) end
  return nil, message
end
"""

_RUN = b"""
local secret, limit, text, on_call, conditions, again, compares = ...
local out = {}
local environment = setmetatable({ print = function(...)
  local values = table.pack(...)
  for i = 1, values.n do values[i] = tostring(values[i]) end
  out[#out + 1] = table.concat(values, " ")
end }, { __index = _G })
environment._G = environment
local function is_plain(_, value) return type(value) == "table" and getmetatable(value) == nil end
local plain = setmetatable({}, { __index = is_plain })
local support = { environment, pcall = pcall }
for _, name in next, { "type", "rawequal", "select", "tonumber", "getmetatable" } do support[name] = _G[name] end
for slot = 2, 9 do support[slot] = true end
for slot = 10, 18 do support[slot] = plain end
for _, library in next, { "math", "os", "coroutine" } do
  for name, value in next, _G[library] do support[library .. "_" .. name] = value end
end
for number, source in next, conditions do support["c" .. number] = assert(load(source, "=condition", "t", environment)) end
local function passes(_, key) -- every pass is looked at, and every condition tried in the program
  if math.type(key) then return 0 end
  return key:find("^o%d") or key:find("^p%d") and plain or key:find("^call%d") and pcall or nil
end
setmetatable(support, { __index = passes })
for number, source in next, again do again[number] = assert(load(source, "=condition", "t", environment)) end
debug.setmetatable(true, { __call = function(_, key, number, ...)
  assert(key == secret, "a foreign call")
  if number == 0 then return support end
  if again[number] then
    local ok, value = pcall(again[number], ...)
    if not ok or not value then return end
  end
  if on_call then return on_call(number, debug.getinfo(2, "l").currentline, ...) end
end })
local function compare(a, b) -- called where a number is compared with something else
  local index, name = 1, debug.getlocal(2, 1)
  while name and name ~= "__llmspell_ok" do
    index = index + 1
    name = debug.getlocal(2, index)
  end
  if name then
    debug.setlocal(2, index, false)
    return true
  end
  error("attempt to compare " .. type(a) .. " with " .. type(b), 2)
end
if compares then debug.setmetatable(0, { __lt = compare, __le = compare }) end
local steps = 0
local function tick() error("too long", 0) end
local chunk, message = load(text, "=chunk", "t", environment)
if not chunk then return nil, message end
if limit > 0 then debug.sethook(tick, "", limit) end
local ok, problem = pcall(chunk)
debug.sethook()
debug.setmetatable(true, nil)
debug.setmetatable(0, nil)
if not ok then out[#out + 1] = "error: " .. tostring(problem) end
return table.concat(out, "\\n")
"""


class Lua:
    """A Lua state that compiles and runs text."""

    def __init__(self) -> None:
        self.state: Any = lupa.lua54.LuaRuntime(encoding=None, unpack_returned_tuples=True)
        self._compile: Any = self.state.execute(_COMPILE)
        self._run: Any = self.state.compile(_RUN)

    def compiler(self, text: bytes) -> bytes | str:
        """What `instrument` wants: the binary chunk, or the message."""
        result = self._compile(text)
        return result if isinstance(result, bytes) else result[1].decode("utf-8", "replace")

    def run(
        self,
        text: bytes,
        on_call: Callable[..., object] | None = None,
        limit: int = 0,
        sites: Sequence[Site] = (),
    ) -> str:
        """What a program prints, the error that ends it last; addresses are left out."""
        protected = [site for site in sites if site.protected]
        again = [s for s in sites if not s.protected and s.licence in HOLDS]
        tables = [
            self.state.table_from({s.number: (s.checks[0].condition or "").encode() for s in some})
            for some in (protected, again)
        ]
        # Comparisons in such text raise nothing because the debugger sees them, whatever the sites.
        compares = FLAG.encode() in text
        result = self._run(SECRET, limit, text, on_call, *tables, compares)
        assert isinstance(result, bytes), result
        return re.sub(r"\b0x[0-9a-f]{6,}", "0x…", result.decode("utf-8", "replace"))
