"""textDocument/documentSymbol, workspace/symbol and workspaceSymbol/resolve."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from lsprotocol import types
from pygls.capabilities import get_capability

from llmspell_server.analysis.outline import Entry, Symbol, outline_of
from llmspell_server.analysis.pace import checkpoint
from llmspell_server.documents import Document

from .places import asked

if TYPE_CHECKING:
    from llmspell_server.server import SpellServer

_KINDS = {
    "function": types.SymbolKind.Function,
    "method": types.SymbolKind.Method,
    "variable": types.SymbolKind.Variable,
    "constant": types.SymbolKind.Constant,
    "table": types.SymbolKind.Object,
    "class": types.SymbolKind.Class,
    "field": types.SymbolKind.Field,
}
_MOST = 1000  # what nobody reads further than


def register(server: SpellServer) -> None:
    """Makes the server answer."""
    server.feature(types.TEXT_DOCUMENT_DOCUMENT_SYMBOL)(document_symbol)
    options = types.WorkspaceSymbolOptions(resolve_provider=True)
    server.feature(types.WORKSPACE_SYMBOL, options)(workspace_symbol)
    server.feature(types.WORKSPACE_SYMBOL_RESOLVE)(resolve_workspace_symbol)


def document_symbol(
    ls: SpellServer, params: types.DocumentSymbolParams
) -> list[types.DocumentSymbol] | list[types.SymbolInformation] | None:
    """The outline of a document: as a tree, or flat for clients that know no trees."""
    where = asked(ls, params.text_document)
    if where is None:
        return None
    symbols = outline_of(where.snapshot)
    hierarchical = get_capability(
        ls.client_capabilities,
        "text_document.document_symbol.hierarchical_document_symbol_support",
        False,
    )
    if hierarchical:
        return [_hierarchical(where.document, symbol) for symbol in symbols]
    return list(_flat(where.document, symbols, None))


def _hierarchical(document: Document, symbol: Symbol) -> types.DocumentSymbol:
    return types.DocumentSymbol(
        name=symbol.name,
        kind=_KINDS[symbol.kind],
        range=document.range(symbol.start, symbol.end),
        selection_range=document.range(symbol.name_start, symbol.name_end),
        detail=symbol.detail or None,
        children=[_hierarchical(document, child) for child in symbol.children] or None,
    )


def _flat(
    document: Document, symbols: tuple[Symbol, ...], container: str | None
) -> Iterator[types.SymbolInformation]:
    for symbol in symbols:
        place = types.Location(document.uri, document.range(symbol.start, symbol.end))
        yield types.SymbolInformation(
            place, symbol.name, _KINDS[symbol.kind], container_name=container
        )
        yield from _flat(document, symbol.children, symbol.name)


def workspace_symbol(
    ls: SpellServer, params: types.WorkspaceSymbolParams
) -> list[types.WorkspaceSymbol]:
    """The symbols of all files whose names have the letters of the query, in their order.

    Files of folders in which another server answers for Lua are left to that.
    Names that begin with the query come first. Ranges are found when they are resolved, where the
    client can do that.
    """
    found = sorted(_matching(ls, params.query.lower()), key=lambda match: match[0])[:_MOST]
    lazy = bool(get_capability(ls.client_capabilities, "workspace.symbol.resolve_support", None))
    return [_workspace_symbol(ls, file, entry, lazy) for _, file, entry in found]


def _matching(ls: SpellServer, query: str) -> Iterator[tuple[tuple[int, int, str], str, Entry]]:
    has_letters = _letters_in_order(query)
    for file, facts in ls.surroundings.index.files.items():
        checkpoint()
        if not query and ls.surroundings.is_library(file):
            continue
        if not ls.answers_all(file):
            continue
        for entry in facts.entries():
            name = entry.name.lower()
            if has_letters(name):
                yield (_rank(name, query), len(name), name), file, entry


def _letters_in_order(query: str) -> Callable[[str], object]:
    """Says whether a name has the letters of a query in their order; most names have not."""
    letters = (re.escape(letter) for letter in query)
    return re.compile("".join(f"[^{letter}]*{letter}" for letter in letters)).match


def _rank(name: str, query: str) -> int:
    """How well a name fits that has the letters of the query in their order: 0 best."""
    last = max(name.rfind("."), name.rfind(":")) + 1
    if name.startswith(query) or name.startswith(query, last):
        return 0
    return 1 if query in name else 2


def _workspace_symbol(
    ls: SpellServer, file: str, entry: Entry, lazy: bool
) -> types.WorkspaceSymbol:
    place: types.Location | types.LocationUriOnly
    if lazy:
        place = types.LocationUriOnly(ls.surroundings.uri(file))
    else:
        place = ls.surroundings.location(file, entry.start, entry.end)
    return types.WorkspaceSymbol(
        location=place,
        name=entry.name,
        kind=_KINDS[entry.kind],
        container_name=entry.container or file.rpartition("/")[2],
        data={"file": file, "start": entry.start, "end": entry.end} if lazy else None,
    )


def resolve_workspace_symbol(
    ls: SpellServer, symbol: types.WorkspaceSymbol
) -> types.WorkspaceSymbol:
    """A symbol with its range."""
    data = symbol.data
    if isinstance(data, dict) and data.keys() >= {"file", "start", "end"}:
        symbol.location = ls.surroundings.location(data["file"], data["start"], data["end"])
    return symbol
