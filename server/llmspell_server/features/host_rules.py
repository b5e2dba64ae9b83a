"""What the runtime would refuse a spell: told to the checks, and allowed by a quick fix."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from lsprotocol import types
from pygls.uris import from_fs_path, to_fs_path

from llmspell_server.analysis.spells.host_uses import HostUse, Refusal, Wanted
from llmspell_server.analysis.text import Text
from llmspell_server.documents import key_of
from llmspell_server.library import load_api
from llmspell_server.permitted import (
    Permitted,
    compiled_modules,
    new_project_file,
    project_file,
    wanted,
    wanted_by_kinds,
)

from .edits import edit_of_files, edit_of_new_file

if TYPE_CHECKING:
    from llmspell_server.documents import Document
    from llmspell_server.server import SpellServer

CODE = "not-permitted"


class SessionRules:
    """What the host allows, asked by the projects of the documents. Stands for `HostRules`."""

    def __init__(self, server: SpellServer) -> None:
        self._server = server
        self.permitted = Permitted(lambda: _opened(server))

    @property
    def wanted(self) -> Wanted:
        """Which functions ask for which permission."""
        return wanted()

    @property
    def wanted_by_kinds(self) -> Mapping[str, str]:
        """Which kinds of strings in tables ask for which permission."""
        return wanted_by_kinds()

    @property
    def compiled_modules(self) -> frozenset[str]:
        """Modules that are written in C."""
        return compiled_modules()

    @property
    def adding(self) -> frozenset[str]:
        """Methods of its builders that add to what there is."""
        return load_api().adding

    def refusal(self, file: str, use: HostUse) -> Refusal | None:
        """Why a document would be refused what it asks for; None where spells are not meant."""
        uri = self._server.surroundings.uri(file)
        path = to_fs_path(uri)
        if path is None or self._server.configuration.of(uri).spells == "off":
            return None
        return self.permitted.refusal(path, use)

    def elsewhere(self, file: str) -> Mapping[str, str]:
        """The globals that a document does not have, with the commands under which others do."""
        uri = self._server.surroundings.uri(file)
        path = to_fs_path(uri)
        if path is None or self._server.configuration.of(uri).spells == "off":
            return {}
        found = load_api().elsewhere.items()
        return {name: where.command for name, where in found if not where.has(path)}


def _opened(ls: SpellServer) -> dict[str, str]:
    """The texts of the configurations that are open in the editor, by their paths."""
    return {
        path: document.source
        for document in ls.documents.values()
        if document.is_configuration and (path := to_fs_path(document.uri)) is not None
    }


def code_actions(
    ls: SpellServer, document: Document, diagnostic: types.Diagnostic
) -> list[types.CodeAction]:
    """Lets the project's configuration allow what a diagnostic says is refused."""
    from llmspell_server.analysis.configuration.edits import adding, setting  # needs the schema

    data, path = diagnostic.data, to_fs_path(document.uri)
    if diagnostic.code != CODE or not isinstance(data, dict) or path is None:
        return []
    key, value, place = data.get("key"), data.get("value"), project_file(path, _opened(ls))
    new = new_project_file(path, ls.folder_of(document.uri)) if place is None else None
    uri = from_fs_path(place or new or "")
    if not isinstance(key, str) or not uri:
        return []
    text = _text(ls, uri, place)
    if text is None:
        return []
    steps = tuple(key.split("."))
    is_list = key.rpartition(".")[2].startswith("allowed_")
    edits = (
        adding(text.source, steps, value, tuple(data.get("beside", ())))
        if is_list
        else setting(text.source, steps, value)
    )
    changed = [
        types.TextEdit(
            ls.workspace.closed_range(text, each.start, each.end), text.broken_alike(each.text)
        )
        for each in edits
    ]
    if place is not None:
        edit = edit_of_files(ls, {uri: changed}) if changed else None
    else:
        edit = edit_of_new_file(ls, uri, "".join(each.text for each in edits))
    if edit is None:
        return []
    shown = f"`{value}` to `{key}`" if is_list else f"`{key} = {str(value).lower()}`"
    where = f"{'a new ' * (place is None)}{Path(place or new or '').name}"
    return [
        types.CodeAction(
            f"{'Add' if is_list else 'Set'} {shown} in {where}",
            kind=types.CodeActionKind.QuickFix,
            diagnostics=[diagnostic],
            edit=edit,
        )
    ]


def _text(ls: SpellServer, uri: str, path: str | None) -> Text | None:
    """A configuration as it stands in the editor or on the disk; empty where there is none.

    None for one that cannot be read.
    """
    opened = ls.documents.get(key_of(uri))
    if opened is not None:
        return opened.text
    if path is None:
        return Text("")
    try:
        with Path(path).open(encoding="utf-8", errors="replace", newline="") as file:
            return Text(file.read())
    except OSError:
        return None
