from __future__ import annotations

import pytest

from llmspell_server.analysis.configuration_files.luacheckrc import settings_of


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("globals = { 'a', \"b\" }", ["a", "b"]),
        ("read_globals = { a = { fields = { 'x' } }, ['b'] = {} }", ["a", "b"]),
        ("new_globals = { 'a.b', 'a.c' }", ["a"]),
        ("stds.mine = { globals = { 'a' }, read_globals = { 'b' } }", ["a", "b"]),
        ("std = { globals = { 'a' } }", ["a"]),
        ("std = 'lua54+busted'\nmax_line_length = false", []),
        ("globals = f()\nlocal globals = { 'x' }", []),
        ("globals = { 'a'", ["a"]),
        ("files['x.lua'].globals = { 'a' }", ["a"]),
    ],
)
def test_globals_are_those_that_are_written_out(text: str, names: list[str]) -> None:
    assert settings_of(text).get("diagnostics.globals", []) == names
