"""What a spell writes, on its way to the client, with the line that wrote it."""

from __future__ import annotations

import codecs
import os
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from llmspell.debugger.model import Source
from llmspell.debugger.sources import normalized
from llmspell.errors import LLMSpellError
from llmspell.lua.engine import Engine
from llmspell.lua.streams import Streams
from llmspell_debug_adapter.debuggee import Debugger

_WHEREABOUTS = b"""
local host = ...
local getinfo, sub = host.raw.debug.getinfo, host.raw.string.sub

--- Chunk name and line of the script's code that is running; nothing where there is none near.
function host.whereabouts()
  for level = 2, 12 do
    local info = getinfo(level, "Sl")
    if not info then return nil end
    if info.currentline > 0 and sub(info.source, 1, 10) ~= "=[llmspell" then
      return info.source, info.currentline
    end
  end
end
"""


def tap(streams: Streams, engine: Engine, debugger: Debugger) -> None:
    """Tells the debugger's listener what is written to the streams of an engine."""

    def prepare() -> None:
        engine.state.load_prelude(_WHEREABOUTS)
        engine.state.know_entry_points(("whereabouts",))

    engine.on_lua_thread(prepare)

    def tapped(category: str, onward: Callable[[bytes], object]) -> Callable[[bytes], None]:
        decoder = codecs.getincrementaldecoder("utf-8")("replace")

        def write(data: bytes) -> None:
            text = decoder.decode(data)
            if text:
                debugger.listener.output(category, text, *_place(engine))
            onward(data)

        return write

    streams.stdout = tapped("stdout", streams.stdout)
    streams.stderr = tapped("stderr", streams.stderr)


def _place(engine: Engine) -> tuple[Source | None, int | None]:
    """Where the script is; on the Lua thread, from within a call of the script's."""
    try:
        found = engine.state.call_host("whereabouts")
    except LLMSpellError:  # while the state is being closed
        return None, None
    if found is None or not found[0].startswith(b"@"):
        return None, None
    return _source(found[0]), found[1]


@lru_cache(maxsize=64)  # a program writes from few files, and resolving a path takes 20 µs
def _source(chunk: bytes) -> Source:
    path = normalized(os.fsdecode(chunk[1:]))
    return Source(Path(path).name, path)
