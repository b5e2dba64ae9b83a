"""Measures, prints a table, writes `.benchmarks/latest.json`."""

from __future__ import annotations

import argparse
import json
import platform
import sys
import time
from pathlib import Path

from attrs import asdict

from tests.benchmarks import (
    debugging,
    editor,
    engine,
    formatting,
    instrument,
    language_server,
    models,
    profiling,
    services,
    startup,
    tools,
)
from tests.benchmarks.figure import Figure

SUBJECTS = {
    "start-up": startup.figures,
    "engine": engine.figures,
    "services": services.figures,
    "tools": tools.figures,
    "models": models.figures,
    "debugging": debugging.figures,
    "instrumenting": instrument.figures,
    "profiling": profiling.figures,
    "formatting": formatting.figures,
    "language-server": language_server.figures,
    "editor": editor.figures,
}
REPORT = Path(__file__).parents[2] / ".benchmarks" / "latest.json"


def main(arguments: list[str]) -> None:
    """Measures the subjects that are named, by default all."""
    parser = argparse.ArgumentParser("python -m tests.benchmarks", description=__doc__)
    subjects = parser.add_argument(
        "subjects", nargs="*", help=f"{', '.join(SUBJECTS)}; default: all"
    )
    parser.add_argument("--markdown", action="store_true", help="print the rows for docs")
    options = parser.parse_args(arguments)
    unknown = [name for name in options.subjects if name not in SUBJECTS]
    if unknown:
        parser.error(str(argparse.ArgumentError(subjects, f"there is no {', '.join(unknown)}")))
    measured = {name: SUBJECTS[name]() for name in options.subjects or SUBJECTS}
    REPORT.parent.mkdir(exist_ok=True)
    document = {
        "date": time.strftime("%Y-%m-%d"),
        "machine": platform.machine(),
        "python": platform.python_version(),
        "figures": {name: [asdict(f) for f in found] for name, found in measured.items()},
    }
    REPORT.write_text(json.dumps(document, indent=1) + "\n")
    row = _markdown if options.markdown else _plain
    for name, found in measured.items():
        print(f"\n{name}\n")
        for figure in found:
            print(row(figure))


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 1000 else f"{value:.3g}"


def _bar(figure: Figure) -> str:
    if figure.bar is None:
        return ""
    sign = "≤" if figure.at_most else "≥"
    return f"{sign} {_number(figure.bar)} {figure.unit}"


def _plain(figure: Figure) -> str:
    verdict = {True: "met", False: "MISSED", None: ""}[figure.met]
    measured = f"{_number(figure.value)} {figure.unit}"
    return f"  {figure.name:64} {measured:>14}  {_bar(figure):14} {verdict}"


def _markdown(figure: Figure) -> str:
    return f"| {figure.name} | {_number(figure.value)} {figure.unit} | {_bar(figure)} |"


if __name__ == "__main__":
    main(sys.argv[1:])
