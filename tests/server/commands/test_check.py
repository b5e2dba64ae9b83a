"""`llmspell check` in processes of its own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.runtime.cli.conftest import Shell, shell
from tests.server.packages import write_package
from tests.server.planted import HOST, LUARC, PROGRAM, expected

__all__ = ["shell"]  # a fixture

EXAMPLES = Path("examples").resolve()


def test_problems_are_lines_with_a_summary(shell: Shell) -> None:
    shell.write("a.lua", "local a, b = 1\nprint(a, b, conter)\n")
    shell.write("lib/b.lua", "return {}\n")
    ended = shell("llmspell", "check")
    assert ended.code == 1
    assert ended.out.splitlines() == [
        (
            "a.lua:1:10: warning: There is no value for `b`, so it becomes nil. "
            "[unbalanced-assignments]"
        ),
        "a.lua:2:13: warning: Undefined global `conter`. [undefined-global]",
    ]
    assert ended.err == "2 files checked: 2 warnings\n"


def test_without_problems_the_exit_code_is_0(shell: Shell) -> None:
    shell.write("a.lua", "print('a')\n")
    ended = shell("llmspell", "check", "a.lua")
    assert (ended.code, ended.out, ended.err) == (0, "", "1 file checked: no problems\n")


def test_lighter_problems_are_shown_when_asked_for_and_are_no_failure(shell: Shell) -> None:
    shell.write("a.lua", "local x = 1\n")
    assert shell("llmspell", "check").out == ""
    ended = shell("llmspell", "check", "--severity", "hint")
    assert (ended.code, "[unused-local]" in ended.out) == (0, True)


def test_names_that_packages_may_have_are_looked_up_before_one_is_remarked_on(
    shell: Shell,
) -> None:
    shell.write("a.lua", "Tool.execute('calculater', {})\n")
    shell.write("b.lua", "Tool.execute('calculator', { input = '1' })\n")
    ended = shell("llmspell", "check")
    assert "unknown tool name 'calculater'; did you mean 'calculator'?" in ended.out
    assert ended.err == "2 files checked: 1 warning\n"


def test_kinds_of_installed_packages_count_from_the_first_file_on(shell: Shell) -> None:
    source = """
