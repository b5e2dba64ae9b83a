"""Diagnostics: pushed to clients that do not pull, with the version they were made for.

A client that pulls (`textDocument/diagnostic`) would show pushed ones a second time.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING

from lsprotocol import types

from llmspell_server.analysis.faults import Fault

if TYPE_CHECKING:
    from llmspell_server.documents import Document
    from llmspell_server.server import SpellServer

_SOURCE = "llmspell"


def register(server: SpellServer) -> None:
    """Makes the server push and answer."""
    server.feature(types.TEXT_DOCUMENT_DID_OPEN)(did_open)
    server.feature(types.TEXT_DOCUMENT_DID_CHANGE)(did_change)
    server.feature(types.TEXT_DOCUMENT_DID_CLOSE)(did_close)
    options = types.DiagnosticOptions(
        inter_file_dependencies=False, workspace_diagnostics=False, identifier=_SOURCE
    )
    server.feature(types.TEXT_DOCUMENT_DIAGNOSTIC, options)(pull)


def did_open(ls: SpellServer, params: types.DidOpenTextDocumentParams) -> None:
    """Pushes what is wrong with a document that was opened."""
    _push(ls, params.text_document.uri)


def did_change(ls: SpellServer, params: types.DidChangeTextDocumentParams) -> None:
    """Pushes what is wrong with a document after a change."""
    _push(ls, params.text_document.uri)


def did_close(ls: SpellServer, params: types.DidCloseTextDocumentParams) -> None:
    """Takes back what was pushed."""
    if not _pulls(ls):
        ls.text_document_publish_diagnostics(
            types.PublishDiagnosticsParams(params.text_document.uri, [])
        )


def pull(
    ls: SpellServer, params: types.DocumentDiagnosticParams
) -> types.RelatedFullDocumentDiagnosticReport | types.RelatedUnchangedDocumentDiagnosticReport:
    """What is wrong with a document, or that it is what the client knows already."""
    document = ls.lua_document(params.text_document.uri)
    if document is None:
        return types.RelatedFullDocumentDiagnosticReport(items=[])
    # Diagnostics depend on the text alone; a version may come again after closing.
    result_id = blake2b(document.text.encoded, digest_size=16).hexdigest()
    if params.previous_result_id == result_id:
        return types.RelatedUnchangedDocumentDiagnosticReport(result_id)
    return types.RelatedFullDocumentDiagnosticReport(
        items=_diagnostics(ls, document), result_id=result_id
    )


def _push(ls: SpellServer, uri: str) -> None:
    document = ls.lua_document(uri)
    if document is None or _pulls(ls):
        return
    ls.text_document_publish_diagnostics(
        types.PublishDiagnosticsParams(uri, _diagnostics(ls, document), document.version)
    )


def _pulls(ls: SpellServer) -> bool:
    capabilities = ls.client_capabilities.text_document
    return capabilities is not None and capabilities.diagnostic is not None


def _diagnostics(ls: SpellServer, document: Document) -> list[types.Diagnostic]:
    fault = document.fault(ls.compile)
    return [] if fault is None else [_syntax_error(document, fault)]


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
        source=_SOURCE,
        related_information=related,
    )
