"""Stacks, scopes, variables, evaluation, assignment, completion."""

from __future__ import annotations

from typing import Any

import pytest

from tests.debug_adapter.client import RequestFailed
from tests.debug_adapter.conftest import MakeSpell
from tests.debug_adapter.in_process import InProcess
from tests.debug_adapter.proofs import proves
from tests.debug_adapter.session.test_execution import stand_at


@proves("supportsDelayedStackTraceLoading")
def test_the_stack_comes_in_pages(client: InProcess, spell: MakeSpell) -> None:
    it = spell(
        "local function down(n)\n  if n == 0 then return 0 end --@top\n  return 1 + down(n - 1)\nend\n"
        "print(down(30))\n"
    )
    client.launch(it)
    client.break_at(it, {"mark": "top", "condition": "n == 0"})
    client.go()
    client.stopped()
    everything = client.request("stackTrace", threadId=1)
    assert everything["totalFrames"] == 32 == len(everything["stackFrames"])
    page = client.request("stackTrace", threadId=1, startFrame=2, levels=3)
    assert page["totalFrames"] == 32
    assert [f["line"] for f in page["stackFrames"]] == [3, 3, 3]
    all_of_it = client.request("stackTrace", threadId=1, startFrame=0, levels=0)
    assert len(all_of_it["stackFrames"]) == 32


def test_frames_have_names_sources_and_modules(client: InProcess, spell: MakeSpell) -> None:
    it = spell("local function f()\n  return 1 --@here\nend\nprint(f())\n")
    stand_at(client, it, "here")
    inner, outer = client.frames()
    assert inner["name"] == "f"
    assert outer["name"] == "main chunk"
    assert inner["source"] == {"name": "spell.lua", "path": str(it.path)}
    assert inner["moduleId"] == str(it.path)


@pytest.mark.parametrize(
    ("wanted", "name"),
    [
        ({}, "f"),
        ({"line": True}, "f line 2"),
        ({"module": True}, "spell.lua!f"),
        ({"parameterNames": True}, "f"),
        ({"parameters": True, "parameterNames": True}, "f(n, s)"),
        ({"parameters": True, "parameterValues": True}, 'f(255, "a")'),
        ({"parameters": True, "parameterValues": True, "hex": True}, 'f(0xff, "a")'),
        (
            {"parameters": True, "parameterTypes": True, "parameterNames": True, "line": True},
            "f(n integer, s string) line 2",
        ),
    ],
)
def test_names_of_frames_say_what_is_wanted(
    client: InProcess, spell: MakeSpell, wanted: dict[str, bool], name: str
) -> None:
    it = spell("local function f(n, s)\n  return n, s --@here\nend\nprint(f(255, 'a'))\n")
    stand_at(client, it, "here")
    found = client.request("stackTrace", threadId=1, levels=1, format=wanted)
    assert found["stackFrames"][0]["name"] == name


def test_a_thread_that_does_not_exist_has_no_frames(client: InProcess, spell: MakeSpell) -> None:
    it = spell("print(1) --@here\n")
    stand_at(client, it, "here")
    assert client.request("stackTrace", threadId=99)["totalFrames"] == 0


def test_scopes(client: InProcess, spell: MakeSpell) -> None:
    it = spell(
        "local up = 'u'\nanswer = 42\nlocal function f(a, ...)\n  local b = a .. up\n"
        "  return b, ... --@here\nend\nprint(f('x', 'y'))\n"
    )
    stand_at(client, it, "here")
    assert client.scope("Locals")["b"]["value"] == '"xu"'
    assert client.scope("Parameters")["a"]["value"] == '"x"'
    assert client.scope("Upvalues")["up"]["value"] == '"u"'
    assert [v["value"] for v in client.scope("Varargs").values()] == ['"y"']
    assert client.scope("Globals")["answer"]["value"] == "42"
    assert "State" in client.scope("Spell API")


