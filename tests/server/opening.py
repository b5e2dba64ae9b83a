"""Opening a document in a language client."""

from __future__ import annotations

from pathlib import Path

from lsprotocol import types
from pytest_lsp import LanguageClient

from tests.server.marks import cursor


def open_at(
    client: LanguageClient, path: Path, marked: str, language: str = ""
) -> tuple[types.TextDocumentIdentifier, types.Position]:
    """Opens a text with a cursor in it: the document and the position.

    language: what the client calls it; by default the suffix of the name.
    """
    text, offset = cursor(marked)
    item = types.TextDocumentItem(path.as_uri(), language or path.suffix[1:], 1, text.source)
    client.text_document_did_open(types.DidOpenTextDocumentParams(item))
    position = types.Position(*text.position(offset, "utf-16"))
    return types.TextDocumentIdentifier(item.uri), position
