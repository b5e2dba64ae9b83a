"""Running spells: words of the command line, streams, forms of output."""

from __future__ import annotations

import json
import os
import subprocess

import pytest

from tests.runtime.cli.conftest import BIN, Shell

ECHO = "print(ARGS.name, ARGS[1], ARGS['1'], ARGS[0], arg[1], ...)"


def test_all_after_the_script_belongs_to_it(shell: Shell) -> None:
    ended = shell.run(ECHO, "--", "--name", "Ada", "--timeout", "5", "file")
    seen = "Ada file file spell.lua file --name Ada --timeout 5 file"
    assert ended.ok() == seen.replace(" ", "\t") + "\n"


def test_one_leading_dashes_is_dropped(shell: Shell) -> None:
    script = shell.write("s.lua", "print(...)")
    assert shell("llmspell-run", script, "--", "--", "a").ok() == "--\ta\n"


def test_argument_forms(shell: Shell) -> None:
    script = shell.write("s.lua", "print(ARGS.a, ARGS.b, ARGS.flag, ARGS.last, ARGS[1], ARGS[2])")
    words = ["--a=1=2", "--b", "two words", "--flag", "--last", "x", "-p", "q"]
    assert shell("llmspell-run", script, *words).ok() == "1=2\ttwo words\ttrue\tx\t-p\tq\n"


def test_awkward_values_arrive_unchanged(shell: Shell) -> None:
    value = 'a\n"b"\\ ü'
    assert shell.run("io.write(ARGS.v)", "--", "--v", value).ok() == value


def test_standard_input_as_script(shell: Shell) -> None:
    for program in (["llmspell-run"], ["llmspell", "run"]):
        ended = shell(program[0], *program[1:], "-", "x", stdin="print(...)\nprint(ARGS[0])")
        assert ended.ok() == "x\n-\n"


def test_syntax_error_in_standard_input(shell: Shell) -> None:
    ended = shell("llmspell-run", "-", stdin="x = 1\ny = = 2")
    assert ended.code == 1
    assert "stdin:2: unexpected symbol near '='" in ended.err
    assert "2 | y = = 2" in ended.err


def test_executable_scripts(shell: Shell) -> None:
    script = shell.write(
        "tool", "#!/usr/bin/env llmspell-run\nprint('line', debug.getinfo(1).currentline, ...)"
    )
    script.chmod(0o755)
    environ = {**shell.environ, "PATH": f"{BIN}{os.pathsep}{shell.environ['PATH']}"}
    done = subprocess.run(
        [script, "--x", "1"], env=environ, capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "line\t2\t--x\t1\n", "")


def test_llmspell_run_takes_positionals_and_options_on_both_sides(shell: Shell) -> None:
    script = shell.write("s.lua", "print(...)")
    assert (
        shell("llmspell", "run", "--timeout", "9", script, "a", "--security", "safe", "b").ok()
        == "a\tb\n"
    )
    assert shell("llmspell", "run", script, "--", "--name", "--", "x").ok() == "--name\t--\tx\n"


def test_llmspell_run_says_where_dashed_words_go(shell: Shell) -> None:
    script = shell.write("s.lua", "print('ran')")
    ended = shell("llmspell", "run", script, "--name", "Ada")
    assert (ended.code, ended.out) == (2, "")
    assert "No such option '--name'" in ended.err
    assert "llmspell run SCRIPT -- --name" in ended.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--timeout", "soon", "s.lua"], "'soon' is not a duration such as 30, 500ms or 2m"),
        (["--max-memory", "lots", "s.lua"], "'lots' is not a size such as 64MB or 1g"),
        (["--security", "none", "s.lua"], "invalid value 'none'"),
        (["--engine", "ruby", "s.lua"], "invalid value 'ruby'"),
        (["--output", "yaml", "s.lua"], "invalid value 'yaml'"),
        (["--nonsense", "s.lua"], "No such option '--nonsense'"),
        (["--timeout"], "requires an argument"),
        ([], "Missing argument 'SCRIPT'"),
    ],
)
def test_usage_errors(shell: Shell, words: list[str], said: str) -> None:
    shell.write("s.lua", "print('ran')")
    for program in (["llmspell-run"], ["llmspell", "run"]):
        ended = shell(program[0], *program[1:], *words)
        assert (ended.code, ended.out) == (2, "")
        assert said in ended.err
        if words != ["--timeout"]:  # click says nothing more about this one
            assert f"Usage: {' '.join(program)} [OPTIONS] SCRIPT [ARGS]..." in ended.err


