"""What a debugger shows beside the code: `|` is where the program stands, `⟦…⟧` what is shown."""

from __future__ import annotations

import pytest

from llmspell_server.analysis.inline_values import inline_values
from llmspell_server.analysis.snapshot import Snapshot
from tests.server.marks import ranges, shown


@pytest.mark.parametrize(
    "marked",
    [
        "local ⟦a⟧ = 1\nlocal ⟦b⟧ = ⟦a⟧ + 1\nprint(⟦b⟧)|\nprint(a, b)",
        "local ⟦t⟧ = {}\nprint(⟦t.a.b⟧)|\nprint(t.later)",
        "local function f(⟦x⟧)\n  local ⟦y⟧ = ⟦x⟧\n  f(⟦y⟧)|\nend\nlocal z = 1",
        "local a = 1\ndo\n  local ⟦a⟧ = 2\n  f(⟦a⟧)|\nend",
        "do local gone = 1 end\nlocal ⟦here⟧ = 2\nf()|",
        "local function f(⟦x⟧)\n  local function ⟦g⟧(y) return y end\n  f(⟦x⟧)|\nend",
        "print(unknown)|",
        "print(⟦config.level⟧)|",
        "local ⟦a⟧ = 1\n|print(⟦a⟧)\nprint(a)",
        "local ⟦a⟧ = 1\n|local b = ⟦a⟧",
    ],
)
def test_what_is_shown(marked: str) -> None:
    text, _ = ranges(marked.replace("|", ""))
    stopped = marked.replace("⟦", "").replace("⟧", "").index("|")
    found = inline_values(Snapshot.of(text), 0, len(text.source), stopped)
    assert shown(text, *((each.start, each.end) for each in found)) == marked.replace("|", "")
