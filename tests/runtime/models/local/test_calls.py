"""Tools and schemas with a real model: what it writes is held to them."""

from __future__ import annotations

import json

import pytest

from llmspell.models.local.calls import call_grammar
from llmspell.models.messages import Message
from llmspell.models.request import ResponseFormat, ToolSpec
from tests.runtime.models.local.conftest import Ask

WEATHER = ToolSpec(
    "get_weather",
    "Gives the weather of a city",
    {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
)
QUESTION = "What is the weather in Paris?"


def test_a_tool_is_called_where_it_helps(ask: Ask) -> None:
    result = ask(QUESTION, tools=(WEATHER,), most=40)
    assert [(call.name, call.params()) for call in result.tool_calls] == [
        ("get_weather", {"city": "Paris"})
    ]
    assert (result.finish, result.text) == ("tool_calls", "")


def test_the_result_of_a_call_is_read(ask: Ask) -> None:
    called = ask(QUESTION, tools=(WEATHER,), tool_choice="required", most=40)
    told = Message.tool(called.tool_calls[0], '{"temperature": "31 degrees"}')
    answer = ask(QUESTION, called.message, told, tools=(WEATHER,), tool_choice="none", most=30)
    assert "31 degrees" in answer.text


def test_a_call_can_be_required_of_one_tool(ask: Ask) -> None:
    other = ToolSpec(
        "set_alarm",
        "Sets an alarm",
        {"type": "object", "properties": {"hour": {"type": "integer"}}, "required": ["hour"]},
    )
    result = ask("Hello.", tools=(WEATHER, other), tool_choice="set_alarm", most=40)
    (call,) = result.tool_calls
    assert call.name == "set_alarm"
    assert isinstance(call.params()["hour"], int)


def test_no_tool_is_called_where_none_is_allowed(ask: Ask) -> None:
    assert ask(QUESTION, tools=(WEATHER,), tool_choice="none", most=4).tool_calls == ()


def test_an_answer_fits_its_schema(ask: Ask) -> None:
    schema = {
        "type": "object",
        "properties": {"name": {"type": "string"}, "age": {"type": "integer"}},
        "required": ["name", "age"],
    }
    result = ask(
        "Ada is 36 years old. Who is it?",
        response_format=ResponseFormat("schema", schema),
        most=30,
    )
    assert json.loads(result.text) == {"name": "Ada", "age": 36}


def test_an_answer_in_json_is_json(ask: Ask) -> None:
    result = ask("Give the colour of grass.", response_format=ResponseFormat("json"), most=30)
    assert isinstance(json.loads(result.text), dict)


@pytest.mark.parametrize(
    "parameters",
    [{"$ref": "#/nowhere"}, {"type": "object", "properties": {"a": {"type": "no-type"}}}],
)
def test_a_schema_that_no_grammar_can_hold_still_has_its_names_held(
    parameters: dict[str, object],
) -> None:
    assert "odd" in call_grammar([ToolSpec("odd", "", parameters)])