@pytest.mark.parametrize(
    ("engine", "phase"), [("javascript", "Phase 15"), ("js", "Phase 15"), ("python", "Phase 22")]
)
def test_engines_that_exist_by_name_only(shell: Shell, engine: str, phase: str) -> None:
    shell.environ["LLMSPELL_ENGINE"] = engine
    ended = shell.run("print('ran')")
    assert (ended.code, ended.out) == (1, "")
    assert f"'{engine}' is not available yet: Coming in {phase}" in ended.err


def test_bad_engine_in_the_environment(shell: Shell) -> None:
    shell.environ["LLMSPELL_ENGINE"] = "ruby"
    ended = shell.run("print('ran')")
    assert ended.code == 2
    assert "invalid value 'ruby'" in ended.err


@pytest.mark.parametrize("text", ["1e400", "-1", "nan", "inf", "5 parsecs", ""])
def test_quantities_that_are_none(shell: Shell, text: str) -> None:
    ended = shell.run("print('ran')", "--timeout", text)
    assert (ended.code, ended.out) == (2, "")


def test_the_return_value_is_not_printed(shell: Shell) -> None:
    assert shell.run("print('out') return 5").ok() == "out\n"


def test_pretty_shows_it(shell: Shell) -> None:
    assert shell.run("return { a = 1 }", "--output", "pretty").ok() == 'Output:\n{\n  "a": 1\n}\n'


def test_json_success(shell: Shell) -> None:
    ended = shell.run(
        "print('one') io.write('two') return { a = { 1, 2 } }", "--output", "json", "--", "x"
    )
    assert ended.code == 0
    assert ended.err == "one\ntwo"
    assert ended.json == {
        "status": "success",
        "mode": "embedded",
        "script_length": 52,
        "args_count": 2,
        "streaming": False,
        "output": "one\ntwo",
        "value": {"a": [1, 2]},
        "result": 'one\ntwo\n{"a":[1,2]}',
    }


def test_json_error_is_one_document(shell: Shell) -> None:
    ended = shell.run("print('one') local x = nil + 1", "--output", "json")
    assert ended.code == 1
    document = ended.json
    assert document["status"] == "error"
    assert document["exit_code"] == 1
    assert document["output"] == "one\n"
    assert document["error"]["type"] == "ScriptError"
    assert "attempt to perform arithmetic on a nil value" in document["error"]["message"]
    assert document["error"]["frames"][0]["line"] == 1


@pytest.mark.parametrize(
    ("code", "status", "exit_code", "kind"),
    [
        ("print('x') os.exit(3)", "exit", 3, "Exited"),
        ("os.exit(0)", "exit", 0, "Exited"),
        ("x = =", "error", 1, "ChunkError"),
        ("error({ a = 1 })", "error", 1, "ScriptError"),
        ("while true do end", "error", 124, "TimedOut"),
        ("string.find(('a'):rep(40), ('.-'):rep(40) .. 'b')", "error", 124, "TimedOut"),
    ],
)
def test_json_whatever_the_end(
    shell: Shell, code: str, status: str, exit_code: int, kind: str
) -> None:
    ended = shell.run(code, "--output", "json", "--timeout", "300ms")
    assert ended.code == exit_code
    document = ended.json
    assert (document["status"], document["exit_code"]) == (status, exit_code)
    assert document["error"]["type"] == kind


ENDLESS_END = """
Hook.register("BeforeAgentShutdown", function() while true do end end)
Agent.create({ name = "a", model = "local/x" })
"""


@pytest.mark.parametrize(
    ("code", "exit_code", "kind"),
    [("error('the trouble')", 1, "ScriptError"), ("os.exit(3)", 3, "Exited")],
)
def test_an_end_that_cannot_be_stopped_does_not_hide_why_the_spell_ended(
    shell: Shell, code: str, exit_code: int, kind: str
) -> None:
    ended = shell.run(ENDLESS_END + code, "--output", "json")
    assert ended.code == exit_code
    assert ended.json["error"]["type"] == kind
    assert "the hooks of the agents' end were broken off" in ended.err


