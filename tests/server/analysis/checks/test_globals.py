"""Undefined, accidental and injected globals."""

from __future__ import annotations

import pytest

from .checking import check, findings


@pytest.mark.parametrize(
    "marked",
    [
        "print(⟦foo⟧)",
        "local x = ⟦foo⟧.bar",
        "⟦foo⟧.x = 1",
        "function ⟦foo⟧.bar() end",
        "foo = 1\nprint(foo)",
        "local foo\nprint(foo)",
        "print(⟦foo⟧)\nlocal foo",
        "local function f() return ⟦foo⟧ end\nlocal foo = f",
        "function foo() return foo end",
        "print(string.format, _G.foo, _ENV.foo)",
        "local function f(_ENV) return foo end",
        "local t = { a = ⟦a⟧, [⟦b⟧] = 1 }",
        "goto a ::a:: print(⟦a⟧)",
        "State.x = ⟦Statee⟧",
    ],
)
def test_undefined_global(marked: str) -> None:
    check("undefined-global", marked)


def test_globals_of_other_files_are_defined() -> None:
    check("undefined-global", "print(foo, ⟦bar⟧)", other="foo = 1")


def test_the_nearest_local_is_proposed() -> None:
    found = check("undefined-global", "local counter = 1\nprint(⟦conuter⟧)")
    assert found[0].finding.data == {"name": "conuter", "near": ["counter"]}
    assert found[0].finding.message.endswith("Did you mean `counter`?")


def test_the_nearest_global_is_proposed_after_locals() -> None:
    found = check("undefined-global", "for i in ⟦ipars⟧({}) do print(i) end")
    assert found[0].finding.data == {"name": "ipars", "near": ["ipairs", "pairs"]}
    found = check("undefined-global", "local ipar = 1\nfor i in ⟦ipars⟧({}) do print(i, ipar) end")
    assert found[0].finding.data["near"] == ["ipar", "ipairs", "pairs"]


@pytest.mark.parametrize(
    "marked",
    [
        "⟦foo⟧ = 1\nfoo = 2",
        "function ⟦foo⟧() end",
        "Foo = 1\n_foo = 2",
        "local foo\nfoo = 1",
        "---@class foo\nfoo = {}",
        "local function f(_ENV) foo = 1 end",
        "⟦print⟧ = function() end",
    ],
)
def test_lowercase_global(marked: str) -> None:
    check("lowercase-global", marked)


@pytest.mark.parametrize(
    "marked",
    [
        "⟦State⟧ = nil",
        "⟦State⟧ = {}",
        "function ⟦State⟧() end",
        "State = State or {}",
        "State.x = 1",
        "local State = State\nState = nil",
        "⟦string⟧, Other = 1, 2",
        "State.⟦save⟧ = 1",
        "State[⟦'save'⟧], Other.save = f()",
        "function State.⟦save⟧() end",
        "function State:⟦save⟧() end",
        "State.save = State.save or print",
        "State.mine = 1",
        "local State = {}\nState.save = 1",
        "local a = Agent.create({})\na.invoke = 1",
        "os.time = function() return 0 end",
        "_G.⟦State⟧ = nil",
        "_G[⟦'State'⟧] = 1",
        "_ENV.⟦State⟧ = {}",
        "function _G.⟦State⟧() end",
        "_G.State = _G.State or {}",
        "_G.State = State or {}",
        "_G.mine = 1",
        "local _ENV = {}\n_ENV.State = 1",
    ],
)
def test_assign_injected_global(marked: str) -> None:
    check("assign-injected-global", marked)


@pytest.mark.parametrize("source", ["State = nil", "State, Mine = 1, 2", "string = 1"])
def test_what_is_overwritten_is_told_once(source: str) -> None:
    assert [each.code for each in findings(source)] == ["assign-injected-global"]


@pytest.mark.parametrize(
    "marked",
    [
        "local _ENV = nil\nlocal x = ⟦foo⟧",
        "do local _ENV = nil; ⟦foo⟧ = 1 end",
        "do local _ENV = {}; foo = 1 end",
    ],
)
def test_global_in_nil_env(marked: str) -> None:
    check("global-in-nil-env", marked)


@pytest.mark.parametrize(
    "marked",
    [
        "do local _ENV = { a = 1 }; return a, ⟦b⟧ end",
        "do local _ENV = { a = 1 }; b = 1; return a, b end",
        "do local _ENV = setmetatable({}, { __index = _G }); return b end",
        "local function f(_ENV) return b end",
        "local _ENV = { a = 1 }\nfunction b() return c end\nfunction c() return a end",
    ],
)
def test_undefined_env_child(marked: str) -> None:
    check("undefined-env-child", marked)
