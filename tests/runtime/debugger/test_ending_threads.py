"""Ending one coroutine."""

from __future__ import annotations

import pytest

from llmspell.debugger.debugger import DebugError
from llmspell.debugger.standing import NotStanding
from llmspell.lua.outcome import Interrupted
from tests.runtime.debugger.conftest import MakeSession, Session

PROGRAM = """
local function stubborn(name)
  local mark <close> = setmetatable({}, { __close = function() print("closes " .. name) end })
  while true do
    pcall(function()
      coroutine.yield() -- in
      print("goes on " .. name)
    end)
  end
end
local first, second = coroutine.create(stubborn), coroutine.create(stubborn)
coroutine.resume(first, "first")
coroutine.resume(second, "second")
print("start") -- start
print(coroutine.status(first), coroutine.resume(first))
print(coroutine.status(second), coroutine.resume(second))
"""


def at(session: Session, mark: str) -> int:
    """Runs to a mark; gives the thread."""
    session.break_at(mark)
    session.start()
    return session.stop().thread


def test_a_suspended_coroutine_is_over_at_once(make_session: MakeSession, mode: str) -> None:
    session = make_session(PROGRAM, mode)
    at(session, "start")
    first, second = (thread.id for thread in session.debugger.threads() if thread.id != 1)
    assert session.debugger.end_thread(first)
    assert session.output == "closes first\n"
    assert [thread.id for thread in session.debugger.threads()] == [1, second]
    session.finish()
    assert session.output == (
        "closes first\nstart\ndead\tfalse\tcannot resume dead coroutine\n"
        "goes on second\nsuspended\ttrue\n"
    )


def paused(session: Session) -> int:
    """The thread at which the program is paused."""
    while not session.debugger.is_stopped:
        session.debugger.pause()
    return session.stop().thread


@pytest.mark.parametrize("stands", ["compiled", "hooked", "paused"])
def test_the_coroutine_that_stands_ends_although_it_catches_errors(
    make_session: MakeSession, mode: str, stands: str
) -> None:
    session = make_session(
        """
        local co = coroutine.create(function()
          while true do
            pcall(function()
              local n = 1 -- in
              n = n + 1
              pcall(error, n)
            end)
            started = true
          end
        end)
        print(coroutine.resume(co))
        print(coroutine.status(co))
        """,
        mode,
    )
    if stands == "paused":
        session.start()
        while (thread := paused(session)) == 1:  # it has not come to the coroutine yet
            session.debugger.resume()
    else:
        thread = at(session, "in")
        if stands == "hooked":
            session.go("over")
        session.debugger.set_breakpoints(str(session.path), [])
    assert thread > 1
    session.debugger.end_thread(thread)
    session.ended()
    assert session.output == "false\tthe coroutine was ended by the debugger\ndead\n"


def test_one_that_has_resumed_another_ends_when_that_comes_back(
    make_session: MakeSession, mode: str
) -> None:
    session = make_session(
        """
        local outer = coroutine.wrap(function()
          local inner = coroutine.wrap(function()
            print("inner") -- in
            return 1
          end)
          print("got", inner())
        end)
        print(pcall(outer))
        """,
        mode,
    )
    inner = at(session, "in")
    (outer,) = [t.id for t in session.debugger.threads() if t.id not in (1, inner)]
    assert not session.debugger.end_thread(outer)
    session.debugger.resume()
    session.ended()
    assert session.seen.ended_threads.get_nowait() == outer
    assert session.output.startswith("inner\nfalse\t")
    assert session.output.endswith("the coroutine was ended by the debugger\n")


def test_the_end_is_told_when_it_is_over_and_before_the_program_goes_on(
    make_session: MakeSession, mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = make_session(
        """
        local co = coroutine.create(function()
          print("works") -- in
        end)
        local ok = coroutine.resume(co)
        print("goes on")
        """,
        mode,
    )
    thread = at(session, "in")
    told: list[tuple[int, bool, str]] = []

    def tell(number: int) -> None:
        told.append((number, session.debugger.is_stopped, session.output))

    monkeypatch.setattr(session.seen, "thread_ended", tell)
    assert not session.debugger.end_thread(thread)
    session.ended()
    assert told == [(thread, False, "")]
    assert session.output == "goes on\n"


def test_ending_the_main_program_ends_the_spell(make_session: MakeSession, mode: str) -> None:
    session = make_session("while true do\n  pcall(error) -- in\nend\n", mode)
    at(session, "in")
    session.debugger.end_thread(1)
    session.ended()
    assert isinstance(session.error, Interrupted)


def test_what_is_no_thread_cannot_be_ended(make_session: MakeSession) -> None:
    session = make_session(PROGRAM)
    at(session, "start")
    with pytest.raises(DebugError, match="no thread 99"):
        session.debugger.end_thread(99)
    session.finish()
    with pytest.raises(NotStanding):
        session.debugger.end_thread(2)
