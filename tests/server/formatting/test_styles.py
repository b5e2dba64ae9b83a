"""Which files say how a file is formatted."""

from __future__ import annotations

from pathlib import Path

import pytest

from llmspell.errors import ConfigError
from llmspell_server.analysis.formatting.style import Style
from llmspell_server.formatting.styles import style_for


def test_nothing_says_anything(tmp_path: Path) -> None:
    given = Style(tabs=True, width=7)
    assert style_for(tmp_path / "a.lua", given) == given


def test_editorconfig(tmp_path: Path) -> None:
    (tmp_path / ".editorconfig").write_text(
        "root = true\n[*]\nindent_style = tab\n[*.{lua,nse}]\nindent_style = space\n"
        "indent_size = 3\nend_of_line = crlf\n"
    )
    (tmp_path / "lib").mkdir()
    assert style_for(tmp_path / "lib" / "a.lua", Style()) == Style(width=3, line_end="\r\n")
    assert style_for(tmp_path / "lib" / "a.txt", Style()) == Style(tabs=True)


def test_stylua_toml_wins_over_editorconfig(tmp_path: Path) -> None:
    (tmp_path / ".editorconfig").write_text("[*]\nindent_style = space\nindent_size = 3\n")
    (tmp_path / ".stylua.toml").write_text('indent_type = "Spaces"\nline_endings = "Unix"\n')
    assert style_for(tmp_path / "a.lua", Style()) == Style(width=4, line_end="\n")


def test_an_empty_stylua_toml_means_the_defaults_of_stylua(tmp_path: Path) -> None:
    (tmp_path / "stylua.toml").write_text("")
    assert style_for(tmp_path / "a.lua", Style()) == Style(tabs=True, width=4)


def test_a_broken_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "stylua.toml").write_text("indent_type = ")
    with pytest.raises(ConfigError, match=r"stylua\.toml"):
        style_for(tmp_path / "a.lua", Style())
