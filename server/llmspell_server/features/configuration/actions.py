"""textDocument/codeAction in configurations: what was probably meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from llmspell_server.features.edits import edit_of_files

from .diagnostics import as_diagnostic, found_in

if TYPE_CHECKING:
    from llmspell_server.documents import Document
    from llmspell_server.server import SpellServer


def code_actions(
    ls: SpellServer, document: Document, params: types.CodeActionParams
) -> list[types.CodeAction]:
    """A fix for each problem in the range whose solution is known."""
    only = params.context.only
    if only and types.CodeActionKind.QuickFix not in only:
        return []
    start, end = document.offset(params.range.start), document.offset(params.range.end)
    found = []
    for problem in found_in(ls, document):
        if problem.replacement is None or problem.end < start or problem.start > end:
            continue
        edit = types.TextEdit(document.range(problem.start, problem.end), problem.replacement)
        found.append(
            types.CodeAction(
                f"Replace with {problem.replacement}",
                kind=types.CodeActionKind.QuickFix,
                diagnostics=[as_diagnostic(document, problem)],
                edit=edit_of_files(ls, {document.uri: [edit]}),
                is_preferred=True,
            )
        )
    return found
