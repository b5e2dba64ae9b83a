"""`llmspell debug` with its commands from a pipe."""

from __future__ import annotations

import re
import signal
import subprocess

import pytest

from tests.runtime.cli.conftest import Ended, Shell

LOOP = """local total = 0
for i = 1, 3 do
  total = total + i
end
print("total", total)
"""

CALLS = """local function inner(n, ...)
  local twice = n * 2
  return twice
end
local function outer(m)
  local got = inner(m + 1, "x")
  return got
end
io.write("open line")
print(outer(4))
"""


def debug(shell: Shell, code: str, *words: str, commands: str = "") -> Ended:
    """Runs a debugging session over some code."""
    shell.write("spell.lua", code)
    return shell("llmspell", "debug", *words, "spell.lua", stdin=commands)


def said(shell: Shell, code: str, *words: str, commands: str) -> str:
    """What a session that needs no complaint says."""
    ended = debug(shell, code, *words, commands=commands)
    assert ended.err == ""
    return ended.out


# Starting and ending -------------------------------------------------------------------------


def test_nothing_runs_before_it_is_asked_to(shell: Shell) -> None:
    assert said(shell, LOOP, commands="") == ""


def test_run_goes_to_the_end(shell: Shell) -> None:
    assert said(shell, LOOP, commands="run\n") == "total\t6\nThe spell has ended.\n"


def test_step_stops_at_the_first_line(shell: Shell) -> None:
    out = said(shell, LOOP, "--step", commands="")
    assert out.startswith("Stopped at the first line: spell.lua:1 in main chunk\n->    1   local t")
    assert "total\t" not in out


@pytest.mark.parametrize("first", ["step", "next"])
def test_stepping_starts_the_spell(shell: Shell, first: str) -> None:
    assert "Stopped at the first line" in said(shell, LOOP, commands=f"{first}\n")


def test_break_at_runs_to_the_place(shell: Shell) -> None:
    out = said(shell, LOOP, "--break-at", "spell.lua:3 if i == 2", commands="i\np i\n")
    assert "Stopped at breakpoint 1: spell.lua:3 in main chunk\n" in out
    assert "->    3 *   total = total + i\n" in out
    assert out.endswith("\n2\n")


def test_several_places(shell: Shell) -> None:
    words = ["--break-at", "spell.lua:5", "--break-at", "spell.lua:1"]
    out = said(shell, LOOP, *words, commands="c\n")
    assert out.index("breakpoint 2: spell.lua:1") < out.index("breakpoint 1: spell.lua:5")


def test_arguments_reach_the_spell(shell: Shell) -> None:
    shell.write("spell.lua", "print(ARGS.name, ARGS[1])")
    ended = shell("llmspell", "debug", "spell.lua", "--", "--name", "Ada", "x", stdin="run\n")
    assert ended.ok().startswith("Ada\tx\n")


def test_run_again_reads_the_file_again_and_keeps_breakpoints(shell: Shell) -> None:
    code = "local f = io.open('spell.lua', 'w')\nf:write('print(2)\\nprint(3)\\n')\nf:close()\n"
    out = said(shell, code, commands="b 2\nrun\nc\nrun 'a b'\nc\nrun\nc\n")
    assert out.count("Stopped at breakpoint 1") == 3
    assert out.count("->    2 * print(3)") == 2
    assert out.endswith("2\n3\nThe spell has ended.\n") or "3\nThe spell has ended.\n" in out


def test_quit_ends_a_standing_spell(shell: Shell) -> None:
    ended = debug(shell, LOOP, "--step", commands="quit\nrun\n")
    assert ended.code == 0
    assert "total\t" not in ended.out


@pytest.mark.parametrize(
    ("code", "words", "expected"),
    [
        ("os.exit(7)", [], 7),
        ("error('no')", ["--break-on-error", "none"], 1),
        ("x x", [], 1),
        ("while true do end", ["--timeout", "0.3"], 124),
        ("print(1)", [], 0),
    ],
)
def test_exit_codes(shell: Shell, code: str, words: list[str], expected: int) -> None:
    assert debug(shell, code, *words, commands="run\n").code == expected


