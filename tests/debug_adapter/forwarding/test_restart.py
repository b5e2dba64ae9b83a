"""Restart: a new debuggee with the breakpoints of the old one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.debug_adapter.client import RequestFailed
from tests.debug_adapter.conftest import MakeSpell
from tests.debug_adapter.connections import OverStdio, wait_for_end
from tests.debug_adapter.proofs import proves

SPELL = """\
local function f(x)
  return x --@f
end
print(ARGS[1]) --@first
print(f(1)) --@second
"""


@proves("supportsRestartRequest")
def test_restart_at_a_stop_keeps_breakpoints_and_their_ids(
    adapter: OverStdio, spell: MakeSpell
) -> None:
    it = spell(SPELL)
    adapter.launch(it, args=["one"])
    gone, kept = adapter.break_at(it, "first", "second")
    (kept_again,) = adapter.break_at(it, "second")
    assert kept_again["id"] == kept["id"]
    body = adapter.request("setFunctionBreakpoints", breakpoints=[{"name": "f"}])
    at_f = body["breakpoints"][0]["id"]
    adapter.go()
    assert adapter.stopped()["hitBreakpointIds"] == [kept["id"]]
    now = adapter.now
    adapter.request("restart")
    adapter.event("process", now)
    stop = adapter.stopped(now)
    assert stop["hitBreakpointIds"] == [kept["id"]] != [gone["id"]]
    assert adapter.line() == it.line("second")
    stop = adapter.move("continue")
    assert stop["hitBreakpointIds"] == [at_f]
    adapter.request("continue", threadId=1)
    adapter.event("terminated")
    assert adapter.output() == "one\none\n1\n"
    assert len(adapter.events("terminated")) == len(adapter.events("exited")) == 1
    first, second = (e["systemProcessId"] for e in adapter.events("process"))
    assert first != second
    wait_for_end(first)


def test_breakpoints_after_a_restart_get_new_ids(adapter: OverStdio, spell: MakeSpell) -> None:
    it = spell(SPELL)
    adapter.launch(it)
    (first,) = adapter.break_at(it, "first")
    adapter.go()
    adapter.stopped()
    now = adapter.now
    adapter.request("restart")
    adapter.stopped(now)
    again, second = adapter.break_at(it, "first", "second")
    assert again["id"] == first["id"] != second["id"]
    assert adapter.move("continue")["hitBreakpointIds"] == [second["id"]]


def test_breakpoints_that_are_set_during_a_restart_hold_in_the_new_run(
    adapter: OverStdio, spell: MakeSpell
) -> None:
    it = spell(SPELL)
    adapter.launch(it)
    adapter.break_at(it, "second")
    adapter.go()
    adapter.stopped()
    now = adapter.now
    restart = adapter.ask("restart")
    (first,) = adapter.break_at(it, "first")
    adapter.answer_to(restart)
    assert adapter.stopped(now)["hitBreakpointIds"] == [first["id"]]


def test_what_an_editor_asks_during_a_restart_disturbs_nobody(
    adapter: OverStdio, spell: MakeSpell
) -> None:
    it = spell(SPELL)
    adapter.launch(it)
    adapter.break_at(it, "second")
    adapter.go()
    adapter.stopped()
    restart = adapter.ask("restart")
    asked = adapter.ask("stackTrace", threadId=1)
    refused = adapter.wait_for(lambda m: m.get("request_seq") == asked)
    assert refused["message"] == "notStopped"
    assert refused["body"]["error"]["showUser"] is False
    adapter.answer_to(restart)


def test_restart_with_other_arguments(adapter: OverStdio, spell: MakeSpell) -> None:
    it = spell("print(ARGS[1])\nwhile ARGS[1] == 'one' do end\n")
    adapter.launch(it, args=["one"])
    adapter.go()
    adapter.wait_for_output("one")
    adapter.request("restart", arguments={"program": str(it.path), "args": ["two"]})
    adapter.event("terminated")
    assert adapter.output() == "one\ntwo\n"


def test_restart_after_the_end(adapter: OverStdio, spell: MakeSpell) -> None:
    adapter.launch(spell("print('ran')\n"))
    adapter.go()
    adapter.event("terminated")
    now = adapter.now
    adapter.request("restart")
    adapter.event("terminated", now)
    assert adapter.output() == "ran\nran\n"


def test_a_restart_that_fails_ends_the_session(adapter: OverStdio, spell: MakeSpell) -> None:
    it = spell("print(1) --@here\n")
    adapter.launch(it)
    adapter.break_at(it, "here")
    adapter.go()
    adapter.stopped()
    it.path.unlink()
    with pytest.raises(RequestFailed, match=r"spell\.lua"):
        adapter.request("restart")
    adapter.event("terminated")


def test_restart_before_there_is_anything_is_refused(adapter: OverStdio, spell: MakeSpell) -> None:
    adapter.initialize()
    with pytest.raises(RequestFailed, match="only a spell that was launched"):
        adapter.request("restart")
    adapter.launch(spell("print(1)\n"))
    with pytest.raises(RequestFailed, match="configurationDone first"):
        adapter.request("restart")


def test_data_breakpoints_do_not_survive(adapter: OverStdio, spell: MakeSpell) -> None:
    it = spell("local t = { n = 1 }\nprint(t) --@here\nt.n = 2\n")
    adapter.launch(it)
    adapter.break_at(it, "here")
    adapter.go()
    adapter.stopped()
    table = adapter.scope("Locals")["t"]["variablesReference"]
    info = adapter.request("dataBreakpointInfo", variablesReference=table, name="n")
    body = adapter.request("setDataBreakpoints", breakpoints=[{"dataId": info["dataId"]}])
    now = adapter.now
    adapter.request("restart")
    changed = adapter.event("breakpoint", now)["breakpoint"]
    assert changed["id"] == body["breakpoints"][0]["id"]
    assert not changed["verified"]


@pytest.mark.parametrize("moment", ["asked", "restarted"])
def test_a_client_that_vanishes_during_a_restart(
    adapters: Callable[..., OverStdio], spell: MakeSpell, moment: str
) -> None:
    adapter = adapters()
    adapter.launch(spell("print('going')\nwhile true do end\n"))
    adapter.go()
    adapter.wait_for_output("going")
    restart = adapter.ask("restart")
    if moment == "restarted":
        adapter.answer_to(restart)
    adapter.vanish()
    assert adapter.gone() == 0
    for event in adapter.events("process"):
        wait_for_end(event["systemProcessId"])


@pytest.mark.parametrize("command", ["terminate", "disconnect"])
def test_ending_during_a_restart(adapter: OverStdio, spell: MakeSpell, command: str) -> None:
    adapter.launch(spell("print('going')\nwhile true do end\n"))
    adapter.go()
    adapter.wait_for_output("going")
    restart = adapter.ask("restart")
    adapter.request(command)
    answer = adapter.wait_for(lambda m: m.get("request_seq") == restart)
    assert answer["success"] or answer["message"].startswith("restart: ")
    if command == "terminate":
        adapter.event("terminated")
        adapter.request("disconnect")
    assert adapter.gone() == 0
    for event in adapter.events("process"):
        wait_for_end(event["systemProcessId"])


def test_a_debuggee_that_dies_while_it_restarts_is_not_started_for_ever(
    adapter: OverStdio, spell: MakeSpell, folder: Path
) -> None:
    """The second run finds a Python start-up file that ends it at once."""
    adapter.launch(spell("print('going')\nwhile true do end\n"), env={"PYTHONPATH": str(folder)})
    adapter.go()
    adapter.wait_for_output("going")
    (folder / "sitecustomize.py").write_text("import os\nos._exit(9)\n")
    with pytest.raises(RequestFailed, match="has ended with code 9"):
        adapter.request("restart")
    adapter.event("terminated")
