"""Mistakes that other servers find, or do not, in a program that uses what a host injects."""

from __future__ import annotations

from pathlib import Path

import pytest

from .checking import findings

HOST = """---@meta _

---@class (exact) AgentOptions
---@field model string
---@field mode? "fast"|"careful"

---@class Agent
---@field name string
local Agent = {}

---@class agentlib
agent = {}

---@param name string
---@param options? AgentOptions
---@return Agent
---@nodiscard
function agent.create(name, options) end

---@deprecated use `agent.create`
---@param name string
function agent.make(name) end
"""

PLANTED = [
    ("local a = agent.create(1)\nprint(a)", "param-type-mismatch"),
    ("agent.create('a')", "discard-returns"),
    ("print(agent.create('a', { model = 'm', mode = 'quick' }))", "assign-type-mismatch"),
    ("print(agent.create('a', { model = 'm', mood = 'fast' }))", "unknown-key"),
    ("print(agent.create('a').nam)", "undefined-field"),
    ("print(agent.craete('a'))", "undefined-field"),
    ("agent.make('a')", "deprecated"),
    ("print(agnet)", "undefined-global"),
    ("local a = agent.create('a')\na.extra = 1", "inject-field"),
    ("agent = nil", "assign-injected-global"),
    ("print(agent.create('a', {}))", "missing-fields"),
]


@pytest.mark.parametrize(("source", "code"), PLANTED)
def test_a_planted_mistake_is_found(source: str, code: str) -> None:
    found = findings(source, host=HOST)
    assert code in [each.code for each in found], found


def test_without_mistakes_nothing_is_found() -> None:
    source = (
        "local a = agent.create('a', { model = 'm', mode = 'fast' })\n"
        "print(a.name, State.load('global', 'k'))\n"
    )
    assert findings(source, host=HOST) == []


EXAMPLES = sorted(Path("examples").rglob("*.lua"))


@pytest.mark.parametrize("path", EXAMPLES, ids=str)
def test_examples_have_no_findings(path: Path) -> None:
    modules = {"lib/text": Path("examples/modules/lib/text.lua").read_text("utf-8")}
    assert findings(path.read_text("utf-8"), **modules) == []
