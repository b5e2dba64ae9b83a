"""`llmspell test` as people and CI servers call it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable

import pexpect
import pytest

from tests.runtime.cli.conftest import Shell

MIXED = """
Test.case("passes", function() end)
Test.case("fails", function()
  print("said \\27[1m<&>")
  Test.equal(1, 2, "the number")
end)
Test.case("breaks", function() local x = nil; return x.y end)
Test.case("waits", function() Test.skip("no network # yet") end)
"""


@pytest.fixture
def mixed(shell: Shell) -> Shell:
    shell.write("a_test.lua", MIXED)
    return shell


def test_results_are_told_as_text(mixed: Shell) -> None:
    ended = mixed("llmspell", "test")
    assert ended.code == 1
    assert "\x1b" not in ended.out.replace("\x1b[1m<&>", "")
    assert ended.out.startswith("a_test.lua\n  ✓ passes\n  ✗ fails\n      a_test.lua:5\n")
    assert "      the number\n      expected 2, got 1\n      output:\n        said" in ended.out
    assert "  - waits: no network # yet\n" in ended.out
    assert "\n1 passed, 1 failed, 1 with errors, 1 skipped in " in ended.out
    assert ended.err == ""


def test_on_a_terminal_results_are_coloured(
    mixed: Shell, terminal: Callable[..., pexpect.spawn[str]]
) -> None:
    child = terminal("llmspell", "test")
    child.expect_exact("\x1b[32m✓\x1b[0m passes")
    child.expect_exact("\x1b[31m1 failed\x1b[0m")
    child.expect(pexpect.EOF)


def test_results_are_told_as_json(mixed: Shell) -> None:
    for words in (("--format", "json"), ("--output", "json")):
        ended = mixed("llmspell", "test", *words)
        assert ended.code == 1
        told = ended.json
        assert told["counts"] == {"passed": 1, "failed": 1, "error": 1, "skipped": 1}
        assert (told["success"], told["record"]) == (False, "once")
        (file,) = told["files"]
        assert (file["file"], file["cassette"], file["unused"]) == ("a_test.lua", None, [])
        case = file["cases"][1]
        assert (case["name"], case["status"], case["line"]) == ("fails", "failed", 5)
        assert case["message"] == "the number\nexpected 2, got 1"


def test_results_are_told_as_junit(mixed: Shell) -> None:
    ended = mixed("llmspell", "test", "--format", "junit")
    root = ET.fromstring(ended.out)
    assert {k: root.get(k) for k in ("tests", "failures", "errors", "skipped")} == {
        "tests": "4",
        "failures": "1",
        "errors": "1",
        "skipped": "1",
    }
    failed = root.find(".//testcase[@name='fails']")
    assert failed is not None
    assert (failed.get("classname"), failed.get("file"), failed.get("line")) == (
        "a_test",
        "a_test.lua",
        "5",
    )
    assert failed.findtext("failure") == "a_test.lua:5\nthe number\nexpected 2, got 1"
    assert failed.findtext("system-out") == "said \N{REPLACEMENT CHARACTER}[1m<&>\n"


def test_results_are_told_as_tap(mixed: Shell) -> None:
    lines = mixed("llmspell", "test", "--format", "tap").out.splitlines()
    assert lines[:4] == [
        "TAP version 14",
        "1..4",
        "ok 1 - a_test.lua: passes",
        "not ok 2 - a_test.lua: fails",
    ]
    assert lines[4:6] == ["  ---", '  at: "a_test.lua:5"']
    assert lines[-1] == "ok 4 - a_test.lua: waits # SKIP no network \\# yet"


def test_exit_codes_tell_what_happened(shell: Shell) -> None:
    shell("llmspell", "test").failed(2)
    shell.write("a_test.lua", "Test.case('c', function() end)")
    shell("llmspell", "test").ok()
    assert "no case whose name has “x” in it" in shell("llmspell", "test", "-k", "x").failed(2)
    assert "does not exist" in shell("llmspell", "test", "nowhere").failed(2)
    shell("llmspell", "test", "--record", "sometimes").failed(2)
    assert "is not a duration" in shell("llmspell", "test", "--timeout", "soon").failed(2)


def test_in_ci_nothing_is_recorded_unless_that_is_wished(shell: Shell) -> None:
    shell.write("a_test.lua", "Test.case('c', function() end)")
    shell.environ["CI"] = "true"
    assert shell("llmspell", "test", "--format", "json").json["record"] == "none"
    assert shell("llmspell", "test", "--format", "json", "--record", "new").json["record"] == "new"
    shell.environ["CI"] = ""
    assert shell("llmspell", "test", "--format", "json").json["record"] == "once"


def test_files_can_be_listed_and_several_run_at_once(shell: Shell) -> None:
    for name in ("b_test.lua", "tests/one.lua", "tests/lib/two.lua"):
        shell.write(name, f"Test.case('{name}', function() end)")
    assert shell("llmspell", "test", "--list").ok() == "b_test.lua\ntests/one.lua\n"
    out = shell("llmspell", "test", "-j", "2").ok()
    assert "tests/one.lua\n  ✓ tests/one.lua" in out
    assert "2 passed" in out


def test_cases_are_listed_with_their_lines_and_none_is_run(shell: Shell) -> None:
    shell.write(
        "a_test.lua",
        "Test.describe('sums', function()\n"
        "  Test.case('of two', function() error('was run') end)\nend)\n"
        "for i = 1, 2 do Test.case('number ' .. i, function() end) end\n",
    )
    shell.write("b_test.lua", "Test.case('c', function() end)\nbroken()\n")
    good, broken = shell("llmspell", "test", "--list", "--format", "json").json
    found = [(case["name"], case["line"]) for case in good["cases"]]
    assert found == [("sums > of two", 2), ("number 1", 4), ("number 2", 4)]
    assert (good["file"], good["error"]) == ("a_test.lua", None)
    assert (broken["cases"], broken["error"]["line"]) == ([], 2)
    assert "broken" in broken["error"]["message"]


def test_a_case_is_run_by_its_whole_name(mixed: Shell) -> None:
    mixed.write("b_test.lua", "Test.case('passes well', function() end)")
    told = mixed("llmspell", "test", "--case", "passes", "--format", "json").json
    assert [case["name"] for file in told["files"] for case in file["cases"]] == ["passes"]
    assert "no case with the name “nine”" in mixed("llmspell", "test", "--case", "nine").failed(2)


def test_results_are_told_line_by_line_as_they_come(mixed: Shell) -> None:
    out = mixed("llmspell", "test", "--format", "jsonl").out
    told = [json.loads(line) for line in out.splitlines()]
    events = [line["event"] for line in told]
    assert events == ["begins", *["starts", "case"] * 4, "ends", "report"]
    assert told[1]["name"] == "passes"
    failed = told[4]["case"]
    assert (failed["name"], failed["expected"], failed["actual"]) == ("fails", "2", "1")
    assert told[-1]["counts"] == {"passed": 1, "failed": 1, "error": 1, "skipped": 1}


def test_a_line_is_told_while_the_next_case_runs(shell: Shell) -> None:
    os.mkfifo(shell.folder / "told")
    shell.write(
        "a_test.lua",
        "Test.case('first', function() end)\n"
        "Test.case('waits', function() Test.equal(io.open('told'):read('a'), 'it was') end)",
    )
    process = shell.start("llmspell", "test", "--format", "jsonl")
    assert process.stdout is not None
    events = [json.loads(process.stdout.readline())["event"] for _ in range(4)]
    assert events == ["begins", "starts", "case", "starts"]
    (shell.folder / "told").write_text("it was")
    process.communicate(timeout=60)
    assert process.returncode == 0


def test_a_time_limit_ends_a_case(shell: Shell) -> None:
    shell.write("a_test.lua", "Test.case('c', function() while true do end end)")
    ended = shell("llmspell", "test", "--timeout", "50ms")
    assert ended.code == 1
    assert "longer than its limit of 0.05 s" in ended.out


def test_ctrl_c_ends_the_tests(shell: Shell) -> None:
    os.mkfifo(shell.folder / "begun")
    shell.write(
        "a_test.lua",
        "Test.case('c', function() io.open('begun', 'w'):close() while true do end end)\n"
        "Test.case('never', function() print('never') end)",
    )
    process = shell.start("llmspell", "test")
    (shell.folder / "begun").read_bytes()
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130, (out, err)
    assert b"never" not in out


def test_coverage_is_written_for_what_the_tests_run(shell: Shell) -> None:
    shell.write("spell.lua", "local x = 1\nreturn x\n")
    shell.write("a_test.lua", "Test.case('c', function() Test.run('spell.lua') end)")
    shell("llmspell", "test", "--coverage", "coverage.info").ok()
    text = (shell.folder / "coverage.info").read_text()
    assert text == f"TN:\nSF:{shell.folder}/spell.lua\nDA:1,1\nDA:2,1\nLF:2\nLH:2\nend_of_record\n"


def test_the_security_of_the_tests_is_that_of_the_options(shell: Shell) -> None:
    shell.write("spell.lua", "return (io.open('x', 'w')) ~= nil")
    shell.write("a_test.lua", "Test.case('c', function() print(Test.run('spell.lua').value) end)")

    def said(*words: str) -> str:
        ended = shell("llmspell", "test", "--format", "json", *words)
        output: str = json.loads(ended.out)["files"][0]["cases"][0]["output"]
        return output

    assert (said(), said("--security", "safe")) == ("true\n", "false\n")


def test_values_of_options_are_completed(shell: Shell) -> None:
    shell.environ |= {
        "_LLMSPELL_COMPLETE": "bash_complete",
        "COMP_WORDS": "llmspell test --record ",
        "COMP_CWORD": "3",
    }
    out = shell("llmspell").out
    assert [line.rpartition(",")[2] for line in out.split()] == ["none", "once", "new", "all"]


def test_a_base_installation_is_enough(shell: Shell) -> None:
    shell.write("a_test.lua", "Test.case('c', function() Test.equal(1, 1) end)")
    missing = ("anthropic", "httpcore", "httpx", "llama_cpp", "ollama", "openai", "tenacity")
    code = f"""
import sys
sys.modules.update(dict.fromkeys({missing!r}))
sys.argv = ["llmspell", "test"]
from llmspell.cli.main import main
main()
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=shell.folder,
        env=shell.environ,
        capture_output=True,
        text=True,
    )
    assert "1 passed" in done.stdout, done.stderr


def test_who_runs_a_test_as_a_spell_is_told_how_to_run_it(shell: Shell) -> None:
    said = shell.run("Test.case('c', function() end)").failed(1)
    assert said.endswith("Test exists in tests only; run this file with `llmspell test`\n")
    assert "llmspell test" not in shell.run("local x = Other.case").failed(1)
