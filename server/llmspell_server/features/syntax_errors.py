"""Syntax errors as diagnostics."""

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
    """What Lua's compiler says against a document."""
    fault = document.fault(ls.compile)
    if fault is not None and not fault.message.startswith(_CONSTANT):
        yield _syntax_error(document, fault)


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
