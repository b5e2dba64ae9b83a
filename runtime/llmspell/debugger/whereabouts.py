"""Which line of a spell is running: for showing where output comes from."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path

from llmspell.debugger.model import Source
from llmspell.debugger.sources import normalized
from llmspell.errors import LLMSpellError
from llmspell.lua.engine import Engine

_PRELUDE = Path(__file__).parent / "prelude" / "whereabouts.lua"


class Whereabouts:
    """Knows where the script of an engine is; works with a debugger and without."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        engine.on_lua_thread(self._install)

    def _install(self) -> None:
        state = self._engine.state
        state.load_prelude(_PRELUDE.read_bytes())
        state.know_entry_points(("whereabouts",))

    def here(self) -> tuple[Source | None, int | None]:
        """File and line; None for both outside of files.

        On the Lua thread, from within a call of the script's.
        """
        try:
            found = self._engine.state.call_host("whereabouts")
        except LLMSpellError:  # while the state is being closed
            return None, None
        if found is None or not found[0].startswith(b"@"):
            return None, None
        return _source(found[0]), found[1]


@lru_cache(maxsize=64)  # a program writes from few files, and resolving a path takes 20 µs
def _source(chunk: bytes) -> Source:
    path = normalized(os.fsdecode(chunk[1:]))
    return Source(Path(path).name, path)
