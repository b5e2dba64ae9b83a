"""What the checks of a piece can ask."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from functools import cached_property, lru_cache
from typing import Any

from llmspell_server.analysis.binding.binder import Binding, binding_of
from llmspell_server.analysis.binding.variables import Local
from llmspell_server.analysis.inference.expressions import Where
from llmspell_server.analysis.inference.flow import parents_of
from llmspell_server.analysis.inference.inference import Inference
from llmspell_server.analysis.inference.sources import Owner
from llmspell_server.analysis.inference.writes import Key, Path, literal_key, path_of, writes_of
from llmspell_server.analysis.snapshot import Snapshot
from llmspell_server.analysis.spells.host_uses import NO_RULES, HostRules
from llmspell_server.analysis.syntax import tree
from llmspell_server.analysis.syntax.pieces import Piece
from llmspell_server.analysis.types import model
from llmspell_server.analysis.types.display import display
from llmspell_server.analysis.types.fields import members
from llmspell_server.analysis.types.model import Type

from .finding import Finding, Related

_META = re.compile(r"---[ \t]*@meta(?=\s|\Z)")
_SEEN = ("table.pack", "table.unpack", "coroutine.resume")
"""Functions of which more is known by what code is seen to do than by their annotations."""


class Context:
    """A piece whose checks are made, and what is known about it. rules: of the host."""

    def __init__(self, inference: Inference, where: Where, rules: HostRules = NO_RULES) -> None:
        self.inference, self.where, self.rules = inference, where, rules
        self.piece: Piece = where.piece
        self.snapshot: Snapshot = where.file.snapshot
        self.parents: Mapping[tree.Node, tree.Node] = parents_of(where.piece)

    @cached_property
    def binding(self) -> Binding:
        """What the names of the piece mean in it."""
        return binding_of(self.piece)

    def local(self, name: tree.Name) -> Local | None:
        """The local that a name means."""
        return self.where.file.local(self.piece, name)

    def visible_locals(self, offset: int) -> dict[str, Local]:
        """The locals that may be named at an offset in the piece."""
        self.inference.queries.get("visible", self.where.file.file, self.piece)
        return self.snapshot.locals_in(self.piece, offset)

    def declaration(self, local: Local) -> Piece:
        """The piece that declares a local which the piece sees."""
        if not local.is_of_chunk:
            return self.piece
        owner = self.where.file.owner(self.piece, Path(local))
        piece: Piece = self.inference.queries.get("declaration", owner)[0]
        return piece

    def is_global(self, node: tree.Node, name: str) -> bool:
        """Whether an expression names a certain global."""
        return isinstance(node, tree.Name) and node.text == name and self.local(node) is None

    def owner(self, node: tree.Node) -> Owner | None:
        """The variable or field that an expression writes out."""
        path = path_of(node, writes_of(self.piece).owners)
        return self.where.file.owner(self.piece, path) if path is not None else None

    # Types

    def type(self, node: tree.Node) -> Type:
        """The type of an expression."""
        return self.inference.type(self.where, node)

    def members(self, type_: Type) -> tuple[Type, ...]:
        """The alternatives of a type, with aliases replaced by what they stand for."""
        return members(type_, self.inference)

    def is_known(self, type_: Type) -> bool:
        """Whether all alternatives of a type are known."""
        found = self.members(type_)
        return bool(found) and not any(
            each in (model.UNKNOWN, model.ANY, model.SELF)
            or isinstance(each, (model.Generic, model.NameOf))
            for each in found
        )

    def is_declared(self, node: tree.Node) -> bool:
        """Whether an annotation says what is in a variable or field."""
        owner = self.owner(node)
        if owner is None:
            return False
        if self.inference.variables.is_declared(owner):
            return True
        root = owner.root
        if owner.keys or not isinstance(root, Local) or root.kind != "parameter":
            return False
        assert isinstance(root.statement, tree.Function)
        annotated = self.inference.annotated.function(self.where, root.statement)
        if annotated is None:
            return False
        place = root.position + int(root.statement.receiver is not None)
        if not 0 <= place < len(annotated.parameters):
            return False
        return annotated.parameters[place].type is not model.UNKNOWN

    def is_certain(self, node: tree.Node) -> bool:
        """Whether the type of an expression is more than a guess.

        It is where it is written out or declared. What code is seen to write into fields, globals
        and parameters need not be all that is written there.
        """
        match node:
            case tree.Paren(inner=inner):
                return self.is_certain(inner)
            case tree.Binary(operator="and" | "or", left=left, right=right):
                return self.is_certain(left) and self.is_certain(right)
            case tree.Name():
                return self.is_declared(node) or self._is_certain_local(node)
            case tree.Call() | tree.MethodCall():
                return self.has_declared_results(node)
            case tree.Member() | tree.Index():
                return self._is_certain_field(node)
            case tree.Vararg():
                return False
        return isinstance(node, tree.Expression)

    def _is_certain_local(self, name: tree.Name) -> bool:
        owner = self.owner(name) if self.local(name) is not None else None
        if owner is None:
            return False
        if owner.piece is None and not self.inference.has_several(owner):
            return self.inference.queries.get("is certain", owner) is True
        sources = self.inference.values_of(owner)
        reached = self.inference.expressions.reached(self.where, name, sources)
        if reached is None:
            return False
        for source in reached:
            if source.piece is not self.piece and source.file != self.where.file.file:
                return False
            if source.value is None:
                if not isinstance(source.statement, (tree.LocalStatement, tree.NumericFor)):
                    return False
            elif source.value is name or not self.within(source.piece).is_certain(source.value):
                return False
        return bool(reached)

    @staticmethod
    def is_certain_owner(inference: Inference, owner: Owner) -> bool:
        """Whether the one value is certain that a local of the chunk gets."""
        for source in inference.values_of(owner):
            if source.value is None:
                return isinstance(source.statement, (tree.LocalStatement, tree.NumericFor))
            where = inference.where(source.file, source.piece)
            return Context(inference, where).is_certain(source.value)
        return False

    def within(self, piece: Piece) -> Context:
        """The same for another piece of the document."""
        if piece is self.piece:
            return self
        return Context(
            self.inference, self.inference.where(self.where.file.file, piece), self.rules
        )

    def has_declared_results(self, call: tree.Call | tree.MethodCall) -> bool:
        """Whether annotations say what a call gives."""
        calls = self.inference.calls
        if isinstance(call, tree.Call) and calls.name_of(self.where, call) in _SEEN:
            return False  # it may do other things in places that are not seen
        signatures = calls.signatures(self.where, call)
        return bool(signatures) and all(each.return_names for each in signatures)

    def _is_certain_field(self, node: tree.Member | tree.Index) -> bool:
        type_ = self.type(node)
        if isinstance(type_, model.Function) and type_.documentation is not None:
            return True
        key = node.key.text if isinstance(node, tree.Member) else literal_key(node.key)
        return self.is_certain_field(node.base, key)

    def is_certain_field(self, base: tree.Expression, key: Key | None) -> bool:
        """Whether it is declared what is in a field of an expression.

        key: None for a computed one.
        """
        type_ = self.type(base)
        if isinstance(type_, (model.Record, model.Array, model.Map, model.Tuple)):
            return self.is_certain(base)
        return key is not None and self.inference.declared_field(type_, key) is not None

    # Findings

    def finding(
        self,
        code: str,
        node: tree.Node,
        message: str,
        *related: Related,
        **data: Any,
    ) -> Finding:
        """A finding about a node."""
        return Finding(code, message, node.start, node.end, related, data)

    def related(self, node: tree.Node, message: str, piece: Piece | None = None) -> Related:
        """A further place in this document."""
        return Related(self.where.file.file, piece or self.piece, node.start, node.end, message)

    def line_of(self, offset: int) -> int:
        """Which line of the piece holds an offset, from 0."""
        return self.piece.text.count("\n", 0, offset)


def is_definition_file(snapshot: Snapshot) -> bool:
    """Whether a document only says what exists elsewhere (`---@meta`)."""
    return any(_META.match(comment.text) for comment in snapshot.pieces.all[0].comments)


def near(name: str, known: Iterable[str]) -> list[str]:
    """The names that may have been meant, the nearest first."""
    same = [each for each in known if each.lower() == name.lower() and each != name]
    found = get_close_matches(name, [each for each in known if each != name], 3, 0.7)
    return list(dict.fromkeys([*same, *found]))


def near_any(name: str, *known: tuple[str, ...]) -> list[str]:
    """The same of several groups, those of an earlier one first."""
    return list(dict.fromkeys(each for names in known for each in _near(name, names)))[:3]


@lru_cache(maxsize=64)
def _near(name: str, known: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(near(name, known))


def did_you_mean(names: list[str]) -> str:
    """A question to end a message with; nothing if there is nothing near."""
    return f" Did you mean `{names[0]}`?" if names else ""


def shown(type_: Type) -> str:
    """A type for a message."""
    return f"`{display(type_)}`"
