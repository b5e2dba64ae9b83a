"""Chains of a builder: what may follow, and what is wrong with them; through a real server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.server.conftest import SERVER
from tests.server.marks import ranges
from tests.server.program import Program
from tests.server.raw import RawClient, edits_by_uri

DEFINITIONS = """---@meta _

---A thing with a name.
---@class Agent
---@field name string

---@class AgentBuilder
local AgentBuilder = {}

---Sets the name.
---@param name string
---@return AgentBuilder
function AgentBuilder:name(name) end

---@param model string
---@return self
function AgentBuilder:model(model) end

---@param tool string
---@return self
function AgentBuilder:add_tool(tool) end

---@return Agent
function AgentBuilder:build() end

---@class Agentlib
Agent = {}

---@return AgentBuilder
function Agent.builder() end
"""

WRITTEN = """local Tea = {}
Tea.__index = Tea
local function tea() return setmetatable({}, Tea) end
function Tea:sugar(n) self.n = n return self end
function Tea:milk(m) self.m = m return self end
function Tea:build() return { n = self.n, m = self.m } end
"""


@pytest.fixture(scope="module")
def session(profile: str) -> Iterator[Program]:
    with RawClient.of_stdio(SERVER, profile) as client:
        client.initialize(capabilities={"textDocument": {"diagnostic": {}}})
        client.open(DEFINITIONS, "file:///host.lua")
        yield Program(client, "file:///main.lua")


@pytest.mark.parametrize(
    "marked",
    [
        "Agent.builder():|",
        'Agent.builder():name("x"):|',
        'Agent.builder():name("x"):mo|',
        'local a = Agent.builder():name("x"):|\nprint(a)',
        'local a = Agent.builder()\n  :name("x")\n  :|\nprint(1)',
        'local a = Agent.builder()\n  :name("x")\n  :|\n  :build()\nprint(a)',
        'local a = Agent.builder()\n  -- the name\n  :name("x")\n  :|\n\nlocal b = 1\nprint(a, b)',
        'local b = Agent.builder()\nb:name("x"):|',
        'function Make()\n  return Agent.builder():model("m"):|\nend',
        'print(Agent.builder():model("m"):|)',
        'local t = { a = Agent.builder():model("m"):| }',
    ],
)
def test_what_may_follow_in_a_chain_that_is_not_finished(session: Program, marked: str) -> None:
    assert {"name", "model", "add_tool", "build"} <= session.labels(marked)


@pytest.mark.parametrize(
    "marked", [WRITTEN + "local t = tea():sugar(1):|", WRITTEN + "print(tea()\n  :milk(1)\n  :|)"]
)
def test_the_same_of_a_builder_without_annotations(session: Program, marked: str) -> None:
    assert {"sugar", "milk", "build"} <= session.labels(marked)


def test_what_is_built_has_its_own_fields(session: Program) -> None:
    assert "name" in session.labels('local a = Agent.builder():name("x"):build()\na.|')
    assert "build" not in session.labels('local a = Agent.builder():name("x"):build()\na.|')


@pytest.mark.parametrize(
    ("code", "marked"),
    [
        ("undefined-field", 'print(Agent.builder():⟦nam⟧("x"):build())'),
        ("undefined-field", 'print(Agent.builder()\n  :model("m")\n  :⟦naem⟧("x")\n  :build())'),
        ("builder-set-twice", 'print(Agent.builder():⟦name⟧("x"):model("m"):name("y"):build())'),
        ("builder-not-built", '⟦Agent.builder():name("x")⟧'),
        ("builder-not-built", 'local ⟦b⟧ = Agent.builder()\nb:name("x")'),
        ("builder-result-unused", '⟦Agent.builder():name("x"):build()⟧'),
        ("undefined-field", WRITTEN + "print(tea():⟦suger⟧(1):build())"),
        ("builder-set-twice", WRITTEN + "print(tea():⟦sugar⟧(1):sugar(2):build())"),
        ("builder-not-built", WRITTEN + "⟦tea():sugar(1)⟧"),
        ("builder-result-unused", WRITTEN + "⟦tea():sugar(1):build()⟧"),
    ],
)
def test_what_is_wrong_with_a_chain(session: Program, code: str, marked: str) -> None:
    text, ((start, _),) = ranges(marked)
    line, character = text.position(start, session.client.units)
    found = [(each["code"], each["range"]["start"]) for each in session.problems(text.source)]
    assert found == [(code, {"line": line, "character": character})]


@pytest.mark.parametrize(
    "source",
    [
        'print(Agent.builder():name("x"):model("m"):build().name)',
        'print(Agent.builder():add_tool("a"):add_tool("b"):build())',
        'local b = Agent.builder()\nif os.time() > 1 then b:name("x") end\nprint(b:build())',
        'local b = Agent.builder()\nb:name("x")\nreturn b',
        WRITTEN + "print(tea():sugar(1):milk(2):build().n)",
    ],
)
def test_what_is_right(session: Program, source: str) -> None:
    assert session.problems(source) == []


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('Agent.builder():name("x")', 'Agent.builder():name("x"):build()'),
        ('print(Agent.builder():nam("x"):build())', 'print(Agent.builder():name("x"):build())'),
    ],
)
def test_a_fix_mends_it(session: Program, source: str, expected: str) -> None:
    (problem,) = session.problems(source)
    results = []
    for action in session.actions(problem):
        edits = edits_by_uri(action.get("edit") or {}).get(session.uri, [])
        if len(edits) == 1:
            start, end = edits[0]["range"]["start"], edits[0]["range"]["end"]
            text = source[: start["character"]] + edits[0]["newText"] + source[end["character"] :]
            results.append(text)
    assert expected in results
