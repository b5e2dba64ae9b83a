from __future__ import annotations

import pytest

from llmspell_server.analysis.folding import folds_of
from llmspell_server.analysis.snapshot import Snapshot
from llmspell_server.analysis.text import Text


def folds(source: str) -> list[tuple[int, int, str]]:
    return [(first, last, kind) for first, last, kind in folds_of(Snapshot.of(Text(source)))]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("function f()\n  return 1\nend", [(0, 1, "code")]),
        ("if a then\n  f()\nelse\n  g()\nend", [(0, 1, "code"), (2, 3, "code")]),
        ("local t = {\n  1,\n  2,\n}", [(0, 2, "code")]),
        ("local s = [[\na\nb]]", [(0, 2, "code")]),
        ("for i = 1, 2 do\n  f(function()\n    g()\n  end)\nend", [(0, 3, "code"), (1, 2, "code")]),
        ("-- a\n-- b\n-- c\nx = 1", [(0, 2, "comment")]),
        ("--[[\na\n]]", [(0, 2, "comment")]),
        ("--#region one\nx = 1\n--#endregion", [(0, 2, "region")]),
        (
            "-- region one\n-- region two\nx = 1\n-- endregion\n--endregion",
            [(0, 4, "region"), (1, 3, "region")],
        ),
        ("local a = require 'a'\nlocal b = require 'b'\nx = 1", [(0, 1, "imports")]),
        ("f() g()", []),
        ("if a then f() end", []),
    ],
)
def test_what_folds(source: str, expected: list[tuple[int, int, str]]) -> None:
    assert folds(source) == expected
