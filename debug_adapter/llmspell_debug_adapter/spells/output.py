"""What a spell writes, on its way to the client, with the line that wrote it."""

from __future__ import annotations

import codecs
from collections.abc import Callable

from llmspell.debugger.whereabouts import Whereabouts
from llmspell.lua.engine import Engine
from llmspell.lua.streams import Streams
from llmspell_debug_adapter.debuggee import Debugger


def tap(streams: Streams, engine: Engine, debugger: Debugger) -> None:
    """Tells the debugger's listener what is written to the streams of an engine."""
    place = Whereabouts(engine)

    def tapped(category: str, onward: Callable[[bytes], object]) -> Callable[[bytes], None]:
        decoder = codecs.getincrementaldecoder("utf-8")("replace")

        def write(data: bytes) -> None:
            text = decoder.decode(data)
            if text:
                debugger.listener.output(category, text, *place.here())
            onward(data)

        return write

    streams.stdout = tapped("stdout", streams.stdout)
    streams.stderr = tapped("stderr", streams.stderr)
