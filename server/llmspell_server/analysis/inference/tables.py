"""What is known of tables that were found in code."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, TypeGuard

from attrs import evolve

from llmspell_server.analysis.syntax import tree
from llmspell_server.analysis.types import model
from llmspell_server.analysis.types.definitions import (
    Definitions,
    FieldDefinition,
    FoundFields,
    Indexer,
    Operator,
    TableDefinition,
)
from llmspell_server.analysis.types.echoes import Argument, FieldOf, called_on
from llmspell_server.analysis.types.fields import members, table_of
from llmspell_server.analysis.types.model import Type

from .expressions import Where
from .flow import parents_of
from .sources import Owner, Source, constructor_of
from .writes import is_setmetatable, path_of, writes_of

if TYPE_CHECKING:
    from .inference import Inference

_EVENTS = (
    *("add", "sub", "mul", "div", "mod", "pow", "unm", "idiv", "band", "bor", "bxor", "shl"),
    *("shr", "bnot", "concat", "len"),
)
_MOST_ARGUMENTS = 16  # of a call that a metatable answers
_MOST_ITEMS = 50  # of a table, from which the types of its values are told
Inherited = tuple[tuple[Type, ...], tuple[Operator, ...], tuple[model.Function, ...]]


class Tables:
    """Finds the definitions of shapes."""

    def __init__(self, inference: Inference) -> None:
        self._inference = inference

    def definition(self, owner: Owner) -> TableDefinition:
        """The fields and the metatable of a table."""
        inherited = self._inference.queries.get("inherited", owner)
        if inherited is model.NEVER:  # it is being worked out
            inherited = ((), (), ())
        parents, operators, calls = inherited
        return TableDefinition(
            fields=TableFields(self._inference, owner),
            indexers=self._indexers(owner),
            parents=parents,
            operators=operators,
            calls=calls,
        )

    def inherited(self, owner: Owner) -> Inherited:
        """What a table has from its metatables: parents, operators, and calls.

        It is a question of its own because metatables may have each other as metatables.
        """
        metatables = self.metatables(owner)
        given = tuple(self._parents(owner, metatables))
        made_from = self._inference.variables.made_from(owner)
        made = () if made_from is None else model.members_of(made_from)
        bases = self._bases(owner, model.UNKNOWN in made) if made else ()
        metatables += made  # it may have been made with that as its metatable
        parents = (*given, *made, *bases, *self._parents(owner, made), *self._copied(owner))
        return (
            tuple(dict.fromkeys(each for each in parents if each != model.Shape(owner))),
            tuple(self._operators(owner, metatables)),
            tuple(self._calls(owner, metatables)),
        )

    def metatables(self, owner: Owner) -> list[Type]:
        """The types of the metatables that a table is given."""
        found = []
        for source in self._inference.values_of(owner):
            table = constructor_of(source.value)
            call = self._call_around(source, table) if table is not None else source.value
            if isinstance(call, tree.Call) and is_setmetatable(call):
                found += self._metatable(source, call)
        found += self._given_later(owner)
        return found

    def _call_around(self, source: Source, table: tree.Table) -> tree.Call | None:
        """The `setmetatable` call whose first argument a constructor is."""
        parents = parents_of(source.piece)
        given: tree.Node = table
        while isinstance(above := parents.get(given), (tree.Paren, tree.Binary)):
            given = above  # `setmetatable(x or {}, …)`
        call = parents.get(parents.get(given, given), given)
        if isinstance(call, tree.Call) and is_setmetatable(call):
            values = call.arguments.values
            return call if len(values) > 1 and values[0] is given else None
        return None

    def _metatable(self, source: Source, call: tree.Call) -> list[Type]:
        where = self._inference.where(source.file, source.piece)
        return [self._inference.type(where, each) for each in call.arguments.values[1:2]]

    def gets_metatable(self, owner: Owner) -> bool:
        """Whether a statement gives the table in a variable a metatable."""
        if owner.piece is None:
            calls = (
                (where.piece, call)
                for where, call, table, _ in self._inference.metatable_calls(owner)
                if table == owner
            )
        else:
            here, home = self._inference.file(owner.file), owner.piece
            calls = (
                (home, call) for call, table, _ in here.metatable_calls(home) if table == owner
            )
        return any(
            isinstance(parents_of(piece).get(call), (tree.ExpressionStatement, tree.Return))
            for piece, call in calls
        )

    def _given_later(self, owner: Owner) -> Iterator[Type]:
        """`setmetatable(M, …)` for a table that is in a variable."""
        for where, call, holder, _ in self._inference.metatable_calls(owner):
            if holder == owner:
                yield self._inference.type(where, call.arguments.values[1])

    def _parents(self, owner: Owner, metatables: Iterable[Type]) -> Iterator[Type]:
        for metatable in metatables:
            index = self._inference.field_type(metatable, "__index")
            if isinstance(index, model.Function):
                yield from self._looked_up(owner, index)
            elif index is not None:
                yield index

    def _looked_up(self, owner: Owner, index: model.Function) -> Iterator[Type]:
        """What a function in `__index` looks keys up in, or what it gives for any of them."""
        echoes = index.body.echoes if index.body is not None else ()
        first = echoes[0] if echoes else None
        for echo in first.echoes if first is not None else ():
            match echo:
                case FieldOf(table=Type() as table, key=Argument(index=1)):
                    yield table
        given = model.Values((model.Shape(owner), model.UNKNOWN))
        result = self._inference.called(index, given).at(0)
        if model.UNKNOWN not in model.members_of(result):
            yield model.Map(model.UNKNOWN, result)

    def listed(self, type_: Type) -> model.Values | None:
        """What stands in a list whose length is known; None for other types."""
        if isinstance(type_, model.Tuple):
            return model.Values(type_.items)
        if isinstance(type_, model.Record):
            return _packed(type_)
        owner = type_.identity if isinstance(type_, model.Shape) else None
        if not isinstance(owner, Owner):
            return None
        sources = self._inference.items_of(owner)
        if not 0 < len(sources) <= _MOST_ITEMS or len(self._inference.values_of(owner)) != 1:
            return None
        if not all(isinstance(each.statement, tree.Item) for each in sources):
            return None
        if any(isinstance(key, int) for key in self._inference.keys_of(owner)):
            return None
        values = [each.value for each in sources if each.value is not None]
        where = self._inference.where(sources[0].file, sources[0].piece)
        found = self._inference.expressions.list(where, values)
        return model.Values(tuple(map(model.widened, found.items)), found.rest)

    def _bases(self, owner: Owner, by_unknown: bool) -> Iterator[Type]:
        """The tables that were given to the calls which made a class: `class("C", Base)`.

        by_unknown: whether nothing is known of what was called: then also `B` of `B.extend()`.
        """
        for source in self._inference.values_of(owner):
            where = self._inference.where(source.file, source.piece)
            call: tree.Node | None = source.value
            while isinstance(call, (tree.Call, tree.MethodCall)):
                for value in call.arguments.values:
                    yield from self._tables_among(self._inference.type(where, value))
                match call:
                    case tree.Call(callee=tree.Member(base=base)) if by_unknown:
                        yield from self._tables_among(self._inference.type(where, base))
                call = call.base if isinstance(call, tree.MethodCall) else None

    def _copied(self, owner: Owner) -> Iterator[Type]:
        """The tables whose fields are copied into a table, and what else is known of them."""
        copied: tuple[Source, ...]
        if owner.piece is not None:
            copied = self.find_copied(owner)
        else:
            copied = self._inference.queries.get("copied", owner)
        for source in copied:
            type_ = self._copied_type(source)
            tables = tuple(self._tables_among(type_))
            yield from tables
            if not tables and not _is_collection(type_):
                yield model.UNKNOWN

    def find_copied(self, owner: Owner) -> tuple[Source, ...]:
        """Where all fields of another table are written into a table."""
        return tuple(
            source
            for source in self._inference.items_of(owner)
            if source.write is not None and source.write.copied is not None
        )

    def _copied_type(self, source: Source) -> Type:
        assert source.write is not None and source.write.copied is not None
        where = self._inference.where(source.file, source.piece)
        return self._inference.type(where, source.write.copied)

    def _tables_among(self, type_: Type) -> Iterator[Type]:
        for each in members(type_, self._inference):
            if isinstance(each, (model.Shape, model.Named, model.Record)):
                yield each

    def _operators(self, owner: Owner, metatables: list[Type]) -> Iterator[Operator]:
        arguments = model.Values((model.Shape(owner),), model.UNKNOWN)
        for metatable in metatables:
            for event in _EVENTS:
                handler = self._inference.field_type(metatable, f"__{event}")
                if handler is not None:
                    results = self._inference.called(handler, arguments)
                    yield Operator(event, None, results.at(0))
            pairs = self._inference.field_type(metatable, "__pairs")
            if pairs is not None:
                yield Operator("pairs", None, pairs)  # who calls it knows what is in the table

    def _calls(self, owner: Owner, metatables: list[Type]) -> Iterator[model.Function]:
        for metatable in metatables:
            handler = self._inference.field_type(metatable, "__call")
            if handler is None:
                continue
            for each in self._inference.signatures(handler):
                body = called_on(each.body, model.Shape(owner), _MOST_ARGUMENTS)
                yield evolve(each, parameters=each.parameters[1:], is_method=False, body=body)

    def _indexers(self, owner: Owner) -> tuple[Indexer, ...]:
        if owner.piece is not None:
            return self.find_indexers(owner)
        found = self._inference.queries.get("indexers", owner)
        return found if isinstance(found, tuple) else ()  # they are being worked out

    def find_indexers(self, owner: Owner) -> tuple[Indexer, ...]:
        """What is behind computed keys, and in the list part."""
        found: dict[Type, list[Type]] = {}
        for source in self._inference.items_of(owner)[:_MOST_ITEMS]:
            write = source.write
            if self._has_names(source):
                continue
            where = self._inference.where(source.file, source.piece)
            key: Type = model.INTEGER
            if isinstance(source.statement, tree.Keyed):
                key = model.widened(self._inference.type(where, source.statement.key))
            elif write is not None and write.computed is not None:
                key = model.widened(self._inference.type(where, write.computed))
            value: Type = model.UNKNOWN
            if source.value is not None:
                values = self._inference.expressions.values(where, source.value)
                value = model.widened(values.at(source.position))
            found.setdefault(key, []).append(value)
        for each in self._inference.keys_of(owner):
            if isinstance(each, int):
                value = self._inference.variables.value(owner.down(each))
                found.setdefault(model.INTEGER, []).append(model.widened(value))
        return tuple(
            Indexer(key, model.union(*map(model.without_nil, values)))
            for key, values in found.items()
        )

    def _has_names(self, source: Source) -> bool:
        """Whether what is written are the fields of a table that has names for them."""
        if source.write is None or source.write.copied is None:
            return False
        return source.value is None or not _is_collection(self._copied_type(source))

    def instances(self, owner: Owner) -> tuple[Owner, ...]:
        """The tables that are made with a table as their metatable."""
        found: tuple[Owner, ...] = self._inference.queries.get("instances", owner)
        return found

    def find_instances(self, owner: Owner) -> Iterator[Owner]:
        """The same, worked out."""
        for where, call, given, metatable in self._inference.metatable_calls(owner):
            if metatable is None or metatable != owner:
                continue
            table = constructor_of(call.arguments.values[0])
            holder = self.holder(where, call)
            if holder is not None:
                yield holder
            elif table is not None:
                yield Owner(where.file.file, table, 0, where.piece)
            elif given is not None:
                yield given

    def holder(self, where: Where, call: tree.Call) -> Owner | None:
        """The variable that gets the result of a call."""
        statement = parents_of(where.piece).get(call)
        names: tuple[tree.Node, ...] = ()
        if isinstance(statement, tree.LocalStatement):
            names = tuple(declared.name for declared in statement.names)
        elif isinstance(statement, tree.Assignment):
            names = statement.targets
        else:
            return None
        for target, value in zip(names, statement.values, strict=False):
            path = path_of(target, writes_of(where.piece).owners) if value is call else None
            if path is not None:
                return where.file.owner(where.piece, path)
        return None


def _packed(record: model.Record) -> model.Values | None:
    """What stands in a table whose first indices have types of their own, as `table.pack` gives."""
    values = {key.value: value for key, value in record.indexers if _is_index(key)}
    if not values or any(index not in values for index in range(1, len(values) + 1)):
        return None
    rest = next((value for key, value in record.indexers if key is model.INTEGER), None)
    return model.Values(tuple(values[index] for index in range(1, len(values) + 1)), rest)


def _is_index(key: Type) -> TypeGuard[model.IntegerLiteral]:
    return isinstance(key, model.IntegerLiteral)


def _is_collection(type_: Type) -> bool:
    """Whether a table's fields all have the same type, rather than names of their own."""
    return isinstance(type_, (model.Array, model.Map, model.Tuple))


