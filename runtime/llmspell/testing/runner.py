"""Runs test files, one after the other or several at once."""

from __future__ import annotations

import json
import os
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path
from typing import Any, Protocol

from llmspell.app import Runtime
from llmspell.errors import LLMSpellError
from llmspell.lua.loader import chunk_name
from llmspell.lua.outcome import EngineLost, ScriptError, TimedOut
from llmspell.lua.streams import Streams
from llmspell.testing.bench import Bench
from llmspell.testing.cassettes.cassette import Cassette, Recording, cassette_path
from llmspell.testing.cassettes.masks import Masks
from llmspell.testing.results import Case, CaseResult, FileResult, Listed, Report
from llmspell.testing.settings import TestSettings

LOADING_SECONDS = 60.0
"""How long a file may take to say what its cases are."""


class Listener(Protocol):
    """Who is told of results as they come, from any thread."""

    def begins(self, file: FileResult) -> None:
        """A file is about to be run."""

    def starts(self, file: FileResult, name: str) -> None:
        """A case is about to be run."""

    def case(self, file: FileResult, case: CaseResult) -> None:
        """A case has ended."""

    def file(self, file: FileResult) -> None:
        """A file has ended."""


class Runner:
    """Runs test files. `stop` ends what is running, from any thread."""

    def __init__(self, settings: TestSettings, listener: Listener) -> None:
        self._settings = settings
        self._listener = listener
        self._stopping = threading.Event()
        self._files: set[_TestFile] = set()
        self._lock = threading.Lock()

    def run(self, paths: Sequence[Path]) -> Report:
        """Runs the files and gives the report; the results are in their order."""
        begun = time.perf_counter()
        report = Report(self._settings.record)
        if self._settings.jobs > 1:
            with ThreadPoolExecutor(
                self._settings.jobs, thread_name_prefix="llmspell-test"
            ) as pool:
                found = list(pool.map(self._run_file, paths))
        else:
            found = [self._run_file(path) for path in paths]
        report.files = [each for each in found if each is not None]
        report.seconds = time.perf_counter() - begun
        return report

    def listed(self, path: Path) -> Listed:
        """The cases of a file, which is read for that; none is run."""
        result = FileResult(str(path))
        with tempfile.TemporaryDirectory(prefix="llmspell-test-state-") as home:
            try:
                file = _TestFile(path, result, self._settings, _kept, self._stopping, home)
                cases = file.cases()
            except LLMSpellError as error:
                return Listed(str(path), [], CaseResult("", "error", str(path), 0, str(error)))
        return Listed(str(path), cases, result.cases[0] if result.cases else None)

    def stop(self, _: object = None) -> None:
        """Ends what is running, and begins no further case."""
        self._stopping.set()
        with self._lock:
            files = list(self._files)
        for each in files:
            each.stop()

    def _run_file(self, path: Path) -> FileResult | None:
        if self._stopping.is_set():
            return None
        result = FileResult(str(path))
        self._listener.begins(result)
        begun = time.perf_counter()
        with tempfile.TemporaryDirectory(prefix="llmspell-test-state-") as home:
            try:
                file = _TestFile(
                    path,
                    result,
                    self._settings,
                    self._heard,
                    self._stopping,
                    home,
                    self._listener.starts,
                )
            except LLMSpellError as error:
                self._heard(result, CaseResult("", "error", str(path), 0, str(error)))
            else:
                with self._lock:
                    self._files.add(file)
                try:
                    file.run()
                finally:
                    with self._lock:
                        self._files.discard(file)
        result.seconds = time.perf_counter() - begun
        self._listener.file(result)
        return result

    def _heard(self, file: FileResult, case: CaseResult) -> None:
        _kept(file, case)
        self._listener.case(file, case)
        if case.bad and self._settings.fail_fast:
            self._stopping.set()


def _kept(file: FileResult, case: CaseResult) -> None:
    file.cases.append(case)


