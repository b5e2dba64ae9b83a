"""What may be written in annotations: tags, types, names of parameters, codes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from llmspell_server.analysis.syntax import tree
from llmspell_server.analysis.syntax.comments import comment_blocks
from llmspell_server.analysis.types.model import BASICS

from .candidates import Candidate, Completions

if TYPE_CHECKING:
    from .complete import Place

TAGS = {
    "alias": "names a type",
    "as": "says the type of the expression before",
    "async": "marks a function that may yield",
    "cast": "says the type of a variable from here on",
    "class": "declares a class",
    "deprecated": "marks what is better not used",
    "diagnostic": "switches diagnostics off and on",
    "enum": "makes the values of a table a type",
    "field": "declares a field of the class above",
    "generic": "declares type parameters",
    "meta": "marks a file of definitions",
    "module": "says which module a value is",
    "nodiscard": "marks results that must be used",
    "operator": "declares an operator of the class above",
    "overload": "declares a further signature",
    "package": "is for this file only",
    "param": "describes a parameter",
    "private": "is for the class only",
    "protected": "is for the class and what is made from it",
    "public": "is for everybody",
    "return": "describes results",
    "return_cast": "says what a true result means for an argument",
    "return_overload": "declares results that come together",
    "see": "points to something else",
    "source": "says where it comes from",
    "type": "says the type of a variable",
    "vararg": "describes what `...` takes",
    "version": "says for which versions of Lua it is",
}
_TAG = re.compile(r"---?-?[ \t]*@([\w-]*)\Z")
_PARAM = re.compile(r"---[ \t]*@param[ \t]+(\w*)\Z")
_TYPE = re.compile(r"---[ \t]*(?:@\w+|\|).*?(?:[ \t:,|<(\[{]|\A)([\w.]*)\Z")
_DIAGNOSTIC = re.compile(r"---[ \t]*@diagnostic[ \t]+([\w-]*)\Z")
_ACTIONS = ("disable", "disable-line", "disable-next-line", "enable")


def complete_annotation(place: Place, comment: str, inside: int) -> Completions:
    """What may stand at a place of a comment."""
    before = comment[:inside]
    for pattern, candidates in (
        (_TAG, _tags),
        (_PARAM, _parameters),
        (_DIAGNOSTIC, _actions),
        (_TYPE, _types),
    ):
        found = pattern.match(before)
        if found is not None:
            start = place.offset - len(found[1])
            return Completions(start, place.offset, "annotation", tuple(candidates(place)))
    return Completions(place.offset, place.offset, "nothing")


def _tags(_: Place) -> Iterator[Candidate]:
    for name, meaning in TAGS.items():
        yield Candidate(name, "tag", meaning)


def _actions(_: Place) -> Iterator[Candidate]:
    for name in _ACTIONS:
        yield Candidate(name, "keyword")


def _parameters(place: Place) -> Iterator[Candidate]:
    """The parameters of the function below that have no `@param` yet."""
    for function, lines in _functions_below(place):
        said = " ".join(line.text for line in lines)
        for parameter in function.parameters:
            if not re.search(rf"@param\s+{re.escape(parameter.text)}\b", said):
                yield Candidate(parameter.text, "local")


def _functions_below(
    place: Place,
) -> Iterator[tuple[tree.Function, tuple[tree.Word, ...]]]:
    piece = place.where.piece
    snapshot = place.where.file.snapshot
    spot = snapshot.comment_at(place.offset)
    if spot is None:
        return
    piece = spot.piece
    for lines in comment_blocks(piece):
        if spot.node not in lines or piece.statement is None:
            continue
        for node in tree.walk(piece.statement):
            if isinstance(node, tree.Function) and node.start >= lines[-1].end:
                yield node, lines
                return


def _types(place: Place) -> Iterator[Candidate]:
    for name in BASICS:
        yield Candidate(name, "keyword", rank=2)
    for name in place.inference.world.type_names():
        yield Candidate(name, "class", of=("type", name))
