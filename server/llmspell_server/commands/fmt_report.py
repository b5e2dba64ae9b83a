"""What `llmspell fmt` says and writes, file by file."""

from __future__ import annotations

import difflib
import json
import os
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Literal

import click
from attrs import evolve, frozen

from llmspell.telemetry.colour import use_color

from .fmt_files import Formatted, write

Status = Literal["unchanged", "formatted", "would change", "failed"]

WOULD_CHANGE, FAILED = 1, 2
_COLORS = {"+": "green", "-": "red", "@": "cyan"}


@frozen
class Report:
    """How files are dealt with.

    check: whether a change is a failure. diff: whether changes are shown. document: whether one
    JSON document is printed in place of lines. With check or diff nothing is written.
    """

    check: bool
    diff: bool
    document: bool

    def on_files(self, files: Iterable[Formatted]) -> int:
        """Writes or shows the files and gives the exit code."""
        results = [(file, self._dealt_with(file)) for file in map(self._written, files)]
        counts = Counter(status for _, status in results)
        if self.document:
            listed = [self._entry(file, status) for file, status in results]
            summary = {status.replace(" ", "_"): n for status, n in counts.items()}
            click.echo(json.dumps({"files": listed, "summary": summary}, ensure_ascii=False))
        else:
            said = [f"{n} {_files(n)} {status}" for status, n in sorted(counts.items())]
            click.echo(", ".join(said) or "no Lua files found", err=True)
        if counts["failed"]:
            return FAILED
        return WOULD_CHANGE if self.check and counts["would change"] else 0

    def on_text(self, text: Formatted) -> int:
        """The same for a text that is no file: the result goes to standard output."""
        if self.check or self.diff or text.problem is not None:
            return self.on_files([text])
        if self.document:
            entry = {
                **self._entry(text, self._status(text)),
                "text": text.after.decode("utf-8", "replace"),
            }
            click.echo(json.dumps({"files": [entry]}, ensure_ascii=False))
        else:
            sys.stdout.buffer.write(text.after)
        return 0

    def _written(self, file: Formatted) -> Formatted:
        if self.check or self.diff or not file.changed:
            return file
        try:
            write(file)
        except OSError as error:
            return evolve(file, after=file.before, problem=f"cannot be written: {error.strerror}")
        return file

    def _dealt_with(self, file: Formatted) -> Status:
        """Says a line about a file, or shows its diff."""
        status = self._status(file)
        if self.document:
            return status
        if status == "failed":
            click.echo(f"{file.path}: {file.problem}", err=True)
        elif file.changed and self.diff:
            click.echo("\n".join(_colored(diff_of(file))))
        elif file.changed:
            click.echo(f"{status}: {file.path}")
        return status

    def _status(self, file: Formatted) -> Status:
        if file.problem is not None:
            return "failed"
        if not file.changed:
            return "unchanged"
        return "would change" if self.check or self.diff else "formatted"

    def _entry(self, file: Formatted, status: Status) -> dict[str, str]:
        entry = {"path": str(file.path), "status": status.replace(" ", "_")}
        if file.problem is not None:
            entry["problem"] = file.problem
        if self.diff and file.changed:
            entry["diff"] = "\n".join(diff_of(file)) + "\n"
        return entry


def diff_of(file: Formatted) -> Iterator[str]:
    """The lines of a unified diff that `patch` and `git apply -p0` understand."""
    before, after = (_lines(data) for data in (file.before, file.after))
    name = str(file.path)
    for line in difflib.unified_diff(before, after, name, name, lineterm="\n"):
        yield line.removesuffix("\n")
        if not line.endswith("\n"):
            yield "\\ No newline at end of file"


def _lines(data: bytes) -> list[str]:
    text = data.decode("utf-8", "replace")
    return [line for line in re.split(r"(?<=\n)", text) if line]


def _colored(lines: Iterable[str]) -> Iterator[str]:
    on = use_color(sys.stdout, os.environ)
    for line in lines:
        color = _COLORS.get(line[:1]) if on else None
        yield click.style(line, fg=color) if color else line


def _files(count: int) -> str:
    return "file" if count == 1 else "files"
