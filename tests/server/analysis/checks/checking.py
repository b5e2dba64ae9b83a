"""Checks of texts in memory, with Lua's own library and the globals of spells."""

from __future__ import annotations

from functools import cache

from llmspell_server.analysis.checks.checker import Checker, Placed
from llmspell_server.analysis.inference.inference import Inference
from llmspell_server.analysis.snapshot import Snapshot
from llmspell_server.world import SessionWorld
from tests.server.analysis.inference.worlds import MemoryWorld
from tests.server.marks import ranges, shown


@cache
def library() -> dict[str, Snapshot]:
    return SessionWorld(dict, lambda _: None).libraries


def findings(source: str, **files: str) -> list[Placed]:
    """What is found in `main.lua`, beside other files."""
    world = MemoryWorld(main=source, **files)
    world.snapshots = {**library(), **world.snapshots}
    return Checker(Inference(world)).findings("main.lua")


def check(code: str, marked: str, **files: str) -> list[Placed]:
    """Compares what is found of a code with the marks of a text, and gives it."""
    text, expected = ranges(marked)
    found = [each for each in findings(text.source, **files) if each.code == code]
    spans = sorted((each.start, each.end) for each in found)
    assert shown(text, *spans) == shown(text, *sorted(expected)), found
    return found
