"""Results in the Test Anything Protocol, version 14 (testanything.org)."""

from __future__ import annotations

import json

from llmspell.testing.reports.text import place
from llmspell.testing.results import CaseResult, Report


def tap(report: Report) -> str:
    """The whole stream."""
    cases = [(file.path, case) for file in report.files for case in file.cases]
    lines = ["TAP version 14", f"1..{len(cases)}"]
    for number, (path, case) in enumerate(cases, 1):
        lines += _told(number, path, case)
    return "\n".join(lines) + "\n"


def _told(number: int, path: str, case: CaseResult) -> list[str]:
    name = _escaped(f"{path}: {case.name or 'the file could not be run'}")
    line = f"{'not ok' if case.bad else 'ok'} {number} - {name}"
    if case.status == "skipped":
        return [f"{line} # SKIP {_escaped(case.message)}".rstrip()]
    if not case.bad:
        return [line]
    # JSON texts are YAML texts.
    told = {"at": place(case), "message": case.message, "output": case.output}
    details = [f"  {key}: {json.dumps(value)}" for key, value in told.items() if value]
    return [line, "  ---", *details, "  ..."]


def _escaped(text: str) -> str:
    return " ".join(text.replace("\\", "\\\\").replace("#", "\\#").split())
