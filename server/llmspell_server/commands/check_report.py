"""What `llmspell check` prints: lines as compilers have them, JSON, SARIF, or GitHub's commands."""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any
from urllib.parse import quote

import click

from llmspell.telemetry.colour import use_color
from llmspell.version import __version__

from ..analysis.checks.catalogue import CODES, SEVERITIES, Severity
from ..checking.problems import Checked, Problem

FOUND, FAILED = 1, 2
_COLORS: dict[Severity, str] = {
    "error": "red",
    "warning": "yellow",
    "information": "blue",
    "hint": "cyan",
}
_LEVELS: dict[Severity, str] = {
    "error": "error",
    "warning": "warning",
    "information": "note",
    "hint": "note",
}
_COMMANDS: dict[Severity, str] = {**_LEVELS, "information": "notice", "hint": "notice"}


def report(files: Iterable[Checked], form: str, lightest: Severity) -> int:
    """Prints what was found and gives the exit code. lightest: what is still shown."""
    wanted = SEVERITIES[: SEVERITIES.index(lightest) + 1]
    results = [
        (file, [each for each in file.problems if each.severity in wanted]) for file in files
    ]
    click.echo(_FORMS[form](results), nl=False)
    for file, _ in results:
        if file.unreadable is not None:
            click.echo(f"{file.path}: {file.unreadable}", err=True)
    counts = Counter(each.severity for _, problems in results for each in problems)
    if form == "text":
        click.echo(_summary(counts, len(results)), err=True)
    if any(file.unreadable is not None for file, _ in results):
        return FAILED
    return FOUND if counts["error"] or counts["warning"] else 0


Results = Sequence[tuple[Checked, list[Problem]]]


def _summary(counts: Counter[Severity], files: int) -> str:
    checked = f"{files} {'file' if files == 1 else 'files'} checked"
    said = [_counted(counts[severity], severity) for severity in SEVERITIES if counts[severity]]
    return f"{checked}: {', '.join(said) or 'no problems'}"


def _counted(count: int, severity: Severity) -> str:
    return (
        f"{count} {severity}" if count == 1 or severity == "information" else f"{count} {severity}s"
    )


def _text(results: Results) -> str:
    colored = use_color(sys.stdout, os.environ)
    lines = []
    for file, problems in results:
        for each in problems:
            severity = each.severity
            shown = click.style(severity, fg=_COLORS[severity], bold=True) if colored else severity
            place = f"{file.path}:{each.line}:{each.column}"
            lines.append(f"{place}: {shown}: {each.message} [{each.code}]\n")
    return "".join(lines)


def _json(results: Results) -> str:
    found = [
        {
            "path": str(file.path),
            "line": each.line,
            "column": each.column,
            "end_line": each.end_line,
            "end_column": each.end_column,
            "severity": each.severity,
            "code": each.code,
            "message": each.message,
        }
        for file, problems in results
        for each in problems
    ]
    return json.dumps({"files": len(results), "problems": found}, ensure_ascii=False) + "\n"


def _sarif(results: Results) -> str:
    """SARIF 2.1.0 (OASIS), as code scanning services read it."""
    used = {each.code for _, problems in results for each in problems}
    driver = {
        "name": "llmspell",
        "version": __version__,
        "rules": [_rule(code) for code in sorted(used)],
    }
    found = [_result(file, each) for file, problems in results for each in problems]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": found}
    schema = "https://json.schemastore.org/sarif-2.1.0.json"
    return json.dumps({"$schema": schema, "version": "2.1.0", "runs": [run]}) + "\n"


def _rule(code: str) -> dict[str, Any]:
    declared = CODES.get(code)
    if declared is None:
        return {"id": code}
    return {
        "id": code,
        "shortDescription": {"text": declared.meaning},
        "defaultConfiguration": {"level": _LEVELS[declared.severity]},
    }


def _result(file: Checked, problem: Problem) -> dict[str, Any]:
    region = {
        "startLine": problem.line,
        "startColumn": problem.column,
        "endLine": problem.end_line,
        "endColumn": problem.end_column,
    }
    place = {"artifactLocation": {"uri": quote(file.path.as_posix())}, "region": region}
    return {
        "ruleId": problem.code,
        "level": _LEVELS[problem.severity],
        "message": {"text": problem.message},
        "locations": [{"physicalLocation": place}],
    }


def _github(results: Results) -> str:
    """Commands that GitHub Actions shows beside the lines of a change."""
    lines = []
    for file, problems in results:
        for each in problems:
            values = {
                "file": str(file.path),
                "line": each.line,
                "endLine": each.end_line,
                "col": each.column,
                "endColumn": each.end_column,
                "title": each.code,
            }
            listed = ",".join(f"{key}={_property(value)}" for key, value in values.items())
            lines.append(f"::{_COMMANDS[each.severity]} {listed}::{_data(each.message)}\n")
    return "".join(lines)


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(value: object) -> str:
    return _data(str(value)).replace(":", "%3A").replace(",", "%2C")


_FORMS: dict[str, Callable[[Results], str]] = {
    "text": _text,
    "json": _json,
    "sarif": _sarif,
    "github": _github,
}
