"""Bad input, and what the process says and gives (issue §7)."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

import pytest

from tests.runtime.cli.conftest import Shell


def test_missing_file(shell: Shell) -> None:
    ended = shell("llmspell-run", "nowhere.lua")
    assert (ended.code, ended.out) == (1, "")
    assert ended.err == "Error: Script file not found: nowhere.lua\n"


def test_directory(shell: Shell) -> None:
    (shell.folder / "spells").mkdir()
    ended = shell("llmspell-run", "spells")
    assert ended.code == 1
    assert "spells is a directory, not a script" in ended.err


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads every file")
def test_unreadable_file(shell: Shell) -> None:
    shell.write("secret.lua", "print(1)").chmod(0)
    ended = shell("llmspell-run", "secret.lua")
    assert (ended.code, ended.err) == (1, "Error: secret.lua: Permission denied\n")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"\x1bLua\x54\x00\x19\x93", "compiled Lua code is not accepted"),
        (b"\x7fELF\x02\x01\x01\x00", "this is a binary file"),
        (b"print(1)\x00print(2)", "this is a binary file"),
    ],
)
def test_binary_file(shell: Shell, data: bytes, said: str) -> None:
    ended = shell.run(data)
    assert (ended.code, ended.out) == (1, "")
    assert said in ended.err


def test_invalid_utf8_in_strings_and_output(shell: Shell) -> None:
    ended = shell.run(b"print('\xff\xfe')")
    assert (ended.code, ended.out_bytes) == (0, b"\xff\xfe\n")


def test_invalid_utf8_in_an_error(shell: Shell) -> None:
    ended = shell.run(b"error('\xff', 0)")
    assert ended.code == 1
    assert ended.err.startswith("Error: Script execution failed: \ufffd\n")


def test_invalid_utf8_in_a_syntax_error(shell: Shell) -> None:
    ended = shell.run(b"x = \xff")
    assert ended.code == 1
    assert "spell.lua:1: unexpected symbol near '<\\255>'" in ended.err


def test_syntax_error_shows_its_line(shell: Shell) -> None:
    ended = shell.run("#!/usr/bin/env llmspell-run\nlocal x = 1\nx = = 2\n")
    assert (ended.code, ended.out) == (1, "")
    assert "spell.lua:3: unexpected symbol near '='" in ended.err
    assert "3 | x = = 2\n" in ended.err


def test_syntax_error_in_a_module_names_its_line(shell: Shell) -> None:
    shell.write("broken.lua", "return {\n  a = ,\n}\n")
    ended = shell.run("print('begun')\nrequire('broken')")
    assert (ended.code, ended.out) == (1, "begun\n")
    assert "broken.lua:2: unexpected symbol near ','" in ended.err
    assert "2 | require('broken')\n" in ended.err


def test_script_error_shows_line_and_traceback(shell: Shell) -> None:
    ended = shell.run("local function f(x)\n  return x.y.z\nend\n\nprint(f({}))\n")
    assert (ended.code, ended.out) == (1, "")
    assert ended.err.startswith("Error: Script execution failed: ")
    assert "spell.lua:2: attempt to index a nil value (field 'y')" in ended.err
    assert "2 |   return x.y.z\n" in ended.err
    assert "spell.lua:2: in local 'f'\n" in ended.err
    assert "spell.lua:5: in main chunk\n" in ended.err
    assert "Traceback" not in ended.err


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("error({ code = 7 })", '(error object is a table value): {"code": 7}'),
        ("error(setmetatable({}, { __tostring = function() return 'mine' end }))", "mine"),
        ("error(setmetatable({}, { __tostring = error }))", "(error object is a table value)"),
        ("error()", "nil"),
        ("error(nil)", "nil"),
        ("error(42)", "42"),
        ("error(print)", "(error object is a function value)"),
    ],
)
def test_error_objects(shell: Shell, code: str, said: str) -> None:
    ended = shell.run(code)
    assert ended.code == 1
    assert ended.err.startswith(f"Error: Script execution failed: {said}")


def test_deep_recursion(shell: Shell) -> None:
    ended = shell.run("local function f() return 1 + f() end f()")
    assert ended.code == 1
    assert "stack overflow" in ended.err
    assert "more levels" in ended.err
    assert len(ended.err) < 4000


@pytest.mark.parametrize(
    "code",
    [
        "while true do end",
        "while true do pcall(function() while true do end end) end",
        "coroutine.wrap(function() while true do end end)()",
        "xpcall(function() while true do end end, function() while true do end end)",
        "pcall(function() while true do end end) print('caught')",
    ],
)
def test_endless_loop_meets_the_time_limit(shell: Shell, code: str) -> None:
    ended = shell.run(code, "--timeout", "200ms")
    assert (ended.code, ended.out) == (124, "")
    assert ended.err == "Error: the spell ran longer than its limit of 0.2 s\n"


def test_a_limit_that_is_not_met_changes_nothing(shell: Shell) -> None:
    assert shell.run("print(1)", "--timeout", "1m", "--max-memory", "64MB").ok() == "1\n"


def test_memory_limit(shell: Shell) -> None:
    ended = shell.run(
        "local t = {} for i = 1, 1e9 do t[i] = ('x'):rep(1000) .. i end", "--max-memory", "8MB"
    )
    assert ended.code == 1
    assert "memory" in ended.err


@pytest.mark.parametrize(
    ("code", "status"),
    [("0", 0), ("true", 0), ("false", 1), ("7", 7), ("", 0), ("256", 0), ("-1", 255)],
)
def test_os_exit(shell: Shell, code: str, status: int) -> None:
    ended = shell.run(f"print('before') pcall(os.exit, {code or 'nil'}) print('after')")
    assert (ended.code, ended.out, ended.err) == (status, "before\n", "")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("this is no toml", "TOML parsing error"),
        ("default_engine = \n", "TOML parsing error"),
        (b"\xff\xfe", "llmspell.toml"),
        ('default_engine = "ruby"', "not configured"),
    ],
)
def test_invalid_configuration(shell: Shell, text: str | bytes, said: str) -> None:
    shell.write("llmspell.toml", text)
    ended = shell.run("print('ran')")
    assert (ended.code, ended.out) == (1, "")
    assert ended.err.startswith("Error: Configuration error: ")
    assert said in ended.err
    assert "Traceback" not in ended.err


def test_missing_configuration(shell: Shell) -> None:
    ended = shell.run("print('ran')", "--config", "nowhere.toml")
    assert (ended.code, ended.out) == (1, "")
    assert "Configuration file not found: nowhere.toml" in ended.err


def test_configuration_that_is_a_directory(shell: Shell) -> None:
    (shell.folder / "folder.toml").mkdir()
    ended = shell.run("print('ran')", "--config", "folder.toml")
    assert (ended.code, ended.out) == (1, "")
    assert "folder.toml" in ended.err
    assert "Traceback" not in ended.err


def test_a_hostile_project_cannot_widen_permissions(shell: Shell) -> None:
    shell.write(
        "llmspell.toml",
        '[security]\nlevel = "trusted"\n[runtime.security]\nallow_process_spawn = true\n',
    )
    ended = shell.run("print(io.open('/etc/passwd'))  print(pcall(os.execute, 'true'))")
    assert ended.code == 0
    assert "root:" not in ended.out
    assert "Path not allowed" in ended.out
    assert "false" in ended.out
    assert "config trust" in ended.err


def test_unknown_keys_warn_and_are_errors_when_strict(shell: Shell) -> None:
    shell.write("llmspell.toml", "[runtime]\nscript_timeout_secs = 3\n")
    relaxed = shell.run("print(1)")
    assert (relaxed.code, relaxed.out) == (0, "1\n")
    assert "script_timeout_secs" in relaxed.err
    strict = shell.run("print(1)", "--strict-config")
    assert (strict.code, strict.out) == (1, "")


def test_path_outside_the_policy(shell: Shell) -> None:
    (shell.folder / "link").symlink_to("/etc/passwd")
    for path in ("/etc/passwd", "link", "../../../../../../../etc/passwd"):
        ended = shell.run(f"print(io.open('{path}'))")
        assert "Path not allowed" in ended.out


def test_cyclic_and_missing_modules(shell: Shell) -> None:
    shell.write("a.lua", "return require('b')")
    shell.write("b.lua", "return require('a')")
    cyclic = shell.run("require('a')")
    assert cyclic.code == 1
    assert "module 'a' requires itself: a -> b -> a" in cyclic.err
    missing = shell.run("require('nowhere')")
    assert missing.code == 1
    assert "module 'nowhere' not found" in missing.err


def test_megabytes_into_a_closed_pipe(shell: Shell) -> None:
    shell.write("big.lua", "for i = 1, 1e9 do print(('x'):rep(100)) end")
    writer = shell.start("llmspell-run", "big.lua", stdin=subprocess.DEVNULL)
    assert writer.stdout is not None
    assert writer.stderr is not None
    with subprocess.Popen(["head", "-1"], stdin=writer.stdout, stdout=subprocess.PIPE) as reader:
        assert reader.communicate()[0] == b"x" * 100 + b"\n"
        writer.stdout.close()
    assert writer.wait(30) == 141
    assert writer.stderr.read() == b""


def test_a_command_into_a_closed_pipe(shell: Shell) -> None:
    writer = shell.start("llmspell", "api", "export", "--format", "json")
    assert writer.stdout is not None
    writer.stdout.close()
    assert writer.wait(30) == 141
    assert writer.stderr is not None
    assert writer.stderr.read() == b""


def test_reading_from_a_closed_stdin(shell: Shell) -> None:
    script = shell.write("spell.lua", "print(io.read(), io.read('a'))")
    assert shell("llmspell-run", script).ok() == "nil\t\n"


def test_killed_processes_leave_nothing_to_report(shell: Shell) -> None:
    process = shell.start(
        "llmspell-run", shell.write("s.lua", "print('up') io.stdout:flush() while true do end")
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"up\n"
    process.send_signal(signal.SIGKILL)
    assert process.wait(10) == -signal.SIGKILL


def test_defects_of_our_own_are_said_in_one_line(shell: Shell, tmp_path: Path) -> None:
    # A folder where the state file should be, and State used.
    shell.write("llmspell.toml", "")
    (shell.folder / ".llmspell" / "state.db").mkdir(parents=True)
    ended = shell.run("State.save('global', 'a', 1)")
    assert ended.code == 1
    assert "Storage error" in ended.err
    assert "Traceback" not in ended.err
    detailed = shell.run("State.save('global', 'a', 1)", "--trace", "debug")
    assert "Traceback" in detailed.err
