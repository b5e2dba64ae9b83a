from __future__ import annotations

import pytest

from llmspell_server.analysis.evaluatable import evaluatable_at
from llmspell_server.analysis.snapshot import Snapshot
from tests.server.marks import cursor


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("local x = n|ame", "name"),
        ("local na|me = 1", "name"),
        ("print(a.b|.c)", "a.b"),
        ("print(a.b.|c)", "a.b.c"),
        ("print(list[i].wei|ght)", "list[i].weight"),
        ("print(list[in|dex].weight)", "index"),
        ("print(list['k|ey'])", "list['key']"),
        ("print(list[|1])", "list[1]"),
        ("shape:ar|ea(2)", "shape.area"),
        ("function shape:ar|ea() end", "shape.area"),
        ("make().wi|dth = 1", None),
        ("make():wi|dth()", None),
        ("local t = { wi|dth = 1 }", None),
        ("local t = 'wo|rd'", None),
        ("-- na|me\nprint(1)", None),
        ("retu|rn 1", None),
        ("|", None),
    ],
)
def test_what_is_under_the_pointer_is_evaluated(marked: str, expected: str | None) -> None:
    text, offset = cursor(marked)
    found = evaluatable_at(Snapshot.of(text), offset)
    assert (found.text if found is not None else None) == expected