class TableFields(FoundFields):
    """The fields of a table, looked for when they are asked for.

    Those of the objects of a class count as the class's own, so that `self.x` is found in methods.
    """

    def __init__(self, inference: Inference, owner: Owner) -> None:
        self._inference, self._owner = inference, owner

    def __getitem__(self, name: str) -> FieldDefinition:
        owner = self._holder(name)
        if owner is None:
            raise KeyError(name)
        sources = self._inference.values_of(owner)
        return FieldDefinition(
            name,
            self._inference.variables.value(owner),
            documentation=self._inference.documentation_of(owner),
            place=sources[0] if sources else None,
        )

    def type_of(self, name: str) -> Type | None:
        """The type of a field; None where there is none of that name."""
        owner = self._holder(name)
        return None if owner is None else self._inference.variables.value(owner)

    def source_of(self, name: str) -> Source | None:
        """Where a field is written first; its type is not worked out for that."""
        owner = self._holder(name)
        return None if owner is None else next(iter(self._inference.values_of(owner)), None)

    def written(self, name: str) -> Iterator[tuple[Owner, Source]]:
        """All places where a field is written: of the table itself and of objects of a class."""
        for table in (self._owner, *self._inference.tables.instances(self._owner)):
            if self._inference.has_key(table, name):
                field = table.down(name)
                yield from ((field, source) for source in self._inference.values_of(field))

    def _holder(self, name: str) -> Owner | None:
        """What has the field: the table itself, or an object."""
        if self._inference.has_key(self._owner, name):
            return self._owner.down(name)
        for instance in self._inference.tables.instances(self._owner):
            if self._inference.has_key(instance, name):
                return instance.down(name)
        return None

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self._holder(name) is not None

    def __iter__(self) -> Iterator[str]:
        names = dict.fromkeys(self._inference.keys_of(self._owner))
        for instance in self._inference.tables.instances(self._owner):
            names |= dict.fromkeys(self._inference.keys_of(instance))
        return (name for name in names if isinstance(name, str))

    def __len__(self) -> int:
        return sum(1 for _ in self)


