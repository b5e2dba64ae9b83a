"""Stepping, pausing, coroutines."""

from __future__ import annotations

from typing import Any

import pytest

from tests.debug_adapter.client import RequestFailed
from tests.debug_adapter.conftest import MakeSpell
from tests.debug_adapter.in_process import InProcess
from tests.debug_adapter.proofs import proves

CALLS = """\
local function inner(n)
  local m = n * 2 --@inner
  return m
end
local function outer(n)
  local r = inner(n) --@call
  return r + 1 --@back
end
print(outer(1), outer(2)) --@main
print("end") --@end
"""


def stand_at(client: InProcess, it: object, *marks: str, **launch: object) -> None:
    client.launch(it, **launch)  # type: ignore[arg-type]
    client.break_at(it, *marks)  # type: ignore[arg-type]
    client.go()
    client.stopped(reason="breakpoint")


def test_next_passes_over_a_call(client: InProcess, spell: MakeSpell) -> None:
    it = spell(CALLS)
    stand_at(client, it, "call")
    assert client.move("next")["reason"] == "step"
    assert client.line() == it.line("back")


def test_step_in_goes_into_a_call(client: InProcess, spell: MakeSpell) -> None:
    it = spell(CALLS)
    stand_at(client, it, "call")
    client.move("stepIn")
    assert client.line() == it.line("inner")
    assert [frame["line"] for frame in client.frames()] == [
        it.line("inner"),
        it.line("call"),
        it.line("main"),
    ]


def test_step_out_returns_to_the_caller(client: InProcess, spell: MakeSpell) -> None:
    it = spell(CALLS)
    stand_at(client, it, "inner")
    client.move("stepOut")
    assert client.frames()[0]["name"] == "outer"


def test_next_meets_a_breakpoint_in_what_it_passes_over(
    client: InProcess, spell: MakeSpell
) -> None:
    it = spell(CALLS)
    stand_at(client, it, "call", "inner")
    stop = client.move("next")
    assert stop["reason"] == "breakpoint"
    assert client.line() == it.line("inner")


def test_next_while_the_spell_runs_is_refused(client: InProcess, spell: MakeSpell) -> None:
    client.launch(spell("print('going')\nwhile true do end\n"))
    client.go()
    client.wait_for_output("going")
    for command in ("next", "stepIn", "stepOut", "continue"):
        with pytest.raises(RequestFailed, match="notStopped"):
            client.request(command, threadId=1)


def test_the_answer_comes_before_the_stop_that_it_leads_to(
    client: InProcess, spell: MakeSpell
) -> None:
    it = spell(CALLS)
    stand_at(client, it, "main")
    for _ in range(3):
        now = client.now
        seq = client.ask("next", threadId=1)
        client.stopped(now) if _ < 1 else client.wait_for(
            lambda m: m["type"] == "event" and m["event"] in ("stopped", "terminated"), now
        )
        order = [
            m.get("event") or m["command"]
            for m in client.timeline[now:]
            if m.get("request_seq") == seq or m.get("event") in ("stopped", "terminated")
        ]
        assert order[0] == "next"
        if order[1] == "terminated":
            break


@proves("supportsStepInTargetsRequest")
def test_step_in_targets(client: InProcess, spell: MakeSpell) -> None:
    it = spell(
        "local function one() return 1 --@one\nend\n"
        "local function two() return 2 --@two\nend\n"
        "print(one() + two()) --@here\n"
    )
    stand_at(client, it, "here")
    frame = client.frames()[0]["id"]
    targets = client.request("stepInTargets", frameId=frame)["targets"]
    two = next(t for t in targets if t["label"].startswith("two"))
    assert two["line"] == it.line("here")
    client.move("stepIn", targetId=two["id"])
    assert client.line() == it.line("two")


def test_pause_stops_a_loop_without_calls(client: InProcess, spell: MakeSpell) -> None:
    it = spell("print('going')\nlocal n = 0\nwhile true do n = n + 1 end --@loop\n")
    client.launch(it)
    client.go()
    client.wait_for_output("going")
    client.request("pause", threadId=1)
    client.stopped(reason="pause")
    assert client.line() == it.line("loop")
    assert int(client.evaluate("n")) >= 0