def test_the_time_limit_leaves_out_the_time_in_which_it_stands(shell: Shell) -> None:
    shell.write("spell.lua", LOOP)
    process = shell.start("llmspell", "debug", "--step", "--timeout", "1", "spell.lua")
    assert process.stdin is not None
    assert process.stdout is not None
    assert b"Stopped" in process.stdout.readline()
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(1.5)  # it stands
    out, err = process.communicate(b"c\n", timeout=30)
    assert b"total\t6\nThe spell has ended.\n" in out
    assert err == b""


def test_the_time_limit_of_the_configuration_counts_too(shell: Shell) -> None:
    shell.write("llmspell.toml", "[runtime]\nscript_timeout_seconds = 1\n")
    assert debug(shell, "while true do end", commands="run\n").code == 124


# Usage ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--break-at", "3"], "'3' is not FILE:LINE[ if COND]"),
        (["--break-at", "spell.lua:x"], "is not FILE:LINE[ if COND]"),
        (["--break-at", "spell.lua"], "is not FILE:LINE[ if COND]"),
        (["--break-at", "missing.lua:3"], "There is no file missing.lua"),
        (["--break-on-error", "some"], "'some' is not one of"),
        (["--port", "x"], "'x' is not a valid integer"),
        (["--watch", " "], "there is no expression"),
        (["--watch", "total +"], "`total +` is not an expression: unexpected symbol near <eof>"),
        (["--watch", "total = 1"], "is not an expression: <eof> expected near '='"),
        (["--port", "0", "--watch", "n"], "--watch cannot be combined with --port"),
    ],
)
def test_wrong_usage(shell: Shell, words: list[str], message: str) -> None:
    ended = debug(shell, LOOP, *words)
    assert ended.code == 2
    assert message in ended.err


def test_a_spell_that_does_not_exist(shell: Shell) -> None:
    ended = shell("llmspell", "debug", "missing.lua")
    assert (ended.code, ended.err) == (1, "Error: Script file not found: missing.lua\n")


def test_colours_are_for_terminals(shell: Shell) -> None:
    out = said(shell, LOOP, "--step", "--watch", "missing", commands="list\nlocals\nbt\n")
    assert "->" in out
    assert "\x1b" not in out


# Breakpoints ---------------------------------------------------------------------------------


def test_a_breakpoint_that_moves_says_so(shell: Shell) -> None:
    out = said(shell, LOOP, commands="b 4\nrun\ninfo\n")
    assert "Breakpoint 1 at spell.lua:4\nBreakpoint 1 moved to spell.lua:5\n" in out
    assert out.endswith("1: spell.lua:5, hit 1 time\n")


def test_breakpoints_are_listed_switched_and_deleted(shell: Shell) -> None:
    commands = (
        "b 3 if i > 1\ntbreak 5\nb mix\ndisable 3\ninfo\ndelete 1 3\nbreakpoints\nd all\ni b\n"
    )
    assert said(shell, LOOP, commands=commands).split("\n") == [
        "Breakpoint 1 at spell.lua:3",
        "Temporary breakpoint 2 at spell.lua:5",
        "Breakpoint 3 at mix",
        "Breakpoint 3 disabled",
        "1: spell.lua:3, if i > 1",
        "2: spell.lua:5, temporary",
        "3: mix, disabled",
        "Breakpoint 1 deleted",
        "Breakpoint 3 deleted",
        "2: spell.lua:5, temporary",
        "Breakpoint 2 deleted",
        "No breakpoints",
        "",
    ]


def test_switching_off_and_on_while_it_stands(shell: Shell) -> None:
    out = said(shell, LOOP, "--break-at", "spell.lua:3", commands="disable 1\nb 5\nc\n")
    assert "Stopped at breakpoint 2: spell.lua:5" in out
    out = said(shell, LOOP, "--break-at", "spell.lua:3", commands="disable 1\nenable 1\nc\ninfo\n")
    assert out.endswith("1: spell.lua:3, hit 2 times\n")


