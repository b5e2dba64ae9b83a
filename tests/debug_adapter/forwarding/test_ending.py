"""No debuggee stays behind that nobody wants, whatever happens to client and adapter."""

from __future__ import annotations

import os
import random
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.debug_adapter.client import RequestFailed, Spell
from tests.debug_adapter.conftest import MakeSpell
from tests.debug_adapter.connections import OverStdio, debuggee_of, wait_for_end

ENDLESS = "print('going') --@here\nwhile true do end\n"
STUBBORN = "print('going')\nstring.find(string.rep('a', 40), string.rep('a?', 40) .. string.rep('a', 40))\n"


def running(adapter: OverStdio, it: Spell) -> int:
    """Launches a spell that does not end; gives the debuggee's process id."""
    adapter.launch(it)
    adapter.go()
    adapter.wait_for_output("going")
    return debuggee_of(adapter)


def test_disconnect_ends_the_debuggee(adapter: OverStdio, spell: MakeSpell) -> None:
    debuggee = running(adapter, spell(ENDLESS))
    adapter.request("disconnect")
    assert adapter.gone() == 0
    wait_for_end(debuggee)


def test_disconnect_at_a_stop_ends_the_debuggee(adapter: OverStdio, spell: MakeSpell) -> None:
    it = spell(ENDLESS)
    adapter.launch(it)
    adapter.break_at(it, "here")
    adapter.go()
    adapter.stopped()
    adapter.request("disconnect", terminateDebuggee=True)
    assert adapter.gone() == 0
    wait_for_end(debuggee_of(adapter))


def test_disconnect_can_leave_the_debuggee_running(
    adapter: OverStdio, spell: MakeSpell, folder: Path
) -> None:
    it = spell(
        "local n = 0 --@here\nfor i = 1, 1e6 do n = n + i end\nprint('nobody reads this')\n"
        "local f = io.open('done.txt', 'w') f:write(n) f:close()\n"
    )
    adapter.launch(it)
    adapter.break_at(it, "here")
    adapter.go()
    adapter.stopped()
    debuggee = debuggee_of(adapter)
    adapter.request("disconnect", terminateDebuggee=False)
    assert adapter.gone() == 0
    wait_for_end(debuggee)
    assert (folder / "done.txt").read_text() == "500000500000"


def test_a_client_that_leaves_at_once_is_still_understood(
    adapter: OverStdio, spell: MakeSpell, folder: Path
) -> None:
    it = spell("local f = io.open('done.txt', 'w') f:write('x') f:close() --@here\n")
    adapter.launch(it)
    adapter.break_at(it, "here")
    adapter.go()
    adapter.stopped()
    adapter.ask("disconnect", terminateDebuggee=False)
    adapter.vanish()
    assert adapter.gone() == 0
    wait_for_end(debuggee_of(adapter))
    assert (folder / "done.txt").exists()


def test_what_is_asked_too_late_is_refused_without_a_word_to_the_user(
    adapter: OverStdio, spell: MakeSpell
) -> None:
    it = spell(ENDLESS)
    adapter.launch(it)
    adapter.break_at(it, "here")
    adapter.go()
    adapter.stopped()
    debuggee = debuggee_of(adapter)
    os.kill(debuggee, signal.SIGSTOP)
    where: dict[str, Any] = {"source": {"path": str(it.path)}, "line": 1}
    before = adapter.ask("breakpointLocations", **where)
    os.kill(debuggee, signal.SIGKILL)
    adapter.event("terminated")
    for late in (before, adapter.ask("breakpointLocations", **where)):
        with pytest.raises(RequestFailed, match="has ended") as refused:
            adapter.answer_to(late)
        assert refused.value.error["showUser"] is False


def test_a_spell_that_does_not_stop_is_killed(adapter: OverStdio, spell: MakeSpell) -> None:
    adapter.launch(spell(STUBBORN))
    adapter.go()
    adapter.wait_for_output("going")
    adapter.request("terminate")
    adapter.event("terminated")
    wait_for_end(debuggee_of(adapter))
    adapter.request("disconnect")
    assert adapter.gone() == 0