def test_shadowed_variables_are_all_shown_and_only_the_last_can_be_named(
    client: InProcess, spell: MakeSpell
) -> None:
    it = spell("local x = 1\nlocal x = 2\nprint(x) --@here\n")
    stand_at(client, it, "here")
    frame = client.frames()[0]["id"]
    reference = client.request("scopes", frameId=frame)["scopes"][0]["variablesReference"]
    found = client.request("variables", variablesReference=reference)["variables"]
    assert [(v["name"], v["value"]) for v in found] == [("x", "1"), ("x", "2")]
    assert ["evaluateName" in v for v in found] == [False, True]


TABLE = """\
local list = {}
for i = 1, 5000 do list[i] = i * i end
list.name = "squares"
local long = string.rep("x", 5000)
print(#list, #long) --@here
"""


def test_variables_come_in_pages(client: InProcess, spell: MakeSpell) -> None:
    it = spell(TABLE)
    stand_at(client, it, "here")
    table = client.scope("Locals")["list"]
    assert table["indexedVariables"] == 5000
    reference = table["variablesReference"]
    page = client.children(reference, filter="indexed", start=100, count=3)
    assert {name: v["value"] for name, v in page.items()} == {
        "[101]": "10201",
        "[102]": "10404",
        "[103]": "10609",
    }
    assert client.children(reference, filter="named")["name"]["value"] == '"squares"'


def test_who_asks_for_everything_gets_much_and_is_told_of_more(
    client: InProcess, spell: MakeSpell
) -> None:
    it = spell(TABLE)
    stand_at(client, it, "here")
    children = client.children(client.scope("Locals")["list"]["variablesReference"])
    assert len(children) == 2001
    assert "more" in children["…"]["value"]


def test_long_strings_are_cut_in_lists_and_whole_on_the_clipboard(
    client: InProcess, spell: MakeSpell
) -> None:
    it = spell(TABLE)
    stand_at(client, it, "here")
    assert len(client.scope("Locals")["long"]["value"]) < 2000
    assert len(client.evaluate("long", "hover")) < 2000
    assert client.evaluate("long", "clipboard") == '"' + "x" * 5000 + '"'


@proves("supportsClipboardContext")
def test_the_clipboard_gets_whole_values(client: InProcess, spell: MakeSpell) -> None:
    it = spell(TABLE)
    stand_at(client, it, "here")
    assert client.evaluate("long", "clipboard").count("x") == 5000


@proves("supportsValueFormattingOptions")
def test_numbers_in_base_16(client: InProcess, spell: MakeSpell) -> None:
    it = spell("local n = 255\nprint(n) --@here\n")
    stand_at(client, it, "here")
    frame = client.frames()[0]["id"]
    reference = client.request("scopes", frameId=frame)["scopes"][0]["variablesReference"]
    assert client.children(reference, format={"hex": True})["n"]["value"] == "0xff"
    assert client.evaluate("n + 1", format={"hex": True}) == "0x100"
    shape: dict[str, Any] = {"value": "16", "format": {"hex": True}}
    answer = client.request("setVariable", variablesReference=reference, name="n", **shape)
    assert answer["value"] == "0x10"
    answer = client.request("setExpression", expression="n", frameId=frame, **shape)
    assert answer["value"] == "0x10"


def test_values_can_be_opened(client: InProcess, spell: MakeSpell) -> None:
    it = spell("local t = { a = { b = { 'deep' } } }\nt.self = t\nprint(t) --@here\n")
    stand_at(client, it, "here")
    t = client.scope("Locals")["t"]
    a = client.children(t["variablesReference"])["a"]
    assert a["evaluateName"] == "t.a"
    b = client.children(a["variablesReference"])["b"]
    assert client.children(b["variablesReference"])["[1]"]["value"] == '"deep"'
    again = client.children(t["variablesReference"])["self"]
    assert set(client.children(again["variablesReference"])) >= {"a", "self"}


