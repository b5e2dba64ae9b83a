"""A plain Lua 5.4 for these tests: compiles to binary chunks, and runs instrumented text."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import lupa.lua54

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
local secret, limit, text, on_call, conditions = ...
local out = {}
local environment = setmetatable({ print = function(...)
  local values = table.pack(...)
  for i = 1, values.n do values[i] = tostring(values[i]) end
  out[#out + 1] = table.concat(values, " ")
end }, { __index = _G })
environment._G = environment
local function is_plain(_, value) return type(value) == "table" and getmetatable(value) == nil end
local plain = setmetatable({}, { __index = is_plain })
local support = { environment, true, true, plain, plain, plain, pcall = pcall, type = type, rawequal = rawequal }
for name, value in next, math do support["math_" .. name] = value end
for number, source in next, conditions do support["c" .. number] = assert(load(source, "=condition", "t", environment)) end
local function passes(_, key) if math.type(key) then return 0 end end -- every pass is looked at
setmetatable(support, { __index = passes })
debug.setmetatable(true, { __call = function(_, key, number, ...)
  assert(key == secret, "a foreign call")
  if number == 0 then return support end
  if on_call then return on_call(number, debug.getinfo(2, "l").currentline, ...) end
end })
local steps = 0
local function tick() error("too long", 0) end
local chunk, message = load(text, "=chunk", "t", environment)
if not chunk then return nil, message end
if limit > 0 then debug.sethook(tick, "", limit) end
local ok, problem = pcall(chunk)
debug.sethook()
debug.setmetatable(true, nil)
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
        conditions = {s.number: s.checks[0].condition or "" for s in protected}
        table = self.state.table_from({n: text.encode() for n, text in conditions.items()})
        result = self._run(SECRET, limit, text, on_call, table)
        assert isinstance(result, bytes), result
        return re.sub(r"\b0x[0-9a-f]{6,}", "0x…", result.decode("utf-8", "replace"))
