"""Line coverage of spells, written as an lcov tracefile."""

from __future__ import annotations

import json
from pathlib import Path

from llmspell.lua.engine import Engine
from llmspell.syntax.chunk import Chunk

_PRELUDE = Path(__file__).parent / "prelude" / "coverage.lua"


class Coverage:
    """Counts the lines that an engine executes; to be made before the spells are loaded."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        engine.on_lua_thread(self._install)

    def _install(self) -> None:
        self._engine.state.load_prelude(_PRELUDE.read_bytes())

    def counts(self) -> dict[Path, dict[int, int]]:
        """File -> line -> how often it was executed."""
        state = self._engine.state
        text: bytes = self._engine.on_lua_thread(lambda: state.call_host("coverage_counts"))
        found = json.loads(text.decode("utf-8", "replace"))
        return {
            Path(source[1:]): {int(line): count for line, count in _pairs(lines)}
            for source, lines in found.items()
        }

    def lcov(self) -> str:
        """The counts as an lcov tracefile (`SF`, `DA`, `LF`, `LH` records)."""
        records = []
        for path, counts in sorted(self.counts().items()):
            lines = dict.fromkeys(_executable_lines(path), 0) | counts
            records += ["TN:", f"SF:{path}"]
            records += [f"DA:{line},{count}" for line, count in sorted(lines.items())]
            hit = sum(1 for count in lines.values() if count)
            records += [f"LF:{len(lines)}", f"LH:{hit}", "end_of_record"]
        return "\n".join(records) + "\n"


def _pairs(lines: object) -> list[tuple[str, int]]:
    """Line and count; Lua gives an array where the lines are 1..n."""
    if isinstance(lines, list):
        return [(str(number), count) for number, count in enumerate(lines, 1)]
    assert isinstance(lines, dict)
    return list(lines.items())


def _executable_lines(path: Path) -> set[int]:
    """The lines on which statements start."""
    try:
        source = path.read_bytes()
    except OSError:
        return set()
    return {statement.line for statement in Chunk(source).statements}
