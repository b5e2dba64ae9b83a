"""Lines and columns as LSP 3.17 "Text Documents" and "Position" count them, over the wire."""

from __future__ import annotations

from typing import Any

import pytest

from llmspell_server.analysis.text import Text
from tests.server.raw import RawClient

BROKEN = "X = = 1"  # the second `=` is wrong


def first_range(raw: RawClient, uri: str = "file:///spell.lua") -> Any:
    return raw.problems(uri)[0]["range"]["start"]


@pytest.mark.one_client("what is tested is what a client says of its columns")
@pytest.mark.parametrize(
    ("offered", "chosen", "column"),
    [
        (None, "utf-16", 12),
        (["utf-16"], "utf-16", 12),
        (["utf-8", "utf-16"], "utf-8", 15),
        (["utf-32", "utf-8"], "utf-32", 11),
        (["utf-7"], "utf-16", 12),
    ],
)
def test_columns_after_an_astral_character(
    raw: RawClient, offered: list[str] | None, chosen: str, column: int
) -> None:
    general = {} if offered is None else {"general": {"positionEncodings": offered}}
    assert raw.initialize(capabilities=general)["capabilities"]["positionEncoding"] == chosen
    raw.open(f"--[[😀é]] {BROKEN}".replace("X = =", "X=="))
    assert first_range(raw) == {"line": 0, "character": column - 1}


@pytest.mark.parametrize("line_break", ["\n", "\r\n", "\r"])
def test_what_ends_a_line(raw: RawClient, line_break: str) -> None:
    raw.initialize()
    raw.open(f"local a{line_break}{BROKEN}")
    assert first_range(raw) == {"line": 1, "character": 4}


@pytest.mark.parametrize("space", ["\f", "\v", "\x1c", "\x85", "\u2028", "\u2029"])
def test_what_does_not_end_a_line(raw: RawClient, space: str) -> None:
    raw.initialize()
    raw.open(f"--[[{space}]]{BROKEN}")
    before = Text(f"--[[{space}]]X = ")
    _, character = before.position(len(before.source), raw.units)
    assert first_range(raw) == {"line": 0, "character": character}


def test_lf_cr_is_two_lines_although_lua_counts_one(raw: RawClient) -> None:
    raw.initialize()
    raw.open(f"local a\n\r{BROKEN}")
    assert first_range(raw) == {"line": 2, "character": 4}


@pytest.mark.one_client("what is tested is what a client says of its columns")
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
def test_an_edit_behind_odd_characters_hits_its_place(raw: RawClient, encoding: str) -> None:
    raw.initialize(capabilities={"general": {"positionEncodings": [encoding]}})
    uri = raw.open("S = '😀\u2028é' + 2 = 1\r\nlocal _y")
    before = len("S = '😀\u2028é' + 2 ".encode(f"{encoding}{'-le' * (encoding != 'utf-8')}"))
    column = before // {"utf-8": 1, "utf-16": 2, "utf-32": 4}[encoding]
    assert first_range(raw) == {"line": 0, "character": column}
    change = {
        "range": {
            "start": {"line": 0, "character": column},
            "end": {"line": 0, "character": column + 1},
        },
        "text": "+",
    }
    document = {"uri": uri, "version": 2}
    raw.notify("textDocument/didChange", {"textDocument": document, "contentChanges": [change]})
    assert raw.problems(uri) == []
