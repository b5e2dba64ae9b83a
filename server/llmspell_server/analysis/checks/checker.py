"""Makes the checks of a document, anew only where something has changed.

What is found in a piece is an answer of the inference's queries: after an edit elsewhere it is
verified, not found again. It is put together from those of its *sections*, which are verified one
by one: a variable that every function uses costs the places that use it, not whole functions.
Checks that compare pieces with each other are cheap and made each time.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from functools import partial
from typing import Any

from attrs import frozen

from llmspell_server.analysis.inference.inference import Inference
from llmspell_server.analysis.pace import checkpoint
from llmspell_server.analysis.remembering import remembered
from llmspell_server.analysis.spells.host_uses import NO_RULES, HostRules
from llmspell_server.analysis.syntax import tree
from llmspell_server.analysis.syntax.pieces import Piece, nodes_of

from . import (
    ambiguity,
    assignments,
    builders,
    calls,
    comments,
    duplicates,
    fields,
    flow,
    host,
    luadoc,
    modules,
    names,
    returns,
    spaces,
    unused,
    values,
)
from .context import Context, is_definition_file
from .finding import Finding, Related
from .suppression import Suppressions

Check = Callable[[Context, Any], Iterator[Finding]]

_OF_PIECES = (
    names.undefined,
    names.written,
    names.environments,
    host.elsewhere,
    unused.in_piece,
    unused.redefined,
    comments.casts,
    luadoc.of_piece,
)
_OF_NODES: dict[type[tree.Node], tuple[Check, ...]] = {
    tree.Call: (
        calls.of_call,
        ambiguity.new_line,
        fields.may_be_nil,
        modules.unresolved,
        host.not_permitted,
    ),
    tree.MethodCall: (
        calls.of_call,
        fields.of_access,
        fields.may_be_nil,
        builders.set_twice,
        builders.unknown_setter,
    ),
    tree.Member: (fields.of_access, fields.may_be_nil),
    tree.Index: (fields.of_access, fields.may_be_nil),
    tree.ExpressionStatement: (calls.discarded, builders.unfinished),
    tree.Function: (returns.of_function,),
    tree.Return: (returns.of_return, flow.redundant_return),
    tree.LocalStatement: (values.of_local, assignments.of_local, builders.never_built),
    tree.Assignment: (
        values.of_assignment,
        assignments.of_assignment,
        names.overwritten_members,
    ),
    tree.FunctionStatement: (values.of_function, names.overwritten_members),
    tree.Table: (assignments.of_table, host.not_permitted_in_table),
    tree.Binary: (ambiguity.precedence,),
    tree.Block: (flow.after_leaving,),
    tree.If: (flow.empty,),
    tree.While: (flow.empty,),
    tree.Repeat: (flow.empty,),
    tree.NumericFor: (flow.empty, values.of_loop),
    tree.GenericFor: (flow.empty,),
}

_SECTION = 20
"""How many of the nodes that are checked make a section: fewer cost more keeping than they save."""


@frozen
class Placed:
    """A finding with its place in the whole text."""

    start: int
    end: int
    finding: Finding

    @property
    def code(self) -> str:
        """Which diagnostic it is."""
        return self.finding.code


class Checker:
    """Finds what may be wrong with the documents of a world.

    rules: what the host allows. codes: gives the diagnostics that others find in a file, which
    comments may name. types: gives the names of types that a file may use and no file declares.
    """

    def __init__(
        self,
        inference: Inference,
        rules: HostRules = NO_RULES,
        codes: Callable[[str], Collection[str]] = lambda _: (),
        types: Callable[[str], Collection[str]] = lambda _: (),
    ) -> None:
        self.inference, self.rules, self._codes = inference, rules, codes
        inference.queries.add("findings", self._of_piece, may_lag=True)
        inference.queries.add("findings of names", self._of_names)
        inference.queries.add("findings of section", self._of_section)
        inference.queries.add("types of kinds", types, is_input=True)
        inference.queries.add("refused", rules.refusal, is_input=True)
        inference.queries.add("is certain", partial(Context.is_certain_owner, inference))
        inference.queries.add("first writes", partial(names.first_writes, inference))

    def findings(self, file: str) -> list[Placed]:
        """What is found in a document, in the order of its text, without what comments disable."""
        source = self.inference.file(file)
        snapshot = source.snapshot
        if is_definition_file(snapshot):
            return []
        begin = snapshot.pieces.start_of
        found = []
        for piece, finding in self._all(file):
            place = begin[piece]
            found.append(Placed(place + finding.start, place + finding.end, finding))
        said, line_at = Suppressions(snapshot), snapshot.text.line_at
        found = [each for each in found if not said.suppresses(each.code, line_at(each.start))]
        return sorted(found, key=_order)

    def related(self, related: Related) -> tuple[int, int] | None:
        """Where a further place of a finding is in its document.

        None where that was edited away, which a finding of before does not know.
        """
        begin = self.inference.file(related.file).snapshot.pieces.start_of.get(related.piece)
        return None if begin is None else (begin + related.start, begin + related.end)

    def _all(self, file: str) -> Iterator[tuple[Piece, Finding]]:
        source = self.inference.file(file)
        for piece, _ in source.snapshot.pieces.placed():
            if piece.statement is not None or "@" in piece.text:
                for finding in self.inference.queries.get("findings", file, piece):
                    yield piece, finding
        yield from unused.of_chunk(source.snapshot)
        yield from spaces.trailing(source.snapshot)
        yield from comments.unknown_codes(source.snapshot, partial(self._codes, file))
        yield from duplicates.set_fields(source)
        yield from modules.different_names(self.inference, source)
        yield from builders.never_built_in_chunk(self.inference, source)

    def _of_piece(self, file: str, piece: Piece) -> tuple[Finding, ...]:
        found: tuple[Finding, ...] = self.inference.queries.get("findings of names", file, piece)
        for number in range(len(sections(piece))):
            found += self.inference.queries.get("findings of section", file, piece, number)
        return found

    def _of_names(self, file: str, piece: Piece) -> tuple[Finding, ...]:
        self.inference.queries.get("scope", file, piece)
        context = Context(self.inference, self.inference.where(file, piece), self.rules)
        return tuple(found for check in _OF_PIECES for found in check(context))

    def _of_section(self, file: str, piece: Piece, number: int) -> tuple[Finding, ...]:
        context = Context(self.inference, self.inference.where(file, piece), self.rules)
        found: list[Finding] = []
        for node in sections(piece)[number]:
            checkpoint()
            for check in _OF_NODES[type(node)]:
                found += check(context, node)
        return tuple(found)


@remembered
def sections(piece: Piece) -> tuple[tuple[tree.Node, ...], ...]:
    """The nodes of a piece that are checked, parted where statements begin."""
    found: list[list[tree.Node]] = [[]]
    for node in nodes_of(piece):
        if isinstance(node, tree.Statement) and len(found[-1]) >= _SECTION:
            found.append([])
        if type(node) in _OF_NODES:
            found[-1].append(node)
    return tuple(tuple(each) for each in found if each)


def _order(placed: Placed) -> tuple[int, int, str, str]:
    return placed.start, placed.end, placed.code, placed.finding.message
