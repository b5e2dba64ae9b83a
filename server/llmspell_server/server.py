"""The server: a session's protocol, what the features share, and the features wired to both."""

from __future__ import annotations

from urllib.parse import unquote

from pygls.lsp.server import LanguageServer
from pygls.protocol import default_converter

from llmspell.version import __version__

from .analysis.api import Api
from .compiler import Compiler
from .documents import Document
from .features import completion, diagnostics, hover, signature_help
from .library import load_api
from .protocol import Protocol

_FEATURES = (completion, diagnostics, hover, signature_help)


class SpellServer(LanguageServer):
    """A language server for spells. One object serves one client."""

    protocol: Protocol

    def __init__(self) -> None:
        super().__init__(
            "llmspell-language-server",
            __version__,
            protocol_cls=Protocol,
            converter_factory=default_converter,
        )
        self.compile = Compiler()
        for feature in _FEATURES:
            feature.register(self)

    @property
    def api(self) -> Api:
        """What spells can call."""
        return load_api()

    def lua_document(self, uri: str) -> Document | None:
        """An open document with Lua in it; None for all others."""
        document = self.workspace.text_documents.get(unquote(uri))
        return document if isinstance(document, Document) and document.is_lua else None

    def close(self) -> None:
        """Gives back what the session used."""
        self.compile.close()
