"""Folders in which another server answers for Lua (`llmspell.mode`).

With `spells` only that is answered which no other server knows: strings of known kinds, what the
host allows, builders, and ways to run. With `off` nothing is answered for Lua at all. Either way
documents are followed, because other folders may use them.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar, cast

from lsprotocol import types
from pygls.uris import to_fs_path

from llmspell_server.analysis.checks.catalogue import CODES

from .strings import asked_string

if TYPE_CHECKING:
    from llmspell_server.documents import Document
    from llmspell_server.server import SpellServer

F = TypeVar("F", bound=Callable[..., Any])

_IN_STRINGS = frozenset(
    (
        types.TEXT_DOCUMENT_COMPLETION,
        types.TEXT_DOCUMENT_HOVER,
        types.TEXT_DOCUMENT_DEFINITION,
        types.TEXT_DOCUMENT_REFERENCES,
        types.TEXT_DOCUMENT_PREPARE_RENAME,
        types.TEXT_DOCUMENT_RENAME,
    )
)
_FILTERED = frozenset((types.TEXT_DOCUMENT_CODE_LENS, types.TEXT_DOCUMENT_CODE_ACTION))
"""Those that look at the mode themselves."""

_ALWAYS = frozenset((types.TEXT_DOCUMENT_DIAGNOSTIC,))
_GROUPS = frozenset(("host", "builders"))


def shared(method: str, handler: F) -> F:
    """A handler that leaves to another server what that answers."""
    is_question = method.startswith("textDocument/") and not method.startswith("textDocument/did")
    if not is_question or method in _ALWAYS:
        return handler

    @functools.wraps(handler)
    def share(ls: SpellServer, params: Any) -> Any:
        document = ls.lua_document(params.text_document.uri)
        if document is None or ls.answers_all(document.uri):
            return handler(ls, params)
        return handler(ls, params) if _is_ours(ls, document, method, params) else None

    return cast(F, share)


def tells(ls: SpellServer, uri: str, code: str) -> bool:
    """Whether problems of a code are told of a Lua document."""
    if ls.answers_all(uri):
        return True
    if ls.configuration.of(uri).mode != "spells":
        return False
    if code in CODES:
        return CODES[code].group in _GROUPS
    return code in ls.spells.codes(to_fs_path(uri))


def _is_ours(ls: SpellServer, document: Document, method: str, params: Any) -> bool:
    if ls.configuration.of(document.uri).mode == "off":
        return False
    if method in _IN_STRINGS:
        asked = asked_string(ls, document, params.position)
        return asked is not None and asked.string.function != "require"
    return method in _FILTERED
