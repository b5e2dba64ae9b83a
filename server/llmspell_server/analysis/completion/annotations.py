"""What may be written in annotations: tags, types, names, codes, and whole blocks of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from llmspell_server.analysis.actions.annotating import annotation_lines
from llmspell_server.analysis.annotations.attached import parsed
from llmspell_server.analysis.annotations.nodes import AliasTag, ClassTag, GenericTag
from llmspell_server.analysis.annotations.vocabulary import ATTRIBUTES, OPERATORS, SCOPES, TAGS
from llmspell_server.analysis.checks import catalogue
from llmspell_server.analysis.inference.expressions import Where
from llmspell_server.analysis.syntax import tree
from llmspell_server.analysis.syntax.comments import comment_blocks
from llmspell_server.analysis.syntax.pieces import Piece
from llmspell_server.analysis.types.model import BASICS

from .candidates import Candidate, Completions

if TYPE_CHECKING:
    from .complete import Options, Place

_ACTIONS = ("disable", "disable-line", "disable-next-line", "enable")

_BEGIN = r"---[ \t]*@"
_TYPE_TAGS = (
    r"(?:type|return|overload|vararg|return_overload|as)[ \t]"
    r"|(?:param|alias|cast|return_cast)[ \t]+\S+[ \t]"
    r"|field[ \t]+(?:(?:private|protected|public|package)[ \t]+)?\S+[ \t]"
    r"|(?:class|generic|operator)\b[^:]*:"
)
_TYPE = re.compile(rf"(?:{_BEGIN}(?:{_TYPE_TAGS})|--\[=*\[[ \t]*@as[ \t]|---[ \t]*\|)(.*)\Z")
_TYPE_WORD = re.compile(r"[\w.]*\Z")
_UNFINISHED = re.compile(r"\s*(?:\S|(?<=[|:(<{\[])\s|\s(?=\|))*\Z")
"""A type that goes on: a blank ends one, but for those around signs that join types."""


def complete_annotation(place: Place, comment: str, inside: int, options: Options) -> Completions:
    """What may stand at a place of a comment."""
    before = comment[:inside]
    if re.fullmatch(r"---[ \t]*", before):
        start = place.offset - len(before)
        blocks = tuple(_blocks(place)) if options.snippets else ()
        return Completions(start, place.offset, "annotation", blocks)
    for pattern, candidates in _PLACES:
        found = pattern.match(before)
        if found is not None:
            start = place.offset - len(found[1])
            return Completions(start, place.offset, "annotation", tuple(candidates(place, options)))
    typed = _TYPE.match(before)
    if typed is not None and _UNFINISHED.match(typed[1].rpartition(",")[2]):
        word = _TYPE_WORD.search(before)
        start = place.offset - (len(word[0]) if word is not None else 0)
        return Completions(start, place.offset, "annotation", tuple(_types(place)))
    return Completions(place.offset, place.offset, "nothing")


def _tags(_: Place, __: Options) -> Iterator[Candidate]:
    for name, meaning in TAGS.items():
        yield Candidate(name, "tag", meaning)


def _actions(_: Place, __: Options) -> Iterator[Candidate]:
    for name in _ACTIONS:
        yield Candidate(name, "keyword")


def _parameters(place: Place, __: Options) -> Iterator[Candidate]:
    """The parameters of the function below that have no `@param` yet."""
    for _, function, lines in _functions_below(place):
        said = " ".join(line.text for line in lines)
        for parameter in function.parameters:
            if not re.search(rf"@param\s+{re.escape(parameter.text)}\b", said):
                yield Candidate(parameter.text, "local")


def _functions_below(
    place: Place,
) -> Iterator[tuple[Piece, tree.Function, tuple[tree.Word, ...]]]:
    spot = place.where.file.snapshot.comment_at(place.offset)
    if spot is None:
        return
    piece = spot.piece
    for lines in comment_blocks(piece):
        if spot.node not in lines or piece.statement is None:
            continue
        for node in tree.walk(piece.statement):
            if isinstance(node, tree.Function) and node.start >= lines[-1].end:
                yield piece, node, lines
                return


def _codes(_: Place, __: Options) -> Iterator[Candidate]:
    for code in catalogue.CODES.values():
        yield Candidate(code.name, "value", code.meaning)


def _scopes(_: Place, __: Options) -> Iterator[Candidate]:
    for name, meaning in SCOPES.items():
        yield Candidate(name, "keyword", meaning)


def _attributes(_: Place, __: Options) -> Iterator[Candidate]:
    for name, meaning in ATTRIBUTES.items():
        yield Candidate(name, "keyword", meaning)


def _operators(_: Place, __: Options) -> Iterator[Candidate]:
    for name in OPERATORS:
        yield Candidate(name, "keyword")


def _modules(_: Place, options: Options) -> Iterator[Candidate]:
    for name, file in options.modules().items():
        yield Candidate(name, "module", file, of=("module", name))


def _locals(place: Place, _: Options) -> Iterator[Candidate]:
    for name in place.where.file.snapshot.visible_locals(place.offset):
        yield Candidate(name, "local", of=("local", name))


def _blocks(place: Place) -> Iterator[Candidate]:
    """All annotations of the function below, where it has none yet."""
    for piece, function, lines in _functions_below(place):
        if len(lines) > 1:
            return
        found = annotation_lines(place.inference, Where(place.where.file, piece), function)
        if found:
            label = ", ".join(dict.fromkeys(line.split()[0].lstrip("-") for line in found))
            yield Candidate(label, "snippet", "for the function below", text="\n".join(found))


def _types(place: Place) -> Iterator[Candidate]:
    for name in _generics(place):
        yield Candidate(name, "class", "type parameter", rank=0)
    for name in BASICS:
        yield Candidate(name, "keyword", rank=2)
    for name in place.inference.world.type_names():
        yield Candidate(name, "class", of=("type", name))


def _generics(place: Place) -> Iterator[str]:
    """The type parameters that the block around a place declares."""
    spot = place.where.file.snapshot.comment_at(place.offset)
    if spot is None:
        return
    for lines in comment_blocks(spot.piece):
        if spot.node in lines:
            for tag in parsed(spot.piece, lines).tags:
                if isinstance(tag, (GenericTag, ClassTag, AliasTag)):
                    yield from (each.name.text for each in tag.generics)


_PLACES: tuple[tuple[re.Pattern[str], Callable[[Place, Options], Iterator[Candidate]]], ...] = (
    (re.compile(r"--(?:-|\[=*\[)[ \t]*@([\w-]*)\Z"), _tags),
    (re.compile(rf"{_BEGIN}param[ \t]+(\w*)\Z"), _parameters),
    (re.compile(rf"{_BEGIN}diagnostic[ \t]+([\w-]*)\Z"), _actions),
    (re.compile(rf"{_BEGIN}diagnostic[ \t]+[\w-]+[ \t]*:(?:.*[, \t])?([\w-]*)\Z"), _codes),
    (re.compile(rf"{_BEGIN}field[ \t]+(\w*)\Z"), _scopes),
    (re.compile(rf"{_BEGIN}(?:class|enum)[ \t]*\((\w*)\Z"), _attributes),
    (re.compile(rf"{_BEGIN}operator[ \t]+(\w*)\Z"), _operators),
    (re.compile(rf"{_BEGIN}module[ \t]+[\"']?([\w./]*)\Z"), _modules),
    (re.compile(rf"{_BEGIN}(?:cast|return_cast)[ \t]+(\w*)\Z"), _locals),
)
