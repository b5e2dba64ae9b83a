"""Opening, editing and closing documents, and textDocument/diagnostic, workspace/diagnostic."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from llmspell_server.analysis.pace import checkpoint
from llmspell_server.diagnosing import SOURCE, Report

if TYPE_CHECKING:
    from llmspell_server.server import SpellServer

_PART = 50  # reports in one part of a result


def register(server: SpellServer) -> None:
    """Makes the server push and answer."""
    server.feature(types.TEXT_DOCUMENT_DID_OPEN)(did_open)
    server.feature(types.TEXT_DOCUMENT_DID_CHANGE)(did_change)
    server.feature(types.TEXT_DOCUMENT_DID_CLOSE)(did_close)
    options = types.DiagnosticOptions(
        inter_file_dependencies=True, workspace_diagnostics=True, identifier=SOURCE
    )
    server.feature(types.TEXT_DOCUMENT_DIAGNOSTIC, options)(pull)
    server.feature(types.WORKSPACE_DIAGNOSTIC)(pull_workspace)
    server.configuration.subscribe(server.refresh)


def did_open(ls: SpellServer, params: types.DidOpenTextDocumentParams) -> None:
    """Pushes what is wrong with a document that was opened."""
    ls.files.edited(params.text_document.uri)
    ls.diagnosing.push_soon(params.text_document.uri, pause=0)


def did_change(ls: SpellServer, params: types.DidChangeTextDocumentParams) -> None:
    """Pushes what is wrong with a document after a change."""
    ls.files.edited(params.text_document.uri)
    ls.diagnosing.push_soon(params.text_document.uri)
    ls.diagnosing.doubt_others_later(params.text_document.uri)


def did_close(ls: SpellServer, params: types.DidCloseTextDocumentParams) -> None:
    """Takes back what was pushed. What was never saved is gone for the others, too."""
    ls.files.closed(params.text_document.uri)
    ls.diagnosing.take_back(params.text_document.uri)
    ls.diagnosing.doubt_others_later(params.text_document.uri)


def pull(
    ls: SpellServer, params: types.DocumentDiagnosticParams
) -> types.RelatedFullDocumentDiagnosticReport | types.RelatedUnchangedDocumentDiagnosticReport:
    """What is wrong with a document, or that it is what the client knows already."""
    document = ls.open_document(params.text_document.uri)
    if document is None:
        return types.RelatedFullDocumentDiagnosticReport(items=[])
    report = ls.diagnosing.report(document)
    if params.previous_result_id == report.result_id:
        return types.RelatedUnchangedDocumentDiagnosticReport(report.result_id)
    return types.RelatedFullDocumentDiagnosticReport(report.items, result_id=report.result_id)


_Of = types.WorkspaceFullDocumentDiagnosticReport | types.WorkspaceUnchangedDocumentDiagnosticReport


def pull_workspace(
    ls: SpellServer, params: types.WorkspaceDiagnosticParams
) -> types.WorkspaceDiagnosticReport:
    """What is wrong with the files of the workspace; in parts, if the client likes.

    Files that are as right as they were are left out.
    """
    known = {each.uri: each.value for each in params.previous_result_ids}
    token = params.partial_result_token
    ls.files.finish()
    reports: list[_Of] = []
    files = [uri for uri in ls.files.uris if not ls.files.is_library(uri)]
    for uri in [*files, *(uri for uri in known if uri not in files)]:
        checkpoint()
        report = ls.diagnosing.report_of_file(uri) or _NOTHING
        found = _about(ls, uri, known.get(uri), report)
        if found is not None:
            reports.append(found)
        if token is not None and len(reports) >= _PART:
            _send_part(ls, token, reports)
            reports = []
    if token is None:
        return types.WorkspaceDiagnosticReport(reports)
    _send_part(ls, token, reports)
    return types.WorkspaceDiagnosticReport([])


_NOTHING = Report([], "")  # the file is gone


def _about(ls: SpellServer, uri: str, known: str | None, report: Report) -> _Of | None:
    document = ls.open_document(uri)
    version = None if document is None else document.version
    if known is None and not report.items:
        return None
    if known == report.result_id:
        return types.WorkspaceUnchangedDocumentDiagnosticReport(uri, known, version)
    result_id = report.result_id or None
    return types.WorkspaceFullDocumentDiagnosticReport(
        uri, report.items, version, result_id=result_id
    )


def _send_part(ls: SpellServer, token: str | int, reports: list[_Of]) -> None:
    if reports:
        part = types.WorkspaceDiagnosticReportPartialResult(reports)
        ls.protocol.notify(types.PROGRESS, types.ProgressParams(token, part))
