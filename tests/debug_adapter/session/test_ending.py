"""Terminate, disconnect in its variants, a client that goes without a word."""

from __future__ import annotations

import threading

import pytest

from tests.debug_adapter.client import PATIENCE, RequestFailed
from tests.debug_adapter.conftest import MakeSpell
from tests.debug_adapter.in_process import InProcess
from tests.debug_adapter.proofs import proves
from tests.debug_adapter.session.test_execution import stand_at

ENDLESS = "print('going')\nlocal n = 0\nwhile true do n = n + 1 end\n"


@proves("supportsTerminateRequest")
def test_terminate_ends_a_running_spell(client: InProcess, spell: MakeSpell) -> None:
    client.launch(spell(ENDLESS))
    client.go()
    client.wait_for_output("going")
    client.request("terminate")
    client.event("exited")
    client.event("terminated")


def test_terminate_ends_a_spell_that_stands(client: InProcess, spell: MakeSpell) -> None:
    it = spell("print('going') --@here\nprint('never')\n")
    stand_at(client, it, "here")
    client.request("terminate")
    client.event("terminated")
    assert client.output() == ""


def test_terminate_before_the_start_starts_nothing(client: InProcess, spell: MakeSpell) -> None:
    client.launch(spell("print('never')\n"))
    client.request("terminate")
    client.event("terminated")
    assert client.output() == ""


def test_terminate_is_not_held_off_by_pcall(client: InProcess, spell: MakeSpell) -> None:
    client.launch(
        spell("print('going')\nwhile true do pcall(function() while true do end end) end\n")
    )
    client.go()
    client.wait_for_output("going")
    client.request("terminate")
    client.event("terminated")


def test_disconnect_ends_what_was_launched(client: InProcess, spell: MakeSpell) -> None:
    client.launch(spell(ENDLESS))
    client.go()
    client.wait_for_output("going")
    client.request("disconnect")
    client.ended()
    client.close()
    assert client.exit_code != 0


@pytest.mark.parametrize("terminate", [True, False])
@proves("supportTerminateDebuggee")
def test_disconnect_with_a_wish(client: InProcess, spell: MakeSpell, terminate: bool) -> None:
    it = spell("print('one') --@here\nState.save('global', 'ran', true)\nos.exit(3)\n")
    stand_at(client, it, "here")
    client.request("disconnect", terminateDebuggee=terminate)
    client.ended()
    client.close()
    assert (client.exit_code == 3) is not terminate


def test_disconnect_before_anything(client: InProcess) -> None:
    client.request("disconnect")
    client.ended()


@pytest.mark.parametrize("moment", ["initialize", "launch", "start", "stop"])
def test_a_client_that_vanishes_takes_its_spell_along(
    client: InProcess, spell: MakeSpell, moment: str
) -> None:
    it = spell("local a = 1 --@here\nprint('going')\nwhile true do end\n")
    client.initialize()
    if moment != "initialize":
        client.launch(it)
    if moment == "stop":
        client.break_at(it, "here")
    if moment in ("start", "stop"):
        client.go()
    if moment == "stop":
        client.stopped()
    client.close()  # says that the client is lost, and waits for the spell


COROUTINES = """\
local function forever()
  while true do
    pcall(function()
      coroutine.yield()
      print("inside") --@in
    end)
  end
end
local one, two = coroutine.create(forever), coroutine.create(forever)
coroutine.resume(one)
coroutine.resume(two)
print("start") --@start
print(coroutine.resume(one))
print(coroutine.resume(two))
print(coroutine.status(two))
"""


@proves("supportsTerminateThreadsRequest")
@pytest.mark.parametrize("mode", ["auto", "hook"])
def test_coroutines_can_be_ended(client: InProcess, spell: MakeSpell, mode: str) -> None:
    it = spell(COROUTINES)
    client.launch(it, breakpoints=mode)
    client.break_at(it, "start", "in")
    client.go()
    client.stopped()
    one, two = (t["id"] for t in client.request("threads")["threads"] if t["id"] != 1)
    client.request("terminateThreads", threadIds=[one])
    client.event("thread", reason="exited", threadId=one)
    assert [t["id"] for t in client.request("threads")["threads"]] == [1, two]
    assert client.move("continue")["threadId"] == two
    client.request("terminateThreads", threadIds=[two])  # the one that stands: the program goes on
    client.event("continued", threadId=two)
    client.event("thread", reason="exited", threadId=two)
    client.event("terminated")
    assert client.output() == (
        "start\nfalse\tcannot resume dead coroutine\n"
        "false\tthe coroutine was ended by the debugger\ndead\n"
    )


def test_ending_the_main_thread_ends_the_spell(client: InProcess, spell: MakeSpell) -> None:
    client.launch(spell("print('going')\nwhile true do pcall(error) end\n"))
    client.go()
    client.wait_for_output("going")
    client.request("terminateThreads", threadIds=[1])
    client.event("terminated")


def test_what_is_asked_while_the_spell_ends_is_no_matter_of_the_user(
    client: InProcess, spell: MakeSpell, monkeypatch: pytest.MonkeyPatch
) -> None:
    it = spell("print(1)\n")
    client.launch(it)
    tell = client.session.program_ended
    ended = threading.Event()
    monkeypatch.setattr(client.session, "program_ended", lambda _: ended.set())
    client.go()
    assert ended.wait(PATIENCE)
    for told in (False, True):
        if told:
            tell(0)
            client.event("terminated")
        with pytest.raises(RequestFailed, match="the program has ended") as refused:
            client.request("breakpointLocations", source={"path": str(it.path)}, line=1)
        assert refused.value.error["showUser"] is False


def test_threads_that_cannot_be_ended(client: InProcess, spell: MakeSpell) -> None:
    it = spell("print(1) --@here\nprint('going')\nwhile true do end\n")
    client.launch(it)
    client.break_at(it, "here")
    client.go()
    client.stopped()
    with pytest.raises(RequestFailed, match="no thread 99"):
        client.request("terminateThreads", threadIds=[99])
    client.request("continue", threadId=1)
    client.wait_for_output("going")
    with pytest.raises(RequestFailed, match="notStopped"):
        client.request("terminateThreads", threadIds=[2])
