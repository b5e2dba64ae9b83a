"""How the session deals with requests that are early, doubled, unknown, wrong or unusual."""

from __future__ import annotations

from typing import Any

import pytest

from llmspell_debug_adapter.session.registry import handlers
from tests.debug_adapter import schema
from tests.debug_adapter.client import RequestFailed
from tests.debug_adapter.conftest import MakeSpell
from tests.debug_adapter.in_process import InProcess
from tests.debug_adapter.proofs import proves
from tests.debug_adapter.session.test_execution import stand_at

HANDLERS = handlers()
EVERYTHING = sorted({*HANDLERS, *schema.all_requests()})


@pytest.mark.parametrize(
    "command", [c for c in EVERYTHING if c not in ("initialize", "disconnect")]
)
def test_nothing_works_before_initialize(client: InProcess, command: str) -> None:
    with pytest.raises(RequestFailed) as failed:
        client.request(command, checked=False)
    expected = "initialize first" if command in HANDLERS else "Unknown command"
    assert expected in str(failed.value)


@pytest.mark.parametrize(
    "command",
    [c for c in EVERYTHING if c not in ("initialize", "disconnect", "cancel", "launch", "attach")],
)
def test_nothing_but_launch_works_after_initialize(client: InProcess, command: str) -> None:
    client.initialize()
    with pytest.raises(RequestFailed) as failed:
        client.request(command, checked=False)
    expected = "launch or attach first" if command in HANDLERS else "Unknown command"
    assert expected in str(failed.value)


@pytest.mark.parametrize("command", [c for c in schema.all_requests() if c not in HANDLERS])
def test_what_is_not_implemented_is_refused_by_name(
    client: InProcess, spell: MakeSpell, command: str
) -> None:
    client.launch(spell("print(1)\n"))
    with pytest.raises(RequestFailed, match=f"Unknown command: {command}") as failed:
        client.request(command, checked=False)
    assert failed.value.error["id"] == 1001


@pytest.mark.parametrize("arguments", [{}, {"adapterID": None}, {"adapterID": 5}])
def test_an_initialize_that_names_no_adapter_is_refused(
    client: InProcess, arguments: dict[str, Any]
) -> None:
    with pytest.raises(RequestFailed, match=r"(?i)adapterID") as failed:
        client.request("initialize", checked=False, **arguments)
    assert failed.value.error["id"] == 1004
    client.initialize()


def test_a_second_initialize_is_refused(client: InProcess) -> None:
    client.initialize()
    with pytest.raises(RequestFailed, match="answered already"):
        client.initialize()


def test_a_second_launch_is_refused(client: InProcess, spell: MakeSpell) -> None:
    it = spell("print(1)\n")
    client.launch(it)
    with pytest.raises(RequestFailed, match="answered already"):
        client.request("launch", program=str(it.path))


def test_a_second_configuration_done_is_refused(client: InProcess, spell: MakeSpell) -> None:
    it = spell("print(1) --@here\n")
    stand_at(client, it, "here")
    with pytest.raises(RequestFailed, match="answered already"):
        client.go()


def test_after_the_end_requests_are_refused_but_leaving_works(
    client: InProcess, spell: MakeSpell
) -> None:
    client.launch(spell("print(1)\n"))
    client.go()
    client.event("terminated")
    with pytest.raises(RequestFailed, match="has ended"):
        client.request("threads")
    client.request("terminate")
    client.request("disconnect")
    client.ended()


def test_attaching_to_a_process_that_waits_for_launch_is_refused(client: InProcess) -> None:
    client.initialize()
    with pytest.raises(RequestFailed, match="waits for launch"):
        client.request("attach", port=1)


@pytest.mark.parametrize(
    ("command", "arguments", "complaint"),
    [
        (
            "setBreakpoints",
            {"source": {"path": "/a"}, "breakpoints": [{}]},
            r"breakpoints\[0\]: `line` is",
        ),
        ("setBreakpoints", {}, "`source` is missing"),
        (
            "setBreakpoints",
            {"source": {"path": 5}, "breakpoints": []},
            "source.path: must be a string",
        ),
        (
            "setBreakpoints",
            {"source": {"path": "/a"}, "breakpoints": [{"line": "x"}]},
            "whole number",
        ),
        ("setBreakpoints", {"source": [], "breakpoints": []}, "must be an object"),
        ("variables", {"variablesReference": True}, "whole number"),
        ("variables", {"variablesReference": 1, "filter": "odd"}, "filter"),
        ("setDataBreakpoints", {"breakpoints": [{"dataId": "1", "accessType": "x"}]}, "access"),
        ("evaluate", {}, "`expression` is missing"),
    ],
)
def test_wrong_arguments_are_named(
    client: InProcess, spell: MakeSpell, command: str, arguments: dict[str, Any], complaint: str
) -> None:
    client.launch(spell("print(1)\n"))
    with pytest.raises(RequestFailed, match=complaint) as failed:
        client.request(command, checked=False, **arguments)
    assert failed.value.error["id"] == 1004


