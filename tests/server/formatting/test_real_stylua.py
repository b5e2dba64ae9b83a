"""StyLua itself, from its npm package, which is kept in the user's cache."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from llmspell_server.analysis.formatting.edits import applied
from llmspell_server.analysis.formatting.style import Style
from llmspell_server.compiler import Compiler
from llmspell_server.formatting.formatter import Formatting
from tests.server.corpora import CACHE, lua_files_of

PACKAGE = "@johnnymorganz/stylua-bin@2.5.2"

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def stylua(monkeypatch: pytest.MonkeyPatch) -> None:
    """StyLua in PATH."""
    folder = CACHE / "stylua"
    programs = folder / "node_modules" / ".bin"
    if not (programs / "stylua").exists():
        folder.mkdir(parents=True, exist_ok=True)
        command = ["npm", "install", "--no-audit", "--no-fund", "--prefix", str(folder), PACKAGE]
        try:
            subprocess.run(command, check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError) as error:
            pytest.skip(f"StyLua cannot be fetched from npm: {error}")
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")


def test_the_style_is_handed_over(compiler: Compiler, tmp_path: Path) -> None:
    way = Formatting(compiler, Style(width=3), "stylua", tmp_path / "a.lua")
    assert way.formatted("do x=1 end") == "do\n   x = 1\nend\n"
    assert way.formatted("do x=1 end\r\n") == "do\r\n   x = 1\r\nend\r\n"


def test_stylua_toml_is_read(compiler: Compiler, tmp_path: Path) -> None:
    (tmp_path / "stylua.toml").write_text('indent_type = "Spaces"\nindent_width = 1\n')
    (tmp_path / "lib").mkdir()
    way = Formatting(compiler, Style(width=3), "stylua", tmp_path / "lib" / "a.lua")
    assert way.formatted("do x=1 end") == "do\n x = 1\nend\n"


def test_a_range(compiler: Compiler, tmp_path: Path) -> None:
    source = "-- 🙂\ndo\nx=1\ny=2\nend\n"
    begin = source.index("y")
    way = Formatting(compiler, Style(), "stylua", tmp_path / "a.lua")
    edits = way.edits(source, (begin, begin + 3))
    assert applied(source, edits) == "-- 🙂\ndo\nx=1\n  y = 2\nend\n"


def test_what_it_makes_of_whole_programs_is_the_same_code(
    compiler: Compiler, tmp_path: Path
) -> None:
    way = Formatting(compiler, Style(), "stylua", tmp_path / "a.lua")
    for path in lua_files_of("prosody")[::10]:
        source = path.read_text("utf-8")
        assert way.edits(source) or source.strip("\n").count("\n") < 3, path
