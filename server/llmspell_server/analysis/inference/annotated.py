"""What annotations say of variables, functions and names of types."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from llmspell_server.analysis.annotations import meaning
from llmspell_server.analysis.annotations.attached import (
    Declared,
    above,
    beside,
    declared_in,
)
from llmspell_server.analysis.annotations.nodes import (
    AliasTag,
    Block,
    ClassTag,
    EnumTag,
    FieldTag,
    OperatorTag,
    ParamTag,
    TextTag,
    TypesTag,
)
from llmspell_server.analysis.snapshot import Snapshot
from llmspell_server.analysis.syntax import tree
from llmspell_server.analysis.syntax.pieces import Piece
from llmspell_server.analysis.types import model
from llmspell_server.analysis.types.definitions import (
    AliasDefinition,
    Choice,
    ClassDefinition,
    EnumDefinition,
    FieldDefinition,
    FoundFields,
    Indexer,
    Operator,
    Visibility,
)
from llmspell_server.analysis.types.model import Documentation, Function, Type

from .expressions import Where
from .flow import parents_of
from .sources import Owner, Source
from .tables import TableFields
from .writes import Path, path_of, writes_of

if TYPE_CHECKING:
    from .inference import Inference


def declared_types(snapshot: Snapshot) -> set[str]:
    """The names of the classes, aliases and enums that a document declares."""
    return {name for piece in snapshot.pieces.all for name in declared_in(piece)}


class Annotated:
    """Finds annotations and what they mean."""

    def __init__(self, inference: Inference) -> None:
        self._inference = inference

    # Variables

    def declared(self, where: Where, source: Source) -> Type | None:
        """The type that an annotation gives what a source writes; None without one."""
        statement = source.statement
        if isinstance(statement, (tree.Function, tree.NumericFor)):
            return None
        if isinstance(statement, tree.GenericFor):
            return self._loop_variable(where, source, statement)
        if isinstance(statement, tree.Field) and not _begins_line(where.piece, statement):
            return self._in_block(beside(where.piece, statement), 0, False)
        for block in (above(where.piece, statement), beside(where.piece, statement)):
            is_function = isinstance(statement, (tree.FunctionStatement, tree.LocalFunction))
            found = self._in_block(block, self._position(source), is_function)
            if found is not None:
                return found
        return None

    def _in_block(self, block: Block, position: int, is_function: bool) -> Type | None:
        for tag in reversed(block.tags):
            if isinstance(tag, TypesTag) and tag.word.text == "type":
                if position < len(tag.types):
                    choices = tag.choices if position == len(tag.types) - 1 else ()
                    return meaning.with_choices(tag.types[position], choices)
                if tag.choices and not tag.types:
                    return meaning.with_choices(None, tag.choices)
            elif isinstance(tag, ClassTag) and tag.name is not None and position == 0:
                if not is_function:
                    return model.Named(tag.name.text)
            elif isinstance(tag, FieldTag) and tag.type is not None and len(block.tags) == 1:
                type_ = meaning.with_choices(tag.type, tag.choices)
                return model.optional(type_) if tag.optional else type_
        return None

    def _position(self, source: Source) -> int:
        """Which name of its statement a source writes."""
        statement = source.statement
        if isinstance(statement, tree.LocalStatement):
            names: list[tree.Node] = [declared.name for declared in statement.names]
        elif isinstance(statement, tree.Assignment):
            names = [
                target.key if isinstance(target, (tree.Member, tree.Index)) else target
                for target in statement.targets
            ]
        else:
            return 0
        return next((i for i, name in enumerate(names) if name is source.key), 0)

    def _loop_variable(
        self, where: Where, source: Source, statement: tree.GenericFor
    ) -> Type | None:
        for tag in above(where.piece, statement).tags:
            if isinstance(tag, ParamTag) and tag.name is not None:
                name = source.key
                if isinstance(name, tree.Name) and name.text == tag.name.text:
                    return meaning.type_of(tag.type)
        return None

    # Functions

    def function(self, where: Where, node: tree.Function) -> Function | None:
        """The type that annotations give a function; None if they say nothing of it."""
        block = block_of_function(where.piece, node)
        names = tuple(name.text for name in node.parameters)
        if node.vararg is not None:
            names = (*names, "...")
        outer = self._class_generics(where, node) if block.tags else meaning.NONE
        return meaning.declared_function(block, names, node.receiver is not None, outer)

    def _class_generics(self, where: Where, node: tree.Function) -> meaning.Generics:
        """The type parameters of the class whose method a function is."""
        statement = parents_of(where.piece).get(node)
        if not where.file.type_parameters or not isinstance(statement, tree.FunctionStatement):
            return meaning.NONE
        path = path_of(statement.target, writes_of(where.piece).owners)
        if path is None or not path.keys:
            return meaning.NONE
        owner = where.file.owner(where.piece, Path(path.root, path.keys[:-1]))
        declared = self._inference.variables.declared(owner)
        if not isinstance(declared, model.Named):
            return meaning.NONE
        definition = self._inference.class_named(declared.name)
        parameters = definition.parameters if definition is not None else ()
        return {generic.name: generic for generic in parameters}

    def documentation(self, sources: tuple[Source, ...]) -> Documentation | None:
        """What is said of a variable or field where it is written."""
        for source in sources:
            if isinstance(source.statement, (tree.Function, tree.GenericFor, tree.NumericFor)):
                continue
            for block in (above(source.piece, source.statement), self._beside(source)):
                if block.text or block.tags or block.plain:
                    about = [tag.about for tag in block.tags if isinstance(tag, ClassTag)]
                    found = meaning.documentation_of(block)
                    return found if found.text or not about else Documentation(about[0])
        return None

    def _beside(self, source: Source) -> Block:
        return beside(source.piece, source.statement)

    # Names of types

    def places(self, name: str) -> tuple[tuple[str, Declared], ...]:
        """Where a class, alias or enum is declared."""
        return tuple(
            (file, declared)
            for file in self._inference.world.files_with_type(name)
            for piece in self._inference.file(file).snapshot.pieces.all
            for declared in declared_in(piece).get(name, ())
        )

    def _places(
        self, name: str, kind: type[ClassTag | AliasTag | EnumTag]
    ) -> list[tuple[str, Declared]]:
        found: tuple[tuple[str, Declared], ...] = self._inference.queries.get("types", name)
        return [(file, declared) for file, declared in found if isinstance(declared.tag, kind)]

    def class_definition(self, name: str) -> ClassDefinition | None:
        """The class of a name, put together from all that declares it."""
        places = self._places(name, ClassTag)
        if not places:
            return None
        tags = [declared.tag for _, declared in places]
        classes = [tag for tag in tags if isinstance(tag, ClassTag)]
        attributes = {attribute for tag in classes for attribute in tag.attributes}
        generics = meaning.generics_of(tuple(each for tag in classes for each in tag.generics))
        parents = [meaning.type_of(each, generics) for tag in classes for each in tag.parents]
        owners = self._owners(places)
        members = [tag for _, declared in places for tag in declared.fields]
        for owner in owners:
            table = self._inference.tables.definition(owner)
            parents += [each for each in table.parents if each != model.Named(name)]
        return ClassDefinition(
            name=name,
            fields=ClassFields(self._inference, places, generics, owners),
            indexers=tuple(
                Indexer(meaning.type_of(tag.index, generics), meaning.type_of(tag.type, generics))
                for tag in members
                if isinstance(tag, FieldTag) and tag.index is not None
            ),
            parents=tuple(dict.fromkeys(parents)),
            operators=tuple(
                Operator(
                    tag.name.text,
                    meaning.type_of(tag.operand, generics) if tag.operand else None,
                    meaning.type_of(tag.result, generics),
                )
                for tag in members
                if isinstance(tag, OperatorTag) and tag.name is not None
            ),
            calls=tuple(
                type_
                for tag in members
                if isinstance(tag, TypesTag) and tag.word.text == "overload"
                for node in tag.types
                if isinstance(type_ := meaning.type_of(node, generics), Function)
            ),
            parameters=tuple(generics.values()),
            is_exact="exact" in attributes,
            is_partial="partial" in attributes,
            is_interface="interface" in attributes,
            documentation=Documentation(
                next((tag.about for tag in classes if tag.about), ""),
                deprecated=_deprecated(members),
            ),
            places=tuple(places),
        )

    def owners_of(self, name: str) -> list[Owner]:
        """The variables that hold the tables of a class."""
        return self._owners(self._places(name, ClassTag))

    def _owners(self, places: list[tuple[str, Declared]]) -> list[Owner]:
        """The variables that hold the tables of a class."""
        found = []
        for file, declared in places:
            statement = declared.statement
            target: tree.Node | None = None
            if isinstance(statement, tree.LocalStatement):
                target = statement.names[0].name
            elif isinstance(statement, tree.Assignment):
                target = statement.targets[0]
            path = path_of(target, writes_of(declared.piece).owners) if target else None
            if path is not None:
                found.append(self._inference.file(file).owner(declared.piece, path))
        return list(dict.fromkeys(found))

    def class_field(self, name: str, key: str) -> Type | None:
        """The type that a class, or one that it is made from, declares for a field."""
        for _, definition in self.lineage(name):
            fields = definition.fields
            found = fields.declared(key) if isinstance(fields, ClassFields) else fields.get(key)
            if found is not None:
                return found.type_when_read
        return None

    def lineage(self, name: str) -> Iterator[tuple[str, ClassDefinition]]:
        """A class and those that it is made from, the nearest first, each once and when wanted."""
        seen: set[str] = set()
        waiting = [name]
        while waiting:
            each = waiting.pop(0)
            definition = self._inference.class_named(each) if each not in seen else None
            seen.add(each)
            if definition is not None:
                yield each, definition
                waiting += [p.name for p in definition.parents if isinstance(p, model.Named)]

    def declared_fields(self, definition: ClassDefinition) -> tuple[str, ...]:
        """The names of the fields that tags declare for a class itself, in their order."""
        fields = definition.fields
        return fields.declared_names if isinstance(fields, ClassFields) else tuple(fields)

    def alias_definition(self, name: str) -> AliasDefinition | None:
        """The alias of a name."""
        for place in self._places(name, AliasTag):
            tag = place[1].tag
            assert isinstance(tag, AliasTag)
            generics = meaning.generics_of(tag.generics)
            choices = tuple(
                Choice(
                    meaning.type_of_choice(each.type, generics), each.description, each.is_default
                )
                for each in tag.choices
            )
            types = [meaning.type_of(tag.type, generics)] if tag.type is not None else []
            types += [choice.type for choice in choices]
            return AliasDefinition(
                name,
                model.choice(types),
                tuple(generics.values()),
                choices,
                Documentation(tag.about or tag.description),
                place,
            )
        return None

    def enum_definition(self, name: str) -> EnumDefinition | None:
        """The enum of a name."""
        for place in self._places(name, EnumTag):
            declared = place[1]
            assert isinstance(declared.tag, EnumTag)
            of_keys = "key" in declared.tag.attributes
            where = self._inference.where(place[0], declared.piece)
            members = dict(self._members(where, declared.statement, of_keys))
            about = Documentation(declared.tag.about)
            return EnumDefinition(name, members, of_keys, about, place)
        return None

    def _members(
        self, where: Where, statement: tree.Statement | None, of_keys: bool
    ) -> Iterator[tuple[str, Type]]:
        if not isinstance(statement, (tree.LocalStatement, tree.Assignment)):
            return
        table = statement.values[0] if statement.values else None
        if not isinstance(table, tree.Table):
            return
        for entry in table.fields:
            if isinstance(entry, tree.Named):
                value = self._inference.type(where, entry.value)
                key = entry.key.text
                yield key, model.StringLiteral(key) if of_keys else value


def block_of_function(piece: Piece, node: tree.Function) -> Block:
    """The annotations of a function: above it, or above what it is the value of."""
    parents = parents_of(piece)
    anchor: tree.Node = node
    parent = parents.get(node)
    while parent is not None:
        block = above(piece, anchor)
        if block.tags or block.text:
            return block
        if not isinstance(parent, _HOLDERS):
            break
        anchor, parent = parent, parents.get(parent)
    if isinstance(anchor, _HOLDERS):
        return above(piece, anchor)
    return Block((), "")


_HOLDERS = (
    tree.LocalStatement,
    tree.Assignment,
    tree.LocalFunction,
    tree.FunctionStatement,
    tree.Named,
    tree.Keyed,
    tree.Return,
)


class ClassFields(FoundFields):
    """The fields of a class: those that are declared, then those that its code writes."""

    def __init__(
        self,
        inference: Inference,
        places: list[tuple[str, Declared]],
        generics: meaning.Generics,
        owners: list[Owner],
    ) -> None:
        self._inference, self._generics = inference, generics
        self._tags = {
            tag.name.text: (tag, place)
            for place in reversed(places)
            for tag in place[1].fields
            if isinstance(tag, FieldTag) and tag.name is not None
        }
        self._tables = [TableFields(inference, owner) for owner in owners]

    def declared(self, name: str) -> FieldDefinition | None:
        """A field that a tag declares."""
        found = self._tags.get(name)
        if found is None:
            return None
        tag, place = found
        return FieldDefinition(
            name,
            meaning.with_choices(tag.type, tag.choices, self._generics),
            tag.optional,
            Visibility(tag.visibility),
            documentation=Documentation("\n\n".join(filter(None, (tag.about, tag.description)))),
            place=(place[0], place[1].piece, tag),
        )

    def type_of(self, name: str) -> Type | None:
        """The type of a field; None where there is none of that name."""
        found = self.declared(name)
        if found is not None:
            return found.type_when_read
        for table in self._tables:
            type_ = table.type_of(name)
            if type_ is not None:
                return type_
        return None

    def source_of(self, name: str) -> FieldTag | Source | None:
        """What declares a field, or where it is written first."""
        if name in self._tags:
            return self._tags[name][0]
        for table in self._tables:
            if name in table:
                return table.source_of(name)
        return None

    @property
    def declared_names(self) -> tuple[str, ...]:
        """The fields that tags declare."""
        return tuple(self._tags)

    def __getitem__(self, name: str) -> FieldDefinition:
        found = self.declared(name)
        if found is not None:
            return found
        for table in self._tables:
            if name in table:
                return table[name]
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        names = dict.fromkeys(self._tags)
        for table in self._tables:
            names |= dict.fromkeys(table)
        return iter(names)

    def __len__(self) -> int:
        return sum(1 for _ in self)


def _begins_line(piece: Piece, node: tree.Node) -> bool:
    """Whether only blanks stand before a node on its line: comments above are about it then."""
    text = piece.text
    return not text[text.rfind("\n", 0, node.start) + 1 : node.start].strip()


def _deprecated(tags: Sequence[tree.Node]) -> str | None:
    return next(
        (tag.text for tag in tags if isinstance(tag, TextTag) and tag.word.text == "deprecated"),
        None,
    )
