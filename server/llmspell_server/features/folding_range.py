"""textDocument/foldingRange."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from llmspell_server.analysis.folding import folds_of

from .places import asked

if TYPE_CHECKING:
    from llmspell_server.server import SpellServer

_KINDS = {
    "code": None,
    "comment": types.FoldingRangeKind.Comment,
    "region": types.FoldingRangeKind.Region,
    "imports": types.FoldingRangeKind.Imports,
}


def register(server: SpellServer) -> None:
    """Makes the server answer."""
    server.feature(types.TEXT_DOCUMENT_FOLDING_RANGE)(folding_range)


def folding_range(
    ls: SpellServer, params: types.FoldingRangeParams
) -> list[types.FoldingRange] | None:
    """What can be folded in a document."""
    where = asked(ls, params.text_document)
    if where is None:
        return None
    return [
        types.FoldingRange(fold.first, fold.last, kind=_KINDS[fold.kind])
        for fold in folds_of(where.snapshot)
    ]
