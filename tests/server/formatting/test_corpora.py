"""Formatting whole programs of others: the same code, and nothing left to do, also while typing."""

from __future__ import annotations

import pytest

from llmspell.debugger.prototypes import without_lines
from llmspell_server.analysis.formatting.following import rows
from llmspell_server.analysis.formatting.layout import formatted
from llmspell_server.analysis.formatting.style import Style
from llmspell_server.compiler import Compiler, Refused
from tests.server.corpora import lua_files_of


@pytest.mark.slow
@pytest.mark.parametrize("package", ["nmap-common", "prosody"])
def test_code_stays_the_same_and_twice_is_once(compiler: Compiler, package: str) -> None:
    compiled = 0
    for path in lua_files_of(package):
        source = path.read_bytes().decode("latin-1")
        if source.startswith("#"):
            source = source[source.index("\n") :]
        try:
            code = compiler.binary(source)
        except Refused:
            continue
        compiled += 1
        once = formatted(source, Style())
        assert without_lines(compiler.binary(once)) == without_lines(code), path
        assert formatted(once, Style()) == once, path
        assert all(row.expected == row.indent for row in rows(once, "  ") if row.token.text), path
    assert compiled > 100
