"""Worker processes, for heavy work on plain data: reading many files, large cold parses.

The worker thread shares the interpreter with the thread that reads messages; a process does not.
There is none until the first task. One begins in 40 ms (165 ms when the machine is busy) and keeps
8 MB of its own before it imports anything; handing over a small task and its result takes 0.1 ms.
"""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import wait
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class Processes:
    """A few processes that end with the server, and are begun anew when one dies."""

    def __init__(self, count: int = 1) -> None:
        self._count = count
        self._lock = threading.Lock()
        self._pool: ProcessPoolExecutor | None = None
        self._closed = False

    def submit(self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Runs a function of a module, whose arguments and result are plain data.

        The future raises `BrokenProcessPool` if the process died; later tasks get a new one.
        """
        with self._lock:
            if self._closed:
                raise RuntimeError("the server is ending")
            if self._pool is None:
                self._pool = _pool(self._count)
            try:
                return self._pool.submit(function, *args, **kwargs)
            except BrokenProcessPool:
                self._pool.shutdown(wait=False)
                self._pool = _pool(self._count)
                return self._pool.submit(function, *args, **kwargs)

    def close(self) -> None:
        """Ends the processes, whatever they do; tasks that are not done are cancelled."""
        with self._lock:
            self._closed = True
            pool, self._pool = self._pool, None
        if pool is None:
            return
        running = list((pool._processes or {}).values())
        pool.shutdown(wait=False, cancel_futures=True)
        for process in running:
            process.terminate()
        for process in running:
            process.join()


def _pool(count: int) -> ProcessPoolExecutor:
    # A fork would copy the threads' locks as they happen to be.
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(count, context, _begin)


def _begin() -> None:
    """What each process does first: it steps back behind the editor, and ends with the server."""
    os.nice(5)
    parent = multiprocessing.parent_process()
    assert parent is not None

    def end_with_parent() -> None:
        wait([parent.sentinel])
        os._exit(1)  # whatever runs, runs for nobody

    threading.Thread(target=end_with_parent, name="parent-watch", daemon=True).start()
