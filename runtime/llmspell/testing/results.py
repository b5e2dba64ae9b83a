"""What became of test files and their cases."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

from attrs import define, field

from llmspell.testing.cassettes.cassette import Mode

Status: TypeAlias = Literal["passed", "failed", "error", "skipped"]
"""failed: an assertion was not met; error: something else went wrong."""


@define
class CaseResult:
    """One case.

    message: why it failed or was skipped. file, line: where it failed; else where it stands.
    output: what it and its spells wrote. seconds: how long it took. traceback: the places that led
    to an error, innermost first. expected, actual: the two values of an assertion that they are
    equal, as texts; None if another one failed.
    """

    name: str
    status: Status
    file: str
    line: int
    message: str = ""
    output: str = ""
    seconds: float = 0.0
    traceback: list[str] = field(factory=list)
    expected: str | None = None
    actual: str | None = None

    @property
    def bad(self) -> bool:
        """Whether it is no reason to be content."""
        return self.status in ("failed", "error")

    def told(self) -> dict[str, Any]:
        """The case as plain data."""
        return {
            "name": self.name,
            "status": self.status,
            "file": self.file,
            "line": self.line,
            "message": self.message or None,
            "expected": self.expected,
            "actual": self.actual,
            "output": self.output,
            "seconds": round(self.seconds, 3),
        }


@define
class Case:
    """A case as its file says it, before it is run. number: how Lua knows it."""

    number: int
    name: str
    file: str
    line: int
    timeout: float | None = None
    skip: str | None = None


@define
class Listed:
    """The cases of a file. path: as it was given. error: why they are not known, or not all."""

    path: str
    cases: list[Case]
    error: CaseResult | None = None

    def told(self) -> dict[str, Any]:
        """The cases as plain data, for `--list --format json`."""
        cases = [{"name": each.name, "file": each.file, "line": each.line} for each in self.cases]
        return {"file": self.path, "cases": cases, "error": self.error and self.error.told()}


@define
class FileResult:
    """One file. path: as it was given. error: why it could not be run, as a case without a name.

    played, recorded: how many answers of its cassette were played, and how many are new. unused:
    what nobody has asked for, in words. cassette: the path of that file, empty if there is none.
    """

    path: str
    cases: list[CaseResult] = field(factory=list)
    cassette: str = ""
    played: int = 0
    recorded: int = 0
    unused: list[str] = field(factory=list)
    seconds: float = 0.0

    def count(self, status: Status) -> int:
        """How many cases have a status."""
        return sum(1 for case in self.cases if case.status == status)

    def told(self) -> dict[str, Any]:
        """The file as plain data."""
        return {
            "file": self.path,
            "seconds": round(self.seconds, 3),
            "cassette": self.cassette or None,
            "played": self.played,
            "recorded": self.recorded,
            "unused": self.unused,
            "cases": [case.told() for case in self.cases],
        }


@define
class Report:
    """All files of a run. mode: what was recorded."""

    mode: Mode
    files: list[FileResult] = field(factory=list)
    seconds: float = 0.0

    def count(self, status: Status) -> int:
        """How many cases have a status."""
        return sum(each.count(status) for each in self.files)

    @property
    def good(self) -> bool:
        """Whether nothing went wrong."""
        return not (self.count("failed") or self.count("error"))

    def told(self) -> dict[str, Any]:
        """The report as plain data, for `--format json`."""
        statuses: tuple[Status, ...] = ("passed", "failed", "error", "skipped")
        return {
            "success": self.good,
            "record": self.mode,
            "counts": {status: self.count(status) for status in statuses},
            "seconds": round(self.seconds, 3),
            "files": [each.told() for each in self.files],
        }