def test_references_end_with_the_stop(client: InProcess, spell: MakeSpell) -> None:
    it = spell("local t = { 1 }\nprint(t) --@one\nprint(t) --@two\n")
    stand_at(client, it, "one", "two")
    old = client.scope("Locals")["t"]["variablesReference"]
    client.move("continue")
    with pytest.raises(RequestFailed, match="any more"):
        client.children(old)


def test_looking_while_the_spell_runs_is_refused(client: InProcess, spell: MakeSpell) -> None:
    client.launch(spell("print('going')\nwhile true do end\n"))
    client.go()
    client.wait_for_output("going")
    asked: dict[str, dict[str, Any]] = {
        "stackTrace": {"threadId": 1},
        "scopes": {"frameId": 1},
        "variables": {"variablesReference": 1},
        "evaluate": {"expression": "1"},
        "setVariable": {"variablesReference": 1, "name": "a", "value": "1"},
        "exceptionInfo": {"threadId": 1},
    }
    for command, arguments in asked.items():
        with pytest.raises(RequestFailed) as failed:
            client.request(command, **arguments)
        assert failed.value.response["message"] == "notStopped"
    assert client.request("threads")["threads"][0]["id"] == 1


# Evaluation --------------------------------------------------------------------------------


@proves("supportsEvaluateForHovers")
@pytest.mark.parametrize("context", ["watch", "hover", "repl", "clipboard", "variables", "future"])
def test_expressions_are_evaluated_in_the_frame(
    client: InProcess, spell: MakeSpell, context: str
) -> None:
    it = spell("local up = 1\nlocal function f(a) return a + up end --@here\nprint(f(2))\n")
    stand_at(client, it, "here")
    if client.frames()[0]["name"] != "f":
        client.move("continue")
    assert client.evaluate("a + up * 10", context) == "12"


def test_statements_are_evaluated_in_the_console_only(client: InProcess, spell: MakeSpell) -> None:
    it = spell("local n = 1\nprint(n) --@here\n")
    stand_at(client, it, "here")
    client.evaluate("n = n + 41", "repl")
    assert client.evaluate("n") == "42"
    with pytest.raises(RequestFailed):
        client.evaluate("n = 0", "watch")
    client.request("continue", threadId=1)
    client.event("terminated")
    assert client.output() == "42\n"


def test_errors_of_an_expression_are_luas(client: InProcess, spell: MakeSpell) -> None:
    it = spell("local t = nil\nprint(t) --@here\n")
    stand_at(client, it, "here")
    with pytest.raises(RequestFailed, match="attempt to index a nil value") as failed:
        client.evaluate("t.x", "repl")
    assert failed.value.error["variables"]["sentence"] == str(failed.value)
    with pytest.raises(RequestFailed, match="expected"):
        client.evaluate("1 +")


def test_frames_further_up_have_their_own_names(client: InProcess, spell: MakeSpell) -> None:
    it = spell(
        "local function f(v)\n  return v --@here\nend\nlocal v = 'outer'\nprint(f('inner'))\n"
    )
    stand_at(client, it, "here")
    inner, outer = client.frames()
    values = [
        client.request("evaluate", expression="v", frameId=f["id"], context="watch")["result"]
        for f in (inner, outer)
    ]
    assert values == ['"inner"', '"outer"']


@proves("supportsSetVariable")
def test_set_variable(client: InProcess, spell: MakeSpell) -> None:
    it = spell("local n, t = 1, { k = 1 }\nprint(n, t.k) --@here\n")
    client.initialize(supportsInvalidatedEvent=True)
    stand_at(client, it, "here")
    frame = client.frames()[0]["id"]
    scope = client.request("scopes", frameId=frame)["scopes"][0]["variablesReference"]
    answer = client.request("setVariable", variablesReference=scope, name="n", value="20 + 1")
    assert answer["value"] == "21"
    assert client.events("invalidated") == [{"areas": ["variables"]}]
    table = client.scope("Locals")["t"]["variablesReference"]
    client.request("setVariable", variablesReference=table, name="k", value="'new'")
    client.request("continue", threadId=1)
    client.event("terminated")
    assert client.output() == "21\tnew\n"