def test_a_temporary_breakpoint_stops_once(shell: Shell) -> None:
    out = said(shell, LOOP, commands="tb 3\nrun\ninfo\nc\n")
    assert out.count("Stopped at breakpoint 1") == 1
    assert "No breakpoints\n" in out
    assert out.endswith("The spell has ended.\n")


def test_a_breakpoint_on_a_function(shell: Shell) -> None:
    out = said(shell, CALLS, commands="b inner if n == 5\nrun\np n\n")
    assert "Stopped at breakpoint 1: spell.lua:2 in inner" in out
    assert out.endswith("\n5\n")


def test_a_condition_that_is_no_lua_is_said(shell: Shell) -> None:
    out = said(shell, LOOP, commands="b 3 if i ==\nrun\ninfo\n")
    assert "Breakpoint 1 at spell.lua:3: condition: unexpected symbol" in out


def test_a_breakpoint_in_a_module_beside_the_spell(shell: Shell) -> None:
    shell.write("work/spell.lua", 'print(require("deep.module")(2))')
    shell.write("work/deep/module.lua", "return function(n)\n  return n * 2\nend\n")
    words = ["--break-at", "deep/module.lua:2", "work/spell.lua"]
    ended = shell("llmspell", "debug", *words, stdin="p n\nb module.lua:1\ninfo\n")
    assert "Stopped at breakpoint 1: work/deep/module.lua:2" in ended.ok()
    assert "Breakpoint 2 at work/deep/module.lua:2 (line 1 has nothing to stop at)" in ended.out


DATA = """local t = { x = 1 }
print("go")
t.x = 2
print(t.x)
t.x = 3
print("end")
"""


def test_a_breakpoint_on_data_that_is_written(shell: Shell) -> None:
    commands = "wwatch t.x if t.x == 3\ninfo\nc\nc\ninfo\n"
    out = said(shell, DATA, "--break-at", "spell.lua:2", commands=commands)
    assert "Breakpoint 2 at writing of t.x\n" in out
    assert "2: writing of t.x, if t.x == 3\n" in out
    assert "t.x: 2 -> 3\nStopped at breakpoint 2: spell.lua:6" in out
    assert out.count("Stopped at breakpoint 2") == 1
    assert "Breakpoint 2 at writing of t.x ends with the run\n" in out
    assert out.endswith("1: spell.lua:2, hit 1 time\n")


@pytest.mark.parametrize(
    ("command", "lines"), [("rwatch", [4]), ("awatch", [4, 4, 6]), ("wwatch", [4, 6])]
)
def test_breakpoints_on_reading_and_writing(shell: Shell, command: str, lines: list[int]) -> None:
    commands = f"{command} t.x\n" + "c\n" * 4
    out = said(shell, DATA, "--break-at", "spell.lua:2", commands=commands)
    assert re.findall(r"Stopped at breakpoint 2: spell.lua:(\d)", out) == [str(n) for n in lines]


def test_reading_of_a_local_cannot_be_watched(shell: Shell) -> None:
    ended = debug(shell, LOOP, "--break-at", "spell.lua:3", commands="rwatch total\n")
    assert "Only writing of local total can be watched" in ended.err


