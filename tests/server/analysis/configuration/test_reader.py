"""Reading TOML: equal to tomllib where that reads it, and useful where it does not."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmspell.config.render import default_toml
from llmspell_server.analysis.configuration.reader import read
from llmspell_server.analysis.configuration.tree import data_of

DOCUMENT = '''# comment
default_engine = "lua"  # behind
numbers = [1, [2, 3],
  [4],  # inside
]
inline = { a.b = 1, c = [{ d = "}" }], "quoted key" = 'x' }
text = """
  several "lines" \\
  of it"""
when = 1979-05-27 07:32:00
[tools.file_operations]
allowed_paths = ["/tmp", "~/x"]
[[rules]]
name = "a"
[[rules]]
"b.c".d = 1.5
[rules.inner]
x = inf
'''


@pytest.mark.parametrize("source", ["", DOCUMENT, DOCUMENT.replace("\n", "\r\n"), default_toml()])
def test_a_document_means_what_tomllib_says(source: str) -> None:
    assert data_of(read(source)) == tomllib.loads(source)


@given(st.text("ab1 .=\n\r\t\"'[]{},#-_\\é", max_size=60))
def test_reading_never_fails_and_agrees_with_tomllib(source: str) -> None:
    found = data_of(read(source))
    try:
        expected = tomllib.loads(source)
    except ValueError:
        return
    assert found == expected


@pytest.mark.parametrize("length", range(0, len(DOCUMENT), 3))
def test_every_part_of_a_beginning_is_in_its_place(length: int) -> None:
    document = read(DOCUMENT[:length])
    for _, entry in document.entries():
        assert 0 <= entry.start <= entry.end <= length
        for key in entry.keys:
            assert key.start <= key.end <= length


@pytest.mark.parametrize(
    ("broken", "data"),
    [
        ("[t]\nname\nnext = 1\n", {"t": {"next": 1}}),
        ("a = \nb = 2\n[x]\n", {"b": 2, "x": {}}),
        ("[tools.\nk = 1\n", {"tools": {"k": 1}}),
        ('[t]\nk = ["a",\n[u]\nz = 1\n', {"t": {"k": ["a"]}, "u": {"z": 1}}),
        ("x = { a = 1, b\ny = 2\n", {"x": {"a": 1}, "y": 2}),
        ('[t]\nname = "abc\nz = 1\n', {"t": {"name": "abc", "z": 1}}),
        ("a.b. = 1\nz = 1\n", {"a": {"b": 1}, "z": 1}),
        ("a = 1\na = 2\n", {"a": 1}),
    ],
)
def test_a_mistake_costs_its_own_line_only(broken: str, data: object) -> None:
    assert data_of(read(broken)) == data


def test_depth_has_an_end() -> None:
    read("x = " + "[" * 10_000)
    read("x = " + "{a=" * 10_000)
