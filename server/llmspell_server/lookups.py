"""Answers of other processes about what strings may say: at once what is known, never waiting."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

from attrs import field, frozen

from .stamps import Stamp, stamp_of

PROVIDING = (sys.executable, "-m", "llmspell.globals.providing")
"""The program that answers."""

ABOUT_ALL = ""
"""The entry of an answer that is about no single value: `remarks`, `until`."""

_LOOK_AT_FILES = 2.0  # seconds between looks at the files that answers depend on

Run = Callable[[tuple[str, ...], float], Any]


def run_provider(arguments: tuple[str, ...], budget: float) -> Any:
    """What `llmspell.globals.providing` writes; None when it fails or takes too long."""
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter
            [*PROVIDING, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=budget,
            check=True,
        )
        return json.loads(done.stdout)
    except (OSError, subprocess.SubprocessError, ValueError):
        return None


@frozen
class _Result:
    """An answer. until: when it is old (time.monotonic()). files: as they were when it was found.

    None is a file that was not there, or that was written meanwhile: which of its states the answer
    is about cannot be told, so it counts as changed.
    """

    content: Any
    until: float
    lives: float
    budget: float
    files: dict[str, Stamp | None] = field(factory=dict)

    def has_changed(self) -> bool:
        """Whether a file that it depends on is another one now."""
        return any(stamp_of(path) != stamp for path, stamp in self.files.items())


class Lookups:
    """Answers of other processes: at once what is known, and looked for anew when that is old.

    run: asks (tests put another in its place). changed: called from another thread when an answer
    differs from the one before, or the first attempt is over: what is left unsaid until then is
    said also where it failed. An answer that names files (`until`) is looked for anew also when one
    of these has changed.
    """

    def __init__(self, run: Run = run_provider, changed: Callable[[], None] = lambda: None) -> None:
        self._run, self.changed = run, changed
        self._lock = threading.Lock()
        self._results: dict[tuple[str, ...], _Result] = {}
        self._under_way: dict[tuple[str, ...], threading.Thread] = {}
        self._watching: threading.Thread | None = None
        self._closed = threading.Event()
        self.begun = 0
        """How often an answer was looked for."""

    def ask(self, arguments: tuple[str, ...], *, lives: float, budget: float) -> Any:
        """The latest answer, None before the first; never waits."""
        with self._lock:
            result = self._results.get(arguments)
            fresh = result is not None and time.monotonic() < result.until
            if not fresh and arguments not in self._under_way:
                self._begin(arguments, lives, budget)
        return None if result is None else result.content

    def answered(self, arguments: tuple[str, ...]) -> bool:
        """Whether there has been an answer, or an attempt that failed."""
        with self._lock:
            return arguments in self._results

    def doubt(self, arguments: tuple[str, ...]) -> None:
        """Looks for an answer anew, because what it was about has changed."""
        with self._lock:
            result = self._results.get(arguments)
            if result is not None and arguments not in self._under_way:
                self._begin(arguments, result.lives, result.budget)

    def wait(self) -> None:
        """Waits for what is under way."""
        with self._lock:
            threads = list(self._under_way.values())
        for thread in threads:
            thread.join()

    def close(self) -> None:
        """Looks at no files any longer."""
        self._closed.set()

    def _begin(self, arguments: tuple[str, ...], lives: float, budget: float) -> None:
        thread = threading.Thread(
            target=self._look, args=(arguments, lives, budget), daemon=True, name="lookup"
        )
        self._under_way[arguments] = thread
        self.begun += 1
        thread.start()

    def _look(self, arguments: tuple[str, ...], lives: float, budget: float) -> None:
        begun = time.time_ns()
        answer = self._run(arguments, budget)
        stamps = {path: stamp_of(path) for path in _files_of(answer)}
        files = {path: s if s and s.modified < begun else None for path, s in stamps.items()}
        with self._lock:
            before = self._results.get(arguments)
            content = answer if answer is not None else before.content if before else None
            until = time.monotonic() + lives
            self._results[arguments] = _Result(content, until, lives, budget, files)
            del self._under_way[arguments]
            if files and self._watching is None:
                self._watching = threading.Thread(target=self._watch, daemon=True, name="watch")
                self._watching.start()
        if before is None or before.content != content:
            self.changed()

    def _watch(self) -> None:
        """Files outside of the folders of a client are told by no client: it is looked at them."""
        while not self._closed.wait(_LOOK_AT_FILES):
            self.look_at_files()

    def look_at_files(self) -> None:
        """Looks for those answers anew whose files have changed."""
        with self._lock:
            results = list(self._results.items())
        for arguments, result in results:
            if result.has_changed():
                self.doubt(arguments)


def _files_of(answer: Any) -> Iterable[str]:
    about = answer.get(ABOUT_ALL) if isinstance(answer, dict) else None
    until = about.get("until", ()) if isinstance(about, dict) else ()
    return [path for path in until if isinstance(path, str)]
