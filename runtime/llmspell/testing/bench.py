"""What stands behind the global `Test` of one test file."""

from __future__ import annotations

import os
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from llmspell.app import Runtime, Stage
from llmspell.errors import LLMSpellError, ValidationError
from llmspell.lua.outcome import EngineLost, Exited, TimedOut
from llmspell.lua.streams import Streams
from llmspell.lua.waiting import Waiting
from llmspell.testing.cassettes.cassette import Cassette
from llmspell.testing.cassettes.http import RecordedHttp
from llmspell.testing.cassettes.models import RecordedModels
from llmspell.testing.settings import TestSettings

if TYPE_CHECKING:
    from llmspell.security.policy import Policy


class Bench:
    """Runs spells for one test file, and makes folders for it.

    home: a folder that is there as long as the file is run; the State of all its spells is in it.
    output: gets what spells write, beside what the test itself does.
    """

    def __init__(
        self, test_file: Path, settings: TestSettings, cassette: Cassette, home: Path
    ) -> None:
        self.policy: Policy | None = None
        self._test_file = test_file
        self._settings = settings
        self._cassette = cassette
        self._home = home
        self._folders: list[Path] = []
        self._running: set[Runtime] = set()
        self._lock = threading.Lock()
        self._stopped = False
        self.output: list[bytes] = []

    def runtime(self, folder: Path, streams: Streams, *, tests: bool) -> Runtime:
        """A runtime whose traffic is recorded; with the global `Test`, if it is for tests."""
        settings = self._settings
        return Runtime(
            config=settings.config,
            profile=settings.profile,
            strict_config=settings.strict_config,
            security=settings.security,
            script_dir=str(folder),
            streams=streams,
            offline=settings.offline,
            max_cost=settings.max_cost,
            max_total_tokens=settings.max_total_tokens,
            environ=settings.environ,
            stage=Stage(
                RecordedModels(self._cassette),
                RecordedHttp(self._cassette),
                self._home / "state.db",
                self if tests else None,
                tuple(map(str, self._folders_around)) if tests else (),
            ),
        )

    # `Test` ---------------------------------------------------------------------------------

    def run(self, path: str, arguments: list[str], *, stdin: str, timeout: float | None) -> Waiting:
        """Runs a spell in a thread and an engine of its own; gives a `SpellRun`."""
        found = self._found(path)
        words = [str(word) for word in arguments]
        out: list[bytes] = []
        errors: list[bytes] = []
        unread = [stdin.encode()]

        def write(to: list[bytes], data: bytes) -> None:
            to.append(data)
            self.output.append(data)

        streams = Streams(
            lambda data: write(out, data),
            lambda data: write(errors, data),
            lambda _: unread.pop() if unread else b"",
        )
        runtime = self.runtime(found.parent, streams, tests=False)
        assert self.policy is not None
        runtime.policy = self.policy  # a spell of a test may do what the test may, and no more
        engine = runtime.engine
        waiting = Waiting(cancel=engine.stop)

        def work() -> None:
            try:
                told = self._ended(runtime, str(found), words, timeout)
                told["output"] = b"".join(out).decode(errors="replace")
                told["errors"] = b"".join(errors).decode(errors="replace")
                waiting.complete(told)
            except BaseException as error:  # noqa: BLE001 - raised where it is waited for
                waiting.fail(error)

        with self._lock:
            if self._stopped:
                raise LLMSpellError("the tests are being ended")
            self._running.add(runtime)
        threading.Thread(target=work, name="llmspell-test-spell", daemon=True).start()
        return waiting

    def mask(self, text: str, word: str) -> None:
        """Has recordings say a word instead of a text."""
        self._cassette.masks.add_varying(text, word)

    def folder(self) -> str:
        """A folder for the case at hand."""
        made = Path(tempfile.mkdtemp(prefix="llmspell-test-")).resolve()
        self._folders.append(made)
        number = len(self._folders)
        self.mask(str(made), "FOLDER" if number == 1 else f"FOLDER_{number}")
        return str(made)

    # For the runner -------------------------------------------------------------------------

    @contextmanager
    def case(self) -> Iterator[None]:
        """Around a case: what it has masked and made is gone afterwards."""
        with self._cassette.masks.for_a_while():
            try:
                yield
            finally:
                folders, self._folders = self._folders, []
                for each in folders:
                    shutil.rmtree(each, ignore_errors=True)

    def stop(self) -> None:
        """Ends the spells that are running, and lets no other begin."""
        with self._lock:
            self._stopped = True
            running = list(self._running)
        for runtime in running:
            runtime.engine.stop()

    # Behind it ------------------------------------------------------------------------------

    @property
    def _folders_around(self) -> list[Path]:
        """Where spells and modules are looked for: from the test up to the working directory."""
        cwd = Path.cwd()
        above = [each for each in self._test_file.parents if each.is_relative_to(cwd)]
        return [*(above or [self._test_file.parent]), *([] if cwd in above else [cwd])]

    def _found(self, path: str) -> Path:
        """The file of a spell; raises ValidationError, and what the policy raises."""
        assert self.policy is not None
        for folder in self._folders_around:
            candidate = folder / path
            if candidate.is_file():
                return Path(self.policy.check_path(os.path.abspath(candidate), "read"))  # noqa: PTH100
        raise ValidationError(
            f"there is no spell '{path}', neither beside the test nor in the folders above it",
            field="path",
        )

    def _ended(
        self, runtime: Runtime, path: str, arguments: list[str], timeout: float | None
    ) -> dict[str, Any]:
        """Runs a spell to its end and tells how that was."""
        begun = time.perf_counter()
        told: dict[str, Any] = {"success": True, "exit_code": 0}
        covered = self._settings.coverage
        watched = None if covered is None else covered.watch(runtime.engine)
        try:
            told["value"] = runtime.run_file(path, arguments, timeout=timeout).value
        except Exited as error:
            told |= {"success": error.code == 0, "exit_code": error.code & 0xFF}
            if error.code:
                told["error"] = str(error)
        except LLMSpellError as error:
            reason = error.reason if isinstance(error, EngineLost) else error
            code = 124 if isinstance(reason, TimedOut) else 1
            told |= {"success": False, "exit_code": code, "error": str(reason)}
        finally:
            if watched is not None:
                watched.collect()
            runtime.close()
            with self._lock:
                self._running.discard(runtime)
        return told | {"seconds": time.perf_counter() - begun}
