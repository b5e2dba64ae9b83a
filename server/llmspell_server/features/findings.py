"""What the checks of the analysis find, as diagnostics."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from lsprotocol import types
from pygls.uris import to_fs_path

from llmspell_server.analysis.checks.catalogue import CODES, Tag
from llmspell_server.analysis.checks.checker import Checker, Placed
from llmspell_server.diagnosing import SEVERITIES, SOURCE
from llmspell_server.documents import key_of
from llmspell_server.settings import Settings

from . import strings

if TYPE_CHECKING:
    from llmspell_server.documents import Document
    from llmspell_server.server import SpellServer

_TAGS: dict[Tag, types.DiagnosticTag] = {
    "unnecessary": types.DiagnosticTag.Unnecessary,
    "deprecated": types.DiagnosticTag.Deprecated,
}
_OF_TYPES = frozenset(("param-type-mismatch", "assign-type-mismatch", "return-type-mismatch"))
_OF_GLOBALS = frozenset(("undefined-global", "lowercase-global"))


def register(server: SpellServer) -> None:
    """Makes the server find them."""
    server.diagnosing.add(findings)


def findings(ls: SpellServer, document: Document) -> Iterator[types.Diagnostic]:
    """What is found in a document, by the settings of its folder."""
    file, settings = key_of(document.uri), ls.configuration.of(document.uri)
    checker = _checker(ls)
    is_open = file in ls.documents
    for placed in checker.findings(file):
        scope = settings.diagnostics_scope.get(placed.code, CODES[placed.code].scope)
        if scope == "off" or (scope == "open" and not is_open):
            continue
        if placed.code in _OF_GLOBALS and _is_declared(settings, placed):
            continue
        if placed.code in _OF_TYPES and strings.is_told(ls, document, placed.start, placed.end):
            continue
        yield _diagnostic(ls, document, checker, placed)


def _checker(ls: SpellServer) -> Checker:
    inference = ls.inference
    if ls.checker is None or ls.checker.inference is not inference:

        def path(file: str) -> str | None:
            return to_fs_path(ls.surroundings.uri(file))

        ls.checker = Checker(
            inference,
            ls.rules,
            lambda file: ls.spells.codes(path(file)),
            lambda file: ls.spells.types(path(file)),
        )
    return ls.checker


def _is_declared(settings: Settings, placed: Placed) -> bool:
    """Whether the settings say that there is such a global."""
    name = str(placed.finding.data.get("name", ""))
    if name in settings.diagnostics_globals:
        return True
    return any(_matches(pattern, name) for pattern in settings.diagnostics_globals_regex)


def _matches(pattern: str, name: str) -> bool:
    try:
        return re.search(pattern, name) is not None
    except re.error:
        return False


def _diagnostic(
    ls: SpellServer, document: Document, checker: Checker, placed: Placed
) -> types.Diagnostic:
    finding, code = placed.finding, CODES[placed.code]
    related = []
    for each in finding.related:
        span, there = checker.related(each), ls.surroundings
        if span is None:
            continue
        place = types.Location(there.uri(each.file), there.range(each.file, *span))
        related.append(types.DiagnosticRelatedInformation(place, each.message))
    return types.Diagnostic(
        range=document.range(placed.start, placed.end),
        message=finding.message,
        severity=SEVERITIES[code.severity],
        code=code.name,
        source=SOURCE,
        tags=[_TAGS[code.tag]] if code.tag else None,
        related_information=related or None,
        data=dict(finding.data) or None,
    )
