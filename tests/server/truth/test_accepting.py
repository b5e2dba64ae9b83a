"""What Lua's compiler refuses, the server refuses; and our parser, for all that is grammar."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import lupa.lua54
import pytest

from llmspell_server.analysis.faults import syntax_fault
from llmspell_server.analysis.snapshot import Snapshot
from llmspell_server.analysis.text import Text
from llmspell_server.compiler import Compiler
from tests.server.asking import RULES
from tests.server.corpora import PACKAGES, lua_files_of

LARGEST = 60_000  # characters of a file that is cut and spoilt
SPOILERS = [
    *("end", "else", "until", "(", ")", "}", "{", "]]", "[[", "'", '"', "--[[", "..", "~", "::"),
    *("goto out", "::again::", "break", "...", "<const>", " 0x", " 3..2", " 1e", "\\q", "\\u{110}"),
    *("local a <const> = 1 a = 2", "local b <other>", "return 1", "\r", ";", "é", "\0"),
]


@pytest.fixture(scope="module")
def load() -> Any:
    """Lua's `load` without anything of ours around it: gives the message of a text, or nil."""
    lua: Any = lupa.lua54.LuaRuntime(encoding=None)
    return lua.eval(b"function(text) return select(2, load(text, '=text', 't')) end")


@pytest.mark.slow
@pytest.mark.parametrize("package", PACKAGES)
def test_programs_are_accepted_as_the_compiler_does(
    package: str, compiler: Compiler, load: Any
) -> None:
    for path in lua_files_of(package):
        source = path.read_bytes().decode("utf-8", "replace")
        refused = load(_after_first_line(source).encode()) is not None
        snapshot = Snapshot.of(Text(source))
        assert any(piece.problems for piece in snapshot.pieces.all) == refused, path
        assert (syntax_fault(Text(source), compiler) is not None) == refused, path


@pytest.mark.slow
@pytest.mark.parametrize("package", PACKAGES)
def test_spoilt_beginnings_are_refused_as_the_compiler_does(
    package: str, compiler: Compiler, load: Any
) -> None:
    for source in spoilt_beginnings(package, 100):
        message = load(_after_first_line(source).encode())
        text = Text(source)
        fault = syntax_fault(text, compiler)
        assert (fault is not None) == (message is not None), source
        problems = [problem for piece in Snapshot.of(text).pieces.all for problem in piece.problems]
        if fault is None or not RULES.search(fault.message):
            assert bool(problems) == (fault is not None), (source[-300:], fault, problems[:1])
        if fault is not None:
            assert 0 <= fault.start <= fault.end <= len(source)


def spoilt_beginnings(package: str, count: int) -> Iterator[str]:
    """Beginnings of files of a package, half of them with something inserted; always the same."""
    chance = random.Random(package)
    files = lua_files_of(package)
    for _ in range(count):
        source = chance.choice(files).read_bytes().decode("utf-8", "replace")[:LARGEST]
        source = source[: chance.randrange(len(source) + 1)]
        if chance.random() < 0.5:
            place = chance.randrange(len(source) + 1)
            source = source[:place] + chance.choice(SPOILERS) + source[place:]
        yield source


def _after_first_line(source: str) -> str:
    """The code of a file, as `lua` reads it."""
    source = source.removeprefix("\ufeff")
    if source.startswith("#"):
        return source[source.find("\n") :] if "\n" in source else ""
    return source
