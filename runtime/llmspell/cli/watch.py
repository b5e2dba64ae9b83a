"""`--watch`: runs a spell again whenever it, or a module that it required, changes.

Files are polled: a `stat` of each every 0.2 s costs nothing measurable for the few files of a
spell, sees editors that replace a file (a rename gives it a new inode), works on network file
systems and needs no library. A change also ends a run that is still under way.
"""

from __future__ import annotations

import os
import re
import sys
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NoReturn

from llmspell.cli.execution import Spell, check_engine, fail, leave, make_runtime, show_notes
from llmspell.cli.signals import Signals, Terminated
from llmspell.errors import LLMSpellError
from llmspell.lua.inspect import Inspector
from llmspell.lua.outcome import EngineLost, Interrupted, Stopped

POLL, SETTLE = 0.2, 0.05  # seconds

Signature = tuple[int, int, int] | None


class Changed(Stopped):
    """A run ended because a file of the spell changed."""

    def __init__(self) -> None:
        super().__init__("a file of the spell changed")


def signature(path: str) -> Signature:
    """What tells one state of a file from another; None while it is missing."""
    try:
        status = os.stat(path)  # noqa: PTH116 - polled
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino


class Files:
    """Files and the state in which they were last seen."""

    def __init__(self, paths: Iterable[str]) -> None:
        self._seen: dict[str, Signature] = {}
        self.add(paths)

    def __len__(self) -> int:
        return len(self._seen)

    def add(self, paths: Iterable[str]) -> None:
        """Watches more files, from their state now on; known ones keep theirs."""
        for path in paths:
            self._seen.setdefault(path, signature(path))

    def changed(self) -> str | None:
        """A file that is not as it was seen, if there is one."""
        return next((p for p, seen in self._seen.items() if signature(p) != seen), None)

    def wait(self, pause: Callable[[float], None]) -> str:
        """Waits for a change and until it is over; gives the file."""
        while (path := self.changed()) is None:
            pause(POLL)
        earlier: dict[str, Signature] = {}
        while earlier != (now := {path: signature(path) for path in self._seen}):
            earlier = now
            pause(SETTLE)
        self._seen = earlier
        return path


class Watch:
    """One spell under watch."""

    def __init__(
        self,
        options: Mapping[str, Any],
        script: str,
        arguments: Sequence[str],
        signals: Signals,
    ) -> None:
        self._options = options
        self._signals = signals
        self._script = script
        self._arguments = arguments
        self._files = Files([os.path.abspath(script)])  # noqa: PTH100

    def forever(self) -> NoReturn:
        """Runs and waits until a signal ends it; raises its reason."""
        while True:
            started = time.monotonic()
            code = self._run()
            if code is not None:
                took = time.monotonic() - started
                count = len(self._files)
                files = "1 file" if count == 1 else f"{count} files"
                _say(
                    f"ended with exit code {code} after {took:.2f} s; watching {files}, Ctrl-C ends"
                )
            path = self._files.wait(self._signals.pause)
            _say(f"{os.path.relpath(path)} changed, running again")

    def _run(self) -> int | None:
        """One run: its exit code, or None if a change ended it."""
        console: list[bytes] = []
        spell = None
        try:
            spell = Spell.read(self._script, self._arguments)
            self._run_spell(spell, console)
        except (Interrupted, Terminated):
            raise
        except Changed:
            return None
        except EngineLost as lost:
            if isinstance(lost.reason, Interrupted | Terminated):
                raise lost.reason from None
            _say("the spell could not be stopped; it is left behind")
            return None if isinstance(lost.reason, Changed) else fail(self._options, lost, console)
        except LLMSpellError as error:
            # A module that was looked for in vain is watched too: it may appear.
            self._files.add(re.findall(r"no file '([^']+)'", str(error)))
            return fail(self._options, error, console, spell.sources if spell else None)
        return 0

    def _run_spell(self, spell: Spell, console: list[bytes]) -> None:
        runtime = make_runtime(self._options, spell.folder, console, tracked=True)
        engine = runtime.engine
        over = threading.Event()

        def work() -> None:
            with runtime:
                inspector = Inspector(engine)
                inspector.record_chunks()
                try:
                    spell.run(runtime, self._options["timeout"])
                finally:
                    if engine.usable:
                        self._files.add(inspector.recorded_files())

        show_notes(runtime)
        watcher = threading.Thread(
            target=self._stop_on_change, args=(engine.stop, over), daemon=True
        )
        watcher.start()
        try:
            self._signals.attend(work, engine.stop)
        finally:
            over.set()
            watcher.join()

    def _stop_on_change(self, stop: Callable[[Stopped], None], over: threading.Event) -> None:
        while not over.wait(POLL):
            if self._files.changed():
                stop(Changed())
                return


def watch_script(options: Mapping[str, Any], script: str, arguments: Sequence[str]) -> NoReturn:
    """Runs a script again and again; ends the process with the exit code of a signal."""
    with Signals() as signals:
        try:
            if script == "-":
                leave(fail(options, LLMSpellError("--watch needs a file, not standard input")))
            check_engine(options)
            Watch(options, script, arguments, signals).forever()
        except (Interrupted, Terminated) as reason:
            code = fail({**options, "output": "text"}, reason)
        except LLMSpellError as error:
            code = fail(options, error)
    leave(code)


def _say(text: str) -> None:
    sys.stderr.write(f"[watch] {text}\n")
    sys.stderr.flush()