class _TestFile:
    """One file while it is run."""

    def __init__(
        self,
        path: Path,
        result: FileResult,
        settings: TestSettings,
        heard: Callable[[FileResult, CaseResult], None],
        stopping: threading.Event,
        home: str,
        starts: Callable[[FileResult, str], None] = lambda *_: None,
    ) -> None:
        self._path = Path(os.path.abspath(path))  # noqa: PTH100 - as chunk names have it
        self._result = result
        self._settings = settings
        self._heard = heard
        self._starts = starts
        self._stopping = stopping
        how = f"llmspell test {path} --record new   (everything anew: --record all)"
        masks = Masks.of_environment(settings.environ, str(Path.cwd()))
        self._cassette = Cassette(cassette_path(self._path), settings.record, masks, how)
        self._bench = Bench(self._path, settings, self._cassette, Path(home))
        self._runtime: Runtime | None = None
        self._watched: Any = None
        if settings.coverage is not None:
            settings.coverage.leave_out(self._path)

    def run(self) -> None:
        """Runs the cases that are wanted."""
        try:
            cases = self._opened()
            if cases is None:
                return
            wanted = [case for case in cases if self._settings.wants(case.name)]
            ran = self._run_cases(wanted)
            whole = ran and len(wanted) == len(cases)
            unused = self._cassette.finish({case.name for case in cases} if whole else None)
            self._result.unused = [_in_words(each) for each in unused]
        finally:
            self._close()
            self._result.played = self._cassette.played
            self._result.recorded = self._cassette.made
            if self._cassette.path.exists():
                self._result.cassette = os.path.relpath(self._cassette.path)

    def cases(self) -> list[Case]:
        """The cases of the file, none where it cannot be read."""
        try:
            return self._opened() or []
        finally:
            self._close()

    def stop(self) -> None:
        """Ends the case that is running."""
        self._bench.stop()
        runtime = self._runtime
        if runtime is not None:
            runtime.engine.stop()

    # The engine -----------------------------------------------------------------------------

    def _opened(self) -> list[Case] | None:
        """The cases of the file, read by a new engine; None where it cannot be read."""
        self._bench.output.clear()
        try:
            output = self._bench.output
            streams = Streams(output.append, output.append, lambda _: b"")
            runtime = self._runtime = self._bench.runtime(self._path.parent, streams, tests=True)
            self._bench.policy = runtime.policy
            if self._settings.coverage is not None:
                self._watched = self._settings.coverage.watch(runtime.engine)
            runtime.run_file(str(self._path), timeout=LOADING_SECONDS)
            engine = runtime.engine
            told = engine.on_lua_thread(lambda: engine.state.call_host("test_cases"))
            missing = self._cassette.missing
            if missing:
                raise missing[0]
        except LLMSpellError as error:
            self._heard(self._result, self._judged(Case(0, "", str(self._path), 0), error, 0.0))
            return None
        # An empty table of Lua is an object in JSON.
        listed = json.loads(told) or []
        return [Case(number, **each) for number, each in enumerate(listed, 1)]

    def _close(self) -> None:
        runtime, self._runtime = self._runtime, None
        if runtime is not None:
            if self._watched is not None and runtime.engine.usable:
                self._watched.collect()
            runtime.close()

    # Cases ----------------------------------------------------------------------------------

    def _run_cases(self, cases: list[Case]) -> bool:
        """Runs cases; gives whether all were run, and none failed or was skipped."""
        whole = True
        to_run = [case for case in cases if not case.skip]
        following = {a.number: b.number for a, b in pairwise(to_run)}
        for case in cases:
            if self._stopping.is_set():
                return False
            if case.skip:
                skipped = CaseResult(case.name, "skipped", case.file, case.line, case.skip)
                self._heard(self._result, skipped)
                whole = False
                continue
            self._starts(self._result, case.name)
            result = self._run_case(case, following.get(case.number, 0))
            whole = whole and result.status == "passed"
            self._heard(self._result, result)
            if self._runtime is None and self._opened() is None:
                return False
        return whole

    def _run_case(self, case: Case, following: int) -> CaseResult:
        self._bench.output.clear()
        self._cassette.begin(case.name)
        begun = time.perf_counter()
        limit = self._settings.timeout if case.timeout is None else case.timeout
        with self._bench.case():
            error = self._entered("test_run", case.number, limit=limit)
            after = self._entered("test_after", case.number, following, limit=limit)
        result = self._judged(case, error or after, time.perf_counter() - begun)
        self._cassette.end(asked_well=result.status in ("passed", "failed"))
        return result

    def _entered(self, name: str, *numbers: int, limit: float | None) -> LLMSpellError | None:
        """The error with which a part of a case ended; None if it ended well."""
        if self._runtime is None:
            return None
        try:
            self._runtime.engine.run_entry(name, *numbers, timeout=limit)
        except EngineLost as error:
            self._runtime = None  # the next case gets a new one
            return error.reason
        except LLMSpellError as error:
            return error
        return None

    def _judged(self, case: Case, error: LLMSpellError | None, seconds: float) -> CaseResult:
        """What a case has come to."""
        output = b"".join(self._bench.output).decode(errors="replace")
        result = CaseResult(case.name, "passed", case.file, case.line, "", output, seconds)
        missing = self._cassette.missing
        if error is None and missing:
            # The spell has caught the error, but what it did then is no answer to anything.
            error = missing[0]
        if error is None:
            return result
        result.status, result.message = "error", _message(error)
        if isinstance(error, ScriptError):
            value = error.value if isinstance(error.value, dict) else {}
            if value.get("test") in ("failed", "skipped"):
                result.status, result.message = value["test"], value["message"]
                result.expected, result.actual = value.get("expected"), value.get("actual")
            else:
                result.traceback = _traceback(error)
            self._place(result, error)
        if missing and result.status != "skipped" and str(missing[0]) not in result.message:
            result.message += f"\n{missing[0]}"
        return result

    def _place(self, result: CaseResult, error: ScriptError) -> None:
        """Where it failed: the innermost line of the test file."""
        own = chunk_name(str(self._path))
        for frame in error.frames:
            if frame["source"] == own and frame["line"] > 0:
                result.file, result.line = own[1:], frame["line"]
                return


def _message(error: LLMSpellError) -> str:
    if isinstance(error, TimedOut):
        return f"the case took longer than its limit of {error.seconds:g} s"
    return str(error)


def _traceback(error: ScriptError) -> list[str]:
    """The lines that led to an error, innermost first."""
    found = []
    for frame in error.frames:
        if frame["line"] > 0 and frame["source"].startswith("@"):
            name = f" in {frame['name']}" if frame.get("name") else ""
            found.append(f"{os.path.relpath(frame['source'][1:])}:{frame['line']}{name}")
    return found


def _in_words(recording: Recording) -> str:
    request = recording.request
    if recording.kind == "http":
        what = f"{request['method']} {request['url']}"
    else:
        what = f"{recording.kind} of {request.get('model') or request.get('provider')}"
    return what + (f" (of “{recording.test}”)" if recording.test else "")
