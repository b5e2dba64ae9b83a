"""Where lupa's wheel exports no C API (on Windows), a count hook looks for what a debugger wants."""

from __future__ import annotations

import threading

import pytest

from llmspell.debugger import debugger
from llmspell.lua import hooks, state
from llmspell.lua.outcome import Stopped

from .conftest import MakeSession, Session

LOOP = """
go, turns = true, 0
local ready = true -- start
while go do
  turns = turns + 1 -- body
  if turns == 5000 then print("on its way") io.stdout:flush() end
end
print("ended") -- end
"""
IN_A_COROUTINE = """
go, turns = true, 0
local co = coroutine.wrap(function()
  local ready = true -- start
  while go do
    turns = turns + 1 -- body
    if turns == 5000 then print("on its way") io.stdout:flush() end
  end
end)
co()
print("ended") -- end
"""


@pytest.fixture(autouse=True)
def _without_c_api(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hooks, "hook_api_available", lambda: False)
    monkeypatch.setattr(debugger, "hook_api_available", lambda: False)
    monkeypatch.setattr(state, "_quick_hook_check", lambda: False)


def running(session: Session) -> Session:
    """Waits until the loop is on its way, which does not end by itself."""
    session.break_at("start")
    session.start()
    session.stop()
    session.debugger.set_breakpoints(str(session.path), [])
    session.debugger.resume()
    while "on its way" not in session.output:  # else the pause would come before it goes on
        assert session.error is None
    return session


@pytest.mark.parametrize("code", [LOOP, IN_A_COROUTINE], ids=["loop", "coroutine"])
def test_pause_stops_a_loop(make_session: MakeSession, mode: str, code: str) -> None:
    session = running(make_session(code, mode))
    session.debugger.pause()
    stop = session.stop()
    assert stop.reason == "pause"
    session.debugger.evaluate("go = false", session.frames(stop.thread)[0].id, "repl")
    session.finish()
    assert session.output.endswith("ended\n")


@pytest.mark.parametrize("code", [LOOP, IN_A_COROUTINE], ids=["loop", "coroutine"])
def test_a_breakpoint_that_is_set_while_it_runs_stops(
    make_session: MakeSession, mode: str, code: str
) -> None:
    session = running(make_session(code, mode))
    session.break_at("body")
    stop = session.stop()
    assert (stop.reason, session.at(stop.thread)) == ("breakpoint", session.line("body"))
    session.debugger.evaluate("go = false", session.frames(stop.thread)[0].id, "repl")
    session.finish()


def test_a_spell_that_runs_is_ended(make_session: MakeSession, mode: str) -> None:
    session = running(make_session(LOOP, mode))
    ending = threading.Thread(target=session.debugger.terminate)
    ending.start()
    session.ended()
    ending.join()
    assert isinstance(session.error, Stopped)
