"""Formatting with either tool: the code stays the same, or the text is left alone."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from llmspell_server.analysis.formatting.edits import applied
from llmspell_server.analysis.formatting.style import Style
from llmspell_server.compiler import Compiler
from llmspell_server.formatting.formatter import Formatting, Unformattable


@pytest.fixture
def no_stylua(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A PATH without StyLua."""
    monkeypatch.setenv("PATH", str(tmp_path))


@pytest.fixture
def stylua(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A script in the place of StyLua; it does what the test writes into it."""
    program = tmp_path / "bin" / "stylua"
    program.parent.mkdir()
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")

    program.write_text("#!/bin/sh\nexit 1\n")
    program.chmod(0o755)
    return program


def test_without_stylua_our_own_formatter_is_taken(compiler: Compiler, no_stylua: None) -> None:
    assert Formatting(compiler, Style()).formatted("x=1") == "x = 1\n"


def test_stylua_alone_is_not_replaced(compiler: Compiler, no_stylua: None) -> None:
    with pytest.raises(Unformattable, match="not installed"):
        Formatting(compiler, Style(), "stylua").formatted("x=1")


def test_what_does_not_compile_is_left_alone(compiler: Compiler, no_stylua: None) -> None:
    with pytest.raises(Unformattable, match=r"line 2: .* near"):
        Formatting(compiler, Style()).formatted("x=1\nif")


def test_the_result_of_stylua_is_taken(compiler: Compiler, stylua: Path) -> None:
    stylua.write_text("#!/bin/sh\nexec sed 's/^ *x=1/x   =   1/'\n")
    assert Formatting(compiler, Style()).formatted("x=1\n") == "x   =   1\n"


def test_other_code_of_stylua_is_not_taken(compiler: Compiler, stylua: Path) -> None:
    stylua.write_text("#!/bin/sh\nexec sed 's/1/2/'\n")
    assert Formatting(compiler, Style()).formatted("x=1\n") == "x = 1\n"
    with pytest.raises(Unformattable, match="other code"):
        Formatting(compiler, Style(), "stylua").formatted("x=1\n")


def test_a_stylua_that_fails_is_replaced(compiler: Compiler, stylua: Path) -> None:
    stylua.write_text("#!/bin/sh\necho 'no good' >&2\nexit 2\n")
    assert Formatting(compiler, Style()).formatted("x=1\n") == "x = 1\n"
    with pytest.raises(Unformattable, match="no good"):
        Formatting(compiler, Style(), "stylua").formatted("x=1\n")


def test_lines_outside_of_the_range_stay(compiler: Compiler, no_stylua: None) -> None:
    source = "do\nx=1\ny=2\nz=3\nend\n"
    begin = source.index("y")
    edits = Formatting(compiler, Style()).edits(source, (begin, begin + 3))
    assert applied(source, edits) == "do\nx=1\n  y = 2\nz=3\nend\n"


def test_a_byte_order_mark_and_a_first_line_for_the_shell_stay(
    compiler: Compiler, no_stylua: None
) -> None:
    source = "\ufeff#!/usr/bin/env lua\nx=1\n"
    assert Formatting(compiler, Style()).formatted(source) == "\ufeff#!/usr/bin/env lua\nx = 1\n"
