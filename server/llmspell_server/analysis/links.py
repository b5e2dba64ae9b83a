"""What in a text leads elsewhere: required modules, and addresses in comments and strings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

from llmspell_server.analysis.remembering import remembered

from .snapshot import Snapshot
from .syntax.pieces import Piece
from .workspace.occurrences import Live

_ADDRESS = re.compile(r"\b(?:https?|file)://[^\s<>\"'`\[\]{}|\\^]+")
_NOT_LAST = ".,;:!?"


class Link(NamedTuple):
    """A range that leads somewhere. target: a module's name, or an address."""

    start: int
    end: int
    kind: Literal["module", "address"]
    target: str


def links_of(snapshot: Snapshot) -> list[Link]:
    """The links of a document, in the order of the text."""
    found = [Link(start, end, "module", module) for module, start, end in Live(snapshot).requires()]
    for piece, start in snapshot.pieces.placed():
        found += [
            Link(start + first, start + last, "address", address)
            for first, last, address in _addresses(piece)
        ]
    return sorted(found)


@remembered
def _addresses(piece: Piece) -> tuple[tuple[int, int, str], ...]:
    return tuple(_matches(piece.text))


def _matches(text: str) -> Iterator[tuple[int, int, str]]:
    if "://" not in text:
        return
    for match in _ADDRESS.finditer(text):
        address = match[0].rstrip(_NOT_LAST)
        while address.endswith(")") and address.count("(") < address.count(")"):
            address = address[:-1].rstrip(_NOT_LAST)
        yield match.start(), match.start() + len(address), address
