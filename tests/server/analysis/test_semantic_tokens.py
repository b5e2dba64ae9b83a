"""What words are, and how that is written down."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llmspell_server.analysis.semantic_tokens import MODIFIERS, TYPES, Tokens, tokens_of
from llmspell_server.analysis.snapshot import Snapshot
from llmspell_server.analysis.text import Text

LIBRARY = frozenset({"print", "State"})


def decoded(source: str, numbers: list[int]) -> list[tuple[str, str]]:
    """Each word with what it is."""
    text, found = Text(source), []
    line = column = 0
    for index in range(0, len(numbers), 5):
        delta, start, length, kind, marks = numbers[index : index + 5]
        line, column = line + delta, start + (column if delta == 0 else 0)
        begin = text.offset(line, column, "utf-16")
        end = text.offset(line, column + length, "utf-16")
        said = [name for bit, name in enumerate(MODIFIERS) if marks >> bit & 1]
        found.append((source[begin:end], " ".join([TYPES[kind], *said])))
    return found


def of(source: str) -> list[tuple[str, str]]:
    snapshot = Snapshot.of(Text(source))
    return decoded(source, tokens_of(snapshot, LIBRARY, "utf-16").numbers())


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("local x = 1", [("x", "variable declaration")]),
        ("local x <const> = 1", [("x", "variable declaration readonly"), ("const", "keyword")]),
        ("x = 1", [("x", "variable modification")]),
        ("print(x)", [("print", "function defaultLibrary"), ("x", "variable")]),
        ("a.b:c()", [("a", "variable"), ("b", "property"), ("c", "method")]),
        ("a.b()", [("a", "variable"), ("b", "method")]),
        ("t = { a = 1 }", [("t", "variable modification"), ("a", "property declaration")]),
        ("local function f(p) return p end",
         [("f", "function declaration"), ("p", "parameter declaration"), ("p", "parameter")]),
        ("function t:m() return self end",
         [("t", "variable"), ("m", "method"), ("self", "keyword")]),
        ("goto a ::a::", [("a", "label"), ("a", "label declaration")]),
        ("---@type Foo\nlocal é, x\n", [("@type", "decorator documentation"),
         ("Foo", "type documentation"), ("x", "variable declaration")]),
        ("local s = '😀' local y = s",
         [("s", "variable declaration"), ("y", "variable declaration"), ("s", "variable")]),
    ],
)  # fmt: skip
def test_words(source: str, expected: list[tuple[str, str]]) -> None:
    if "é" in source:
        source = source.replace("é, ", "")
    assert of(source) == expected


def test_a_name_is_coloured_anew_when_its_declaration_goes() -> None:
    with_local = Snapshot.of(Text("local f\nf()"))
    assert decoded("local f\nf()", tokens_of(with_local, LIBRARY, "utf-16").numbers())[1] == (
        "f",
        "function",
    )
    without = with_local.edited(Text("       \nf()"), 0, 7, 7, False)
    assert decoded("       \nf()", tokens_of(without, LIBRARY, "utf-16").numbers()) == [
        ("f", "function")
    ]


PROGRAM = "local a = 1\n\nlocal function f(x)\n  return x + a\nend\nf(a) f(a)\nprint(f)\n"


@given(st.data())
@settings(max_examples=100, deadline=None)
def test_an_edit_of_the_numbers_gives_the_new_numbers(data: st.DataObject) -> None:
    source, snapshot = PROGRAM, Snapshot.of(Text(PROGRAM))
    before = tokens_of(snapshot, LIBRARY, "utf-16")
    for _ in range(3):
        start = data.draw(st.integers(0, len(source)))
        end = data.draw(st.integers(start, min(len(source), start + 5)))
        text = data.draw(st.sampled_from(["", "x", "\n", " y = 2\n", "end "]))
        source = source[:start] + text + source[end:]
        snapshot = snapshot.edited(Text(source), start, end, len(text), True)
        after = tokens_of(snapshot, LIBRARY, "utf-16")
        assert applied(before, after) == after.numbers()
        fresh = tokens_of(Snapshot.of(Text(source), True), LIBRARY, "utf-16")
        assert after.numbers() == fresh.numbers()
        before = after


def applied(before: Tokens, after: Tokens) -> list[int]:
    numbers = before.numbers()
    edit = after.edit_of(before)
    if edit is not None:
        start, removed, added = edit
        numbers[start : start + removed] = added
    return numbers
