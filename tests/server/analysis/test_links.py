"""What leads elsewhere: `⟦…⟧` is a link."""

from __future__ import annotations

import pytest

from llmspell_server.analysis.links import links_of
from llmspell_server.analysis.snapshot import Snapshot
from tests.server.marks import ranges


@pytest.mark.parametrize(
    ("marked", "targets"),
    [
        ("require('⟦lib.tools⟧')", ["lib.tools"]),
        ('local t = require "⟦m⟧"', ["m"]),
        ("require [[⟦m⟧]] require [==[⟦n⟧]==]", ["m", "n"]),
        ("require(name)", []),
        ("local require = require\nrequire('⟦m⟧')", ["m"]),
        ("require('⟦m⟧')\nlocal function require(name) end\nrequire('n')", ["m"]),
        ("local function f(require) require('n') end", []),
        ("-- see ⟦https://lua.org/manual⟧.", ["https://lua.org/manual"]),
        ("-- (⟦https://a.org/b_(c)⟧)", ["https://a.org/b_(c)"]),
        ("local s = '⟦http://localhost:8080/x?y=1#z⟧'", ["http://localhost:8080/x?y=1#z"]),
        ("--[[ ⟦file:///etc/hosts⟧ ]]", ["file:///etc/hosts"]),
        ("-- ⟦https://b.org⟧ and\nrequire('⟦m⟧') -- ⟦https://c.org⟧", None),
        ("local s = 'ftp://old.org'", []),
    ],
)
def test_links(marked: str, targets: list[str] | None) -> None:
    text, expected = ranges(marked)
    found = links_of(Snapshot.of(text))
    assert [(each.start, each.end) for each in found] == expected
    assert targets is None or [each.target for each in found] == targets
