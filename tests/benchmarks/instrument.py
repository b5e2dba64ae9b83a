"""How long it takes to compile breakpoints into a large file."""

from __future__ import annotations

from typing import Any

import lupa.lua54

from llmspell.debugger.instrument import Wish, instrument
from llmspell.syntax.chunk import Chunk

from .figure import Figure, median, seconds

FUNCTION = """
local function step_{n}(state, options)
  -- Takes one step.
  local count = (state.count or 0) + 1
  if options and options.limit and count > options.limit then
    return nil, "limit " .. options.limit .. " reached"
  end
  local result = {{}}
  for index, value in ipairs(state.values or {{}}) do
    if value % 2 == 0 then goto continue end
    result[#result + 1] = {{
      index = index,
      value = value * count,
    }}
    ::continue::
  end
  state.count = count
  state.values = result
  return state, function() return count end
end
steps[{n}] = step_{n}
"""
LINES = 10_000


def figures() -> list[Figure]:
    """The time of `instrument`, and of its parts."""
    source = large_file()
    compiler = _compiler()
    wishes = [Wish(n, n * (LINES // 100) - 3) for n in range(1, 101)]

    def instrumenting(count: int) -> float:
        some = wishes[:: 100 // count]
        return seconds(lambda: instrument(source, some, secret=1, compiler=compiler)) * 1000

    return [
        Figure("parse 10 000 lines", median(lambda: seconds(lambda: Chunk(source)) * 1000), "ms"),
        Figure(
            "compile 10 000 lines", median(lambda: seconds(lambda: compiler(source)) * 1000), "ms"
        ),
        Figure("1 breakpoint in 10 000 lines", median(lambda: instrumenting(1)), "ms"),
        Figure("100 breakpoints in 10 000 lines", median(lambda: instrumenting(100)), "ms"),
    ]


def large_file(lines: int = LINES) -> bytes:
    """Text of so many lines, most of them in functions."""
    size = FUNCTION.count("\n")
    # Blocks, because a function has at most 200 locals.
    functions = "".join(f"do {FUNCTION.format(n=n)}end\n" for n in range(lines // (size + 1)))
    return f"local steps = {{}}\n{functions}".encode()


def _compiler() -> Any:
    state: Any = lupa.lua54.LuaRuntime(encoding=None)
    return state.eval(b"function(text) return string.dump(assert(load(text))) end")
