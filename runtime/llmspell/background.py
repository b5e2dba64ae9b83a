"""Where work goes that must not hold up its caller: one asyncio loop, and two pools of threads.

They belong to the process and start with the first work (design invariant 4). What is awaited runs
on the loop, what blocks in a thread. Work that may wait for other work here (hooks, functions of
spells) has a pool of its own: it would take all threads from what it waits for.
"""

from __future__ import annotations

import sys
import threading

TYPE_CHECKING = False
if TYPE_CHECKING:
    from asyncio import AbstractEventLoop
    from collections.abc import Callable, Coroutine
    from concurrent.futures import Future, ThreadPoolExecutor
    from contextvars import Context
    from typing import Any, TypeVar

    T = TypeVar("T")

THREADS = 32
"""How many blocking calls run at once."""

MOST_WAITING = 1000
"""How many pieces of work that may wait for others there are at most."""

_lock = threading.Lock()
_loop: AbstractEventLoop | None = None
_pool: ThreadPoolExecutor | None = None
_waiting_pool: ThreadPoolExecutor | None = None
_waiting = 0


def context() -> Context | None:
    """The context variables of here, for work that is done elsewhere; None where there are none.

    Nobody has set one before `contextvars` is imported, which a run that uses nothing does not do.
    """
    module = sys.modules.get("contextvars")
    return None if module is None else module.copy_context()


def on_loop(work: Coroutine[Any, Any, T]) -> Future[T]:
    """Runs a coroutine on the process's loop; cancelling the future cancels it."""
    import asyncio

    return asyncio.run_coroutine_threadsafe(work, _the_loop())


def in_thread(work: Callable[[], T]) -> Future[T]:
    """Runs a function in a thread of the pool, with the context variables of here.

    A future that runs already cannot be cancelled.
    """
    global _pool
    if _pool is None:
        from concurrent.futures import ThreadPoolExecutor

        with _lock:
            if _pool is None:
                _pool = ThreadPoolExecutor(THREADS, thread_name_prefix="llmspell-work")
    around = context()
    return _pool.submit(work) if around is None else _pool.submit(around.run, work)


def in_waiting_thread(work: Callable[[], T]) -> Future[T]:
    """The same for a function that may wait for other work here.

    Raises ResourceError where MOST_WAITING such functions are under way already: they would wait
    for each other.
    """
    global _waiting, _waiting_pool
    with _lock:
        if _waiting >= MOST_WAITING:
            from llmspell.errors import ResourceError

            raise ResourceError(
                f"more than {MOST_WAITING} calls of tools, hooks and functions are under way",
                resource="calls",
                limit=MOST_WAITING,
            )
        if _waiting_pool is None:
            from concurrent.futures import ThreadPoolExecutor

            _waiting_pool = ThreadPoolExecutor(MOST_WAITING, thread_name_prefix="llmspell-wait")
        _waiting += 1
    around = context()
    pool = _waiting_pool
    future = pool.submit(work) if around is None else pool.submit(around.run, work)
    future.add_done_callback(_waits_no_more)
    return future


def _waits_no_more(_: object) -> None:
    global _waiting
    with _lock:
        _waiting -= 1


async def aside(work: Callable[[], T]) -> T:
    """What a function gives that would hold up the loop: it is called in a thread of the pool."""
    import asyncio

    return await asyncio.wrap_future(in_thread(work))


async def aside_waiting(work: Callable[[], T]) -> T:
    """The same for a function that may wait for other work; raises as `in_waiting_thread` does."""
    import asyncio

    return await asyncio.wrap_future(in_waiting_thread(work))


def _the_loop() -> AbstractEventLoop:
    global _loop
    if _loop is None:
        import asyncio

        with _lock:
            if _loop is None:
                _loop = asyncio.new_event_loop()
                thread = threading.Thread(
                    target=_loop.run_forever, name="llmspell-loop", daemon=True
                )
                thread.start()
    return _loop
