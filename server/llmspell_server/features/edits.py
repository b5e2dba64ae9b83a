"""Edits of several files, in the form that the client understands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from lsprotocol import types
from pygls.capabilities import get_capability

from llmspell_server.analysis.navigation.places import Place
from llmspell_server.documents import key_of

if TYPE_CHECKING:
    from llmspell_server.server import SpellServer


def workspace_edit(
    ls: SpellServer, replacements: Iterable[tuple[Place, str]]
) -> types.WorkspaceEdit:
    """Replacements of places; with the versions of documents for clients that take them."""
    edits: dict[str, list[types.TextEdit]] = {}
    for place, text in replacements:
        found = ls.surroundings.range(place.file, place.start, place.end)
        document = ls.surroundings.document(place.file)
        written = text if document is None else document.text.broken_alike(text)
        edits.setdefault(place.file, []).append(types.TextEdit(found, written))
    return edit_of_files(ls, {ls.surroundings.uri(file): found for file, found in edits.items()})


def edit_of_files(
    ls: SpellServer, edits: Mapping[str, Sequence[types.TextEdit]]
) -> types.WorkspaceEdit:
    """Edits of files, by URI; with the versions of documents for clients that take them."""
    capability = "workspace.workspace_edit.document_changes"
    if not get_capability(ls.client_capabilities, capability, False):
        return types.WorkspaceEdit(changes=edits)
    return types.WorkspaceEdit(
        document_changes=[_versioned(ls, uri, found) for uri, found in edits.items()]
    )


def edit_of_new_file(ls: SpellServer, uri: str, text: str) -> types.WorkspaceEdit | None:
    """A file that is made; None for clients that make none."""
    operations = get_capability(
        ls.client_capabilities, "workspace.workspace_edit.resource_operations", ()
    )
    if types.ResourceOperationKind.Create not in operations:
        return None
    start = types.Position(0, 0)
    content = types.TextEdit(types.Range(start, start), text)
    return types.WorkspaceEdit(
        document_changes=[types.CreateFile(uri), _versioned(ls, uri, [content])]
    )


def _versioned(
    ls: SpellServer, uri: str, edits: Sequence[types.TextEdit]
) -> types.TextDocumentEdit:
    document = ls.surroundings.document(key_of(uri))
    version = document.version if document is not None else None
    return types.TextDocumentEdit(
        types.OptionalVersionedTextDocumentIdentifier(uri, version), list(edits)
    )
