"""Each method that a client may send (lsprotocol 2025.0): where it is tested, or why refused.

A test holds both tables against lsprotocol and the server: a method stands in exactly one of them.
Those in `TESTED` have a handler and are sent by tests of their file, which `tests/server/sent.py`
watches; those in `REFUSED` are answered with -32601 (requests) or dropped (notifications). A
feature that comes to be moves its row.
"""

from __future__ import annotations

from lsprotocol import types

_LIFECYCLE = "test_lifecycle.py"

TESTED = {
    types.INITIALIZE: _LIFECYCLE,
    types.INITIALIZED: _LIFECYCLE,
    types.SHUTDOWN: _LIFECYCLE,
    types.EXIT: _LIFECYCLE,
    types.CANCEL_REQUEST: "test_scheduling.py",
    types.SET_TRACE: "features/test_diagnostics.py",
    types.WINDOW_WORK_DONE_PROGRESS_CANCEL: "test_progress.py",
    types.TEXT_DOCUMENT_DID_OPEN: "test_positions.py",
    types.TEXT_DOCUMENT_DID_CHANGE: "test_positions.py",
    types.TEXT_DOCUMENT_DID_CLOSE: "test_files.py",
    types.TEXT_DOCUMENT_DID_SAVE: "test_files.py",
    types.NOTEBOOK_DOCUMENT_DID_OPEN: "test_notebooks.py",
    types.NOTEBOOK_DOCUMENT_DID_CHANGE: "test_notebooks.py",
    types.NOTEBOOK_DOCUMENT_DID_CLOSE: "test_notebooks.py",
    types.WORKSPACE_DID_CHANGE_CONFIGURATION: "test_configuration.py",
    types.WORKSPACE_DID_CHANGE_WATCHED_FILES: "test_files.py",
    types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS: "test_files.py",
    types.TEXT_DOCUMENT_COMPLETION: "test_clients.py",
    types.COMPLETION_ITEM_RESOLVE: "test_clients.py",
    types.TEXT_DOCUMENT_FORMATTING: "features/test_formatting.py",
    types.TEXT_DOCUMENT_ON_TYPE_FORMATTING: "features/test_formatting.py",
    types.TEXT_DOCUMENT_RANGES_FORMATTING: "features/test_formatting.py",
    types.TEXT_DOCUMENT_RANGE_FORMATTING: "features/test_formatting.py",
    types.TEXT_DOCUMENT_HOVER: "test_clients.py",
    types.TEXT_DOCUMENT_SIGNATURE_HELP: "test_clients.py",
    types.TEXT_DOCUMENT_DIAGNOSTIC: "features/test_diagnostics.py",
    types.CALL_HIERARCHY_INCOMING_CALLS: "features/test_navigation.py",
    types.CALL_HIERARCHY_OUTGOING_CALLS: "features/test_navigation.py",
    types.DOCUMENT_LINK_RESOLVE: "features/test_navigation.py",
    types.TEXT_DOCUMENT_DOCUMENT_LINK: "features/test_navigation.py",
    types.TEXT_DOCUMENT_DOCUMENT_SYMBOL: "features/test_navigation.py",
    types.TEXT_DOCUMENT_FOLDING_RANGE: "features/test_navigation.py",
    types.TEXT_DOCUMENT_PREPARE_CALL_HIERARCHY: "features/test_navigation.py",
    types.TEXT_DOCUMENT_PREPARE_RENAME: "features/test_navigation.py",
    types.TEXT_DOCUMENT_RENAME: "features/test_navigation.py",
    types.TEXT_DOCUMENT_SELECTION_RANGE: "features/test_navigation.py",
    types.WORKSPACE_SYMBOL: "features/test_navigation.py",
    types.WORKSPACE_WILL_RENAME_FILES: "features/test_navigation.py",
    types.WORKSPACE_DID_RENAME_FILES: "test_files.py",
    types.WORKSPACE_SYMBOL_RESOLVE: "features/test_navigation.py",
    types.TEXT_DOCUMENT_COLOR_PRESENTATION: "features/test_presentation.py",
    types.TEXT_DOCUMENT_DOCUMENT_COLOR: "features/test_presentation.py",
    types.TEXT_DOCUMENT_IMPLEMENTATION: "features/test_presentation.py",
    types.TEXT_DOCUMENT_INLINE_VALUE: "features/test_presentation.py",
    types.TEXT_DOCUMENT_PREPARE_TYPE_HIERARCHY: "features/test_presentation.py",
    types.TEXT_DOCUMENT_SEMANTIC_TOKENS_FULL: "features/test_presentation.py",
    types.TEXT_DOCUMENT_SEMANTIC_TOKENS_FULL_DELTA: "features/test_presentation.py",
    types.TEXT_DOCUMENT_SEMANTIC_TOKENS_RANGE: "features/test_presentation.py",
    types.TEXT_DOCUMENT_TYPE_DEFINITION: "features/test_presentation.py",
    types.TYPE_HIERARCHY_SUBTYPES: "features/test_presentation.py",
    types.TYPE_HIERARCHY_SUPERTYPES: "features/test_presentation.py",
    types.TEXT_DOCUMENT_DECLARATION: "features/test_navigation.py",
    types.TEXT_DOCUMENT_DEFINITION: "features/test_navigation.py",
    types.TEXT_DOCUMENT_DOCUMENT_HIGHLIGHT: "features/test_navigation.py",
    types.TEXT_DOCUMENT_LINKED_EDITING_RANGE: "features/test_navigation.py",
    types.TEXT_DOCUMENT_REFERENCES: "features/test_navigation.py",
    types.CODE_ACTION_RESOLVE: "features/test_presentation.py",
    types.TEXT_DOCUMENT_CODE_ACTION: "features/test_presentation.py",
    types.CODE_LENS_RESOLVE: "features/test_presentation.py",
    types.INLAY_HINT_RESOLVE: "features/test_presentation.py",
    types.TEXT_DOCUMENT_CODE_LENS: "features/test_presentation.py",
    types.TEXT_DOCUMENT_INLAY_HINT: "features/test_presentation.py",
    types.WORKSPACE_EXECUTE_COMMAND: "features/test_presentation.py",
    types.WORKSPACE_DIAGNOSTIC: "features/test_workspace_diagnostics.py",
}
"""Method -> the file under `tests/server` that tests it."""