def test_a_breakpoint_on_data_can_be_deleted(shell: Shell) -> None:
    out = said(shell, DATA, "--break-at", "spell.lua:2", commands="rwatch t.x\ndelete 2\nc\n")
    assert "Stopped at breakpoint 2" not in out
    assert out.endswith("The spell has ended.\n")


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ("wwatch", "Usage: wwatch"),
        ("wwatch 1 + 1", "'1 + 1' cannot be watched"),
        ("b missing.lua:3", "There is no file missing.lua"),
        ("b 3x", "Usage: break"),
        ("delete 9", "There is no breakpoint 9"),
        ("delete", "Usage: delete"),
        ("enable x", "Usage: enable"),
        ("unwatch 4", "There is no watch 4"),
        ("watch x +", "`x +` is not an expression: unexpected symbol near <eof>"),
        ("watch local x", "is not an expression: unexpected symbol near 'local'"),
        ("set x", "Usage: set NAME = VALUE"),
        ("print", "Usage: print EXPRESSION"),
        ("frame 9", "There is no frame 9; there are 0 to 0"),
        ("down", "This is the innermost frame"),
        ("thread 9", "There is no thread 9"),
        ("list x", "Usage: list [LINE]"),
        ("list 999", "There are no more lines"),
        ("info nonsense", "Usage: info"),
        ("help nonsense", "Unknown command: nonsense"),
        (".nonsense", "Unknown command: .nonsense"),
        ("locals 3", "Nothing follows `locals`"),
        ("run 'x", "Usage: run"),
        ("p undefined.field", "attempt to index a nil value"),
        ("x y", "syntax error"),
    ],
)
def test_mistakes_are_said_and_the_session_goes_on(
    shell: Shell, command: str, message: str
) -> None:
    ended = debug(shell, LOOP, "--step", commands=f"{command}\np 'go' .. 'es on'\n")
    assert ended.err.startswith("Error: ")
    assert message in ended.err
    assert ended.err.count("\n") == 1
    assert ended.out.endswith('"goes on"\n')


@pytest.mark.parametrize("command", ["locals", "bt", "p 1", "1 + 1", "up", "threads"])
def test_without_a_run_there_is_nothing_to_look_at(shell: Shell, command: str) -> None:
    ended = debug(shell, LOOP, commands=f"{command}\n")
    assert ended.err == "Error: The spell is not running: `run` starts it\n"


# Stepping ------------------------------------------------------------------------------------


def stops(out: str) -> list[str]:
    """The places at which a session stopped: `line in function`."""
    heads = [line for line in out.split("\n") if ": spell.lua:" in line]
    return [head.partition(": spell.lua:")[2] for head in heads]


def test_next_step_and_finish(shell: Shell) -> None:
    out = said(shell, CALLS, "--break-at", "spell.lua:10", commands="s\ns\nfinish\n.finish\nc\n")
    assert stops(out) == [
        "10 in main chunk",
        "6 in outer",
        "2 in inner",
        "7 in outer",
        "10 in main chunk",
    ]


def test_the_output_of_the_spell_and_the_reports_do_not_mix(shell: Shell) -> None:
    out = said(shell, CALLS, "--break-at", "spell.lua:9", commands="n\nc\n")
    assert "\nopen line\nStepped: spell.lua:10 in main chunk\n" in out
    assert out.endswith("\n10\nThe spell has ended.\n")


def test_the_spell_reads_the_lines_behind_the_command_that_runs_it(shell: Shell) -> None:
    code = "local a = io.read()\nprint('got ' .. a)\n"
    assert (
        said(shell, code, commands="run\nfirst line\n") == "got first line\nThe spell has ended.\n"
    )


# Looking -------------------------------------------------------------------------------------


def test_frames_and_their_variables(shell: Shell) -> None:
    commands = "bt\nlocals\nargs\nup\nlocals\nup\nupvalues\ndown 2\nframe 1\nargs\n"
    out = said(shell, CALLS, "--break-at", "spell.lua:3", commands=commands)
    after = out[out.index("-> 0") :]
    assert after.startswith(
        "-> 0 spell.lua:3 in inner\n   1 spell.lua:6 in outer\n   2 spell.lua:10 in main chunk\n"
        "n = 5\ntwice = 10\n"
        'n = 5\n...1 = "x"\n'
        "1 spell.lua:6 in outer\n"
    )
    assert "->    6     local got" in after
    assert "\nm = 4\n2 spell.lua:10 in main chunk\n" in after
    assert after.endswith("\nm = 4\n")


