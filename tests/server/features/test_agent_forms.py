"""All forms in which agents may be made and asked are right to the checks; slips in them are not."""

from __future__ import annotations

from pathlib import Path

import pytest

from llmspell_server.headless import Headless

FORMS = """
local agent = Agent.builder():name("a"):model("local/x"):build()
print(agent:invokeStream("hi", function(piece) print(piece.text) end, { seed = 1 }).text)
print(agent:invokeStream("hi", { seed = 1 }, function(piece) print(piece.text) end).text)
print(agent:execute("hi", {}).text, agent:invoke({ prompt = "hi", tool_choice = "none" }).data)
Agent.create_composite({ name = "c", agents = { "a" }, strategy = "vote" })
Agent.create_composite("d", { "a" }, "parallel")
Agent.create_context({ scope = "session:1", data = { a = 1 } })
Agent.create_child_context("x", "session:1", "share")
Agent.create_child_context("x", { type = "user", id = "1" })
Agent.register({ name = "b", model = { provider = "openai", model_id = "gpt-4o" } })
Agent.create_from_template("g", "tool_agent", { agent_name = "g", specialized_tools = { "calculator" } })
Agent.create_from_template("llm", { name = "h", model = "local/x" })
Agent.register("e", { model = "local/x" })
Agent.register({ name = "f", model = { model_id = "local/x", settings = { seed = 1 } } })
local built = Agent.builder().provider("openai").build()
print(built.success, built.result:execute("hi").result.content, built.error)
print(table.concat(Provider.list(), ", "), "on " .. Provider.list()[1], Provider.list()[1]:upper())
local called = Tool.execute("calculator", { input = "1" })
if called.error then print(string.upper(called.error), called.error:sub(1, 3), called.error.field) end
Agent.create({ model = "local/x", tools = "*", memory = "summarize", type = "llm" })
Agent.create({ model = "local/x", approve = function(call) return call.tool_name ~= "x" end })
Agent.wrap_as_tool("a", { tool_name = "ask-a" })
"""


def codes(folder: Path, text: str) -> list[str]:
    file = folder / "spell.lua"
    with Headless([folder], {}) as session:
        ((_, found),) = session.problems({file: text})
    return [str(each.code) for each in found]


def test_every_form_is_right(tmp_path: Path) -> None:
    assert codes(tmp_path, FORMS) == []


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ('Agent.create({ model = "local/x", memory = "trm" })', "unknown-agent-memory"),
        ('Agent.create_composite("d", { "a" }, "votes")', "unknown-agent-routing"),
        ('Agent.create_child_context("x", "sesion:1")', "unknown-context-scope"),
        ('Agent.create({ model = "local/x", temprature = 1 })', "unknown-key"),
    ],
)
def test_a_slip_is_told(tmp_path: Path, line: str, code: str) -> None:
    assert code in codes(tmp_path, f"{line}\n")


ASKED = 'local agent = Agent.builder():model("local/x"):build()\n'


@pytest.mark.parametrize(
    "line",
    [
        'print(agent:execute("as JSON").temperature)',
        'print(agent:execute("as JSON").items[1].name, agent:execute("as JSON")._raw_text)',
        'print(agent:invokeStream("as JSON", print).temperature)',
        'print(agent:invokeTool("calculator", { input = "1" }).temperature)',
        'local answer = agent:execute("as JSON") answer.seen = true',
    ],
)
def test_an_answer_has_the_keys_of_its_json(tmp_path: Path, line: str) -> None:
    assert codes(tmp_path, f"{ASKED}{line}\n") == []


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ('print(agent:execute("hi").usage.totl_tokens)', "undefined-field"),
        ('print(agent:execute("hi").metadata.finished)', "undefined-field"),
        ('print(agent:execute("hi").text.length)', "undefined-field"),
    ],
)
def test_what_is_known_of_an_answer_has_its_fields_only(
    tmp_path: Path, line: str, code: str
) -> None:
    assert codes(tmp_path, f"{ASKED}{line}\n") == [code]