from llmspell.globals.describe import Kind
POTION = Kind("potion", "A drink.", {"healing": ""}, closed=True, applies_to=("Brew.drink:1",))
"""
    write_package(shell.folder / "site", "potions", source, "POTION")
    shell.environ["PYTHONPATH"] = str(shell.folder / "site")
    shell.write("a.lua", "Brew.drink('heeling')\n")
    assert "'heeling'" in shell("llmspell", "check", "--severity", "hint").out


def test_a_path_that_is_not_there_is_a_failure_of_its_own(shell: Shell) -> None:
    ended = shell("llmspell", "check", "nothing.lua")
    assert (ended.code, ended.out) == (2, "")
    assert ended.err == "Error: nothing.lua: no such file or folder\n"


def test_what_ignore_files_leave_out_is_checked_only_when_it_is_named(shell: Shell) -> None:
    shell.write(".gitignore", "build/\n")
    shell.write("a.lua", "print('a')\n")
    shell.write("build/b.lua", "print(conter)\n")
    assert shell("llmspell", "check").err == "1 file checked: no problems\n"
    assert shell("llmspell", "check", "build").code == 1
    assert shell("llmspell", "check", "build/b.lua").code == 1


def test_what_the_settings_leave_out_is_checked_only_when_it_is_named(shell: Shell) -> None:
    shell.write(".luarc.json", '{"workspace.ignoreDir": ["build"]}')
    shell.write("a.lua", "print('a')\n")
    shell.write("sub/build/b.lua", "print(conter)\n")
    assert shell("llmspell", "check").err == "1 file checked: no problems\n"
    assert shell("llmspell", "check", "sub").err == "0 files checked: no problems\n"
    assert shell("llmspell", "check", "sub/build/b.lua").code == 1


def test_settings_that_cannot_be_read_are_told(shell: Shell) -> None:
    shell.write(".luarc.json", '{"diagnostics.globals": [Shared]}')
    shell.write("a.lua", "print('a')\n")
    warning, *_ = shell("llmspell", "check").err.splitlines()
    assert warning.startswith(f"Warning: {shell.folder}: .luarc.json is left out")


def test_libraries_of_the_settings_define_globals_and_modules(shell: Shell) -> None:
    shell.write(".luarc.json", '{"workspace.library": [".library", "nowhere"]}')
    shell.write("a.lua", "print(Shared.size, Shared.sise)\n")
    definition = "---@meta\n---@class Shared\n---@field size integer\nShared = {}\n"
    shell.write(".library/shared.lua", definition)
    ended = shell("llmspell", "check")
    assert [line.rpartition(" ")[2] for line in ended.out.splitlines()] == ["[undefined-field]"]
    shell.write(".library/shared.lua", definition.replace("size", "sise"))
    assert "`size`" in shell("llmspell", "check").out


def test_files_that_are_not_checked_still_define_globals(shell: Shell) -> None:
    shell.write("a.lua", "print(Shared)\n")
    shell.write("b.lua", "Shared = 1\n")
    shell("llmspell", "check", "a.lua").ok()


def test_a_module_is_looked_for_in_all_files(shell: Shell) -> None:
    shell.write("a.lua", 'print(require("lib.b"), require("lib.c"))\n')
    shell.write("lib/b.lua", "return {}\n")
    ended = shell("llmspell", "check", "a.lua")
    assert "`lib.c`" in ended.out
    assert "`lib.b`" not in ended.out
    assert "[unresolved-require]" in ended.out


def test_globals_and_severities_come_from_files(shell: Shell) -> None:
    shell.write("a.lua", "print(one, two)\n")
    shell.write(".luarc.json", '{"diagnostics.globals": ["one"]}')
    shell.write(".luacheckrc", 'globals = {"two"}')
    shell("llmspell", "check").ok()


def test_several_processes_find_the_same(shell: Shell) -> None:
    for number in range(6):
        shell.write(f"m{number}.lua", f"local m = require('m{number + 1}')\nprint(m, counter)\n")
    # A local of another file may not be what was meant, whichever process looks at that.
    shell.write("m0.lua", "local counters = {}\ncounters.n = 1\nprint(counters, x)\n")
    one = shell("llmspell", "check", "--jobs", "1")
    two = shell("llmspell", "check", "--jobs", "2")
    assert one.code == two.code == 1
    assert one.out == two.out
    assert one.out.count("undefined-global") == 6


def test_a_chain_of_any_length_keeps_nothing_from_being_found(shell: Shell) -> None:
    for name, link in (("a", " + 1"), ("b", ".b"), ("c", "()"), ("d", ":b()"), ("e", "[1]")):
        shell.write(f"{name}.lua", f"local a = print{link * 30_000}\nprint(a, nowhere)\n")
    found = json.loads(shell("llmspell", "check", "--format", "json").out)["problems"]
    assert [(each["path"], each["line"], each["code"]) for each in found] == [
        (f"{name}.lua", 2, "undefined-global") for name in "abcde"
    ]


def test_json_is_one_document(shell: Shell) -> None:
    shell.write("a.lua", "X = = 1\n")
    ended = shell("llmspell", "check", "--format", "json")
    assert ended.code == 1
    assert json.loads(ended.out) == {
        "files": 1,
        "problems": [
            {
                "path": "a.lua",
                "line": 1,
                "column": 5,
                "end_line": 1,
                "end_column": 6,
                "severity": "error",
                "code": "syntax-error",
                "message": "unexpected symbol near '='",
            }
        ],
    }


def test_sarif_has_what_its_schema_requires(shell: Shell) -> None:
    shell.write("a b.lua", "print(conter)\n")
    log = json.loads(shell("llmspell", "check", "--format", "sarif").out)
    assert log["version"] == "2.1.0"
    [run] = log["runs"]
    driver = run["tool"]["driver"]
    [rule] = driver["rules"]
    assert (driver["name"], rule["id"]) == ("llmspell", "undefined-global")
    assert rule["defaultConfiguration"]["level"] == "warning"
    [result] = run["results"]
    assert (result["ruleId"], result["level"]) == ("undefined-global", "warning")
    assert result["message"]["text"] == "Undefined global `conter`."
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "a%20b.lua"
    region = {"startLine": 1, "startColumn": 7, "endLine": 1, "endColumn": 13}
    assert place["region"] == region


def test_github_gets_commands(shell: Shell) -> None:
    shell.write("a.lua", "print(conter)\n")
    assert shell("llmspell", "check", "--format", "github").out == (
        "::warning file=a.lua,line=1,endLine=1,col=7,endColumn=13,title=undefined-global"
        "::Undefined global `conter`.\n"
    )


@pytest.mark.parametrize("severity", ["hint"])
def test_our_examples_have_no_problems(shell: Shell, severity: str) -> None:
    ended = shell("llmspell", "check", "--severity", severity, str(EXAMPLES))
    assert (ended.code, ended.out) == (0, "")


def test_what_the_host_refuses_is_a_problem_that_comments_switch_off(shell: Shell) -> None:
    shell.write("a.lua", "local run = os.execute\nrun('ls')\n")
    ended = shell("llmspell", "check")
    assert (ended.code, "[not-permitted]" in ended.out) == (1, True)
    shell.write("a.lua", "os.execute('ls') ---@diagnostic disable-line: not-permitted\n")
    shell("llmspell", "check").ok()


def test_all_planted_mistakes_are_found(shell: Shell) -> None:
    shell.write(".luarc.json", LUARC)
    shell.write("library/host.lua", HOST)
    shell.write("main.lua", PROGRAM)
    ended = shell("llmspell", "check", "--format", "json", "main.lua")
    problems = json.loads(ended.out)["problems"]
    assert sorted((each["line"] - 1, each["code"]) for each in problems) == sorted(expected())
