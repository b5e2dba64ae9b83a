"""Calls that the host refuses, by whatever name they are made."""

from __future__ import annotations

import pytest

from llmspell_server.analysis.checks.checker import Checker
from llmspell_server.analysis.inference.inference import Inference
from tests.server.analysis.inference.worlds import MemoryWorld

from .checking import DefaultRules, check, findings, library


@pytest.mark.parametrize(
    "marked",
    [
        "io.open(⟦'/etc/passwd'⟧)",
        "_G.x = io.open(⟦'/etc/passwd'⟧)",
        "local open = io.open\nopen(⟦'/etc/passwd'⟧)",
        "local open <const> = io.open\nlocal function f() return open(⟦'/etc/passwd'⟧) end\nf()",
        "local files = io\nfiles.open(⟦'/etc/passwd'⟧)",
        "local fs = { open = io.open }\nfs.open(⟦'/etc/passwd'⟧)",
        "local fs = {}\nfs.open = io.open\nfs.open(⟦'/etc/passwd'⟧)",
        "local function f(x)\n  local run = os.execute\n  ⟦run⟧(x)\nend\nf(1)",
        "(io.open)(⟦'/etc/passwd'⟧)",
        "io['open'](⟦'/etc/passwd'⟧)",
        "Files = io\nFiles.open(⟦'/etc/passwd'⟧)",
        "⟦debug.getregistry⟧()",
        "local d = debug\n⟦d.setmetatable⟧(1, {})",
        "⟦debug.getupvalue⟧(print, 1)",
        "⟦package.loadlib⟧('x.so', '*')",
        "local path = '/etc/passwd'\nio.open(⟦path⟧)",
        "local path, mode = '/srv/x', 'w'\nlocal function f() io.open(⟦path⟧, mode) end\nf()",
    ],
)
def test_what_is_refused(marked: str) -> None:
    check("not-permitted", marked)


@pytest.mark.parametrize(
    "source",
    [
        "local io = { open = print }\nio.open('/etc/passwd')",
        "local open = io.open\nopen = print\nopen('/etc/passwd')",
        "local open = io.open\nif x then open = print end\nopen('/etc/passwd')",
        "local t = {}\nt.open('/etc/passwd')",
        "if debug.getupvalue then debug.getupvalue(print, 1) end",
        "local a = debug.getregistry and debug.getregistry()",
        "local get = debug.getregistry\nif get then get() end",
        "function open(path) return path end\nopen('/etc/passwd')",
        "local path = '/etc/passwd'\npath = 'notes.txt'\nio.open(path)",
        "local path\nif x then path = '/etc/passwd' end\nio.open(path)",
        "local function f(path) io.open(path) end\nf('/etc/passwd')",
    ],
)
def test_what_is_not(source: str) -> None:
    assert [each for each in findings(source) if each.code == "not-permitted"] == []


def test_functions_of_other_modules_are_followed() -> None:
    marked = "local fs = require('fs')\nfs.open(⟦'/etc/passwd'⟧)"
    check("not-permitted", marked, fs="local M = {}\nM.open = io.open\nreturn M")


def test_a_level_that_allows_it_is_named() -> None:
    (found,) = check("not-permitted", "⟦debug.upvalueid⟧(print, 1)")
    assert found.finding.data == {"key": "runtime.security.level", "value": "trusted"}


def test_a_module_in_c_is_said_to_be_one() -> None:
    (found,) = check("unresolved-require", "require(⟦'lfs'⟧)")
    assert "written in C" in found.finding.message
    (found,) = check("unresolved-require", "require(⟦'mine'⟧)")
    assert "written in C" not in found.finding.message


def test_an_edit_elsewhere_ends_a_refusal() -> None:
    world = MemoryWorld(main="local open = io.open\nprint(open('/etc/passwd'))")
    world.snapshots = {**library(), **world.snapshots}
    checker = Checker(Inference(world), DefaultRules())
    assert [each.code for each in checker.findings("main.lua")] == ["not-permitted"]
    world.set("main.lua", "local open = tostring\nprint(open('/etc/passwd'))")
    checker.inference.advance()
    assert checker.findings("main.lua") == []


def test_a_global_of_tests_is_said_to_be_missing_in_other_files() -> None:
    (found,) = check("unavailable-global", "⟦Test⟧.case('adds', function() end)")
    assert found.finding.message == ("`Test` exists under `llmspell test` only, in files of tests.")
    check("unavailable-global", "if Test then print(Test) end")
    check("unavailable-global", "local Test = require('mine')\nTest.case()", mine="return {}")
    check("unavailable-global", "print(Test.case)", other="Test = { case = 1 }")


def test_a_global_of_tests_is_known_in_tests() -> None:
    for name in ("a_test.lua", "test_a.lua", "tests/a.lua", "tests/lib/deep/a.lua"):
        world = MemoryWorld(**{name: "Test.case('adds', function() Test.equal(1 + 1, 2) end)"})
        world.snapshots = {**library(), **world.snapshots}
        found = Checker(Inference(world), DefaultRules()).findings(name)
        assert [each.code for each in found] == [], name
