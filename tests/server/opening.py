"""Opening a document in a language client."""

from __future__ import annotations

from pathlib import Path

from lsprotocol import types
from pytest_lsp import LanguageClient

from tests.server.marks import cursor
from tests.server.profiles import units_of


def open_at(
    client: LanguageClient, path: Path, marked: str, language: str = ""
) -> tuple[types.TextDocumentIdentifier, types.Position]:
    """Opens a text with a cursor in it: the document and the position.

    language: what the client calls it; by default the suffix of the name.
    """
    text, offset = cursor(marked)
    item = types.TextDocumentItem(path.as_uri(), language or path.suffix[1:], 1, text.source)
    client.text_document_did_open(types.DidOpenTextDocumentParams(item))
    position = types.Position(*text.position(offset, units_of(client)))
    return types.TextDocumentIdentifier(item.uri), position


def edits_of(edit: types.WorkspaceEdit | None, uri: str) -> list[tuple[types.Range, str]]:
    """What an edit does to a document, whether it names versions or not (`documentChanges`)."""
    assert edit is not None
    found: list[types.TextEdit | types.AnnotatedTextEdit | types.SnippetTextEdit] = []
    found += (edit.changes or {}).get(uri, ())
    for each in edit.document_changes or ():
        if isinstance(each, types.TextDocumentEdit) and each.text_document.uri == uri:
            found += each.edits
    return [
        (each.range, each.new_text) for each in found if not isinstance(each, types.SnippetTextEdit)
    ]


async def problems(
    client: LanguageClient, document: types.TextDocumentIdentifier
) -> list[types.Diagnostic]:
    """What is wrong with a document: pulled where the client pulls, pushed where it does not."""
    assert client.capabilities is not None
    text_document = client.capabilities.text_document
    if text_document and text_document.diagnostic:
        params = types.DocumentDiagnosticParams(document)
        report = await client.text_document_diagnostic_async(params)
        assert isinstance(report, types.RelatedFullDocumentDiagnosticReport)
        return list(report.items)
    await client.wait_for_notification(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
    return list(client.diagnostics[document.uri])
