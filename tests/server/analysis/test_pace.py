from __future__ import annotations

import threading

import pytest

from llmspell_server.analysis.pace import (
    Cancelled,
    OutOfTime,
    TookTooLong,
    checkpoint,
    paced,
    thorough,
    within,
)


def test_a_checkpoint_calls_what_is_installed_for_the_block() -> None:
    looks: list[int] = []
    checkpoint()
    with paced(lambda: looks.append(1)):
        checkpoint()
    checkpoint()
    assert looks == [1]


def test_what_is_installed_is_for_one_thread() -> None:
    def look() -> None:
        raise AssertionError("not of this thread")

    with paced(look):
        other = threading.Thread(target=checkpoint)
        other.start()
        other.join()


def test_work_that_is_cancelled_is_not_taken_for_a_mistake() -> None:
    def look() -> None:
        raise Cancelled

    with pytest.raises(Cancelled), paced(look):
        try:
            checkpoint()
        except Exception:
            pytest.fail("a handler for mistakes saw it")


def test_what_takes_too_long_is_ended_and_no_more_than_that() -> None:
    calls = []
    with paced(lambda: calls.append(1)):
        with pytest.raises(OutOfTime), within(0):
            while True:
                checkpoint()
        checkpoint()
    assert len(calls) >= 2  # what was installed before is asked inside and after


def test_what_must_be_whole_is_not_cut_off_but_ends_as_a_whole() -> None:
    with thorough(60), within(0.0):
        checkpoint()
    with pytest.raises(TookTooLong), thorough(0.0):
        checkpoint()
