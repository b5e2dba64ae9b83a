"""Lua cells of notebooks: each is a document of its own, and pygls keeps their texts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from lsprotocol import types

if TYPE_CHECKING:
    from llmspell_server.server import SpellServer

SYNC = types.NotebookDocumentSyncOptions(
    [types.NotebookDocumentFilterWithCells([types.NotebookCellLanguage("lua")])]
)
"""Which cells clients tell of: those in Lua, in notebooks of every kind."""


def register(server: SpellServer) -> None:
    """Makes the server look at cells as it looks at files."""
    server.feature(types.NOTEBOOK_DOCUMENT_DID_OPEN)(did_open)
    server.feature(types.NOTEBOOK_DOCUMENT_DID_CHANGE)(did_change)
    server.feature(types.NOTEBOOK_DOCUMENT_DID_CLOSE)(did_close)


def did_open(ls: SpellServer, params: types.DidOpenNotebookDocumentParams) -> None:
    """Cells are there."""
    _edited(ls, (cell.uri for cell in params.cell_text_documents))


def did_change(ls: SpellServer, params: types.DidChangeNotebookDocumentParams) -> None:
    """Cells came, went, or were edited."""
    cells = params.change.cells
    if cells is None:
        return
    if cells.structure is not None:
        _edited(ls, (cell.uri for cell in cells.structure.did_open or ()))
        _closed(ls, (cell.uri for cell in cells.structure.did_close or ()))
    _edited(ls, (change.document.uri for change in cells.text_content or ()))


def did_close(ls: SpellServer, params: types.DidCloseNotebookDocumentParams) -> None:
    """Cells are gone."""
    _closed(ls, (cell.uri for cell in params.cell_text_documents))


def _edited(ls: SpellServer, cells: Iterable[str]) -> None:
    for uri in cells:
        ls.files.edited(uri)
        ls.diagnosing.push_soon(uri)
        ls.diagnosing.doubt_others_later(uri)


def _closed(ls: SpellServer, cells: Iterable[str]) -> None:
    for uri in cells:
        ls.files.closed(uri)
        ls.diagnosing.take_back(uri)
        ls.diagnosing.doubt_others_later(uri)
