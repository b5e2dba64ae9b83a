"""The expression before a cursor, which stands as `|` in the text."""

from __future__ import annotations

import pytest

from llmspell.syntax.cursor import declared_names, path_at, reference_at


def _split(marked: str) -> tuple[str, int]:
    cursor = marked.index("|")
    return marked[:cursor] + marked[cursor + 1 :], cursor


@pytest.mark.parametrize(
    ("marked", "path", "separator", "word"),
    [
        ("|", (), "", ""),
        ("pri|", (), "", "pri"),
        ("pr|int", (), "", "pr"),
        ("x = JSON.|", ("JSON",), ".", ""),
        ("x = JSON.pa|rse('1')", ("JSON",), ".", "pa"),
        ("s:up|", ("s",), ":", "up"),
        ("a.b.c:d|", ("a", "b", "c"), ":", "d"),
        ("a [1] . b|", ("a", 1), ".", "b"),
        ("a['k'].b|", ("a", "k"), ".", "b"),
        ('f(a.b, c["k"]:m|', ("c", "k"), ":", "m"),
        ("for i = 1, t.n|", ("t",), ".", "n"),
        ("a.b -- c.d\n.e|", ("a", "b"), ".", "e"),
        ("'quoted' .. na|", (), "", "na"),
        ("[[long]] .. na|", (), "", "na"),
        ("--[==[ x ]] ]==] na|", (), "", "na"),
        ("'a\\'b' .. x.y|", ("x",), ".", "y"),
        ("x = 'closed'|", (), "", ""),
    ],
)
def test_reference(marked: str, path: tuple[str | int, ...], separator: str, word: str) -> None:
    code, cursor = _split(marked)
    found = reference_at(code, cursor)
    assert found is not None
    assert (found.path, found.separator, found.word) == (path, separator, word)
    assert code[found.start : cursor] == word


@pytest.mark.parametrize(
    "marked",
    [
        "'in a string|",
        '"x.|"',
        "x = 'it\\'s|",
        "[[long\nstring|",
        "[==[ ]] |",
        "-- in a comment|",
        "--|",
        "--[[ block\n|",
        "123|",
        "0x1f|",
        "f().|",
        "(a).b|",
        "a[i].b|",
        "a:b.c|",
        "('x'):|",
        "end.x|",
    ],
)
def test_no_reference(marked: str) -> None:
    assert reference_at(*_split(marked)) is None


@pytest.mark.parametrize(
    ("marked", "path"),
    [
        ("string.for|mat('x')", ("string", "format")),
        ("str|ing.format", ("string",)),
        ("a.b:c|", ("a", "b", "c")),
        ("|print", ("print",)),
        ("return|", None),
        ("nil|", ("nil",)),
        ("'str|ing'", None),
        ("1 + |", None),
    ],
)
def test_whole_name(marked: str, path: tuple[str, ...] | None) -> None:
    assert path_at(*_split(marked)) == path


def test_declared_names() -> None:
    code = """
    local a, b <const> = 1, 2
    local function f(x, y, ...) end
    function M.g(self, z) end
    for k, v in pairs(t) do end
    for i = 1, 2 do end
    """
    assert declared_names(code) == {"a", "b", "f", "x", "y", "self", "z", "k", "v", "i"}


@pytest.mark.parametrize("text", ["(" * 5000, "'" * 5001, "a." * 5000, "[" * 5000, "--[" * 3000])
def test_long_texts_are_quick(text: str) -> None:
    reference_at(text, len(text))
