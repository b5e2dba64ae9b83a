"""Answers whose data has a schema that the script gives: what completes, hovers and is told."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.server.conftest import SERVER
from tests.server.program import Program
from tests.server.raw import RawClient, locations

SCHEMA = """{
  type = "object",
  properties = {
    city = { type = "string", description = "Where it is." },
    people = { type = "array", items = {
      type = "object", properties = { name = { type = "string" }, age = { type = "integer" } },
      required = { "name" },
    } },
    kind = { enum = { "town", "village" } },
  },
  required = { "city", "people" },
}"""
AGENT = 'local agent = Agent.builder():model("local/x"):build()\n'
FORMS = [
    f'{AGENT}local answer = agent:execute("Where?", {{ schema = {SCHEMA} }})\n',
    f'{AGENT}local answer = agent:invoke({{ text = "Where?", schema = {SCHEMA} }})\n',
    f'{AGENT}local answer = agent.execute("Where?", {{ schema = {SCHEMA} }})\n',
    f'{AGENT}local S = {SCHEMA}\nlocal answer = agent:execute("Where?", {{ schema = S }})\n',
    f'{AGENT}local answer = agent:invokeStream("Where?", print, {{ schema = {SCHEMA} }})\n',
    (
        f'local agent = Agent.builder():model("local/x"):schema({SCHEMA}):temperature(0):build()\n'
        'local answer = agent:execute("Where?")\n'
    ),
    (
        f'local made = Agent.builder():schema({SCHEMA})\nlocal agent = made:model("local/x"):build()\n'
        'local function ask() return agent:execute("Where?") end\nlocal answer = ask()\n'
    ),
    (
        f'local agent = Agent.create({{ model = "local/x", schema = {SCHEMA} }})\n'
        'local answer = agent:execute("Where?")\n'
    ),
    (
        f'{AGENT}local answer = agent:execute_with_context({{ text = "Where?", schema = {SCHEMA} }}, '
        '"c")\n'
    ),
    (
        f'local agent = Agent.builder():model("local/x"):schema({SCHEMA}):build()\n'
        'local answer = agent:execute_with_context("Where?", "c")\n'
    ),
    (
        f'local agent = Agent.create_from_template("a", "llm", {{ schema = {SCHEMA} }})\n'
        'local answer = agent:execute("Where?")\n'
    ),
    (
        f'local agent = Agent.create_from_template("llm", {{ schema = {SCHEMA} }})\n'
        'local answer = agent:invokeStream("Where?", print)\n'
    ),
]
CALLBACKS = [
    f'{AGENT}agent:execute_async({{ text = "Where?", schema = {SCHEMA} }}, function(answer, problem)\n',
    (
        f'local agent = Agent.builder():model("local/x"):schema({SCHEMA}):build()\n'
        'agent:execute_async("Where?", function(answer, problem)\n'
    ),
]


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory, profile: str) -> Iterator[Program]:
    folder = tmp_path_factory.mktemp("schemas").resolve()
    with RawClient.of_stdio(SERVER, profile) as client:
        client.initialize(
            capabilities={"textDocument": {"diagnostic": {}}},
            workspaceFolders=[{"uri": folder.as_uri(), "name": "it"}],
        )
        yield Program(client, (folder / "main.lua").as_uri())


@pytest.mark.parametrize("form", FORMS)
def test_the_fields_of_the_data_are_known(session: Program, form: str) -> None:
    assert {"city", "people", "kind"} <= session.labels(f"{form}print(answer.data.|)\n")
    assert {"name", "age"} <= session.labels(f"{form}print(answer.data.people[1].|)\n")
    hovered = str(session.ask("hover", f"{form}print(answer.data.ci|ty)\n")["contents"])
    assert "city: string" in hovered
    assert "Where it is." in hovered
    assert {"text", "usage"} <= session.labels(f"{form}print(answer.|)\n")


@pytest.mark.parametrize("form", FORMS)
def test_all_that_is_done_with_an_answer_is_right(session: Program, form: str) -> None:
    source = (
        f"{form}print(answer.text, answer.usage.total_tokens, answer.other)\n"
        "print(answer.data.city:upper(), answer.data.further, answer.data.people[1].name:upper())\n"
        "answer.data.city = 'Ulm'\n"
        "---@param given AgentOutput\nlocal function take(given) return given.text end\n"
        "print(take(answer))\n"
    )
    assert [each for each in session.problems(source) if each["severity"] < 3] == []


@pytest.mark.parametrize("form", CALLBACKS)
def test_a_function_that_is_told_the_answer_knows_the_fields_of_its_data(
    session: Program, form: str
) -> None:
    form += "if not answer then return print(problem:upper()) end\n"
    assert {"city", "people", "kind"} <= session.labels(f"{form}print(answer.data.|)\nend)\n")
    assert {"name", "age"} <= session.labels(f"{form}print(answer.data.people[1].|)\nend)\n")
    source = f"{form}print(answer.text, answer.data.city:upper())\nend)\n"
    assert [each for each in session.problems(source) if each["severity"] < 3] == []


def test_what_a_stream_gives_at_its_end_is_an_answer(session: Program) -> None:
    source = (
        "---@param given AgentOutput\nlocal function take(given) return given.text end\n"
        f'{AGENT}print(take(agent:invokeStream("Where?", print)))\n'
    )
    assert [each for each in session.problems(source) if each["severity"] < 3] == []


def test_where_no_other_keys_are_allowed_they_are_told(session: Program) -> None:
    closed = SCHEMA.replace("{\n", "{ additionalProperties = false,\n", 1)
    form = f'{AGENT}local answer = agent:execute("Where?", {{ schema = {closed} }})\n'
    found = session.problems(f"{form}print(answer.data.citty)\n")
    assert [each["code"] for each in found if each["severity"] < 3] == ["undefined-field"]


@pytest.mark.parametrize(
    "source",
    [
        f'{AGENT}local answer = agent:execute("Where?", {{ schema = SCHEMA }})\n',
        f'{AGENT}local answer = agent:execute("Where?")\n',
        (
            f'local agent = Agent.create({{ model = "local/x", schema = {SCHEMA} }})\n'
            'local answer = agent:execute("Where?", { schema = load_schema() })\n'
        ),
    ],
)
def test_data_of_another_schema_may_be_anything(session: Program, source: str) -> None:
    assert not {"city", "people"} & session.labels(f"{source}print(answer.data.|)\n")


@pytest.mark.parametrize("marked", ["print(answer.te|xt)\n", "print(answer.da|ta)\n"])
def test_definition_goes_to_the_declared_class(session: Program, marked: str) -> None:
    (place,) = locations(session.ask("definition", FORMS[0] + marked))
    assert place["uri"].endswith("Agent.lua")


def test_the_type_of_an_answer_is_the_declared_class(session: Program) -> None:
    (place,) = session.ask("typeDefinition", f"{FORMS[0]}print(ans|wer)\n")
    assert place["uri"].endswith("Agent.lua")
    hovered = str(session.ask("hover", f"{FORMS[0]}print(ans|wer)\n")["contents"])
    assert "answer: AgentOutput" in hovered
    assert "An answer of an agent." in hovered