@pytest.mark.parametrize(
    "moment", ["at once", "initialize", "launch asked", "launch", "running", "stopped"]
)
def test_a_client_that_vanishes(adapter: OverStdio, spell: MakeSpell, moment: str) -> None:
    it = spell(ENDLESS)
    debuggee = None
    if moment != "at once":
        adapter.initialize()
    if moment == "launch asked":
        adapter.ask("launch", program=str(it.path))
    if moment in ("launch", "running", "stopped"):
        adapter.launch(it)
        debuggee = debuggee_of(adapter)
    if moment == "stopped":
        adapter.break_at(it, "here")
    if moment in ("running", "stopped"):
        adapter.go()
    if moment == "running":
        adapter.wait_for_output("going")
    if moment == "stopped":
        adapter.stopped()
    adapter.vanish()
    assert adapter.gone() == 0
    if debuggee is not None:
        wait_for_end(debuggee)


@pytest.mark.parametrize("stopped", [False, True])
def test_an_adapter_that_is_killed_takes_its_debuggee_along(
    adapter: OverStdio, spell: MakeSpell, stopped: bool
) -> None:
    it = spell(ENDLESS)
    adapter.launch(it)
    if stopped:
        adapter.break_at(it, "here")
    adapter.go()
    adapter.stopped() if stopped else adapter.wait_for_output("going")
    debuggee = debuggee_of(adapter)
    adapter.process.send_signal(signal.SIGKILL)
    adapter.gone()
    wait_for_end(debuggee)


def test_terminate_while_the_debuggee_starts(adapter: OverStdio, spell: MakeSpell) -> None:
    it = spell(ENDLESS)
    adapter.initialize()
    launch = adapter.ask("launch", program=str(it.path))
    adapter.request("terminate")
    answer = adapter.wait_for(lambda m: m.get("request_seq") == launch)
    if answer["success"]:  # it was faster
        adapter.event("terminated")
    else:
        assert answer["message"] == "terminated"
    adapter.request("disconnect")
    assert adapter.gone() == 0


def test_the_adapter_ends_with_its_input(adapters: Callable[..., OverStdio]) -> None:
    adapter = adapters()
    adapter.vanish()
    assert adapter.gone() == 0


@pytest.mark.parametrize("seed", range(12))
def test_a_client_that_vanishes_in_the_midst_of_anything(
    adapter: OverStdio, spell: MakeSpell, seed: int
) -> None:
    it = spell("for i = 1, 1e9 do\n  local t = { i } --@here\nend\n")
    chance = random.Random(seed)
    adapter.launch(it)
    adapter.break_at(it, "here")
    adapter.go()
    adapter.stopped()
    frame = adapter.frames()[0]["id"]
    requests: list[tuple[str, dict[str, Any]]] = [
        ("continue", {"threadId": 1}),
        ("next", {"threadId": 1}),
        ("pause", {"threadId": 1}),
        ("stackTrace", {"threadId": 1}),
        ("evaluate", {"expression": "t", "frameId": frame}),
        ("evaluate", {"expression": "while true do end", "frameId": frame, "context": "watch"}),
        ("setBreakpoints", {"source": {"path": str(it.path)}, "breakpoints": []}),
        ("restart", {}),
        ("terminate", {}),
    ]
    for command, arguments in chance.choices(requests, k=chance.randint(1, 6)):
        asked = adapter.ask(command, **arguments)
    if chance.random() < 0.5:
        adapter.wait_for(lambda m: m.get("request_seq") == asked)
    adapter.vanish()
    assert adapter.gone() == 0
    for event in adapter.events("process"):
        wait_for_end(event["systemProcessId"])


# Malformed input ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [
        b"Content-Length: 4\r\n\r\nnope",
        b"Content-Length: 2\r\n\r\n[]",
        b"Content-Length: 3\r\n\r\n\xff\xfe\xfd",
    ],
)
def test_a_message_that_is_none_is_refused_and_the_next_one_works(
    adapter: OverStdio, data: bytes
) -> None:
    adapter.raw(data)
    refusal = adapter.wait_for(lambda m: m["type"] == "response")
    assert not refusal["success"]
    adapter.initialize()


@pytest.mark.parametrize(
    "data",
    [
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"Content-Length: minus\r\n\r\n",
        b"Content-Length: 99999999999999\r\n\r\n",
        b"Content-Type: x\r\n\r\n",
        b"x" * 10_000,
    ],
)
def test_input_that_cannot_be_followed_ends_the_adapter(adapter: OverStdio, data: bytes) -> None:
    adapter.raw(data)
    assert not adapter.wait_for(lambda m: m["type"] == "response")["success"]
    assert adapter.gone() == 0


def test_input_that_breaks_off_ends_the_adapter(adapter: OverStdio) -> None:
    adapter.raw(b"Content-Length: 100\r\n\r\n{")
    adapter.vanish()
    assert adapter.gone() == 0
