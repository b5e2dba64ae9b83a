"""What may be written at a place of a document: where the place is decides what is offered."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain
from typing import Literal, Protocol

from attrs import field, frozen

from llmspell_server.analysis.annotations.vocabulary import LOCAL_ATTRIBUTES
from llmspell_server.analysis.inference.expressions import Where
from llmspell_server.analysis.inference.inference import Inference
from llmspell_server.analysis.inference.writes import writes_of
from llmspell_server.analysis.syntax import tree

from .annotations import complete_annotation
from .candidates import Candidate, Completions
from .expected import value_candidates
from .gathering import Budget, Limited, gathered
from .members import member_candidates, used_candidates
from .names import global_candidates, local_candidates, module_candidates
from .overriding import definition_candidates, is_being_defined
from .postfix import Around, postfix_candidates
from .strings import string_completions
from .tables import key_candidates

_WORD = re.compile(r"[A-Za-z_]\w*\Z|\Z", re.ASCII)
_NUMERAL = re.compile(r"[0-9]\.?\Z")
_BEHIND_DOT = re.compile(r"(?<!\.)[.:][ \t\n]*\Z")


_BUDGET = Budget()
_MOST_MODULES = 100  # that are offered to be required


class Place(Protocol):
    """A place in a document, as the server's `Subject` describes it."""

    @property
    def inference(self) -> Inference: ...  # noqa: D102
    @property
    def file(self) -> str: ...  # noqa: D102
    @property
    def offset(self) -> int: ...  # noqa: D102
    @property
    def where(self) -> Where: ...  # noqa: D102
    @property
    def path(self) -> tuple[tree.Node, ...]: ...  # noqa: D102
    @property
    def inside(self) -> int: ...  # noqa: D102


@frozen
class Options:
    """What is offered beside what the document holds.

    modules: gives the names that `require` takes, with their files: there may be many.
    snippets: whether the client takes them. to_require: gives the names of modules that could be
    required for what is written of a word, those first that are meant most likely. without: which
    globals the document does not have.
    """

    modules: Callable[[], Mapping[str, str]]
    snippets: bool
    to_require: Callable[[str], Iterable[str]] = lambda _: ()
    without: frozenset[str] = frozenset()


def complete(place: Place, options: Options, budget: Budget = _BUDGET) -> Completions:
    """All that may stand at a place; editors choose what fits what is written already.

    What takes too long to find is left out, and the result is incomplete then. Locals and keywords
    are offered in any case.
    """
    comment = place.where.file.snapshot.comment_at(place.offset)
    if comment is not None:
        text = comment.node.text if isinstance(comment.node, tree.Word) else ""
        inside = place.offset - place.where.file.snapshot.span(*comment)[0]
        return complete_annotation(place, text, inside, options)
    string = _string(place)
    if string is not None:
        return string_completions(place, string, options, budget)
    source = place.where.file.snapshot.text.source
    found = _WORD.search(source, max(0, place.offset - 200), place.offset)
    start = found.start() if found is not None else place.offset
    offer = _offer(place, start, source, options)
    with place.inference.guesses.around(place.where, offer.base):
        in_time, incomplete = gathered(chain(offer.in_time, offer.modules), budget)
    candidates = (*in_time, *offer.at_once)
    more = incomplete or offer.modules.cut
    return Completions(start, place.offset, offer.kind, candidates, more)


def _string(place: Place) -> tree.String | None:
    """The string that holds the place, between its quotes."""
    node = place.path[-1] if place.path else None
    if not isinstance(node, tree.String):
        return None
    closed = node.closed and place.inside == node.end
    return node if node.start < place.inside and not closed else None


@frozen
class _Offer:
    """What may stand at a place. at_once: what needs no type; in_time: what may take a while.

    base: what a member is being named of. modules: those that would have to be required.
    """

    kind: Literal["member", "name", "nothing"]
    at_once: tuple[Candidate, ...] = ()
    in_time: Iterable[Candidate] = ()
    base: tree.Node | None = None
    modules: Limited[Candidate] = field(factory=lambda: Limited((), 0))


def _offer(place: Place, start: int, source: str, options: Options) -> _Offer:
    found = _base(place, start, source)
    if found is not None:
        members = _behind_base(place, found, options)
        return _Offer("member", in_time=members, base=found.node)
    if _is_number(source, start):
        return _Offer("nothing")
    special = _special(place, start)
    if special is not None:
        return _Offer("name", special)
    return _Offer(
        "name",
        tuple(local_candidates(place, start, options)),
        chain(
            key_candidates(place, start, options),
            value_candidates(place),
            global_candidates(place, start, options),
        ),
        modules=Limited(module_candidates(place, start, options), _MOST_MODULES),
    )


