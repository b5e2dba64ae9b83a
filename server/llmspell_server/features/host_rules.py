"""What the runtime would refuse, as diagnostics of the spell that asks for it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from lsprotocol import types
from pygls.uris import from_fs_path, to_fs_path

from llmspell_server.analysis.configuration.edits import adding, setting
from llmspell_server.analysis.spells.host_uses import host_uses
from llmspell_server.analysis.text import Text
from llmspell_server.diagnosing import SOURCE
from llmspell_server.documents import key_of
from llmspell_server.permitted import Permitted, project_file, wanted

if TYPE_CHECKING:
    from llmspell_server.documents import Document
    from llmspell_server.server import SpellServer

CODE = "not-permitted"


def register(server: SpellServer) -> None:
    """Makes the server look."""
    permitted = Permitted()

    def problems(ls: SpellServer, document: Document) -> Iterator[types.Diagnostic]:
        path = to_fs_path(document.uri)
        if path is None or ls.configuration.of(document.uri).spells == "off":
            return
        uses = list(host_uses(document.snapshot(ls.compile), wanted()))
        for refusal in permitted.refusals(path, uses) if uses else ():
            yield types.Diagnostic(
                document.range(refusal.use.start, refusal.use.end),
                refusal.message,
                severity=types.DiagnosticSeverity.Warning,
                code=CODE,
                source=SOURCE,
                data={"key": refusal.key, "value": refusal.value},
            )

    server.diagnosing.add(problems)


def code_actions(
    ls: SpellServer, document: Document, diagnostic: types.Diagnostic
) -> list[types.CodeAction]:
    """Lets the project's configuration allow what a diagnostic says is refused."""
    data, path = diagnostic.data, to_fs_path(document.uri)
    if diagnostic.code != CODE or not isinstance(data, dict) or path is None:
        return []
    key, value, place = data.get("key"), data.get("value"), project_file(path)
    uri = from_fs_path(place) if place is not None else None
    if not isinstance(key, str) or uri is None or place is None:
        return []
    opened = ls.documents.get(key_of(uri))
    source = opened.text.source if opened is not None else Path(place).read_text("utf-8")
    steps = tuple(key.split("."))
    is_list = key.rpartition(".")[2].startswith("allowed_")
    edits = adding(source, steps, value) if is_list else setting(source, steps, value)
    if not edits:
        return []
    changed = [
        types.TextEdit(ls.workspace.closed_range(Text(source), each.start, each.end), each.text)
        for each in edits
    ]
    shown = f"`{value}` to `{key}`" if is_list else f"`{key} = {str(value).lower()}`"
    return [
        types.CodeAction(
            f"{'Add' if is_list else 'Set'} {shown} in {Path(place).name}",
            kind=types.CodeActionKind.QuickFix,
            diagnostics=[diagnostic],
            edit=types.WorkspaceEdit(changes={uri: changed}),
        )
    ]
