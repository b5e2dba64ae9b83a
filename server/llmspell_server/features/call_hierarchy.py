"""textDocument/prepareCallHierarchy, and the incoming and outgoing calls of callHierarchy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from llmspell_server.analysis.navigation.hierarchy import (
    Callable,
    callables_at,
    incoming,
    outgoing,
)

from .places import asked

if TYPE_CHECKING:
    from llmspell_server.server import SpellServer


def register(server: SpellServer) -> None:
    """Makes the server answer."""
    server.feature(types.TEXT_DOCUMENT_PREPARE_CALL_HIERARCHY)(prepare_call_hierarchy)
    server.feature(types.CALL_HIERARCHY_INCOMING_CALLS)(incoming_calls)
    server.feature(types.CALL_HIERARCHY_OUTGOING_CALLS)(outgoing_calls)


def prepare_call_hierarchy(
    ls: SpellServer, params: types.CallHierarchyPrepareParams
) -> list[types.CallHierarchyItem] | None:
    """The functions that the name at a place means."""
    where = asked(ls, params.text_document)
    if where is None:
        return None
    offset = where.document.offset(params.position)
    found = callables_at(where.snapshot, where.file, offset, ls.surroundings)
    return [_item(ls, each) for each in found] or None


def incoming_calls(
    ls: SpellServer, params: types.CallHierarchyIncomingCallsParams
) -> list[types.CallHierarchyIncomingCall]:
    """The functions and files that call a function."""
    called = _callable(params.item)
    found = incoming(called, ls.surroundings) if called is not None else []
    return [
        types.CallHierarchyIncomingCall(
            _item(ls, each.callable),
            [ls.surroundings.range(each.callable.file, *span) for span in each.spans],
        )
        for each in found
    ]


def outgoing_calls(
    ls: SpellServer, params: types.CallHierarchyOutgoingCallsParams
) -> list[types.CallHierarchyOutgoingCall]:
    """The functions that a function calls."""
    caller = _callable(params.item)
    if caller is None:
        return []
    return [
        types.CallHierarchyOutgoingCall(
            _item(ls, each.callable),
            [ls.surroundings.range(caller.file, *span) for span in each.spans],
        )
        for each in outgoing(caller, ls.surroundings)
    ]


def _item(ls: SpellServer, found: Callable) -> types.CallHierarchyItem:
    kind = types.SymbolKind.Method if found.is_method else types.SymbolKind.Function
    return types.CallHierarchyItem(
        name=found.name,
        kind=types.SymbolKind.File if found.is_file else kind,
        uri=ls.surroundings.uri(found.file),
        range=ls.surroundings.range(found.file, found.start, found.end),
        selection_range=ls.surroundings.range(found.file, found.name_start, found.name_end),
        detail=found.file.rpartition("/")[2],
        data=list(found),
    )


def _callable(item: types.CallHierarchyItem) -> Callable | None:
    """The function of an item that the client gives back."""
    data = item.data
    if not isinstance(data, list | tuple) or len(data) != len(Callable._fields):
        return None
    return Callable(*data)
