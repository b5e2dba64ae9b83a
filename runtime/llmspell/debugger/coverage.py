"""Line coverage of spells, written as an lcov tracefile."""

from __future__ import annotations

import os
from collections import defaultdict
from pathlib import Path
from typing import TextIO

from attrs import define, field

from llmspell.debugger.executable import Span, executable_spans
from llmspell.errors import LLMSpellError
from llmspell.lua.engine import Engine

_PRELUDE = Path(__file__).parent / "prelude" / "coverage.lua"

Counts = dict[str, dict[int, int]]
"""Function (`first:last` line) -> line -> how often it was executed."""


@define
class _Loaded:
    """A file as it was loaded: its text, and what the compiler made of it (b"" if it failed)."""

    source: bytes
    binary: bytes
    first_hits: Counts = field(factory=lambda: defaultdict(dict))


class Coverage:
    """Counts the lines that an engine executes, as a context manager around its runs.

    To be made before the spells are loaded; `collect` is to be called before the engine is closed.
    """

    def __init__(self, engine: Engine) -> None:
        """The engine must not be debugged at the same time."""
        self._engine = engine
        self._loaded: dict[str, _Loaded] = {}
        self._collected: dict[str, Counts] = {}
        engine.on_lua_thread(self._install)

    def _install(self) -> None:
        state = self._engine.state
        state.extend_host({"prepare": self._note_chunk, "first_hit": self._note_hit})
        state.load_prelude(_PRELUDE.read_bytes())
        state.know_entry_points(("coverage_counts", "dump_chunk"))

    def _note_chunk(self, source: bytes, name: bytes) -> bytes:
        """Called by Lua before it compiles a chunk; changes nothing."""
        if name.startswith(b"@"):
            try:
                binary = self._engine.state.call_host("dump_chunk", source, name)
            except LLMSpellError:
                binary = None
            self._loaded[os.fsdecode(name[1:])] = _Loaded(source, binary or b"")
        return source

    def _note_hit(self, source: bytes, function: bytes, line: int) -> None:
        """Called by Lua once for each line: what is left if the engine has to be left."""
        loaded = self._loaded.get(os.fsdecode(source[1:]))
        if loaded is not None:
            loaded.first_hits[function.decode()][line] = 1

    def collect(self) -> None:
        """Takes the counts over from Lua; where that fails, executed lines count once."""
        try:
            state = self._engine.state
            text: bytes = self._engine.on_lua_thread(lambda: state.call_host("coverage_counts"))
        except LLMSpellError:
            return
        collected: dict[str, Counts] = {}
        for row in text.split(b"\0") if text else ():
            count, line, function, source = row.split(b"\t", 3)
            counts = collected.setdefault(os.fsdecode(source[1:]), {})
            counts.setdefault(function.decode(), {})[int(line)] = int(count)
        self._collected = collected

    def lines(self) -> dict[str, dict[int, int]]:
        """File -> line on which a statement starts -> how often it was executed."""
        return {
            os.path.abspath(path): _by_line(  # noqa: PTH100 - links are not resolved
                executable_spans(loaded.source, loaded.binary),
                self._collected.get(path, loaded.first_hits),
            )
            for path, loaded in sorted(self._loaded.items())
        }

    def write(self, file: TextIO) -> None:
        """Writes an lcov tracefile (geninfo(1): `SF`, `DA`, `LF` and `LH` records)."""
        write_lcov(file, self.lines())


def write_lcov(file: TextIO, counted: dict[str, dict[int, int]]) -> None:
    """Writes what `Coverage.lines` gives as such a tracefile."""
    for path, lines in counted.items():
        file.write(f"TN:\nSF:{path}\n")
        file.writelines(f"DA:{line},{count}\n" for line, count in sorted(lines.items()))
        hit = sum(1 for count in lines.values() if count)
        file.write(f"LF:{len(lines)}\nLH:{hit}\nend_of_record\n")


def _by_line(spans: list[Span], counts: Counts) -> dict[int, int]:
    """Where several statements share a line, the one that was executed most often counts."""
    lines: dict[int, int] = {}
    for span in spans:
        count = span.executions(counts.get(span.function, {}))
        lines[span.line] = max(count, lines.get(span.line, 0))
    return lines
