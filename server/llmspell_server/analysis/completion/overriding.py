"""Methods that a class gets from elsewhere and may define itself: `function Child:|`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from attrs import evolve

from llmspell_server.analysis.syntax import tree

from .candidates import Candidate

if TYPE_CHECKING:
    from .complete import Options, Place

_DEFINED = 4
"""The rank of what the class has already: to write it again is rarely meant."""


def is_being_defined(place: Place, base: tree.Expression) -> bool:
    """Whether a place is in the name of a function statement, behind the table of the function."""
    for node in reversed(place.path):
        if isinstance(node, tree.FunctionStatement):
            return isinstance(node.target, tree.Member) and node.target.base is base
    return False


def definition_candidates(
    place: Place, members: Iterator[Candidate], options: Options
) -> Iterator[Candidate]:
    """Members as definitions of a function: with its parameters, and an end if none is there."""
    source = place.where.file.snapshot.text.source
    behind = source[place.offset :].split("\n", 1)[0].strip()
    for each in members:
        if each.kind not in ("function", "method"):
            continue
        if each.is_own:
            yield evolve(each, rank=_DEFINED)
        elif behind or not options.snippets:
            yield each
        else:
            text = f"{each.label}{each.parameters or '()'}\n\t$0\nend"
            yield evolve(each, rank=0, text=text, is_snippet=True)
