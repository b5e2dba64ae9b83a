"""The threads that work goes to."""

from __future__ import annotations

import threading

import pytest

from llmspell import background
from llmspell.background import THREADS, in_thread, in_waiting_thread
from llmspell.errors import ResourceError


def test_work_that_waits_takes_no_thread_from_what_it_waits_for() -> None:
    gate = threading.Event()
    waiting = [in_waiting_thread(lambda: gate.wait(20)) for _ in range(2 * THREADS)]
    in_thread(gate.set).result(20)
    assert all(each.result(20) for each in waiting)


def test_more_waiting_work_than_allowed_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    gate = threading.Event()
    first = in_waiting_thread(lambda: gate.wait(20))
    monkeypatch.setattr(background, "MOST_WAITING", 1)
    with pytest.raises(ResourceError, match="more than 1 calls"):
        in_waiting_thread(gate.set)
    gate.set()
    assert first.result(20)
