"""Code that Lua reads otherwise than it looks."""

from __future__ import annotations

import pytest

from .checking import check


@pytest.mark.parametrize(
    "marked",
    [
        "local x = ⟦a + b or 0⟧",
        "local x = ⟦a or 0 + b⟧",
        "local x = ⟦'x' .. a or ''⟧",
        "local x = (a + b) or 0",
        "local x = a + (b or 0)",
        "local x = a == b or 0",
        "local x = a + 1 or 0",
        "local x = a + b or c",
    ],
)
def test_ambiguity_1(marked: str) -> None:
    check("ambiguity-1", marked)


@pytest.mark.parametrize(
    "marked",
    [
        "print\n⟦('x')⟧:rep(2)",
        "print\n('x')",
        "print('x')\n⟦('x')⟧.y = 1",
        "print(\n'x')",
        "print { 1 }.x = 1",
        "print;\n('x'):rep(2)",
    ],
)
def test_newline_call(marked: str) -> None:
    check("newline-call", marked)


@pytest.mark.parametrize(
    "marked",
    [
        "local t = {\n  print\n  ⟦('x')⟧\n}",
        "local t = {\n  print,\n  ('x')\n}",
        "local t = {\n  a = print\n  ⟦(1, 2)⟧,\n}",
        "local t = { print('x') }",
    ],
)
def test_newfield_call(marked: str) -> None:
    check("newfield-call", marked)
