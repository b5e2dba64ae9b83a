"""`llmspell.toml`: the methods that answer for it, in place of those for Lua.

This is the one place that routes: features for Lua are registered as if there were nothing else.
A handler here is a function `(ls, document, params) -> result`. Its module is imported when it is
first needed: the schema of the configuration is a seventh of all that a start would import.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeVar, cast

from lsprotocol import types

if TYPE_CHECKING:
    from llmspell_server.documents import Document
    from llmspell_server.server import SpellServer

F = TypeVar("F", bound=Callable[..., Any])
HANDLERS = {
    types.TEXT_DOCUMENT_COMPLETION: "completion.completion",
    types.TEXT_DOCUMENT_HOVER: "hover.hover",
    types.TEXT_DOCUMENT_DOCUMENT_SYMBOL: "outline.document_symbols",
    types.TEXT_DOCUMENT_FOLDING_RANGE: "outline.folding_ranges",
    types.TEXT_DOCUMENT_DOCUMENT_LINK: "outline.document_links",
    types.TEXT_DOCUMENT_CODE_ACTION: "actions.code_actions",
}
"""Method -> module of this package and function in it."""


def routed(method: str, handler: F) -> F:
    """A handler for Lua that leaves configurations to the one for these, if there is one."""
    ours = HANDLERS.get(method)
    if ours is None:
        return handler

    @functools.wraps(handler)
    def route(ls: SpellServer, params: Any) -> Any:
        document = ls.configuration_document(params.text_document.uri)
        return handler(ls, params) if document is None else _load(ours)(ls, document, params)

    return cast(F, route)


def _diagnostics(ls: SpellServer, document: Document) -> list[types.Diagnostic]:
    """What is wrong with a configuration, and what is to be said of it on this machine."""
    found: list[types.Diagnostic] = _load("diagnostics.diagnostics")(ls, document)
    places = [each.range for each in found]  # of which nothing is to be said twice
    remarks: list[types.Diagnostic] = _load("remarks.diagnostics")(ls, document)
    return [*found, *(each for each in remarks if each.range not in places)]


def _load(name: str) -> Callable[..., Any]:
    module, _, function = name.partition(".")
    loaded: Callable[..., Any] = getattr(import_module(f"{__name__}.{module}"), function)
    return loaded


def register(server: SpellServer) -> set[str]:
    """Makes the server answer where no feature for Lua has the method; gives these methods."""
    options = types.CodeActionOptions(code_action_kinds=[types.CodeActionKind.QuickFix])
    server.diagnosing.add(_diagnostics, of="configuration")
    methods = HANDLERS.keys() - server.protocol.fm.features.keys()
    for method in sorted(methods):
        own = options if method == types.TEXT_DOCUMENT_CODE_ACTION else None
        server.feature(method, own)(_nothing)
    return methods


def _nothing(ls: SpellServer, params: Any) -> None:
    """What is known of Lua by a method that only configurations have: nothing."""
