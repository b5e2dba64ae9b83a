"""`llmspell fmt` in processes of its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pexpect
import pytest

from tests.runtime.cli.conftest import Shell, shell, terminal

__all__ = ["shell", "terminal"]  # fixtures

UGLY, PRETTY = "if a then\nx=1\nend", "if a then\n  x = 1\nend\n"


def test_files_and_folders_are_formatted(shell: Shell) -> None:
    files = [shell.write(name, UGLY) for name in ("a.lua", "lib/b.lua", "lib/deep/c.lua")]
    left = [shell.write(name, UGLY) for name in ("lib/.git/d.lua", "lib/e.txt")]
    said = shell("llmspell", "fmt", "a.lua", "lib").ok()
    assert said == "".join(
        f"formatted: {name}\n" for name in ("a.lua", "lib/b.lua", "lib/deep/c.lua")
    )
    assert {file.read_text() for file in files} == {PRETTY}
    assert {file.read_text() for file in left} == {UGLY}


def test_this_folder_is_the_default(shell: Shell) -> None:
    file = shell.write("a.lua", UGLY)
    shell("llmspell", "fmt").ok()
    assert file.read_text() == PRETTY


def test_check_writes_nothing_and_fails(shell: Shell) -> None:
    file = shell.write("a.lua", UGLY)
    shell.write("b.lua", PRETTY)
    ended = shell("llmspell", "fmt", "--check")
    assert (ended.code, ended.out) == (1, "would change: a.lua\n")
    assert ended.err == "1 file unchanged, 1 file would change\n"
    assert file.read_text() == UGLY


def test_check_succeeds_where_nothing_would_change(shell: Shell) -> None:
    shell.write("b.lua", PRETTY)
    assert shell("llmspell", "fmt", "--check").ok() == ""


def test_a_diff_is_shown_plain_in_a_pipe(shell: Shell) -> None:
    shell.write("a.lua", UGLY)
    said = shell("llmspell", "fmt", "--diff", "a.lua").ok()
    assert said.startswith(
        "--- a.lua\n+++ a.lua\n@@ -1,3 +1,3 @@\n if a then\n-x=1\n-end\n\\ No new"
    )
    assert "\x1b" not in said


def test_a_diff_is_coloured_on_a_terminal(
    shell: Shell, terminal: Callable[..., pexpect.spawn[str]]
) -> None:
    shell.write("a.lua", UGLY)
    child = terminal("llmspell", "fmt", "--diff", "a.lua")
    child.expect_exact("\x1b[32m+  x = 1\x1b[0m")


def test_a_file_that_does_not_compile_is_left_alone(shell: Shell) -> None:
    bad, good = shell.write("bad.lua", "x=1\nif"), shell.write("good.lua", UGLY)
    ended = shell("llmspell", "fmt")
    assert ended.code == 2
    assert "bad.lua: it does not compile, line 2: unexpected symbol near <eof>\n" in ended.err
    assert (bad.read_text(), good.read_text()) == ("x=1\nif", PRETTY)


def test_a_path_that_is_not_there(shell: Shell) -> None:
    ended = shell("llmspell", "fmt", "nowhere")
    assert (ended.code, ended.err) == (2, "Error: nowhere: no such file or folder\n")


def test_standard_input(shell: Shell) -> None:
    assert shell("llmspell", "fmt", "-", stdin=UGLY).ok() == PRETTY
    ended = shell("llmspell", "fmt", "-", stdin="if")
    assert (ended.code, ended.out) == (2, "")


def test_standard_input_with_the_configuration_of_a_file(shell: Shell) -> None:
    shell.write("lib/.editorconfig", "[*.lua]\nindent_size = 5\n")
    said = shell("llmspell", "fmt", "-", "--stdin-filename", "lib/a.lua", stdin=UGLY).ok()
    assert said == PRETTY.replace("  x", "     x")


def test_standard_input_without_a_name_is_a_lua_file_of_this_folder(shell: Shell) -> None:
    shell.write(".editorconfig", "[*.lua]\nindent_size = 5\n")
    said = shell("llmspell", "fmt", "-", stdin=UGLY).ok()
    assert said == PRETTY.replace("  x", "     x")


def test_standard_input_goes_with_nothing_else(shell: Shell) -> None:
    assert "cannot be combined" in shell("llmspell", "fmt", "-", "a.lua").err
    assert "goes with `-` only" in shell("llmspell", "fmt", "--stdin-filename", "a.lua").err


def test_json(shell: Shell) -> None:
    shell.write("a.lua", UGLY)
    shell.write("b.lua", "if")
    ended = shell("llmspell", "fmt", "--check", "--output", "json")
    assert ended.code == 2
    assert ended.json["summary"] == {"would_change": 1, "failed": 1}
    first, second = ended.json["files"]
    assert first == {"path": "a.lua", "status": "would_change"}
    assert second["status"] == "failed"
    assert second["problem"].startswith("it does not compile, line 1")


def test_the_mode_of_a_file_and_bytes_that_are_no_text_stay(shell: Shell) -> None:
    file = shell.write("a.lua", b"x='\xff'")
    file.chmod(0o751)
    shell("llmspell", "fmt", "a.lua").ok()
    assert file.read_bytes() == b"x = '\xff'\n"
    assert file.stat().st_mode & 0o777 == 0o751
    assert list(shell.folder.iterdir()) == [file]


def test_many_files_are_formatted_in_order(shell: Shell) -> None:
    for number in range(40):
        shell.write(f"{number:02}.lua", UGLY)
    said = shell("llmspell", "fmt").ok().splitlines()
    assert said == [f"formatted: {number:02}.lua" for number in range(40)]


def test_each_name_of_a_tool_is_known(shell: Shell) -> None:
    from llmspell_server.commands.fmt import TOOLS as OFFERED
    from llmspell_server.formatting.formatter import TOOLS

    assert OFFERED == TOOLS


@pytest.mark.parametrize("words", [["--check", "a.lua"], ["a.lua"]])
def test_a_formatted_file_is_not_written(shell: Shell, words: list[str]) -> None:
    file = shell.write("a.lua", PRETTY)
    before = file.stat().st_ino
    shell("llmspell", "fmt", *words).ok()
    assert file.stat().st_ino == before


def test_the_lua_of_this_project_is_formatted(shell: Shell) -> None:
    root = Path(__file__).parents[3]
    folders = (root / "examples", root / "runtime")
    assert shell("llmspell", "fmt", "--check", "--tool", "builtin", *folders).ok() == ""
