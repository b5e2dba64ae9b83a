"""Syntax errors as diagnostics.

The compiler has the last word and says the first mistake; what the parser finds missing in later
statements is told beside it, the first thing in each.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from lsprotocol import types

from llmspell_server.analysis.faults import Fault
from llmspell_server.diagnosing import SOURCE

if TYPE_CHECKING:
    from llmspell_server.documents import Document
    from llmspell_server.server import SpellServer

_CONSTANT = "attempt to assign to const variable"  # a check finds all of these


def register(server: SpellServer) -> None:
    """Makes the server find them."""
    server.diagnosing.add(syntax_errors)


def syntax_errors(ls: SpellServer, document: Document) -> Iterator[types.Diagnostic]:
    """What is said against a document by Lua's compiler, and behind that by the parser."""
    fault = document.fault(ls.compile)
    if fault is None:
        return
    if not fault.message.startswith(_CONSTANT):
        yield _syntax_error(document, fault)
    pieces = document.snapshot(ls.compile).pieces
    first = pieces.index_at(fault.start) + 1
    for piece, start in zip(pieces.all[first:], pieces.starts[first:], strict=True):
        for problem in piece.problems[:1]:
            end = max(problem.end, problem.start + 1)
            opened = problem.opened
            found = Fault(
                start + problem.start,
                min(start + end, len(document.text.source)),
                problem.message,
                (start + opened[0], start + opened[1]) if opened is not None else None,
            )
            if found.start >= fault.end:
                yield _syntax_error(document, found)


def _syntax_error(document: Document, fault: Fault) -> types.Diagnostic:
    related = None
    if fault.opened is not None:
        place = types.Location(document.uri, document.range(*fault.opened))
        related = [types.DiagnosticRelatedInformation(place, "opened here")]
    return types.Diagnostic(
        range=document.range(fault.start, fault.end),
        message=fault.message,
        severity=types.DiagnosticSeverity.Error,
        code="syntax-error",
        source=SOURCE,
        related_information=related,
    )