class _Filled(FoundFields):
    """Fields of which some hold what a call has put there."""

    def __init__(self, fields: Mapping[str, FieldDefinition], filled: Mapping[str, Type]) -> None:
        self._fields, self._filled = fields, filled

    def __getitem__(self, name: str) -> FieldDefinition:
        if name not in self._filled:
            return self._fields[name]
        found, type_ = self._fields.get(name), self._filled[name]
        return FieldDefinition(name, type_) if found is None else evolve(found, type=type_)

    def type_of(self, name: str) -> Type | None:
        """The type of a field; None where there is none of that name."""
        if name in self._filled:
            return self._filled[name]
        return self._fields.type_of(name) if isinstance(self._fields, FoundFields) else None

    def source_of(self, name: str) -> object:
        """What declares a field, or where it is written first."""
        looks = getattr(self._fields, "source_of", None)
        found: object = looks(name) if looks is not None else None
        return found

    def __contains__(self, name: object) -> bool:
        return name in self._filled or name in self._fields

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys((*self._fields, *self._filled)))

    def __len__(self) -> int:
        return sum(1 for _ in self)


def filled_in(definition: TableDefinition, filled: tuple[tuple[str, Type], ...]) -> TableDefinition:
    """What is known of a table, with what a call has put into its fields."""
    return evolve(definition, fields=_Filled(definition.fields, dict(filled)))