@frozen
class _Base:
    """What a member is being named of. path: the nodes around it. colon: whether behind one."""

    where: Where
    node: tree.Expression
    path: tuple[tree.Node, ...]
    colon: bool

    @property
    def begins_statement(self) -> bool:
        """Whether it stands where a statement begins."""
        return any(
            isinstance(each, tree.ExpressionStatement) and each.start == self.node.start
            for each in self.path
        )


def _base(place: Place, start: int, source: str) -> _Base | None:
    """What a member is being named of at a place."""
    dot = _BEHIND_DOT.search(source, max(0, start - 100), start)
    if dot is None or source[dot.start() - 1 : dot.start() + 1] == "::":
        return None
    snapshot = place.where.file.snapshot
    # A keyword behind the dot, as in `list.for`, begins a statement of its own.
    beside = snapshot.path_at(dot.start() + 1)
    for piece, path in ((place.where.piece, place.path), beside):
        begin = snapshot.pieces.start_of[piece]
        for node in reversed(path):
            base = node.base if isinstance(node, (tree.Member, tree.MethodCall)) else None
            if base is not None and base.end + begin <= dot.start():
                where = Where(place.where.file, piece)
                return _Base(where, base, path, source[dot.start()] == ":")
    return None


def _behind_base(place: Place, base: _Base, options: Options) -> Iterator[Candidate]:
    """What may stand behind the dot or colon after an expression."""
    type_ = place.inference.type(base.where, base.node)
    found = member_candidates(place, type_, base.colon)
    if is_being_defined(place, base.node):
        yield from definition_candidates(place, found, options)
        return
    members = tuple(found)
    known = {each.label for each in members}
    if not members or _is_guessed(place, base.node):  # the calls may not give all that is used
        used = used_candidates(base.where, base.node, base.colon)
        members += tuple(each for each in used if each.label not in known)
        known |= {each.label for each in members}
    yield from members
    if options.snippets and not base.colon:
        around = Around(base.where, base.node, type_, base.begins_statement)
        for candidate in postfix_candidates(place.inference, around):
            if candidate.label not in known:
                yield candidate


def _is_guessed(place: Place, node: tree.Expression) -> bool:
    """Whether all that is known of a parameter is what calls give it."""
    return (
        isinstance(node, tree.Name)
        and node.local is not None
        and node.local not in writes_of(place.where.piece).owners
        and place.inference.guesses.supposed(node.local) is not None
    )


def _is_number(source: str, start: int) -> bool:
    """Whether the word is the end of a numeral: `12e|`, `1.|`."""
    return _NUMERAL.search(source, max(0, start - 100), start) is not None


def _special(place: Place, start: int) -> tuple[Candidate, ...] | None:
    """Places where only few words, or new names, may stand."""
    source = place.where.file.snapshot.text.source
    before = re.split(r"[\s]+", source[max(0, start - 60) : start].rstrip())[-1]
    node = place.path[-1] if place.path else None
    parent = place.path[-2] if len(place.path) > 1 else None
    if _in_parameters(place, start):
        return ()
    if before.endswith("<") and any(isinstance(each, tree.LocalStatement) for each in place.path):
        return tuple(
            Candidate(name, "keyword", detail) for name, detail in LOCAL_ATTRIBUTES.items()
        )
    if before == "goto":
        return tuple(Candidate(each, "label") for each in _labels(place))
    if before in ("local", "for"):
        return (Candidate("function", "keyword"),) if before == "local" else ()
    if before == "function" and not source[start - 1 : start].strip():
        return ()
    is_parameter = isinstance(parent, tree.Function) and node in parent.parameters
    is_declared = isinstance(parent, (tree.Attribute, tree.NumericFor))
    is_name = isinstance(node, tree.Name)
    return () if is_name and (is_parameter or (is_declared and node is _declared(parent))) else None


def _labels(place: Place) -> dict[str, None]:
    """The labels of the statement around a place, and those of the chunk."""
    snapshot = place.where.file.snapshot
    inner = [each.label for each in snapshot.binding(place.where.piece).labels]
    outer = [
        each.statement for each in snapshot.pieces.all if isinstance(each.statement, tree.Label)
    ]
    return dict.fromkeys(each.label.text for each in (*inner, *outer))


def _in_parameters(place: Place, start: int) -> bool:
    """Whether a place is between the parentheses of a function's parameters, closed or not."""
    inside = start - place.where.file.snapshot.pieces.start_of[place.where.piece]
    text = place.where.piece.text
    for node in reversed(place.path):
        if isinstance(node, tree.Function):
            opening = text.find("(", node.start)
            return 0 <= opening < inside and ")" not in text[opening:inside]
        if isinstance(node, tree.Block) and node.statements:
            return False
    return False


def _declared(node: tree.Node | None) -> tree.Node | None:
    if isinstance(node, tree.Attribute):
        return node.name
    return node.variable if isinstance(node, tree.NumericFor) else None
