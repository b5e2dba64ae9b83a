"""What models are told of the tables of a spell is the same in each run."""

from __future__ import annotations

import json

import pytest

from llmspell.testing import Mock
from tests.runtime.conftest import MakeProject

WORDS = ("zebra", "mango", "kiwi", "apple", "plum", "fig", "lime", "pear")
SCHEMA = f"""{{ type = "object", required = {{ "{WORDS[0]}" }}, properties = {{ {
    ", ".join(
        f'{word} = {{ type = "string", description = "{word}", minLength = 1 }}' for word in WORDS
    )
} }} }}"""
TOOLS = f"""
Tool.register("fruit", function() end, {{ parameters = {SCHEMA} }})
Agent.builder():name("a"):model("kept/m"):tool("fruit"):build():execute("hi")
"""


@pytest.mark.parametrize(
    "code",
    [
        TOOLS,
        f'Agent.builder():name("a"):model("kept/m"):schema({SCHEMA}):build():execute("hi")',
        f'Agent.create({{ name = "a", model = "kept/m", schema = {SCHEMA} }}):execute("hi")',
        f'Agent.builder():name("a"):model("kept/m"):build():execute("hi", {{ schema = {SCHEMA} }})',
        f'Agent.builder():name("a"):model("kept/m"):build():execute({{ text = "hi", schema = {SCHEMA} }})',
    ],
)
def test_schemas_are_told_in_one_order(make_project: MakeProject, code: str) -> None:
    told = set()
    for _ in range(4):  # each engine has an order of its own for the keys of tables
        project = make_project()
        answer = json.dumps(dict.fromkeys(WORDS, "x"))
        project.runtime.models.register("kept", lambda setup, a=answer: Mock(setup, [a]))
        project.value(code)
        provider = project.runtime.models.provider("kept")
        assert isinstance(provider, Mock)
        (request,) = provider.requests
        tools = [(each.name, each.parameters) for each in request.tools]
        told.add(json.dumps([tools, request.response_format.schema]))
    assert len(told) == 1
    assert '"apple"' in told.pop()
