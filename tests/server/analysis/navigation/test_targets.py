"""Where a name leads. `|` stands in the name, `⟦…⟧` around where it is defined."""

from __future__ import annotations

import pytest

from llmspell_server.analysis.navigation.targets import declarations, targets

from .worlds import MemoryWorld


def check(**files: str) -> None:
    named = {f"{name.replace('__', '/')}.lua": text for name, text in files.items()}
    for summarised in (True, False):
        world = MemoryWorld(named, summarised=summarised)
        found = targets(world.here, world.file, world.offset, world)
        assert world.shown(found.places if found else ()) == world.expected


@pytest.mark.parametrize(
    "marked",
    [
        "local ⟦a⟧ = 1\nprint(a|)",
        "local function ⟦f⟧() end\nf|()",
        "function ⟦g⟧() end\ng|()",
        "⟦g⟧ = {}\nprint(g|)",
        "local M = {}\nfunction M.⟦f⟧() end\nM.f|()",
        "local M = {}\nfunction M:⟦f⟧() end\nM:f|()",
        "local M = { ⟦f⟧ = function() end }\nM.f|()",
        "local M = { a = { ⟦b⟧ = 1 } }\nprint(M.a.b|)",
        "local M = {}\nfunction M:⟦a⟧() end\nfunction M:b() self:a|() end",
        "local M = {}\nfunction M:init() self.⟦x⟧ = 1 end\nfunction M:get() return self.x| end",
        "local M = { ⟦f⟧ = function(self) return self.f| end }",
        "local M = {}\nM['⟦key⟧'] = 1\nprint(M.key|)",
        "local M = {}\nM.⟦key⟧ = 1\nprint(M['ke|y'])",
        "local M = {}\nM[ [[⟦key⟧]] ] = 1\nprint(M.ke|y)",
        "local t = table\nlocal M = t\nM.⟦x⟧ = function() end\ntable.x|()",
        "_G.⟦x⟧ = 1\nprint(x|)",
        "goto en|d_\n::⟦end_⟧::",
        (
            "local class = require 'elsewhere'\nlocal A = class('A')\nfunction A:⟦f⟧() end\n"
            "local B = class('B', A)\nfunction B:g() self:f|() end"
        ),
        (
            "local class = require 'elsewhere'\nlocal A = class()\nfunction A:⟦f⟧() end\n"
            "local B = class(A)\nfunction B:g() end\nlocal b = B()\nb:f|()"
        ),
        (
            "local M = {}\nfunction M:⟦f⟧() end\nlocal C = {}\nC.__index = C\n"
            "for k, v in pairs(M) do C[k] = v end\nlocal o = setmetatable({}, C)\no:f|()"
        ),
        "local Base = {}\nfunction Base.⟦f⟧() end\nlocal C = setmetatable({}, { __index = Base })\nC.f|()",
        "local C = {}\nC.__index = C\nfunction C.⟦f⟧() end\nlocal o = setmetatable({}, C)\no:f|()",
        "---@class ⟦A⟧\nlocal A = {}\n---@type A|\nlocal x",
        "---@class A\nlocal A = {}\nfunction A:⟦f⟧() end\n---@type A\nlocal x\nx:f|()",
        "---@class A\n---@field ⟦x⟧ number\n\n---@type A\nlocal a\nprint(a.x|)",
        "local function f(o) return o.some| end",
        "-- a| comment",
        "local x = 'a| string'",
    ],
)
def test_in_one_file(marked: str) -> None:
    check(main=marked)


def test_a_global_of_another_file() -> None:
    check(main="g|()", other="function ⟦g⟧() end", third="local g\nprint(g)")


def test_a_required_module_leads_to_its_file() -> None:
    check(main="local m = require 'a.m|'", a__m="⟦⟧return {}")


def test_a_function_of_a_module() -> None:
    check(
        main="local m = require('a.m')\nm.f|()",
        a__m="local M = {}\nfunction M.⟦f⟧() end\nreturn M",
        b__m="local M = {}\nfunction M.f() end\nreturn M",
    )


def test_a_module_that_returns_a_constructor() -> None:
    check(main="require('m').f|()", m="return { ⟦f⟧ = function() end }")


def test_a_module_that_passes_on_another() -> None:
    check(
        main="require('m').f|()",
        m="return require 'inner'",
        inner="local M = {}\nfunction M.⟦f⟧() end\nreturn M",
    )


def test_a_module_in_a_folder_of_its_own() -> None:
    check(main="require('m').f|()", m__init="return { ⟦f⟧ = function() end }")


def test_a_field_of_a_class_from_another_file() -> None:
    check(
        main="---@type Account\nlocal a\na:pay|()",
        account="---@class Account\nlocal Account = {}\nfunction Account:⟦pay⟧() end\nreturn Account",
    )


def test_a_described_field_leads_to_its_description_not_to_where_it_is_set() -> None:
    check(
        main="---@class O\n---@field ⟦size⟧ integer\n\n---@type O\nlocal o\no.size = 1\no.si|ze = 2"
    )


def test_the_name_in_an_annotation_leads_to_the_parameter() -> None:
    check(main="---@param val|ue string\nlocal function f(⟦value⟧) end")


def test_an_inherited_method_over_files() -> None:
    check(
        main="local D = require 'd'\nD:f|()",
        base="local B = {}\nfunction B:⟦f⟧() end\nreturn B",
        d="local B = require 'base'\nreturn setmetatable({}, { __index = B })",
    )


def test_a_method_of_an_unknown_table_is_found_by_its_name() -> None:
    check(main="local function f(o) o:greet|() end", other="local M = {}\nfunction M:⟦greet⟧() end")


def test_the_declaration_is_the_one_of_the_library() -> None:
    files = {"main.lua": "function g() end\ng|()", "meta.lua": "---@meta\nfunction ⟦g⟧() end"}
    world = MemoryWorld(files, library=["meta.lua"])
    found = declarations(world.here, world.file, world.offset, world)
    assert found and world.shown(found.places) == world.expected


INSTANCE = """local C = {}
C.__index = C
function C.new() return setmetatable({}, C) end
function C:⟦greet⟧() end
function C.other:greet() end
return C"""


def test_a_method_of_an_object_that_a_function_of_a_module_made() -> None:
    check(main="local C = require 'c'\nlocal c = C.new()\nc:greet|()", c=INSTANCE)


def test_a_method_of_what_a_call_gives_in_passing() -> None:
    check(main="require('c').new():greet|()", c=INSTANCE)


def test_a_method_of_a_parameter_with_a_type() -> None:
    check(
        main="---@param a Account\nlocal function f(a)\n  a:pay|()\nend",
        account="---@class Account\nlocal A = {}\nfunction A:⟦pay⟧() end\nfunction B:pay() end",
    )
