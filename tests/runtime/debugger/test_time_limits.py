"""Time limits go by the time in which the spell runs."""

from __future__ import annotations

import queue

import pytest

from llmspell.lua.outcome import TimedOut
from tests.runtime.debugger.conftest import MakeSession

LIMIT = 0.3  # seconds


def test_standing_still_does_not_count_and_running_does(
    make_session: MakeSession, mode: str
) -> None:
    session = make_session("local n = 41 -- here\nn = n + 1\nwhile true do end\n", mode)
    session.break_at("here")
    session.start(timeout=LIMIT)
    session.stop()
    with pytest.raises(queue.Empty):
        session.seen.stops.get(timeout=2 * LIMIT)  # it goes on standing
    session.go("over")
    assert session.value("n") == "41"
    session.debugger.resume()
    session.ended()
    assert isinstance(session.error, TimedOut)
