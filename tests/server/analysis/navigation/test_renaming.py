"""Renames that are made, and the reasons for which others are refused."""

from __future__ import annotations

import pytest

from llmspell_server.analysis.navigation.renaming import NotRenamable, renamable_at, renaming

from .worlds import MemoryWorld


def renamed(name: str, **files: str) -> MemoryWorld:
    world = MemoryWorld({f"{each}.lua": text for each, text in files.items()})
    places = renaming(world.here, world.file, world.offset, name, world)
    assert world.shown(places) == world.expected
    return world


TYPES = """---@class ⟦Old|⟧
---@field next ⟦Old⟧?
---@class Child: ⟦Old⟧
---@param a table<string, ⟦Old⟧[]>
---@return fun(x: ⟦Old⟧): Older, ⟦Old⟧ # an Old one
local function f(a) return a --[[@as ⟦Old⟧]] end
local Old = 1"""


@pytest.mark.parametrize(
    ("name", "marked"),
    [
        ("b", "local ⟦a|⟧ = 1\nprint(⟦a⟧)"),
        ("b", "local ⟦a|⟧ = 1\nprint(⟦a⟧)\ndo local b = 2 print(b) end"),
        ("b", "do local b end\nlocal ⟦a|⟧ = 1"),
        ("y", "local function f(⟦x|⟧) return ⟦x⟧ end\nlocal y"),
        ("n", "local M = {}\nfunction M.⟦f|⟧() end\nM.⟦f⟧()"),
        ("other", "::⟦top|⟧:: goto ⟦top⟧"),
        ("a", "local a|"),
        ("n", "---@param ⟦x⟧ string the x\nlocal function f(⟦x|⟧) return ⟦x⟧ end"),
        ("n", "---@param ⟦x|⟧? string\nlocal f = function(⟦x⟧) return ⟦x⟧ end"),
        (
            "n",
            "---@param ⟦x⟧ string\nfunction C:m(⟦x|⟧) end\n---@param x string\nfunction C:n(x) end",
        ),
        ("n", "---@param ⟦k⟧ string\nfor ⟦k|⟧ in pairs(t) do print(⟦k⟧) end"),
        (
            "n",
            "local ⟦x|⟧ = f()\n---@cast ⟦x⟧ string\nprint(⟦x⟧)\ndo local x\n---@cast x string\nend",
        ),
        ("n", "local function f(⟦x|⟧)\n  ---@cast ⟦x⟧ string\n  return ⟦x⟧\nend"),
        ("g", "---@class O\n---@field ⟦f|⟧ integer\n\n---@type O\nlocal o\nprint(o.⟦f⟧)"),
        ("A.New", TYPES),
        ("New", "---@alias ⟦Old|⟧ string\n---@type ⟦Old⟧\nlocal x"),
        ("New", "---@enum ⟦Old⟧\nlocal Old = { A = 1 }\nlocal x ---@type ⟦Old|⟧\n"),
        ("New", "---@class ⟦Old|⟧\n---@generic Old\n---@param a Old\nlocal function f(a) end"),
    ],
)
def test_a_rename(name: str, marked: str) -> None:
    renamed(name, main=marked)


def test_a_field_over_files() -> None:
    renamed(
        "g",
        m="local M = {}\nfunction M.⟦f|⟧() end\nreturn M",
        user="local m = require 'm'\nm.⟦f⟧()",
        other="local function f() end\nf()",
    )


FAMILY = {
    "base": "local Base = {}\nBase.__index = Base\n"
    "function Base:⟦step⟧() end\nfunction Base:run() self:⟦step⟧() end\n"
    "function Base.new() end\nreturn Base",
    "child": "local Base = require 'base'\nlocal Child = setmetatable({}, { __index = Base })\n"
    "function Child:⟦step⟧() end\nfunction Child.new() end\nreturn Child",
    "last": "local Child = require 'child'\nlocal Last = setmetatable({}, { __index = Child })\n"
    "function Last:⟦step⟧() end\nreturn Last",
    "stranger": "local S = {}\nfunction S:step() end\nS:step()\nreturn S",
}


@pytest.mark.parametrize("where", ["base", "child", "last"])
def test_a_method_is_renamed_with_those_that_are_called_in_its_place(where: str) -> None:
    marked = FAMILY[where].replace("⟦step⟧", "⟦step|⟧", 1)
    renamed("stride", **{**FAMILY, where: marked})


def test_functions_that_are_no_methods_are_renamed_alone() -> None:
    files = {name: text.replace("⟦", "").replace("⟧", "") for name, text in FAMILY.items()}
    files["child"] = files["child"].replace("Child.new()", "Child.⟦new|⟧()")
    renamed("make", **files)


def test_a_method_gets_no_name_that_one_of_its_family_has() -> None:
    files = {name: text.replace("⟦", "").replace("⟧", "") for name, text in FAMILY.items()}
    files["last"] = files["last"].replace("Last:step", "Last:st|ep")
    with pytest.raises(NotRenamable, match="`run` is a field of that table already"):
        renamed("run", **files)


def test_a_type_over_files() -> None:
    renamed(
        "Account",
        bank="---@class ⟦Acc⟧\nlocal Acc = {}\nreturn Acc",
        user="---@param a ⟦Acc|⟧\nlocal function f(a) end",
        other="---@type ⟦Acc⟧[]\nlocal all\n---@type Accounts\nlocal b",
    )


@pytest.mark.parametrize(
    ("name", "marked", "reason"),
    [
        ("end", "local a|", "`end` is a keyword of Lua"),
        ("1a", "local a|", "`1a` is not a name"),
        ("é", "local a|", "`é` is not a name"),
        ("b", "local a| = 1\nlocal b = 2\nprint(a)", "line 3: `b` would mean another local there"),
        ("b", "local b = 1\nlocal a| = 2\nprint(b)", "line 3: `b` means something else there"),
        ("print", "local a| = 2\nprint(a)", "line 2: `print` means something else there"),
        ("x", "function t:m() return self| end", "`self` is the name"),
        ("x", "local _ENV| = {}", "`_ENV` is the name"),
        ("x", "print|()", "`print` is defined nowhere"),
        ("x", "f().y| = 1", "it is not known to which table `y` belongs"),
        ("h", "function g|() end\nfunction h() end", "`h` is a global already"),
        ("b", "local M = { a| = 1, b = 2 }", "`b` is a field of that table already"),
        ("h", "function g() end\nlocal h\ng|()", "line 3: `h` would mean a local there"),
        ("x", "-- a| comment", "here is nothing"),
        ("b", "::a|:: ::b::", "there is a label `b` already"),
        ("b", "---@param a| string\nlocal function f(a, b) return a, b end", "line 2: `b`"),
        ("B", "---@class A|\n---@class B", "there is a type `B` already"),
        ("string", "---@class A|", "there is a type `string` already"),
        ("B C", "---@class A|", "`B C` is not a name of a type"),
        ("B", "---@class A\n---@deprecated use an A| instead", "here a type is only spoken of"),
    ],
)
def test_a_rename_that_would_change_the_meaning_is_refused(
    name: str, marked: str, reason: str
) -> None:
    with pytest.raises(NotRenamable) as error:
        renamed(name, main=marked)
    assert str(error.value).startswith(reason)


def test_what_a_library_defines_keeps_its_name() -> None:
    world = MemoryWorld(
        {"main.lua": "pri|nt()", "meta.lua": "---@meta\nfunction print() end"},
        library=["meta.lua"],
    )
    with pytest.raises(NotRenamable, match="belongs to a library"):
        renamable_at(world.here, world.file, world.offset, world)
