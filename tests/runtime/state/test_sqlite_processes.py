"""Several processes on one state file, and the sudden end of one of them."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

from llmspell.state.sqlite import SqliteStore

INCREMENT = """
import sys
from pathlib import Path
from llmspell.state.sqlite import SqliteStore
store = SqliteStore(Path(sys.argv[1]), busy_timeout=60)
print("ready", flush=True)
sys.stdin.readline()
for number in range(300):
    store.increment("global", "n")
    store.set(f"custom:{sys.argv[2]}", f"k{number}", number)
store.close()
"""

WRITE_PAIRS = """
import itertools, sys
from pathlib import Path
from llmspell.state.sqlite import SqliteStore
store = SqliteStore(Path(sys.argv[1]))
for number in itertools.count(1):
    entries = {"a": number, "pad": "x" * 5000, "b": number}
    store.set_many([("global", key, value) for key, value in entries.items()])
    if number % 50 == 0:
        print(number, flush=True)
"""


def start(program: str, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", program, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def read_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline()


def test_processes_that_create_and_write_at_once_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    processes = [start(INCREMENT, str(path), name) for name in ("p1", "p2", "p3")]
    for process in processes:
        assert read_line(process) == "ready\n"
    # Opening is lazy: all three create the file in the same moment.
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in processes:
        process.communicate()
        assert process.returncode == 0
    with SqliteStore(path) as store:
        assert store.get("global", "n") == 900
        for name in ("p1", "p2", "p3"):
            assert len(store.list_keys(f"custom:{name}")) == 300


def test_stores_that_create_one_file_at_once_wait_for_each_other(tmp_path: Path) -> None:
    failures: list[BaseException] = []
    for attempt in range(20):
        barrier = threading.Barrier(6)

        def create(attempt: int = attempt, barrier: threading.Barrier = barrier) -> None:
            with SqliteStore(tmp_path / f"{attempt}.db", busy_timeout=60) as store:
                barrier.wait()
                try:
                    store.increment("global", "n")
                except BaseException as error:
                    failures.append(error)

        threads = [threading.Thread(target=create) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        with SqliteStore(tmp_path / f"{attempt}.db") as store:
            assert store.get("global", "n") == 6
    assert failures == []


def test_a_killed_writer_leaves_whole_transactions(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    for _ in range(3):
        process = start(WRITE_PAIRS, str(path))
        written = int(read_line(process))
        process.kill()
        process.communicate()
        assert process.returncode == -9
        with closing(sqlite3.connect(path)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        with SqliteStore(path) as store:
            first = store.get("global", "a")
            assert first == store.get("global", "b")
            assert isinstance(first, int)
            assert first >= written


def test_a_reader_sees_only_whole_transactions(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    process = start(WRITE_PAIRS, str(path))
    read_line(process)
    with SqliteStore(path) as store:
        for _ in range(200):
            values = {key: value for _, key, value in store.items("global")}
            assert values["a"] == values["b"]
    process.kill()
    process.communicate()


def test_one_store_serves_many_threads(tmp_path: Path) -> None:
    with SqliteStore(tmp_path / "state.db") as store:

        def work(name: str) -> None:
            for number in range(50):
                store.set(f"custom:{name}", f"k{number}", number)
                assert store.get(f"custom:{name}", f"k{number}") == number
            assert len(store.list_keys(f"custom:{name}")) == 50

        failures: list[BaseException] = []

        def guarded(name: str) -> None:
            try:
                work(name)
            except BaseException as error:
                failures.append(error)

        threads = [threading.Thread(target=guarded, args=(f"t{i}",)) for i in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failures == []
        assert len(store.items()) == 400
