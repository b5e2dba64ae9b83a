"""What is wrong in configurations, in the words of `llmspell config validate`."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from lsprotocol import types
from pygls.uris import to_fs_path

from llmspell.config.document import fault_of, read_chain
from llmspell.config.examine import Findings, examine
from llmspell.config.places import expand_home
from llmspell.config.problems import Violation
from llmspell.errors import ConfigError
from llmspell_server.analysis.configuration.checks import Problem, problems
from llmspell_server.diagnosing import SEVERITIES, SOURCE
from llmspell_server.documents import Document

if TYPE_CHECKING:
    from llmspell_server.server import SpellServer


def found_in(ls: SpellServer, document: Document) -> list[Problem]:
    """The problems of a configuration."""
    path = to_fs_path(document.uri)
    return problems(
        document.configuration,
        fault_of(document.text.source),
        lambda table: _examined(table, path),
        ls.spells.kinds_of(path),
    )


def diagnostics(ls: SpellServer, document: Document) -> list[types.Diagnostic]:
    """The problems as the protocol has them."""
    return [as_diagnostic(document, problem) for problem in found_in(ls, document)]


def _examined(table: Mapping[str, object], path: str | None) -> Findings:
    """What the runtime says; a file that is extended is read from the disk."""
    folder = os.path.dirname(path) if path else ""  # noqa: PTH120
    parent = table.get("extends")
    if path is None or not isinstance(parent, str) or not parent:
        return examine(table, os.environ, folder=folder)
    try:
        below = read_chain(Path(path).parent / expand_home(parent, os.environ), os.environ).table
    except ConfigError as error:
        found = examine(table, os.environ, folder=folder)
        broken = Violation("extends", str(error))
        return Findings((broken, *found.violations), found.unknown, found.notes)
    return examine(table, os.environ, folder=folder, below=below)


def as_diagnostic(document: Document, problem: Problem) -> types.Diagnostic:
    """A problem as the protocol has it."""
    tags = [types.DiagnosticTag.Unnecessary] * problem.unnecessary
    tags += [types.DiagnosticTag.Deprecated] * problem.deprecated
    return types.Diagnostic(
        range=document.range(problem.start, problem.end),
        message=problem.message,
        severity=SEVERITIES[problem.severity],
        code=problem.code,
        source=SOURCE,
        tags=tags or None,
    )