@pytest.mark.parametrize(
    "message", [{}, {"type": "request"}, {"type": 5}, {"type": "request", "command": []}]
)
def test_what_is_no_request_is_answered_as_one_that_failed(
    client: InProcess, message: dict[str, Any]
) -> None:
    client.put(message, checked=False)
    refusal = client.wait_for(lambda m: m["type"] == "response")
    assert not refusal["success"]
    client.initialize()


def test_answers_that_nobody_asked_for_are_ignored(client: InProcess) -> None:
    client.put(
        {"type": "response", "request_seq": 77, "success": True, "command": "runInTerminal"},
        checked=False,
    )
    client.initialize()


@proves("supportsConfigurationDoneRequest")
def test_the_spell_does_not_start_before_configuration_done(
    client: InProcess, spell: MakeSpell
) -> None:
    it = spell("print('now') --@here\n")
    client.launch(it)
    for _ in range(3):  # Kate takes its time
        client.request("threads")
    assert client.output() == ""
    client.break_at(it, "here")
    client.go()
    client.stopped()


def test_kate_sends_nulls_zeros_and_no_numbers(client: InProcess, spell: MakeSpell) -> None:
    it = spell("print(1) --@here\n")
    stand_at(client, it, "here")
    client.put(
        {
            "seq": 0,
            "type": "request",
            "command": "stackTrace",
            "arguments": {"threadId": 1, "startFrame": None, "levels": 0, "format": None},
        },
        checked=False,
    )
    answer = client.wait_for(lambda m: m["type"] == "response" and m["request_seq"] == 0)
    assert answer["body"]["totalFrames"] == 1
    body = client.request(
        "setBreakpoints",
        checked=False,
        source={"path": str(it.path), "sourceReference": 0, "checksums": None, "x": 1},
        breakpoints=[{"line": 1, "condition": "", "hitCondition": None, "logMessage": ""}],
        sourceModified=None,
    )
    assert body["breakpoints"][0]["verified"]


@proves("supportsCancelRequest")
def test_a_request_that_waits_can_be_cancelled(client: InProcess, spell: MakeSpell) -> None:
    it = spell("function slow() for i = 1, 3e6 do end return 'done' end\nprint(1) --@here\n")
    stand_at(client, it, "here")
    frame = client.frames()[0]["id"]
    first = client.ask("evaluate", expression="slow()", frameId=frame, context="repl")
    second = client.ask("evaluate", expression="1", frameId=frame, context="watch")
    client.request("cancel", requestId=second)
    with pytest.raises(RequestFailed) as failed:
        client.answer_to(second)
    assert failed.value.response["message"] == "cancelled"
    assert client.answer_to(first)["body"]["result"] == '"done"'


@pytest.mark.parametrize(
    "code",
    [
        "while true do end",
        "while true do pcall(error) end",
        "coroutine.wrap(function() while true do end end)()",
        "Event.receive(Event.subscribe('never'), 60000)",
    ],
)
def test_an_evaluation_under_way_can_be_cancelled(
    client: InProcess, spell: MakeSpell, code: str
) -> None:
    it = spell("print(1) --@here\n")
    stand_at(client, it, "here")
    frame = client.frames()[0]["id"]
    code = f"print('begun') {code}"
    endless = client.ask("evaluate", expression=code, frameId=frame, context="repl")
    client.wait_for_output("begun")
    client.request("cancel", requestId=endless)
    with pytest.raises(RequestFailed) as failed:
        client.answer_to(endless)
    assert failed.value.response["message"] == "cancelled"
    assert client.evaluate("1 + 1") == "2"


def test_cancelling_what_is_unknown_does_no_harm(client: InProcess) -> None:
    client.initialize()
    client.request("cancel", requestId=4711)
    client.request("cancel", progressId="nothing")
    client.request("cancel")


def test_a_request_that_is_still_to_come_cannot_be_cancelled(client: InProcess) -> None:
    client.initialize()
    here = client.ask("cancel", requestId=3)
    threads = client.ask("threads")
    assert (here, threads) == (2, 3)
    with pytest.raises(RequestFailed, match="launch or attach first"):
        client.answer_to(threads)
