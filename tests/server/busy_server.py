"""The server with handlers that work until they are ended, for tests of who waits for whom.

Each says in the log that it has begun, and with what text: `began <method> <text>`.
"""

from __future__ import annotations

from typing import Any

from lsprotocol import types

from llmspell_server.analysis.pace import checkpoint
from llmspell_server.server import SpellServer
from llmspell_server.serving import serve_stdio


def main() -> None:
    server = SpellServer()
    for method in (
        types.TEXT_DOCUMENT_DEFINITION,
        types.TEXT_DOCUMENT_DOCUMENT_SYMBOL,
        types.TEXT_DOCUMENT_SEMANTIC_TOKENS_RANGE,
    ):
        _feature(server, method, _busy(method), _OPTIONS.get(method))
    _feature(server, types.TEXT_DOCUMENT_DECLARATION, _fails)
    _feature(server, types.TEXT_DOCUMENT_WILL_SAVE, _fails)
    _feature(server, types.TEXT_DOCUMENT_REFERENCES, _text)
    _feature(server, types.WORKSPACE_SYMBOL, _shown)
    raise SystemExit(serve_stdio(lambda: server))


_OPTIONS = {
    types.TEXT_DOCUMENT_SEMANTIC_TOKENS_RANGE: types.SemanticTokensLegend(["variable"], []),
}


def _feature(server: SpellServer, method: str, handler: Any, options: Any = None) -> None:
    """Puts a handler in place of the server's own."""
    server.protocol.fm.features.pop(method, None)
    server.protocol.fm.feature_options.pop(method, None)
    server.feature(method, options)(handler)


def _busy(method: str) -> Any:
    def handler(ls: SpellServer, params: Any) -> None:
        document = ls.lua_document(params.text_document.uri)
        text = document.text.source if document else ""
        _log(ls, f"began {method} {text}")
        while "busy" in text:
            checkpoint()

    return handler


def _text(ls: SpellServer, params: types.ReferenceParams) -> Any:
    """The text that the handler sees, in place of a URI."""
    document = ls.lua_document(params.text_document.uri)
    assert document
    zero = types.Position(0, 0)
    return [types.Location(document.text.source, types.Range(zero, zero))]


def _shown(ls: SpellServer, params: types.WorkspaceSymbolParams) -> None:
    with ls.working("Working", params.work_done_token) as progress:
        _log(ls, "began")
        while True:
            checkpoint()
            progress.report("on and on")


def _fails(ls: SpellServer, params: Any) -> None:
    raise LookupError("not today")


def _log(ls: SpellServer, text: str) -> None:
    ls.window_log_message(types.LogMessageParams(types.MessageType.Log, text))


if __name__ == "__main__":
    main()
