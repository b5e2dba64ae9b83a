"""Checks of texts in memory, with Lua's own library and the globals of spells."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from llmspell_server.analysis.checks.checker import Checker, Placed
from llmspell_server.analysis.inference.inference import Inference
from llmspell_server.analysis.snapshot import Snapshot
from llmspell_server.analysis.spells.host_uses import HostUse, Refusal, Wanted
from llmspell_server.library import load_api
from llmspell_server.permitted import Permitted, compiled_modules, wanted, wanted_by_kinds
from llmspell_server.world import SessionWorld
from tests.server.analysis.inference.worlds import MemoryWorld
from tests.server.marks import ranges, shown


@cache
def library() -> dict[str, Snapshot]:
    return SessionWorld(dict, lambda _: None).libraries


class DefaultRules:
    """What the runtime allows where nothing is configured. Stands for `HostRules`."""

    def __init__(self) -> None:
        self._permitted = Permitted()

    @property
    def wanted(self) -> Wanted:
        return wanted()

    @property
    def wanted_by_kinds(self) -> Mapping[str, str]:
        return wanted_by_kinds()

    @property
    def compiled_modules(self) -> frozenset[str]:
        return compiled_modules()

    @property
    def adding(self) -> frozenset[str]:
        return load_api().adding

    def refusal(self, file: str, use: HostUse) -> Refusal | None:
        return self._permitted.refusal(f"/nowhere/{file}", use)

    def elsewhere(self, file: str) -> Mapping[str, str]:
        found = load_api().elsewhere.items()
        return {name: where.command for name, where in found if not where.has(f"/{file}")}


def findings(source: str, *, name: str = "main", **files: str) -> list[Placed]:
    """What is found in `main.lua`, or in a file of another name, beside other files."""
    world = MemoryWorld(**{name: source}, **files)
    world.snapshots = {**library(), **world.snapshots}
    return Checker(Inference(world), DefaultRules()).findings(f"{name}.lua")


def check(code: str, marked: str, **files: str) -> list[Placed]:
    """Compares what is found of a code with the marks of a text, and gives it."""
    text, expected = ranges(marked)
    found = [each for each in findings(text.source, **files) if each.code == code]
    spans = sorted((each.start, each.end) for each in found)
    assert shown(text, *spans) == shown(text, *sorted(expected)), found
    return found
