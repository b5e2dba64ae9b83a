"""textDocument/semanticTokens: full, full/delta and range."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from lsprotocol import types

from llmspell_server.analysis.semantic_tokens import MODIFIERS, TYPES, Tokens, tokens_of

if TYPE_CHECKING:
    from llmspell_server.documents import Document
    from llmspell_server.server import SpellServer

_NUMBERS = itertools.count(1)


def register(server: SpellServer) -> None:
    """Makes the server answer."""
    legend = types.SemanticTokensLegend(list(TYPES), list(MODIFIERS))
    server.feature(types.TEXT_DOCUMENT_SEMANTIC_TOKENS_FULL, legend)(full)
    server.feature(types.TEXT_DOCUMENT_SEMANTIC_TOKENS_FULL_DELTA, legend)(delta)
    server.feature(types.TEXT_DOCUMENT_SEMANTIC_TOKENS_RANGE, legend)(in_range)


def full(ls: SpellServer, params: types.SemanticTokensParams) -> types.SemanticTokens | None:
    """All tokens of a document."""
    document = _coloured(ls, params.text_document.uri)
    if document is None:
        return None
    tokens = _tokens(ls, document)
    return types.SemanticTokens(tokens.numbers(), _kept(ls, document, tokens))


def delta(
    ls: SpellServer, params: types.SemanticTokensDeltaParams
) -> types.SemanticTokens | types.SemanticTokensDelta | None:
    """What has changed since an earlier answer; all tokens if that is not known any more."""
    document = _coloured(ls, params.text_document.uri)
    if document is None:
        return None
    before = ls.tokens.get(document.uri)
    tokens = _tokens(ls, document)
    number = _kept(ls, document, tokens)
    if before is None or before[0] != params.previous_result_id:
        return types.SemanticTokens(tokens.numbers(), number)
    edit = tokens.edit_of(before[1])
    edits = [] if edit is None else [types.SemanticTokensEdit(*edit)]
    return types.SemanticTokensDelta(edits, number)


def in_range(
    ls: SpellServer, params: types.SemanticTokensRangeParams
) -> types.SemanticTokens | None:
    """The tokens around a range: whole statements of the chunk."""
    document = _coloured(ls, params.text_document.uri)
    if document is None:
        return None
    begin, end = document.offset(params.range.start), document.offset(params.range.end)
    return types.SemanticTokens(_tokens(ls, document, begin, end).numbers())


def _coloured(ls: SpellServer, uri: str) -> Document | None:
    """An open document with Lua in it, unless its words are not to be coloured."""
    document = ls.lua_document(uri)
    wanted = document is not None and ls.configuration.of(uri).semantic_tokens_enable
    return document if wanted else None


def _tokens(ls: SpellServer, document: Document, begin: int = 0, end: int | None = None) -> Tokens:
    snapshot = document.snapshot(ls.compile)
    return tokens_of(snapshot, ls.world.library_globals, document.units, begin, end)


def _kept(ls: SpellServer, document: Document, tokens: Tokens) -> str:
    """The name under which the tokens can be referred to by the next request."""
    number = str(next(_NUMBERS))
    ls.tokens[document.uri] = (number, tokens)
    return number
