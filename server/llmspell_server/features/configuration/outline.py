"""Symbols, folding and links in configurations."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from lsprotocol import types
from pygls.uris import to_fs_path

from llmspell.config.places import expand_home
from llmspell_server.analysis.configuration import outline

from .pages import section

if TYPE_CHECKING:
    from llmspell_server.documents import Document
    from llmspell_server.server import SpellServer

_KINDS = {
    "table": types.SymbolKind.Namespace,
    "array": types.SymbolKind.Array,
    "string": types.SymbolKind.String,
    "number": types.SymbolKind.Number,
    "boolean": types.SymbolKind.Boolean,
    "key": types.SymbolKind.Key,
}


def document_symbols(
    _: SpellServer, document: Document, __: types.DocumentSymbolParams
) -> list[types.DocumentSymbol]:
    """Tables and keys."""
    return [_symbol(document, each) for each in outline.symbols(document.configuration)]


def folding_ranges(
    _: SpellServer, document: Document, __: types.FoldingRangeParams
) -> list[types.FoldingRange]:
    """Tables, values over several lines, comments."""
    found = []
    for fold in outline.folds(document.configuration):
        place = document.range(fold.start, fold.end)
        if place.end.line > place.start.line:
            kind = types.FoldingRangeKind.Comment if fold.is_comment else None
            found.append(types.FoldingRange(place.start.line, place.end.line, kind=kind))
    return found


def document_links(
    _: SpellServer, document: Document, __: types.DocumentLinkParams
) -> list[types.DocumentLink]:
    """Files and folders that are there, and for each table its page of the documentation."""
    found = []
    path = to_fs_path(document.uri)
    for link in outline.links(document.configuration):
        target = Path(path).parent / expand_home(link.text, {}) if path else None
        if target is not None and "\0" not in link.text and target.exists():
            place = document.range(link.start, link.end)
            found.append(types.DocumentLink(place, target.resolve().as_uri()))
    for each in document.configuration.sections:
        header = each.header
        target_page = section(header.path) if header is not None else None
        if header is not None and header.keys and target_page is not None:
            place = document.range(header.keys[0].start, header.keys[-1].end)
            found.append(types.DocumentLink(place, target_page))
    return found


def _symbol(document: Document, symbol: outline.Symbol) -> types.DocumentSymbol:
    return types.DocumentSymbol(
        symbol.name,
        _KINDS[symbol.kind],
        document.range(symbol.start, symbol.end),
        document.range(symbol.name_start, symbol.name_end),
        children=[_symbol(document, each) for each in symbol.children],
    )
