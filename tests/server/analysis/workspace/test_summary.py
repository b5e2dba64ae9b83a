from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from llmspell_server.analysis.snapshot import Snapshot
from llmspell_server.analysis.text import Text
from llmspell_server.analysis.workspace.occurrences import Live
from llmspell_server.analysis.workspace.summary import Summary, summary_of

EXAMPLES = sorted((Path(__file__).parents[4] / "examples").rglob("*.lua"))


def restored(live: Live) -> Summary:
    found: Summary = pickle.loads(pickle.dumps(summary_of(live)))
    return found


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_a_summary_says_what_the_document_says(path: Path) -> None:
    live = Live(Snapshot.of(Text(path.read_text("utf-8"))))
    summary = restored(live)
    for name in {name for name, _ in live.all()}:
        said = [
            found._replace(owner=None) if found.owner and found.owner.kind == "local" else found
            for found in live.find(name)
        ]
        assert list(summary.find(name)) == said, name
    assert list(summary.requires()) == list(live.requires())
    assert (summary.declared(), summary.entries()) == (live.declared(), live.entries())


def test_a_summary_knows_where_types_are_mentioned() -> None:
    live = Live(Snapshot.of(Text("---@class A\n---@param a A|B\nlocal function f(a) end")))
    assert list(restored(live).mentions("A")) == list(live.mentions("A")) == [24]
    assert list(restored(live).mentions("C")) == []


def test_positions_are_told_without_the_text() -> None:
    text = Text("local a\r\nfunction g() end\n")
    summary = restored(Live(Snapshot.of(text)))
    (found,) = summary.find("g")
    assert summary.lines.ascii
    assert summary.lines.position(found.start) == text.position(found.start, "utf-16")


def test_a_file_that_only_describes_says_so() -> None:
    assert restored(Live(Snapshot.of(Text("---@meta\nx = 1")))).is_meta
    assert not restored(Live(Snapshot.of(Text("x = 1 -- @meta")))).is_meta


def test_locals_of_the_chunk_are_no_globals() -> None:
    source = "local t = {}\nt.a = 1\nlocal n = 0\nn = 1\nfunction g() end\nh = {}\nh.b = 2\n"
    assert restored(Live(Snapshot.of(Text(source)))).globals_written == {"g", "h"}
