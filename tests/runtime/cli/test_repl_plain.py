"""The REPL over a pipe: evaluation, dot-commands, errors."""

from __future__ import annotations

import json

import pytest

from tests.runtime.cli.conftest import Ended, Shell


def repl(shell: Shell, *lines: str, options: tuple[str, ...] = ()) -> Ended:
    """Gives lines to a session."""
    return shell("llmspell", "repl", *options, stdin="\n".join(lines) + "\n")


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("1 + 1", "2\n"),
        ("'text'", '"text"\n'),
        ("nil", "nil\n"),
        ("1, 'a', nil", '1\n"a"\nnil\n'),
        ("x = 1", ""),
        ("print('out')", "out\n"),
        ("return 5", "5\n"),
        ("{ 1, 2, a = { b = true } }", "{ 1, 2, a = { b = true } }\n"),
        ("print", "function: print\n"),
        ("function(a, b) end", "function(a, b): repl[1]:1\n"),
        ("Debug.timer('t').name", '"t"\n'),
        (".5", "0.5\n"),
        ("io.write('open')", "open\nfile (stdout)\n"),
        ("", ""),
        ("-- a comment", ""),
    ],
)
def test_what_an_input_shows(shell: Shell, line: str, shown: str) -> None:
    ended = repl(shell, line)
    assert (ended.ok(), ended.err) == (shown, "")


def test_objects_of_the_api_show_their_properties(shell: Shell) -> None:
    assert repl(shell, "Debug.timer('t')").ok().startswith('Timer { name = "t", running = true')


def test_globals_stay_and_locals_do_not(shell: Shell) -> None:
    assert repl(shell, "x, y = 1, 2", "local z = 3", "x + y, z").ok() == "3\nnil\n"


def test_input_over_several_lines(shell: Shell) -> None:
    assert repl(shell, "function f(n)", "  return n * 2", "end", "f(4)").ok() == "8\n"
    assert repl(shell, "1 +", "2").ok() == "3\n"
    assert repl(shell, "[[a", "b]]").ok() == '"a\\nb"\n'


def test_an_empty_line_forces_execution(shell: Shell) -> None:
    ended = repl(shell, "for i = 1, 2 do", "", "'next'")
    assert ended.ok() == '"next"\n'
    assert "'end' expected" in ended.err


def test_a_wrong_end_is_no_reason_to_wait(shell: Shell) -> None:
    ended = repl(shell, "end", "x = 1 )", "'next'")
    assert ended.ok() == '"next"\n'
    assert "repl[1]:1: <eof> expected near 'end'" in ended.err
    assert "repl[2]:1: unexpected symbol near ')'" in ended.err


def test_errors_show_line_and_traceback(shell: Shell) -> None:
    ended = repl(shell, "function f()", "  error('broken')", "end", "x = f()", "'still here'")
    assert ended.ok() == '"still here"\n'
    assert ended.err.startswith("Error: Script execution failed: repl[1]:2: broken\n")
    assert "2 |   error('broken')\n" in ended.err
    assert "repl[2]:1: in main chunk" in ended.err
    assert "Traceback" not in ended.err


def test_io_read_takes_the_next_line(shell: Shell) -> None:
    assert repl(shell, "io.read()", "for the script", "'next'").ok() == '"for the script"\n"next"\n'


def test_os_exit_leaves_with_its_code(shell: Shell) -> None:
    ended = repl(shell, "print('x')", "os.exit(3)", "print('not')")
    assert (ended.code, ended.out) == (3, "x\n")


def test_time_limit(shell: Shell) -> None:
    ended = repl(shell, "while true do end", "'next'", options=("--timeout", "100ms"))
    assert ended.ok() == '"next"\n'
    assert "longer than its limit of 0.1 s" in ended.err


def test_an_engine_that_is_lost_is_replaced(shell: Shell) -> None:
    lines = ("x = 1", "string.find(('a'):rep(40), ('.-'):rep(40) .. 'b')", "x, 'next'")
    ended = repl(shell, *lines, options=("--timeout", "100ms"))
    assert ended.ok() == 'nil\n"next"\n'
    assert "a new one was started" in ended.err


def test_security_level(shell: Shell) -> None:
    assert (
        "Path not allowed" in repl(shell, "io.open('x', 'w')", options=("--security", "safe")).ok()
    )


def test_output_of_a_broken_pipe_ends_it(shell: Shell) -> None:
    process = shell.start("llmspell", "repl")
    assert process.stdout is not None
    process.stdout.close()
    assert process.stdin is not None
    process.stdin.write(b"for i = 1, 1e6 do print(i) end\n")
    process.stdin.close()
    assert process.wait(30) == 141