def test_json_for_a_missing_file_and_a_bad_configuration(shell: Shell) -> None:
    missing = shell("llmspell-run", "--output", "json", "nowhere.lua")
    assert (missing.code, missing.json["status"]) == (1, "error")
    shell.write("llmspell.toml", "nonsense")
    broken = shell.run("print(1)", "--output", "json")
    assert (broken.code, broken.json["error"]["type"]) == (1, "ConfigError")


def test_json_with_bytes_that_are_no_text(shell: Shell) -> None:
    ended = shell.run(b"print('\xff') return '\xff'", "--output", "json")
    assert ended.code == 0
    assert ended.json["output"] == "\ufffd\n"


def test_stream_hands_over_at_each_newline(shell: Shell) -> None:
    shell.write("s.lua", "print('now') io.read()")
    process = shell.start("llmspell-run", "--stream", "s.lua")
    assert process.stdout is not None
    assert process.stdout.readline() == b"now\n"
    process.communicate(b"\n", timeout=20)


def test_stdout_and_stderr_are_kept_apart(shell: Shell) -> None:
    ended = shell.run("io.stderr:write('e1\\n') print('o1') io.stderr:write('e2\\n')")
    assert (ended.out, ended.err) == ("o1\n", "e1\ne2\n")


def test_trace_debug_shows_the_python_cause(shell: Shell) -> None:
    code = "JSON.parse('{')"
    assert "Traceback" not in shell.run(code).err
    assert "Traceback (most recent call last)" in shell.run(code, "--trace", "debug").err


def test_modules_are_found_beside_the_script(shell: Shell) -> None:
    shell.write("deep/lib/m.lua", "return { answer = 42 }")
    script = shell.write("deep/main.lua", "print(require('lib.m').answer)")
    assert shell("llmspell-run", script).ok() == "42\n"


class TestExec:
    def test_prints_the_value_of_an_expression(self, shell: Shell) -> None:
        assert shell("llmspell", "exec", "6 * 7").ok() == "42\n"

    def test_prints_output_then_value(self, shell: Shell) -> None:
        assert shell("llmspell", "exec", "print('out') return 'text'").ok() == "out\ntext\n"

    def test_prints_nothing_for_no_value(self, shell: Shell) -> None:
        assert shell("llmspell", "exec", "x = 1").ok() == ""
        assert shell("llmspell", "exec", "nil").ok() == ""

    def test_tables_are_shown_as_json(self, shell: Shell) -> None:
        assert shell("llmspell", "exec", "{ 1, 'a', { b = true } }").ok() == '[1,"a",{"b":true}]\n'

    def test_runs_once(self, shell: Shell) -> None:
        assert shell("llmspell", "exec", "print('once')").ok() == "once\n"

    def test_json(self, shell: Shell) -> None:
        ended = shell("llmspell", "--output", "json", "exec", "print('hi') return { a = 1 }")
        assert '"status":"executed"' in ended.out
        assert ended.json == {
            "status": "executed",
            "engine": "lua",
            "streaming": False,
            "code_length": 28,
            "output": "hi\n",
            "result": {"a": 1},
        }
        assert ended.err == "hi\n"

    def test_errors_show_the_line_of_code(self, shell: Shell) -> None:
        ended = shell("llmspell", "exec", "x = 1\nnope()")
        assert ended.code == 1
        assert "code:2: attempt to call a nil value (global 'nope')" in ended.err
        assert "2 | nope()" in ended.err

    def test_syntax_errors_are_those_of_the_code_itself(self, shell: Shell) -> None:
        ended = shell("llmspell", "exec", "x = = 1")
        assert (ended.code, ended.out) == (1, "")
        assert "code:1: unexpected symbol near '='" in ended.err

    def test_time_limit(self, shell: Shell) -> None:
        assert shell("llmspell", "exec", "while true do end", "--timeout", "100ms").code == 124


def test_documents_are_compact(shell: Shell) -> None:
    ended = shell.run("return { b = 1 }", "--output", "json")
    assert ended.out == json.dumps(ended.json, separators=(",", ":")) + "\n"
