"""Results for people, as they come."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator

from llmspell.testing.results import CaseResult, FileResult, Report, Status

_MARKS: dict[Status, tuple[str, str]] = {
    "passed": ("✓", "32"),
    "failed": ("✗", "31"),
    "error": ("✗", "31"),
    "skipped": ("-", "33"),
}
SLOW = 0.1
"""Seconds from which on it is told how long a case took."""


class TextReport:
    """Writes results to `write`; `whole` writes a file only when it has ended, for several at once.

    color: whether to use colours.
    """

    def __init__(self, write: Callable[[str], object], *, color: bool, whole: bool) -> None:
        self._write = write
        self._color = color
        self._whole = whole
        self._lock = threading.Lock()

    def begins(self, file: FileResult) -> None:
        """Tells the name of a file."""
        if not self._whole:
            self._write(file.path + "\n")

    def starts(self, file: FileResult, name: str) -> None:
        """Says nothing."""

    def case(self, file: FileResult, case: CaseResult) -> None:  # noqa: ARG002 - one at a time
        """Tells a result."""
        if not self._whole:
            self._write(self._told(case))

    def file(self, file: FileResult) -> None:
        """Tells what is to be said of the whole file."""
        text = ""
        if self._whole:
            text = file.path + "\n" + "".join(map(self._told, file.cases))
        if not file.cases:
            text += self._colored("  (no cases)\n", "33")
        if file.unused:
            text += self._colored(f"  never asked for, in {file.cassette}:\n", "33")
            text += "".join(f"    {each}\n" for each in file.unused)
        with self._lock:
            self._write(text)

    def end(self, report: Report) -> str:
        """The last lines."""
        counts = [
            self._colored(f"{number} {word}", color)
            for status, word, color in _COUNTED
            if (number := report.count(status)) or status == "passed"
        ]
        text = f"\n{', '.join(counts)} in {report.seconds:.2f} s\n"
        played = sum(each.played for each in report.files)
        recorded = sum(each.recorded for each in report.files)
        if played or recorded:
            text += f"answers: {played} played back, {recorded} recorded\n"
        return text

    def _told(self, case: CaseResult) -> str:
        mark, color = _MARKS[case.status]
        name = case.name or "the file could not be run"
        took = f"  ({case.seconds:.2f} s)" if case.seconds >= SLOW else ""
        reason = f": {case.message}" if case.status == "skipped" and case.message else ""
        lines = [f"  {self._colored(mark, color)} {name}{reason}{took}"]
        if case.bad:
            lines += [f"      {line}".rstrip() for line in _details(case)]
        return "\n".join(lines) + "\n"

    def _colored(self, text: str, color: str) -> str:
        return f"\x1b[{color}m{text}\x1b[0m" if self._color else text


_COUNTED: tuple[tuple[Status, str, str], ...] = (
    ("passed", "passed", "32"),
    ("failed", "failed", "31"),
    ("error", "with errors", "31"),
    ("skipped", "skipped", "33"),
)


def place(case: CaseResult) -> str:
    """`file:line`, as terminals and editors make links of it."""
    path = os.path.relpath(case.file) if case.file else ""
    return f"{path}:{case.line}" if case.line else path


def _details(case: CaseResult) -> Iterator[str]:
    yield place(case)
    yield from case.message.splitlines()
    if case.traceback:
        yield "from:"
        yield from (f"  {each}" for each in case.traceback)
    if case.output:
        yield "output:"
        yield from (f"  {line}" for line in case.output.splitlines())