REFUSED = {
    types.TEXT_DOCUMENT_INLINE_COMPLETION: "completing whole lines takes a model, not an analysis",
    types.TEXT_DOCUMENT_MONIKER: "names across repositories: Lua has no packages with such names",
    types.TEXT_DOCUMENT_WILL_SAVE_WAIT_UNTIL: "clients format on saving by themselves",
    types.WORKSPACE_TEXT_DOCUMENT_CONTENT: "all documents are files; the server makes none up",
    types.WORKSPACE_WILL_CREATE_FILES: "a new file breaks no `require`",
    types.WORKSPACE_WILL_DELETE_FILES: "what required a file cannot be put right by an edit",
    types.NOTEBOOK_DOCUMENT_DID_SAVE: "what counts is the text in the editor",
    types.PROGRESS: "the server sends no request whose result may come in parts",
    types.TEXT_DOCUMENT_WILL_SAVE: "nothing is done before saving",
    types.WORKSPACE_DID_CREATE_FILES: "watched files tell it whoever has made them",
    types.WORKSPACE_DID_DELETE_FILES: "watched files tell it whoever has deleted them",
}
"""Method -> why nothing answers it."""


def sent_by_clients() -> list[str]:
    """The methods that LSP lets a client send, in alphabetical order, requests first."""
    found = [
        method
        for method in types.METHOD_TO_TYPES
        if types.message_direction(method) != "serverToClient"
    ]
    return sorted(found, key=lambda method: (not is_request(method), method.lstrip("$/").lower()))


def is_request(method: str) -> bool:
    """Whether a method is to be answered."""
    return types.METHOD_TO_TYPES[method][1] is not None


def methods_reference() -> str:
    """The page about all methods, in Markdown."""
    lines = [
        "# Methods of the language server",
        "",
        "Generated by `python -m llmspell_server.reference`: all that LSP lets a client send.",
    ]
    for title, wanted in (("Requests", True), ("Notifications", False)):
        lines += ["", f"## {title}", "", "| method | answered |", "| --- | --- |"]
        for method in sent_by_clients():
            if is_request(method) is wanted:
                lines.append(f"| `{method}` | {_answered(method)} |")
    return "\n".join(lines) + "\n"


def _answered(method: str) -> str:
    if method in TESTED:
        return f"yes ([test](../tests/server/{TESTED[method]}))"
    return f"no: {REFUSED[method]}"
