"""All places that mean the same. `|` stands in one of them, `⟦…⟧` around each."""

from __future__ import annotations

import pytest

from llmspell_server.analysis.navigation.symbols import symbol_at
from llmspell_server.analysis.navigation.uses import uses_of

from .worlds import MemoryWorld


def check(**files: str) -> None:
    named = {f"{name.replace('__', '/')}.lua": text for name, text in files.items()}
    for summarised in (True, False):
        world = MemoryWorld(named, summarised=summarised)
        under = symbol_at(world.here, world.file, world.offset, world)
        assert under is not None
        found = uses_of(under.symbol, world.here, world.file, world)
        assert world.shown(found) == world.expected


@pytest.mark.parametrize(
    "marked",
    [
        "local ⟦a|⟧ = 1\n⟦a⟧ = ⟦a⟧ + 1\ndo local a end",
        "function ⟦g|⟧() end\nlocal t = { g = ⟦g⟧ }\n_G.⟦g⟧()\nprint(t.g)",
        "local M, N = {}, {}\nfunction M.⟦f|⟧() end\nfunction N.f() end\nM.⟦f⟧()\nN.f()",
        "local M = {}\nfunction M:⟦a⟧() self:⟦a|⟧() end\nprint(M['⟦a⟧'])",
        "::⟦top|⟧::\ngoto ⟦top⟧",
        "local function f(o) o.⟦x|⟧ = 1; print(o.⟦x⟧) end\nlocal function g(o) o.x = 1 end",
        "local t = {}\nt.a = { ⟦b|⟧ = 1 }\nprint(t.a.⟦b⟧, t.b)",
    ],
)
def test_in_one_file(marked: str) -> None:
    check(main=marked)


def test_globals_over_files() -> None:
    check(
        main="function ⟦run|⟧() end",
        other="⟦run⟧()\nlocal function f() return ⟦run⟧ end",
        third="local run = 1\nprint(run)\nprint(x.run)",
    )


def test_fields_of_a_module_over_files() -> None:
    check(
        m="local M = {}\nfunction M.⟦f|⟧() end\nreturn M",
        user="local m = require 'm'\nm.⟦f⟧()\nlocal g = m.⟦f⟧",
        other="local m = require 'n'\nm.f()",
        n="return { f = 1 }",
    )


def test_fields_of_a_class_by_its_annotation() -> None:
    check(
        c="---@class C\nlocal C = {}\nfunction C:⟦f|⟧() end\nreturn C",
        user="---@type C\nlocal c\nc:⟦f⟧()",
        other="---@type D\nlocal d\nd:f()",
    )


def test_what_requires_a_module() -> None:
    check(
        main="require '⟦m|⟧'", m="return 1", other="local x = require('⟦m⟧')", third="require 'n'"
    )


def test_methods_are_found_on_objects_whose_type_is_inferred() -> None:
    check(
        c="local C = {}\nC.__index = C\n"
        "function C.new() return setmetatable({}, C) end\nfunction C:⟦f|⟧() end\nreturn C",
        user="local C = require 'c'\nlocal c = C.new()\nc:⟦f⟧()\nC.new():⟦f⟧()",
        other="local c = require('d').new()\nc:f()",
        d="local D = {}\nfunction D.new() return { f = 1 } end\nreturn D",
    )
