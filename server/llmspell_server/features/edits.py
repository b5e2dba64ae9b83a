"""Edits of several files, in the form that the client understands."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from lsprotocol import types
from pygls.capabilities import get_capability

from llmspell_server.analysis.navigation.places import Place

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
    versioned = get_capability(
        ls.client_capabilities, "workspace.workspace_edit.document_changes", False
    )
    if not versioned:
        changes = {ls.surroundings.uri(file): found for file, found in edits.items()}
        return types.WorkspaceEdit(changes=changes)
    return types.WorkspaceEdit(
        document_changes=[
            types.TextDocumentEdit(_identifier(ls, file), found) for file, found in edits.items()
        ]
    )


def _identifier(ls: SpellServer, file: str) -> types.OptionalVersionedTextDocumentIdentifier:
    document = ls.surroundings.document(file)
    version = document.version if document is not None else None
    return types.OptionalVersionedTextDocumentIdentifier(ls.surroundings.uri(file), version)
