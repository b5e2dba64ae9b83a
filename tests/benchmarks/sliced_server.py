"""The language server, noting how long it computes between two places where its work can end.

`python -m tests.benchmarks.sliced_server FILE`: at SIGUSR1 the milliseconds of all such slices of
the worker are written to a file, and what is noted begins anew.
"""

from __future__ import annotations

import json
import signal
import sys
import time
from pathlib import Path
from typing import Any, ClassVar

from llmspell_server import server
from llmspell_server.main import main
from llmspell_server.work.jobs import Job
from llmspell_server.work.worker import Worker


class SlicedWorker(Worker):
    """A worker that notes its slices, in milliseconds of computing."""

    slices: ClassVar[list[float]] = []
    _begun = 0.0

    def _run(self, job: Job) -> None:
        self._begun = time.thread_time()
        super()._run(job)
        self._note()

    def _look(self) -> None:
        self._note()
        super()._look()

    def _note(self) -> None:
        now = time.thread_time()
        self.slices.append((now - self._begun) * 1000)
        self._begun = now


def write(path: Path) -> None:
    """Writes the slices so far, all at once."""
    found, SlicedWorker.slices = SlicedWorker.slices, []
    part = path.with_suffix(".part")
    part.write_text(json.dumps(found))
    part.replace(path)


def _serve(path: Path) -> None:
    def at_signal(*_: Any) -> None:
        write(path)

    signal.signal(signal.SIGUSR1, at_signal)
    vars(server)["Worker"] = SlicedWorker
    main()


if __name__ == "__main__":
    _serve(Path(sys.argv.pop()))
