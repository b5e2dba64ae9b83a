"""Lua's own compiler beside the engines: what a text becomes, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import lupa.lua54

_COMPILE = b"""
local load, dump, gsub = load, string.dump, string.gsub
return function(text)
  local chunk, message = load(text, "=chunk", "t")
  if chunk then return true, dump(chunk) end
  return false, (gsub(message, "^chunk:", "line "))
end
"""


def compiled(source: bytes) -> bytes | str:
    """What `string.dump` makes of a chunk, or the compiler's message (`line 3: ...`)."""
    is_lua, result = _compile()(source)
    return bytes(result) if is_lua else result.decode("utf-8", "replace")


@cache
def _compile() -> Callable[[bytes], tuple[bool, bytes]]:
    state: Any = lupa.lua54.LuaRuntime(
        register_eval=False, register_builtins=False, encoding=None, unpack_returned_tuples=True
    )
    function: Callable[[bytes], tuple[bool, bytes]] = state.execute(_COMPILE)
    return function