def test_pause_at_a_stop_changes_nothing(client: InProcess, spell: MakeSpell) -> None:
    it = spell(CALLS)
    stand_at(client, it, "main")
    client.request("pause", threadId=1)
    assert client.line() == it.line("main")
    client.request("continue", threadId=1)
    client.event("terminated")
    assert len(client.events("stopped")) == 1


def test_continue_is_not_announced_to_the_one_who_asked_for_it(
    client: InProcess, spell: MakeSpell
) -> None:
    it = spell(CALLS)
    stand_at(client, it, "main")
    assert client.request("continue", threadId=1) == {"allThreadsContinued": True}
    client.event("terminated")
    assert client.events("continued") == []


COROUTINES = """\
local function work()
  local step = "first"
  coroutine.yield(step) --@yield
  step = "second" --@second
  return step
end
local co = coroutine.create(work)
print(coroutine.resume(co)) --@resume
print(coroutine.resume(co)) --@again
"""


def test_coroutines_are_threads_with_stacks(client: InProcess, spell: MakeSpell) -> None:
    it = spell(COROUTINES)
    stand_at(client, it, "again")
    threads = client.request("threads")["threads"]
    assert len(threads) == 2
    (other,) = [t["id"] for t in threads if t["id"] != 1]
    assert client.line(other) == it.line("yield")
    client.event("thread", reason="started", threadId=other)


def test_a_stop_in_a_coroutine_names_its_thread(client: InProcess, spell: MakeSpell) -> None:
    it = spell(COROUTINES)
    client.launch(it)
    client.break_at(it, "second")
    client.go()
    stop = client.stopped(reason="breakpoint")
    thread = stop["threadId"]
    assert thread != 1
    started = client.index(lambda m: m.get("event") == "thread" and m["body"]["threadId"] == thread)
    assert started < client.index(lambda m: m.get("event") == "stopped")
    assert client.line(thread) == it.line("second")


def test_next_over_a_resume_stays_in_its_thread(client: InProcess, spell: MakeSpell) -> None:
    it = spell(COROUTINES)
    stand_at(client, it, "resume")
    stop = client.move("next")
    assert stop["threadId"] == 1
    assert client.line() == it.line("again")


def test_stop_on_entry(client: InProcess, spell: MakeSpell) -> None:
    client.launch(spell("\n\nprint(1)\n"), stopOnEntry=True)
    client.go()
    client.stopped(reason="entry")
    assert client.line() == 3


def test_without_debugging_nothing_stops(client: InProcess, spell: MakeSpell) -> None:
    it = spell("print(1) --@here\n")
    client.launch(it, noDebug=True, stopOnEntry=True)
    (breakpoint_,) = client.break_at(it, "here")
    assert not breakpoint_["verified"] and breakpoint_["message"]
    client.go()
    assert client.event("exited")["exitCode"] == 0
    assert client.output() == "1\n"
    assert client.events("stopped") == []


def test_without_debugging_a_spell_can_be_ended(client: InProcess, spell: MakeSpell) -> None:
    client.launch(spell("print('going')\nwhile true do end\n"), noDebug=True)
    client.go()
    client.wait_for_output("going")
    with pytest.raises(RequestFailed, match="without debugging"):
        client.request("evaluate", expression="1")
    client.request("terminate")
    client.event("terminated")


# Behaviours that delve's suite names -----------------------------------------------------------


@pytest.mark.parametrize("command", ["continue", "next", "stepIn", "stepOut"])
def test_going_on_with_a_thread_that_does_not_exist_is_refused(
    client: InProcess, spell: MakeSpell, command: str
) -> None:
    it = spell("print(1) --@here\nprint(2) --@next\n")
    stand_at(client, it, "here")
    with pytest.raises(RequestFailed, match="no thread 99"):
        client.request(command, threadId=99)
    client.move("next")
    assert client.line() == it.line("next")


@pytest.mark.parametrize("command", ["next", "stepIn", "stepOut", "continue", "stepInTargets"])
def test_no_step_while_the_spell_runs(client: InProcess, spell: MakeSpell, command: str) -> None:
    client.launch(spell("print('going')\nwhile true do end\n"))
    client.go()
    client.wait_for_output("going")
    arguments: dict[str, Any] = {"frameId": 1} if command == "stepInTargets" else {"threadId": 1}
    with pytest.raises(RequestFailed) as failed:
        client.request(command, **arguments)
    assert failed.value.response["message"] == "notStopped"


