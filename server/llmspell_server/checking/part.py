"""Checks some files, opened together in a session of their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from lsprotocol import types

from ..analysis.checks.catalogue import SEVERITIES
from ..analysis.workspace.summary import Summary
from ..headless import Headless
from .problems import Checked, Part, Problem
from .trace import Trace


def checked_part(
    paths: Sequence[Path], folders: Sequence[Path], closed: Mapping[str, Summary]
) -> Part:
    """What is wrong with files. closed: what the others of the folders say, by their paths."""
    sources: dict[Path, str] = {}
    unreadable: dict[Path, str] = {}
    for path in paths:
        try:
            sources[path] = path.read_bytes().decode("utf-8", "replace")
        except OSError as error:
            unreadable[path] = error.strerror or str(error)
    trace = Trace()
    with Headless(folders, closed, trace) as session:
        found = {path: tuple(map(_problem, items)) for path, items in session.problems(sources)}
    files = tuple(Checked(path, found.get(path, ()), unreadable.get(path)) for path in paths)
    return Part(files, None if unreadable else trace.answers)


def _problem(found: types.Diagnostic) -> Problem:
    start, end = found.range.start, found.range.end
    severity = SEVERITIES[(found.severity or types.DiagnosticSeverity.Error) - 1]
    places = (start.line + 1, start.character + 1, end.line + 1, end.character + 1)
    return Problem(*places, severity, str(found.code), found.message)