def test_upvalues_and_globals(shell: Shell) -> None:
    code = "counter = 7\nlocal up = { 1 }\nlocal function f()\n  print(up)\nend\nf()\n"
    out = said(shell, code, "--break-at", "spell.lua:4", commands="upvalues\nglobals\n")
    assert out.endswith("\ncounter = 7\n")
    assert "up = table (1 element)\nARGS = " in out


def test_values_are_shown_with_what_is_in_them(shell: Shell) -> None:
    code = 'local t = { 1, "two", name = { deep = true } }\nprint(t)\n'
    out = said(shell, code, "--break-at", "spell.lua:2", commands="p t\nt.name\np #t, 5\nt[9]\n")
    assert out.endswith(
        'table (2 elements, 1 field)\n  [1] = 1\n  [2] = "two"\n  name = table (1 field)\n'
        "table (1 field)\n  deep = true\n"
        "2, 5\n"
        "nil\n"
    )


def test_many_children_are_cut(shell: Shell) -> None:
    code = "local t = {}\nfor i = 1, 1000 do t[i] = i end\nprint(t)\n"
    out = said(shell, code, "--break-at", "spell.lua:3", commands="t\n")
    assert out.endswith("  [50] = 50\n  ...\n")


def test_assignments_and_statements_change_the_program(shell: Shell) -> None:
    commands = "set total = total + 100\ni = 3\np i\nfor k = 1, 2 do total = total + k end\nc\n"
    out = said(shell, LOOP, "--break-at", "spell.lua:3 if i == 3", commands=commands)
    assert "total = 103\n" in out
    assert "\n3\n" in out
    assert "total\t109\n" in out


def test_watches_are_shown_at_each_stop(shell: Shell) -> None:
    words = ["--break-at", "spell.lua:3", "--watch", "total * 2", "--watch", "nothing.x"]
    out = said(shell, LOOP, *words, commands="c\nwatch i\nunwatch 1\nc\nwatch\n")
    assert "  watch 1: total * 2 = 0\n  watch 2: nothing.x = <" in out
    assert "  watch 1: total * 2 = 2\n" in out
    assert "\nwatch 3: i = 2\nWatch 1 deleted\n" in out
    assert "  watch 3: i = 3\n" in out
    assert out.endswith("2: nothing.x\n3: i\n")


def test_list_goes_on_where_it_was(shell: Shell) -> None:
    code = "".join(f"local v{n} = {n}\n" for n in range(1, 41))
    out = said(shell, code, "--break-at", "spell.lua:20", commands="list\nl\nlist 3\nl 40\n")
    numbers = [int(line[2:7]) for line in out.split("\n") if line[2:7].strip().isdigit()]
    assert numbers == [
        *range(18, 23),
        *range(15, 26),
        *range(26, 37),
        *range(1, 12),
        *range(35, 41),
    ]
    assert out.count("->   20 *") == 2


def test_the_spell_can_be_listed_before_it_runs(shell: Shell) -> None:
    code = "".join(f"local v{n} = {n}\n" for n in range(1, 14))
    out = said(shell, code, commands="b 2\nlist\nl\nl 12\nrun\nl\n")
    assert "Breakpoint 1 at spell.lua:2\n      1   local v1 = 1\n      2 * local v2 = 2\n" in out
    numbers = [int(line[2:7]) for line in out.split("\n") if line[2:7].strip().isdigit()]
    listed = [*range(1, 12), 12, 13, *range(7, 14)]
    assert numbers == [*listed, *range(1, 5), *range(1, 12)]
    assert out.count("->    2 *") == 2


def test_a_frame_of_a_builtin_function_has_no_source(shell: Shell) -> None:
    code = "table.sort({ 2, 1 }, function(a, b)\n  return a < b\nend)\n"
    ended = debug(shell, code, "--break-at", "spell.lua:2", commands="up\nlist\n")
    assert "[builtin] in sort" in ended.out
    assert ended.err == "Error: A builtin function has no source\n"


