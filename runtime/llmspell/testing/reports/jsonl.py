"""Results as lines of JSON, each as it comes, for programs that show them live."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from typing import Any

from llmspell.testing.results import CaseResult, FileResult, Report


class JsonLines:
    """Writes a line for each event to `write`: what it is stands in `event`."""

    def __init__(self, write: Callable[[str], object]) -> None:
        self._write = write
        self._lock = threading.Lock()

    def begins(self, file: FileResult) -> None:
        """`begins`: a file is about to be run."""
        self._tell("begins", {"file": file.path})

    def starts(self, file: FileResult, name: str) -> None:
        """`starts`: a case is."""
        self._tell("starts", {"file": file.path, "name": name})

    def case(self, file: FileResult, case: CaseResult) -> None:
        """`case`: a case has ended. Without a name: why the file could not be run."""
        self._tell("case", {"file": file.path, "case": case.told()})

    def file(self, file: FileResult) -> None:
        """`ends`: a file has ended."""
        self._tell("ends", {**file.told(), "cases": len(file.cases)})

    def end(self, report: Report) -> str:
        """`report`: the last line."""
        return _line("report", {**report.told(), "files": len(report.files)})

    def _tell(self, event: str, told: dict[str, Any]) -> None:
        with self._lock:
            self._write(_line(event, told))


def _line(event: str, told: dict[str, Any]) -> str:
    return json.dumps({"event": event, **told}, ensure_ascii=False) + "\n"
