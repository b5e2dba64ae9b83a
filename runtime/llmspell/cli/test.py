"""`llmspell test`: run tests of spells, with recorded answers of models and servers."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from attrs import evolve

from llmspell.cli.global_options import GlobalOptions, with_options
from llmspell.cli.observing import written_file
from llmspell.cli.run_options import RUN_OPTIONS, seconds
from llmspell.cli.signals import Signals

if TYPE_CHECKING:
    from llmspell.testing.results import CaseResult, FileResult, Report
    from llmspell.testing.settings import TestSettings

FORMATS = click.Choice(["text", "json", "jsonl", "junit", "tap"])
RECORD = click.Choice(["none", "once", "new", "all"])
FAILED, NOTHING_TO_RUN = 1, 2

_SHARED = [
    o for o in RUN_OPTIONS if o.name in ("security", "offline", "max_cost", "max_total_tokens")
]


class _Seconds(click.ParamType[Any]):
    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        try:
            return seconds(value) if isinstance(value, str) else value
        except ValueError as error:
            self.fail(str(error), param, ctx)


@click.command("test")
@click.argument("paths", nargs=-1, type=click.Path(exists=True))
@click.option(
    "-k",
    "--filter",
    "filters",
    multiple=True,
    metavar="TEXT",
    help="Run the cases only whose names have this in them; may be repeated.",
)
@click.option(
    "--case",
    "cases",
    multiple=True,
    metavar="NAME",
    help="Run the case of this name only, with its groups (`group > name`); may be repeated.",
)
@click.option("-x", "--fail-fast", is_flag=True, help="End after the first case that fails.")
@click.option(
    "--record",
    type=RECORD,
    help="Which answers are recorded: none; once, where a file has no cassette yet (the default, "
    "but none where CI is set); new ones; all, anew.",
)
@click.option(
    "--format",
    "form",
    type=FORMATS,
    help="Form of the results; jsonl: a line of JSON for each, as it comes.  [default: text]",
)
@click.option(
    "--timeout",
    type=_Seconds(),
    default="60",
    metavar="TIME",
    show_default=True,
    help="End a case after this time (30, 500ms, 2m; 0: no limit).",
)
@click.option(
    "-j", "--jobs", type=click.IntRange(1), default=1, help="How many files are run at once."
)
@click.option("--coverage", type=click.Path(), help="Write which lines were executed (lcov).")
@click.option(
    "--list",
    "only_list",
    is_flag=True,
    help="Show the test files, and run none. With --format json: their cases, too: the files are "
    "read for that.",
)
@with_options(_SHARED)
@click.pass_obj
def test(
    options: GlobalOptions,
    /,
    paths: tuple[str, ...],
    form: str | None,
    coverage: str | None,
    only_list: bool,
    **chosen: Any,
) -> int:
    r"""Run tests of spells: files with cases, in Lua.

    PATHS are files and folders, by default the working directory. In folders, tests are the Lua
    files whose names end with `_test.lua` or begin with `test_`, and those that lie in a folder
    `tests`. What they ask of models and of web servers is recorded beside them
    (`NAME.cassette.json`) and played back from then on.

    \b
    Examples:
      llmspell test
      llmspell test tests/greet_test.lua --filter "says hello"
      llmspell test --record new
      llmspell test --format junit > results.xml
      llmspell test --coverage coverage.info -j 4

    \b
    Exit codes:
      0 all cases passed   1 one has failed   2 wrong usage, or nothing to run
      130 Ctrl-C           143 SIGTERM
    """
    from llmspell.testing.discovery import test_files
    from llmspell.testing.settings import Covered

    files = test_files(paths)
    if form is None:
        form = "text" if options.output == "text" else "json"
    covered = Covered() if coverage else None
    settings = _settings(options, chosen, covered)
    if only_list:
        _write(_list(settings, files, form))
        return 0
    with written_file(coverage) if coverage else nullcontext() as file:
        report = _run(settings, files, form)
        if covered is not None and file is not None:
            covered.write(file)
    return _exit_code(report, settings)


def _settings(options: GlobalOptions, chosen: dict[str, Any], covered: Any) -> TestSettings:
    from llmspell.testing.settings import TestSettings

    return TestSettings(
        record=chosen["record"] or ("none" if os.environ.get("CI") else "once"),
        filters=chosen["filters"],
        cases=chosen["cases"],
        fail_fast=chosen["fail_fast"],
        timeout=chosen["timeout"] or None,
        jobs=chosen["jobs"],
        config=options.config_path,
        profile=options.profile,
        strict_config=options.strict_config,
        security=chosen["security"],
        offline=chosen["offline"],
        max_cost=chosen["max_cost"],
        max_total_tokens=chosen["max_total_tokens"],
        environ=os.environ,
        coverage=covered,
    )


class _Silent:
    """Tells nothing until the end."""

    def begins(self, file: FileResult) -> None:
        """Says nothing."""

    def starts(self, file: FileResult, name: str) -> None:
        """Says nothing."""

    def case(self, file: FileResult, case: CaseResult) -> None:
        """Says nothing."""

    def file(self, file: FileResult) -> None:
        """Says nothing."""


def _list(settings: TestSettings, files: list[Path], form: str) -> str:
    """The files; with their cases where that is for programs."""
    from llmspell.testing.runner import Runner

    if form == "text":
        return "".join(f"{each}\n" for each in files)
    runner = Runner(evolve(settings, record="none"), _Silent())
    told = [runner.listed(each).told() for each in files]
    return json.dumps(told, indent=2, ensure_ascii=False) + "\n"


def _run(settings: TestSettings, files: list[Path], form: str) -> Report:
    """Runs the files and tells the results; raises Interrupted and Terminated."""
    from llmspell.telemetry.colour import use_color
    from llmspell.testing.reports.jsonl import JsonLines
    from llmspell.testing.reports.text import TextReport
    from llmspell.testing.runner import Runner

    text: TextReport | JsonLines | None = None
    if form == "text":
        color = use_color(sys.stdout, os.environ)
        text = TextReport(_write, color=color, whole=settings.jobs > 1)
    elif form == "jsonl":
        text = JsonLines(_write)
    runner = Runner(settings, text or _Silent())
    with Signals() as signals:
        report = signals.attend(lambda: runner.run(files), runner.stop)
    _write(text.end(report) if text else _DOCUMENTS[form](report))
    return report


def _exit_code(report: Report, settings: TestSettings) -> int:
    if not report.good:
        return FAILED
    if not any(each.cases for each in report.files):
        wanted = " or ".join(f"“{each}”" for each in settings.filters)
        where = f" whose name has {wanted} in it" if wanted else ""
        if settings.cases:
            where = f" with the name {' or '.join(f'“{each}”' for each in settings.cases)}{where}"
        click.echo(f"there is no case{where} to run", err=True)
        return NOTHING_TO_RUN
    return 0


def _write(text: str) -> None:
    click.echo(text.encode("utf-8", "replace").decode(), nl=False)


def _json(report: Report) -> str:
    return json.dumps(report.told(), indent=2, ensure_ascii=False) + "\n"


def _junit(report: Report) -> str:
    from llmspell.testing.reports.junit import junit

    return junit(report)


def _tap(report: Report) -> str:
    from llmspell.testing.reports.tap import tap

    return tap(report)


_DOCUMENTS: dict[str, Callable[[Report], str]] = {"json": _json, "junit": _junit, "tap": _tap}
