"""What the server says that it can do: what has a handler, and nothing else.

Importing what the handlers need takes far longer than a client should wait for the answer to
`initialize`. So what is advertised lies prepared in a file, which a test holds against the handlers
(`python -m llmspell_server.reference` writes it); `suited_to` takes out what a client cannot use.
This module works on plain data and imports next to nothing.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pygls.lsp.server import LanguageServer

Plain = dict[str, Any]

PREPARED = Path(__file__).with_name("capabilities.json")
_ENCODINGS = ("utf-8", "utf-16", "utf-32")
_FILE_OPERATIONS = tuple(
    f"{time}{what}" for time in ("will", "did") for what in ("Create", "Rename", "Delete")
)


def prepared() -> Plain:
    """All that the server can do with a client that can do everything."""
    found: Plain = json.loads(PREPARED.read_text("utf-8"))
    return found


def suited_to(client: Plain, full: Plain) -> Plain:
    """What there is to say to a client with certain capabilities."""
    found = {**full, "positionEncoding": _encoding(client)}
    if "notebookDocument" not in client:
        found.pop("notebookDocumentSync", None)
    if not _get(client, "workspace.diagnostics.refreshSupport"):
        found.pop("diagnosticProvider", None)  # they are pushed: see `Diagnosing.pulled`
    if "renameProvider" in found and not _get(client, "textDocument.rename.prepareSupport"):
        found["renameProvider"] = True
    if not _get(client, "textDocument.rangeFormatting.rangesSupport"):
        _without(found, "documentRangeFormattingProvider", "rangesSupport")
    if _get(client, "textDocument.codeAction.resolveSupport") is None:
        _without(found, "codeActionProvider", "resolveProvider")
    theirs = _get(client, "workspace.fileOperations") or {}
    ours = found.get("workspace", {}).get("fileOperations", {})
    both = {name: options for name, options in ours.items() if theirs.get(name)}
    found["workspace"] = {**found.get("workspace", {}), "fileOperations": both}
    if not both:
        del found["workspace"]["fileOperations"]
    return found


def _encoding(client: Plain) -> str:
    """The first that the client likes and the server knows (LSP 3.17, "Position Encoding")."""
    offered = _get(client, "general.positionEncodings") or ()
    return next((each for each in offered if each in _ENCODINGS), "utf-16")


def _without(capabilities: Plain, provider: str, flag: str) -> None:
    options = capabilities.get(provider)
    if isinstance(options, dict):
        left = {name: value for name, value in options.items() if name != flag}
        capabilities[provider] = left or True


def _get(client: Plain, path: str) -> Any:
    found: Any = client
    for name in path.split("."):
        found = found.get(name) if isinstance(found, dict) else None
    return found


def full_capabilities(server: LanguageServer) -> Plain:
    """What the handlers of a server can do, worked out; what is prepared for a client of ours."""
    from lsprotocol import types
    from pygls.capabilities import ServerCapabilitiesBuilder

    features = server.protocol.fm
    client: Plain = {
        "notebookDocument": {"synchronization": {}},
        "textDocument": {
            "rename": {"prepareSupport": True},
            "synchronization": {"willSave": True, "willSaveWaitUntil": True},
        },
        "workspace": {"fileOperations": dict.fromkeys(_FILE_OPERATIONS, True)},
    }
    converter = server.protocol._converter
    builder = ServerCapabilitiesBuilder(
        converter.structure(client, types.ClientCapabilities),
        {*features.features, *features.builtin_features},
        features.feature_options,
        list(features.commands),
        server._text_document_sync_kind,
        server._notebook_document_sync,
    )
    found = builder.build()  # type: ignore[no-untyped-call]
    _complete(found, set(features.features), bool(features.commands))
    plain: Plain = converter.unstructure(found)
    del plain["positionEncoding"]
    return plain


def _complete(capabilities: Any, handled: set[str], commands: bool) -> None:
    """Puts right what pygls derives from the registered features."""
    from lsprotocol import types

    if not commands:
        capabilities.execute_command_provider = None
    if capabilities.completion_provider is not None:
        resolves = types.COMPLETION_ITEM_RESOLVE in handled
        capabilities.completion_provider.resolve_provider = resolves or None
    if types.TEXT_DOCUMENT_RANGES_FORMATTING in handled:
        capabilities.document_range_formatting_provider = types.DocumentRangeFormattingOptions(
            ranges_support=True
        )
    if types.CODE_ACTION_RESOLVE in handled:
        if capabilities.code_action_provider is True:
            capabilities.code_action_provider = types.CodeActionOptions()
        capabilities.code_action_provider.resolve_provider = True