class TestDotCommands:
    def test_help_names_them_all(self, shell: Shell) -> None:
        from llmspell.cli.repl.commands import COMMANDS

        said = repl(shell, ".help").ok()
        assert said == repl(shell, ".?").ok() == repl(shell, ".h").ok()
        for name in COMMANDS:
            assert f"  {name} " in said
        assert "a `local` ends with it" in said

    @pytest.mark.parametrize("name", [".exit", ".quit", ".q"])
    def test_exit(self, shell: Shell, name: str) -> None:
        assert repl(shell, name, "print('not')").ok() == ""

    def test_unknown(self, shell: Shell) -> None:
        ended = repl(shell, ".nope x", "1")
        assert ended.ok() == "1\n"
        assert ended.err == "Error: Unknown meta command: .nope (.help lists them)\n"

    @pytest.mark.parametrize(
        "line", [".set", ".set x", ".set 1 x", ".unset", ".save", ".load", ".run", ".perf maybe"]
    )
    def test_wrong_usage(self, shell: Shell, line: str) -> None:
        ended = repl(shell, line, "1")
        assert ended.ok() == "1\n"
        assert ended.err.startswith("Error: Usage: .")

    def test_variables(self, shell: Shell) -> None:
        assert repl(shell, ".vars").ok() == "No variables\n"
        said = repl(shell, "t = { 1, 2 }", "name = 'Ada'", "print = 1", ".variables").ok()
        assert said == (
            'name  : string  "Ada"\nprint : integer 1\nt     : table   2 elements\nTotal: 3 variables\n'
        )

    def test_set_and_unset(self, shell: Shell) -> None:
        ended = repl(shell, ".set x two words", "x", ".unset x", "x", ".unset x")
        assert ended.ok() == 'x = "two words"\n"two words"\nx removed\nnil\n'
        assert ended.err == "Error: There is no variable x\n"

    def test_reset(self, shell: Shell) -> None:
        assert (
            repl(shell, "x = 1", ".reset", "x").ok() == "Session reset: variables are gone\nnil\n"
        )

    def test_history(self, shell: Shell) -> None:
        said = repl(shell, "1", "1", ".history", ".clear-history", ".hist").ok()
        assert said == "1\n1\n   1  1\n   2  .history\nHistory cleared\n   1  .hist\n"

    def test_save_and_load(self, shell: Shell) -> None:
        said = repl(shell, "t = { a = { 1, 2 } }", "n = 5", "f = print", ".save s.json").ok()
        assert said == "Saved 2 variables to s.json; not saved, being no data: f\n"
        saved = json.loads((shell.folder / "s.json").read_text())
        assert saved["variables"] == {"t": {"a": [1, 2]}, "n": 5}
        assert saved["working_dir"] == str(shell.folder)
        assert [e["command"] for e in saved["history"]["entries"]][:2] == [
            "t = { a = { 1, 2 } }",
            "n = 5",
        ]
        said = repl(shell, ".load s.json", "t.a[2], n, math.type(n)").ok()
        assert said == 'Loaded 2 variables from s.json\n2\n5\n"integer"\n'

    @pytest.mark.parametrize("text", ["", "[]", "{}", '{"variables": 1}'])
    def test_load_of_something_else(self, shell: Shell, text: str) -> None:
        shell.write("s.json", text)
        ended = repl(shell, ".load s.json", ".load missing.json")
        assert "s.json is not a saved session" in ended.err
        assert "missing.json does not exist" in ended.err

    def test_places(self, shell: Shell) -> None:
        shell.write("sub/a.lua", "")
        shell.write("b.lua", "")
        said = repl(shell, ".pwd", ".ls", ".cd sub", ".ls", "io.open('a.lua') ~= nil").ok()
        assert said == f"{shell.folder}\nb.lua\nsub/\n{shell.folder / 'sub'}\na.lua\ntrue\n"
        assert "No such file" in repl(shell, ".cd nowhere").err
        assert repl(shell, ".cd", ".pwd").ok() == f"{shell.home}\n" * 2

    def test_run(self, shell: Shell) -> None:
        shell.write("sub/m.lua", "return 'module'")
        shell.write(
            "sub/job.lua", "made = require('m') print(ARGS[1], ARGS.x, ARGS[0]) return made"
        )
        said = repl(shell, ".run sub/job one --x 'a b'", "made, ARGS[1], ARGS[0]", ".pwd").ok()
        assert said == f'one\ta b\tjob.lua\n"module"\n"module"\nnil\n"repl"\n{shell.folder}\n'
        assert "Script file not found: nope" in repl(shell, ".run nope").err

    def test_run_shows_errors_with_their_place(self, shell: Shell) -> None:
        shell.write("job.lua", "\nerror('in file')")
        err = repl(shell, ".run job.lua").err
        assert "job.lua:2: in file" in err
        assert "2 | error('in file')" in err

    def test_perf(self, shell: Shell) -> None:
        said = repl(shell, "1", ".perf", "1", ".perf off", "1").ok()
        assert said.count("⏱️") == 1
        assert "Timing is on\n1\n⏱️" in said

    def test_info(self, shell: Shell) -> None:
        said = repl(shell, "x = 1", "nope()", ".info").ok()
        for line in (
            "Executions: 2 (1 failed)",
            "History: 3 entries",
            "Variables: 1",
            "Security level: standard",
        ):
            assert f"{line}\n" in said

    def test_dots_of_lua_are_no_commands(self, shell: Shell) -> None:
        assert repl(shell, "...", ".25 + .25").ok() == "0.5\n"
