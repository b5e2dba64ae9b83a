"""Something that may be wrong at a place of a piece."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import field, frozen

from llmspell_server.analysis.syntax.pieces import Piece


@frozen
class Related:
    """Another place that belongs to a finding. start, end: in its piece."""

    file: str
    piece: Piece
    start: int
    end: int
    message: str


@frozen
class Finding:
    """A diagnostic. start, end: in the piece that it is about.

    code: one of the catalogue, which says how grave it is. data: what a fix needs to know, as JSON
    has it; `name` is the name that it is about and `near` are names that may have been meant.
    """

    code: str
    message: str
    start: int
    end: int
    related: tuple[Related, ...] = ()
    data: Mapping[str, Any] = field(factory=dict, hash=False)
