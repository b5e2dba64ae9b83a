"""Where work goes that must not hold up its caller: one asyncio loop, and a pool of threads.

Both belong to the process and start with the first work (design invariant 4). What is awaited runs
on the loop, what blocks in a thread.
"""

from __future__ import annotations

import threading

TYPE_CHECKING = False
if TYPE_CHECKING:
    from asyncio import AbstractEventLoop
    from collections.abc import Callable, Coroutine
    from concurrent.futures import Future, ThreadPoolExecutor
    from typing import Any, TypeVar

    T = TypeVar("T")

THREADS = 32
"""How many blocking calls run at once."""

_lock = threading.Lock()
_loop: AbstractEventLoop | None = None
_pool: ThreadPoolExecutor | None = None


def on_loop(work: Coroutine[Any, Any, T]) -> Future[T]:
    """Runs a coroutine on the process's loop; cancelling the future cancels it."""
    import asyncio

    return asyncio.run_coroutine_threadsafe(work, _the_loop())


def in_thread(work: Callable[[], T]) -> Future[T]:
    """Runs a function in a thread of the pool; a future that runs already cannot be cancelled."""
    global _pool
    if _pool is None:
        from concurrent.futures import ThreadPoolExecutor

        with _lock:
            if _pool is None:
                _pool = ThreadPoolExecutor(THREADS, thread_name_prefix="llmspell-work")
    return _pool.submit(work)


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
