"""Table arguments that something else than annotations describes, such as JSON Schemas."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from typing import TYPE_CHECKING, Protocol

from attrs import frozen

from llmspell_server.analysis.binding.binder import binding_of
from llmspell_server.analysis.binding.variables import Local
from llmspell_server.analysis.snapshot import Snapshot
from llmspell_server.analysis.syntax import tree
from llmspell_server.analysis.syntax.literals import string_value
from llmspell_server.analysis.syntax.pieces import Piece
from llmspell_server.analysis.types import model
from llmspell_server.analysis.types.adapting import adapted
from llmspell_server.analysis.types.schemas import DescribedTable, SchemaClasses, SchemaPlace

from .expressions import Where
from .flow import parents_of
from .global_names import called_name, declared_name
from .writes import Path, key_of_field

if TYPE_CHECKING:
    from .inference import Inference

_FURTHEST = 4  # variables that an object may have come through
_NEAR = 30  # statements of the chunk behind a local of it in which its first use is looked for
Given = tuple[Piece, tree.Call | tree.MethodCall, int]
"""A call, and which of its arguments."""
Before = tuple[str | None, ...]
"""The arguments before one, where these are strings that are known."""
Named = tuple[tuple[str, str], ...]
"""Strings beside a table by the names of their fields; "": that by which an object was got."""


def first_call(snapshot: Snapshot, piece: Piece, local: Local) -> Given | None:
    """The call that a local is given to, if that is the first use of it; not in another function.

    Then the table in it is the one of its declaration. piece: what declares it.
    """
    uses = [(piece, name) for name in local.uses[:1]]
    if not uses and local.is_of_chunk:
        first = snapshot.pieces.index_at(snapshot.pieces.start_of[piece]) + 1
        below = snapshot.pieces.all[first : first + _NEAR]
        with_name = (each for each in below if local.name in binding_of(each).free)
        uses = [(each, binding_of(each).free[local.name][0]) for each in islice(with_name, 1)]
    for there, name in uses:
        if snapshot.local(there, name) is not local:
            return None
        if binding_of(there).in_function.get(name) is not local.function:
            return None
        arguments = parents_of(there).get(name)
        call = parents_of(there).get(arguments) if arguments is not None else None
        if isinstance(arguments, tree.Arguments) and isinstance(call, tree.Call | tree.MethodCall):
            return there, call, arguments.values.index(name)
    return None


def _written(table: tree.Expression) -> dict[str, str | None]:
    """The keys of a table constructor, with the strings that are written out behind them."""
    found: dict[str, str | None] = {}
    for field in table.fields if isinstance(table, tree.Table) else ():
        key = key_of_field(field)
        if isinstance(key, str):
            value = field.value
            found[key] = string_value(value.text) if isinstance(value, tree.String) else None
    return found


class Tables(Protocol):
    """Whoever knows what tables functions take."""

    def table(
        self, file: str, function: str, parameter: int, before: Before, named: Named, /
    ) -> DescribedTable | None:
        """The table that a function takes at a place, from 0, in a document.

        -1: that a field of a class holds (`Options.params`).
        """

    def schemas_at(self, class_: str, /) -> Mapping[str, tuple[SchemaPlace, ...]]:
        """The fields of a class whose schemas scripts give, and where."""


@frozen
class NoTables:
    """Knows none."""

    def schemas_at(self, _class: str, /) -> Mapping[str, tuple[SchemaPlace, ...]]:
        """None."""
        return {}

    def table(
        self, _file: str, _function: str, _parameter: int, _before: Before, _named: Named, /
    ) -> None:
        """None."""


class Described:
    """The types of table arguments by what is described of them."""

    def __init__(self, inference: Inference, tables: Tables) -> None:
        self._inference = inference
        self.classes = SchemaClasses()
        self.schemas_at = tables.schemas_at

    def argument(
        self, where: Where, node: tree.Call | tree.MethodCall, position: int
    ) -> model.Type | None:
        """The type of a table that is written out as an argument; None if nobody describes it."""
        values = node.arguments.values
        if position >= len(values) or not isinstance(values[position], tree.Table):
            return None
        return self._table(where, node, position, values[position])

    def left_out(
        self, where: Where, node: tree.Call | tree.MethodCall, position: int
    ) -> model.Type | None:
        """The type of the table that a call is to be given at a place behind its arguments.

        None where it may be left out.
        """
        if position < len(node.arguments.values):
            return None
        empty = tree.Table(node.end, node.end, ())
        return self._table(where, node, position, empty, needed=True)

    def field(
        self, where: Where, holder: model.Type, field: tree.Named | tree.Keyed, beside: tree.Table
    ) -> model.Type | None:
        """The type of a table that is written out in a field of a class; None: nobody says.

        holder: the type of the table around it. beside: that table.
        """
        key = key_of_field(field)
        if not isinstance(field.value, tree.Table) or not isinstance(key, str):
            return None
        named = tuple((each, text) for each, text in _written(beside).items() if text is not None)
        for each in model.members_of(holder):
            if isinstance(each, model.Named) and named:
                found = self._found(where, f"{each.name}.{key}", -1, (), named, field.value)
                if found is not None:
                    return found
        return None

    def of_local(self, where: Where, local: Local, table: tree.Table) -> model.Type | None:
        """The type of a table that a local of a piece holds until a call is given it."""
        notes = self._inference.queries.notes
        key = ("of local", local)
        if key not in notes:
            self._inference.queries.note(key, self._of_local(where, local, table))
        found: model.Type | None = notes[key]
        return found

    def given_to(self, where: Where, local: Local) -> Given | None:
        """The call that a local of a piece is given to before anything else is done with it."""
        if not local.is_of_chunk:
            return first_call(where.file.snapshot, where.piece, local)
        found: Given | None = self._inference.queries.get(
            "given to", where.file.file, where.piece, local
        )
        return found

    def _of_local(self, where: Where, local: Local, table: tree.Table) -> model.Type | None:
        given = self.given_to(where, local)
        if given is None:
            return None
        piece, call, position = given
        there = self._inference.where(where.file.file, piece)
        return self._table(there, call, position, table)

    def _table(
        self,
        where: Where,
        node: tree.Call | tree.MethodCall,
        position: int,
        table: tree.Expression,
        *,
        needed: bool = False,
    ) -> model.Type | None:
        values = node.arguments.values
        function = called_name(self._inference, where, node)
        declared = declared_name(self._inference, where, node)
        before = tuple(self.string(where, each) for each in values[:position])
        got_by = self._got_by(where, node)
        named = (("", got_by),) if got_by is not None else ()
        for each in dict.fromkeys((function, declared)):
            found = each and self._found(where, each, position, before, named, table, needed=needed)
            if found:
                return found
        return None

    def _found(
        self,
        where: Where,
        function: str,
        position: int,
        before: Before,
        named: Named,
        table: tree.Expression,
        *,
        needed: bool = False,
    ) -> model.Type | None:
        file = where.file.file
        found = self._inference.queries.get("table", file, function, position, before, named)
        if not isinstance(found, DescribedTable) or (needed and not found.empty_without):
            return None
        schema = adapted(found.schema, _written(table))
        return self.classes.type(DescribedTable(found.name, schema))

    def _got_by(self, where: Where, call: tree.Call | tree.MethodCall) -> str | None:
        """The string by which the object was asked for whose function is called.

        It is in `get("x"):run()`, `all["x"].run()`, and with a variable that holds the object.
        """
        if isinstance(call, tree.MethodCall):
            return self._asked_for(where, call.base)
        callee = call.callee
        return self._asked_for(where, callee.base) if isinstance(callee, tree.Member) else None

    def _asked_for(self, where: Where, node: tree.Expression, left: int = _FURTHEST) -> str | None:
        match node:
            case tree.Paren(inner=inner):
                return self._asked_for(where, inner, left)
            case tree.Binary(operator="or" | "and", left=first, right=second):
                given = first if node.operator == "or" else second
                return self._asked_for(where, given, left)
            case tree.Index(key=key):
                return self.string(where, key)
            case tree.Member(key=word):
                return word.text
            case tree.Name() if left:
                owner = where.file.owner(where.piece, Path(node.local or node.text))
                sources = self._inference.values_of(owner)
                if len(sources) != 1 or sources[0].value is None or sources[0].position:
                    return None
                there = self._inference.where(sources[0].file, sources[0].piece)
                return self._asked_for(there, sources[0].value, left - 1)
            case tree.Call() | tree.MethodCall() if node.arguments.values:
                first = node.arguments.values[0]
                if isinstance(node, tree.Call) and _is_assert(where, node.callee):
                    return self._asked_for(where, first, left)
                return self.string(where, first)
        return None

    def string(self, where: Where, node: tree.Expression) -> str | None:
        """What an argument says; a variable that gets one string says that."""
        if isinstance(node, tree.Name):
            owner = where.file.owner(where.piece, Path(node.local or node.text))
            sources = self._inference.values_of(owner)
            value = sources[0].value if len(sources) == 1 else None
            if isinstance(value, tree.String):
                return string_value(value.text)
        type_ = self._inference.type(where, node)
        return type_.value if isinstance(type_, model.StringLiteral) else None


def _is_assert(where: Where, callee: tree.Expression) -> bool:
    if not isinstance(callee, tree.Name) or callee.text != "assert":
        return False
    return where.file.local(where.piece, callee) is None
