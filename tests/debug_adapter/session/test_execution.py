"""Stepping, pausing, coroutines."""

from __future__ import annotations

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