@proves("supportsSetExpression")
def test_set_expression(client: InProcess, spell: MakeSpell) -> None:
    it = spell("local t = { list = { 1, 2 } }\nprint(t.list[2]) --@here\n")
    stand_at(client, it, "here")
    frame = client.frames()[0]["id"]
    answer = client.request(
        "setExpression", expression="t.list[2]", value="t.list[1] + 7", frameId=frame
    )
    assert answer["value"] == "8"
    client.request("continue", threadId=1)
    client.event("terminated")
    assert client.output() == "8\n"


@proves("supportsCompletionsRequest", "completionTriggerCharacters")
def test_completions_know_the_frame_and_its_tables(client: InProcess, spell: MakeSpell) -> None:
    it = spell("local person = { name = 'Ada', age = 36 }\nprint(person) --@here\n")
    stand_at(client, it, "here")
    frame = client.frames()[0]["id"]

    def complete(text: str) -> set[str]:
        body = client.request("completions", text=text, column=len(text) + 1, frameId=frame)
        return {item["label"] for item in body["targets"]}

    assert "person" in complete("per")
    assert complete("person.") == {"name", "age"}
    assert "State" in complete("Sta")
    for character in client.timeline[0]["body"]["completionTriggerCharacters"]:
        complete("person" + character)


def test_completion_replaces_what_was_typed(client: InProcess, spell: MakeSpell) -> None:
    it = spell("local person = 1\nprint(person) --@here\n")
    stand_at(client, it, "here")
    frame = client.frames()[0]["id"]
    body = client.request("completions", text="print(pers", column=11, frameId=frame)
    item = next(i for i in body["targets"] if i["label"] == "person")
    assert (item["start"], item["length"]) == (7, 4)


def test_completion_of_one_line_of_a_text(client: InProcess, spell: MakeSpell) -> None:
    it = spell("local person = 1\nprint(person) --@here\n")
    stand_at(client, it, "here")
    frame = client.frames()[0]["id"]
    body = client.request("completions", text="local a\nper", line=2, column=4, frameId=frame)
    assert "person" in {i["label"] for i in body["targets"]}


# Errors ------------------------------------------------------------------------------------


@proves("supportsExceptionInfoRequest")
def test_exception_info(client: InProcess, spell: MakeSpell) -> None:
    it = spell("local function f()\n  local why = 'because'\n  error(why) --@raise\nend\nf()\n")
    client.launch(it)
    client.request("setExceptionBreakpoints", filters=["uncaught"])
    client.go()
    stop = client.stopped(reason="exception")
    info = client.request("exceptionInfo", threadId=stop["threadId"])
    assert info["breakMode"] == "unhandled"
    assert "because" in info["description"]
    assert f"{it.path}:{it.line('raise')}" in info["details"]["stackTrace"]
    at_f = next(f["id"] for f in client.frames() if f["name"] == "f")
    assert client.scope("Locals", at_f)["why"]["value"] == '"because"'


def test_an_error_of_the_api_says_which_function_raised_it(
    client: InProcess, spell: MakeSpell
) -> None:
    client.launch(spell("Event.publish('', {})\n"))
    client.go()
    stop = client.stopped(reason="exception")
    assert stop["description"] == "Paused on error of Event.publish"
    info = client.request("exceptionInfo", threadId=stop["threadId"])
    assert info["exceptionId"] == "uncaught error of Event.publish"


def test_exception_info_elsewhere_is_refused(client: InProcess, spell: MakeSpell) -> None:
    it = spell("print(1) --@here\n")
    stand_at(client, it, "here")
    with pytest.raises(RequestFailed, match="does not stand at an error"):
        client.request("exceptionInfo", threadId=1)
