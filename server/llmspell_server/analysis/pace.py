"""Where long work of the analysis may be ended or put off.

The analysis calls `checkpoint` in its long loops. What that does is up to who runs the analysis:
nothing (tests, `llmspell check`), or what was installed for this thread (the server's worker).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Cancelled(BaseException):
    """Nobody waits for the result any longer.

    Passes through all code of the analysis, which leaves behind only what is complete: results that
    stay with a piece of text are stored once they are there. Not an `Exception`, so that no handler
    for mistakes takes it for one.
    """


class OutOfTime(Cancelled):
    """What was to be found within some time is not found."""


class TookTooLong(Cancelled):
    """What had to be found as a whole was not found in the time there was for it."""


class _Pace(threading.local):
    look: Callable[[], None] | None = None
    thorough = False


_pace = _Pace()


def checkpoint() -> None:
    """A place where the work of this thread may end with `Cancelled`; 50 ns where none may."""
    look = _pace.look
    if look is not None:
        look()


@contextmanager
def paced(look: Callable[[], None]) -> Iterator[None]:
    """Makes every `checkpoint` of this thread call a function, for as long as the block runs."""
    before, _pace.look = _pace.look, look
    try:
        yield
    finally:
        _pace.look = before


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Ends the block with `OutOfTime` at the first checkpoint after some seconds of computing.

    The time of this thread counts, so that a busy machine leaves nothing out. Not within
    `thorough`, where nothing may be left out.
    """
    deadline = time.thread_time() + seconds
    with until(lambda: time.thread_time() > deadline):
        yield


@contextmanager
def until(is_over: Callable[[], bool]) -> Iterator[None]:
    """Ends the block with `OutOfTime` at the first checkpoint at which a condition holds.

    Not within `thorough`, where nothing may be left out.
    """
    if _pace.thorough:
        yield
        return
    with _limited(is_over, OutOfTime):
        yield


@contextmanager
def thorough(seconds: float) -> Iterator[None]:
    """Lets nothing inside be cut off, and ends the whole with `TookTooLong` after some seconds."""
    deadline = time.monotonic() + seconds
    before, _pace.thorough = _pace.thorough, True
    try:
        with _limited(lambda: time.monotonic() > deadline, TookTooLong):
            yield
    finally:
        _pace.thorough = before


@contextmanager
def _limited(is_over: Callable[[], bool], end: type[Cancelled]) -> Iterator[None]:
    outer = _pace.look

    def look() -> None:
        if outer is not None:
            outer()
        if is_over():
            raise end

    with paced(look):
        yield
