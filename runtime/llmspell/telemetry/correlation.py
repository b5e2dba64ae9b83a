"""The id that ties together all that one question leads to: events, hooks, calls of tools."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from uuid import uuid4

_current: ContextVar[str | None] = ContextVar("correlation", default=None)


def current() -> str | None:
    """The id of what goes on here, a UUID; None where nothing has begun one."""
    return _current.get()


@contextmanager
def correlated() -> Iterator[str]:
    """All that begins within has one id, in other threads and in Lua too: that of outside, or new.

    Tasks, threads of the pool and calls of Lua functions take it with them (`background.context`).
    """
    outside = _current.get()
    token = _current.set(outside or str(uuid4()))
    try:
        yield _current.get() or ""
    finally:
        _current.reset(token)
