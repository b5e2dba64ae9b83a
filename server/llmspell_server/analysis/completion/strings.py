"""What a string may hold: the values of its type, and modules."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from llmspell_server.analysis.syntax import tree
from llmspell_server.analysis.types import model
from llmspell_server.analysis.types.model import Type

from .candidates import Candidate, Completions
from .expected import choices, expected_at

if TYPE_CHECKING:
    from .complete import Options, Place


def string_completions(place: Place, string: tree.String, options: Options) -> Completions:
    """What the string at a place may hold."""
    begin = place.where.file.snapshot.pieces.start_of[place.where.piece] + string.start
    opening = len(string.text) - len(string.text.lstrip("[=")) if string.text[0] == "[" else 1
    start = begin + opening
    end = begin + len(string.text) - (opening if string.closed else 0)
    content = place.where.file.snapshot.text.source[start:end].split("\n")[0]
    end = start + len(content)
    if not start <= place.offset <= end:  # between its brackets, or on a later line
        return Completions(place.offset, place.offset, "nothing")
    if _is_required(place):
        modules = tuple(
            Candidate(name, "module", file, of=("module", name))
            for name, file in options.modules.items()
        )
        return Completions(start, end, "string", modules)
    expected = expected_at(place, string)
    if expected is None:
        return Completions(start, end, "string")
    return Completions(start, end, "string", tuple(_literals(place, expected)))


def _is_required(place: Place) -> bool:
    for node in reversed(place.path[:-1]):
        if isinstance(node, tree.Call):
            return isinstance(node.callee, tree.Name) and node.callee.text == "require"
        if not isinstance(node, tree.Arguments):
            break
    return False


def _literals(place: Place, type_: Type) -> Iterator[Candidate]:
    """The strings that a type lists, with what is said of them."""
    seen: set[str] = set()
    for each, description in choices(place, type_):
        if isinstance(each, model.StringLiteral) and each.value not in seen:
            seen.add(each.value)
            yield Candidate(each.value, "value", description, rank=len(seen))