def test_a_coroutine_as_a_value_has_the_name_and_status_of_its_thread(shell: Shell) -> None:
    code = """local co
co = coroutine.create(function()
  local here
  print(co)
end)
coroutine.resume(co)
"""
    out = said(shell, code, "--break-at", "spell.lua:4", commands="threads\np co\nthread 1\np co\n")
    assert "-> 2 coroutine 1 (spell.lua:4), running\n" in out
    assert out.count("coroutine 1 (running)\n") == 2
    out = said(
        shell,
        "local me = coroutine.running()\nprint(me)\n",
        "--break-at",
        "spell.lua:2",
        commands="p me\n",
    )
    assert out.endswith("main thread (running)\n")


def test_coroutines_are_threads(shell: Shell) -> None:
    code = """local co = coroutine.create(function(a)
  local b = a
  coroutine.yield(b)
end)
coroutine.resume(co, 1)
print("here")
"""
    out = said(shell, code, "--break-at", "spell.lua:6", commands="threads\nthread 2\nlocals\n")
    assert "-> 1 main, running\n   2 coroutine 1 (spell.lua:3), suspended\n" in out
    assert out.endswith("\na = 1\nb = 1\n")
    out = said(shell, code, "--break-at", "spell.lua:2", commands="threads\nthread 1\nbt\n")
    assert "Stopped at breakpoint 1: spell.lua:2 in function <spell.lua:1> (thread 2)\n" in out
    assert "-> 2 coroutine 1 (spell.lua:2), running\n" in out
    assert "spell.lua:5 in main chunk" in out


# Errors --------------------------------------------------------------------------------------

FAILS = """local function check(value)
  local doubled = value * 2
  return doubled
end
print(pcall(check, nil))
check("x")
"""


def test_an_uncaught_error_stops_with_its_locals(shell: Shell) -> None:
    ended = debug(shell, FAILS, commands="run\nlocals\nbt\nc\n")
    assert ended.code == 1
    assert "Uncaught error: " in ended.out
    assert "Raised: spell.lua:2 in check\n" in ended.out
    assert 'value = "x"\n' in ended.out
    assert "The spell has ended with exit code 1.\n" in ended.out
    assert ended.err.startswith("Error: Script execution failed: ")
    assert ended.out.count("Raised: ") == 1


def test_caught_errors_stop_when_all_are_wanted(shell: Shell) -> None:
    ended = debug(shell, FAILS, "--break-on-error", "all", commands="run\nlocals\nc\nc\n")
    assert "Error caught by pcall: " in ended.out
    assert "value = nil\n" in ended.out
    assert ended.out.count("Raised: spell.lua:2 in ") == 2


def test_no_error_stops_when_none_is_wanted(shell: Shell) -> None:
    assert "Raised" not in debug(shell, FAILS, "--break-on-error", "none", commands="run\n").out


# Signals -------------------------------------------------------------------------------------


def start_looping(shell: Shell) -> subprocess.Popen[bytes]:
    shell.write(
        "spell.lua",
        "local n = 0\n"
        "while true do if n == 0 then print('looping') io.stdout:flush() end n = n + 1 end\n",
    )
    process = shell.start("llmspell", "debug", "spell.lua")
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(b"run\n")
    process.stdin.flush()
    assert process.stdout.readline() == b"looping\n"
    return process


def test_sigint_pauses_a_running_spell(shell: Shell) -> None:
    process = start_looping(shell)
    process.send_signal(signal.SIGINT)
    assert process.stdout is not None
    assert process.stdout.readline() == b"Paused: spell.lua:2 in main chunk\n"
    out, err = process.communicate(b"p n >= 0\n", timeout=30)
    assert out.endswith(b"true\n")
    assert (process.returncode, err) == (0, b"")


def test_sigterm_ends_everything(shell: Shell) -> None:
    process = start_looping(shell)
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 143
    assert b"terminated" in err


def test_sigterm_at_the_prompt(shell: Shell) -> None:
    shell.write("spell.lua", LOOP)
    process = shell.start("llmspell", "debug", "--step", "spell.lua")
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith(b"      3"):  # the last of the report: the prompt is next
            break
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=30)
    assert process.returncode == 143