@pytest.mark.parametrize("mode", ["auto", "hook"])
@pytest.mark.parametrize("command", ["next", "stepIn", "stepOut"])
def test_an_error_ends_a_step(client: InProcess, spell: MakeSpell, command: str, mode: str) -> None:
    it = spell(
        "local function fail()\n  error('no') --@raise\nend\n"
        "local function call()\n  local n = 1 --@here\n  fail()\nend\ncall()\n"
    )
    client.launch(it, breakpoints=mode)
    client.break_at(it, "here")
    client.request("setExceptionBreakpoints", filters=["uncaught"])
    client.go()
    stop = client.stopped()
    while stop["reason"] != "exception":
        stop = client.move(command)
    assert it.line("raise") in [frame["line"] for frame in client.frames()]


@pytest.mark.parametrize("mode", ["auto", "hook"])
def test_next_while_nexting(client: InProcess, spell: MakeSpell, mode: str) -> None:
    it = spell(
        "local co = coroutine.wrap(function()\n  print('in') --@inside\n  print('on') --@on\nend)\n"
        "print('start') --@start\nco() --@resume\nprint('end') --@end\n"
    )
    client.launch(it, breakpoints=mode)
    client.break_at(it, "start", "inside")
    client.go()
    client.stopped()
    client.move("next")
    stop = client.move("next")  # meets a breakpoint in another thread
    thread = stop["threadId"]
    assert (stop["reason"], client.line(thread)) == ("breakpoint", it.line("inside"))
    client.move("next", thread)
    assert client.line(thread) == it.line("on")
    stop = client.move("next", thread)
    while stop["threadId"] != 1:
        stop = client.move("next", stop["threadId"])
    assert client.line() in (it.line("resume"), it.line("end"))


def test_pause_and_go_on_again_and_again(client: InProcess, spell: MakeSpell) -> None:
    client.launch(spell("print('going')\nwhile true do end\n"))
    client.go()
    client.wait_for_output("going")
    for _ in range(3):
        stop = client.move("pause")
        assert stop["reason"] == "pause"
        client.request("continue", threadId=1)


def test_several_breakpoints_that_are_hit_at_once_are_all_named(
    client: InProcess, spell: MakeSpell
) -> None:
    it = spell("local function f()\n  return 1 --@here\nend\nprint(f())\n")
    client.launch(it)
    line = client.break_at(it, "here")[0]
    body = client.request("setFunctionBreakpoints", breakpoints=[{"name": "f"}])
    client.go()
    stop = client.stopped()
    assert set(stop["hitBreakpointIds"]) == {line["id"], body["breakpoints"][0]["id"]}


@pytest.mark.parametrize(
    ("command", "arguments"),
    [
        ("scopes", {"frameId": 999}),
        ("variables", {"variablesReference": 999}),
        ("variables", {"variablesReference": 0}),
        ("evaluate", {"expression": "1", "frameId": 999}),
        ("setVariable", {"variablesReference": 999, "name": "x", "value": "1"}),
        ("setExpression", {"expression": "x", "value": "1", "frameId": 999}),
        ("stepInTargets", {"frameId": 999}),
        ("completions", {"text": "x", "column": 2, "frameId": 999}),
        ("dataBreakpointInfo", {"name": "x", "frameId": 999}),
        ("source", {"sourceReference": 999}),
        ("stepIn", {"threadId": 1, "targetId": 999}),
    ],
)
def test_numbers_that_were_never_given_are_refused(
    client: InProcess, spell: MakeSpell, command: str, arguments: dict[str, Any]
) -> None:
    it = spell("print(1) --@here\n")
    stand_at(client, it, "here")
    with pytest.raises(RequestFailed, match=r"there is no|is gone"):
        client.request(command, **arguments)
    assert client.evaluate("1 + 1") == "2"


def test_without_debugging_breakpoints_are_not_verified(
    client: InProcess, spell: MakeSpell
) -> None:
    it = spell("print(1) --@here\n")
    client.launch(it, noDebug=True)
    (point,) = client.break_at(it, "here")
    assert not point["verified"]
    client.go()
    client.event("terminated")
    assert client.events("stopped") == []
