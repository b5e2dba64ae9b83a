"""Builders: chains of setters that end with `build`."""

from __future__ import annotations

import pytest

from tests.server.analysis.test_completion import offered

from .checking import check

DECLARED = """---@class Builder
---@field name fun(self: self, name: string): self
---@field size fun(self: self, size: integer): self
---@field add fun(self: self, item: string): self
---@field build fun(self: self): Made
---@class Made
---@field show fun(self: self)

---@return Builder
local function builder() return {} end
"""
WRITTEN = """local B = {}
B.__index = B
local function builder() return setmetatable({}, B) end
function B:name(n) self.n = n return self end
function B:size(n) self.s = n return self end
function B:add(n) self.items = n return self end
function B:build() return { n = self.n, show = function() end } end
"""
BOTH = pytest.mark.parametrize("source", [DECLARED, WRITTEN], ids=["declared", "written"])


@BOTH
@pytest.mark.parametrize(
    "marked",
    [
        "⟦builder():name('a')⟧",
        "⟦builder()\n  :name('a')\n  :size(1)⟧",
        "local ⟦b⟧ = builder()\nb:name('a')\nb:size(1)",
        "local b = builder()\nb:name('a')\nprint(b:build())",
        "local b = builder():name('a')\nprint(b)",
        (
            "local M = {}\nfor k in pairs(x) do M[k] = function() end end\n"
            "function M:set() return self end\nfunction M.new() return M end\nM.new():set()"
        ),
        "local b = builder():name('a'):build()\nprint(b)",
        "local b = builder()\nb:name('a')\nreturn b",
        "do\n  local ⟦b⟧ = builder():name('a'):size(1)\nend",
        "do\n  local b = builder()\nend",
        "builder():name('a'):build():show()",
    ],
)
def test_a_chain_that_makes_nothing(source: str, marked: str) -> None:
    is_chunk_local = "local ⟦b⟧" in marked
    inside = f"do\n{marked}\nend\n" if is_chunk_local else marked
    check("builder-not-built", source + inside)


@BOTH
def test_a_result_that_is_not_used(source: str) -> None:
    check("builder-result-unused", source + "⟦builder():name('a'):build()⟧")


@BOTH
@pytest.mark.parametrize(
    "marked",
    [
        "print(builder():⟦name⟧('a'):size(1):name('b'):build())",
        "print(builder():add('a'):add('b'):build())",
        "print(builder():name('a'):size(1):build())",
        "print(('x'):rep(2):rep(3))",
    ],
)
def test_a_setter_that_is_called_twice(source: str, marked: str) -> None:
    check("builder-set-twice", source + marked)


@pytest.mark.parametrize(
    "setter",
    [
        "function B:item(x) table.insert(self.items, x) return self end",
        "function B:item(x) self.items[#self.items + 1] = x return self end",
        "function B.item(it, x) it.text = it.text .. x return it end",
        "B.item = function(self, x) local all = self.items; all[x] = true; return self end",
    ],
)
def test_a_method_that_adds_to_what_there_is_may_be_called_twice(setter: str) -> None:
    check("builder-set-twice", f"{WRITTEN}{setter}\nprint(builder():item(1):item(2):build())")


def test_methods_of_the_runtime_say_that_they_add() -> None:
    chain = 'Agent.builder():⟦name⟧("a"):tool("calculator"):tool("base64-encoder"):name("b")'
    check("builder-set-twice", f"print({chain}:capability('x'):capability('y'):build())")


@BOTH
def test_a_misspelt_setter(source: str) -> None:
    (found,) = check("undefined-field", source + "print(builder():⟦nam⟧('a'):build())")
    assert "name" in found.finding.data["near"]


def test_what_only_the_built_thing_has_is_told_so() -> None:
    source = DECLARED + "local b = builder():name('a')\nb:⟦show⟧()"
    (found,) = check("undefined-field", source)
    assert "What `:build()` makes has one." in found.finding.message


@BOTH
@pytest.mark.parametrize(
    "chain", ["builder():|", "builder():name('a'):|", "builder()\n  :name('a')\n  :|\nprint(1)"]
)
def test_setters_are_offered_in_an_unfinished_chain(source: str, chain: str) -> None:
    assert {"name", "size", "add", "build"} <= offered(source + chain).keys()


def test_an_object_without_build_is_no_builder() -> None:
    check("builder-not-built", "local T = {}\nfunction T:a() return self end\nT:a():a()")
