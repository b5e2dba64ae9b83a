from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures.process import BrokenProcessPool

import pytest

from llmspell_server.work.processes import Processes


@pytest.fixture
def processes() -> Iterator[Processes]:
    processes = Processes()
    yield processes
    processes.close()


def has_ended(process: int) -> bool:
    """Waits for the end of a process that is no child of this one."""
    try:
        handle = os.pidfd_open(process)
    except ProcessLookupError:
        return True
    try:
        import select

        poll = select.poll()
        poll.register(handle, select.POLLIN)
        return bool(poll.poll(20_000))
    finally:
        os.close(handle)


def test_work_is_done_elsewhere_by_the_same_process(processes: Processes) -> None:
    first, second = processes.submit(os.getpid), processes.submit(os.getpid)
    assert first.result() == second.result() != os.getpid()


def test_an_error_comes_back(processes: Processes) -> None:
    with pytest.raises(ValueError, match="invalid literal"):
        processes.submit(int, "x").result()


def test_a_process_that_dies_is_replaced(processes: Processes) -> None:
    died = processes.submit(os._exit, 3)
    with pytest.raises(BrokenProcessPool):
        died.result()
    assert processes.submit(abs, -1).result() == 1


def test_closing_ends_a_process_that_works(processes: Processes) -> None:
    process = processes.submit(os.getpid).result()
    running = processes.submit(time.sleep, 1000)
    processes.close()
    assert has_ended(process)
    with pytest.raises((BrokenProcessPool, Exception)):
        running.result()
    with pytest.raises(RuntimeError, match="the server is ending"):
        processes.submit(os.getpid)


_SERVER = """
import os, time
from llmspell_server.work.processes import Processes
if __name__ == "__main__":
    processes = Processes()
    print(processes.submit(os.getpid).result(), flush=True)
    processes.submit(time.sleep, 1000).result()
"""


def test_a_process_ends_with_a_server_that_is_killed() -> None:
    with subprocess.Popen([sys.executable, "-c", _SERVER], stdout=subprocess.PIPE) as server:
        assert server.stdout
        process = int(server.stdout.readline())
        server.send_signal(signal.SIGKILL)
        assert has_ended(process)
