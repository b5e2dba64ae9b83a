"""What a string may hold: the values of its type, and modules."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from llmspell_server.analysis.syntax import tree
from llmspell_server.analysis.types import model

from .candidates import Candidate, Completions
from .expected import choices, expected_at
from .gathering import Budget, gathered

if TYPE_CHECKING:
    from .complete import Options, Place


def string_completions(
    place: Place, string: tree.String, options: Options, budget: Budget
) -> Completions:
    """What the string at a place may hold, as far as it is found in time."""
    begin = place.where.file.snapshot.pieces.start_of[place.where.piece] + string.start
    opening = len(string.text) - len(string.text.lstrip("[=")) if string.text[0] == "[" else 1
    start = begin + opening
    end = begin + len(string.text) - (opening if string.closed else 0)
    content = place.where.file.snapshot.text.source[start:end].split("\n")[0]
    end = start + len(content)
    if not start <= place.offset <= end:  # between its brackets, or on a later line
        return Completions(place.offset, place.offset, "nothing")
    offer = _modules(options) if _is_required(place) else _literals(place, string)
    candidates, incomplete = gathered(offer, budget)
    return Completions(start, end, "string", candidates, incomplete)


def _is_required(place: Place) -> bool:
    for node in reversed(place.path[:-1]):
        if isinstance(node, tree.Call):
            return isinstance(node.callee, tree.Name) and node.callee.text == "require"
        if not isinstance(node, tree.Arguments):
            break
    return False


def _modules(options: Options) -> Iterator[Candidate]:
    for name, file in options.modules().items():
        yield Candidate(name, "module", file, of=("module", name))


def _literals(place: Place, string: tree.String) -> Iterator[Candidate]:
    """The strings that the type lists which is wanted of one, with what is said of them."""
    expected = expected_at(place, string)
    seen: set[str] = set()
    for each, description in choices(place, expected) if expected is not None else ():
        if isinstance(each, model.StringLiteral) and each.value not in seen:
            seen.add(each.value)
            yield Candidate(each.value, "value", description, rank=len(seen))