class _Given(FoundFields):
    """Fields of a table that is one with another: those of the other, then its own."""

    def __init__(self, fields: Mapping[str, FieldDefinition], given: TableDefinition) -> None:
        self._fields, self._given = fields, given

    def __getitem__(self, name: str) -> FieldDefinition:
        found = self._given.fields.get(name)
        return self._fields[name] if found is None else found

    def type_of(self, name: str) -> Type | None:
        """The type of a field; None where there is none of that name."""
        found = self._given.type_of(name)
        if found is None and isinstance(self._fields, FoundFields):
            found = self._fields.type_of(name)
        return found

    def source_of(self, name: str) -> object:
        """What declares a field, or where it is written first."""
        fields = self._given.fields if name in self._given.fields else self._fields
        looks = getattr(fields, "source_of", None)
        found: object = looks(name) if looks is not None else None
        return found

    def __contains__(self, name: object) -> bool:
        return name in self._given.fields or name in self._fields

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys((*self._given.fields, *self._fields)))

    def __len__(self) -> int:
        return sum(1 for _ in self)


def given_in(definition: TableDefinition, given: Type, definitions: Definitions) -> TableDefinition:
    """What is known of a table that is one with a table which a call is given."""
    if isinstance(given, model.Record):
        fields = {
            each.name: FieldDefinition(each.name, each.type, each.optional) for each in given.fields
        }
        own: TableDefinition | None = TableDefinition(fields)
    else:
        own = table_of(given, definitions)
    if own is None:
        return definition
    return evolve(
        definition,
        fields=_Given(definition.fields, own),
        indexers=(*own.indexers, *definition.indexers),
    )
