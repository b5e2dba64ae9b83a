"""The names that scripts give to agents: proposed, followed to where they are given, and renamed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.server.conftest import SERVER
from tests.server.program import Program
from tests.server.raw import RawClient, edits_by_uri, locations

AGENTS = """local poet = Agent.builder():name("poet"):model("local/x"):build()
Agent.create({ name = "critic", description = "Judges verses.", model = "local/x" })
Agent.register("scribe", { model = "local/x" })
Agent.create_composite("both", { "poet", "critic" }, "vote")
Agent.wrap_as_tool("poet", { tool_name = "ask-poet" })
print(poet)
"""


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory, profile: str) -> Iterator[Program]:
    folder = tmp_path_factory.mktemp("agents").resolve()
    with RawClient.of_stdio(SERVER, profile) as client:
        client.initialize(
            capabilities={"textDocument": {"diagnostic": {}}},
            workspaceFolders=[{"uri": folder.as_uri(), "name": "it"}],
        )
        yield Program(client, (folder / "main.lua").as_uri())


@pytest.mark.parametrize(
    "marked",
    [
        'Agent.get("|")',
        'Agent.get_details("|")',
        'Agent.wrap_as_tool("|", {})',
        'Agent.create_composite("c", { "|" }, "vote")',
        'Agent.create_composite({ name = "c", agents = { "poet" }, fallback_agent = "|" })',
    ],
)
def test_the_names_of_agents_are_proposed(session: Program, marked: str) -> None:
    assert {"poet", "critic", "scribe", "both"} <= session.labels(f"{AGENTS}{marked}\n")


def test_a_tool_that_asks_an_agent_is_proposed_among_the_tools(session: Program) -> None:
    assert {"ask-poet", "calculator"} <= session.labels(f'{AGENTS}Tool.execute("|")\n')
    source = f'{AGENTS}print(Tool.execute("ask-poet", {{ text = "x" }}).text)\n'
    assert [each for each in session.problems(source) if each["severity"] < 3] == []


@pytest.mark.parametrize(("name", "line"), [("poet", 0), ("critic", 1), ("scribe", 2), ("both", 3)])
def test_a_name_leads_to_where_it_was_given(session: Program, name: str, line: int) -> None:
    (place,) = locations(
        session.ask("definition", f'{AGENTS}print(Agent.get("{name[0]}|{name[1:]}"))\n')
    )
    assert place["range"]["start"]["line"] == line


def test_what_is_said_of_an_agent_is_shown_at_its_name(session: Program) -> None:
    hovered = session.ask("hover", f'{AGENTS}print(Agent.get("cri|tic"))\n')
    assert "Judges verses." in str(hovered["contents"])


def test_all_places_of_a_name_are_renamed(session: Program) -> None:
    marked = f'{AGENTS}print(Agent.get("po|et"))\n'
    edit: dict[str, Any] = session.ask("rename", marked, newName="bard")
    (edits,) = edits_by_uri(edit).values()
    assert sorted(each["range"]["start"]["line"] for each in edits) == [0, 3, 4, 6]
