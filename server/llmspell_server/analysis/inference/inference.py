"""What the expressions of a workspace are, worked out when asked for and kept until it changes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from llmspell_server.analysis.binding.binder import binding_of
from llmspell_server.analysis.binding.variables import Local
from llmspell_server.analysis.snapshot import Snapshot
from llmspell_server.analysis.syntax import tree
from llmspell_server.analysis.syntax.literals import string_value
from llmspell_server.analysis.syntax.pieces import Piece
from llmspell_server.analysis.text import Text
from llmspell_server.analysis.types import calls, fields, model
from llmspell_server.analysis.types.definitions import (
    AliasDefinition,
    ClassDefinition,
    EnumDefinition,
    TableDefinition,
)
from llmspell_server.analysis.types.model import Documentation, Function, Shape, Type, Values

from .annotated import Annotated
from .calls import Calls
from .casts import Casts
from .described import Described, Given, NoTables, first_call
from .described import Tables as DescribedTables
from .expressions import Expressions, Where
from .flow import Guard
from .functions import Functions, returns_of
from .given_schemas import GivenSchemas
from .guessed_calls import MOST_FILES, calls_named
from .guesses import Guesses
from .luatypes import LuaTypes
from .queries import Queries
from .sources import NAMES, FileSources, Owner, Source, Sources
from .tables import Tables, filled_in, given_in
from .variables import Variables
from .world import World
from .writes import Key

NO_TABLES = NoTables()
_EMPTY = Sources()
_INPUTS = frozenset(
    (
        *("written", "module file", "module missing", "types", "metatables", "chunk", "guards"),
        *("casts", "has casts"),
        *("table", "given to", "scope", "visible", "declaration", "type names", "global names"),
        *("calls", "calls by name", "files using"),
    )
)


class Inference:
    """Answers what things are. It stands for the `Definitions` of its world.

    described: who knows of tables that no annotation describes.

    Whoever changes a document calls `advance`; answers are then verified when they are used next.
    """

    def __init__(self, world: World, described: DescribedTables = NO_TABLES) -> None:
        self.world = world
        self.expressions = Expressions(self)
        self.variables = Variables(self)
        self.functions = Functions(self)
        self.calls = Calls(self)
        self.tables = Tables(self)
        self.casts = Casts(self)
        self.annotated = Annotated(self)
        self.described = Described(self, described)
        self.given_schemas = GivenSchemas(self)
        self.lua_types = LuaTypes(self)
        self.guesses = Guesses(self)
        self._files: dict[str, FileSources] = {}
        self._current: dict[str, FileSources] = {}  # those that are known to be as they are now
        self.queries = Queries(
            {
                "value": self.variables.answer,
                "declared": self.variables.find_declared,
                "documentation": self._documentation,
                "written": self._written,
                "values": lambda owner: self._facts(owner)[0],
                "keys": lambda owner: self._facts(owner)[1],
                "items": lambda owner: self._facts(owner)[2],
                "has key": lambda owner, key: key in self.keys_of(owner),
                "has value": lambda owner: bool(self.values_of(owner)),
                "other name": self._other_name,
                "has several": lambda owner: len(self.values_of(owner)) > 1,
                "metatables": self._with_metatables,
                "inherited": self.tables.inherited,
                "copied": self.tables.find_copied,
                "indexers": self.tables.find_indexers,
                "instances": lambda owner: tuple(self.tables.find_instances(owner)),
                "module file": world.module,
                "module missing": world.is_missing,
                "table": described.table,
                "given to": self._given_to,
                "resolved": self._find_resolved,
                "scope": lambda file, piece: self.file(file).scope(piece),
                "visible": lambda file, piece: self.file(file).visible(piece),
                "declaration": lambda owner: self.file(owner.file).declaration(owner),
                "type names": lambda: tuple(world.type_names()),
                "global names": lambda: tuple(world.global_names()),
                "guess": self.guesses.find,
                "calls": self.guesses.calls,
                "calls by name": lambda file, name: calls_named(self.file(file), name),
                "files using": lambda name: tuple(islice(world.files_using(name), MOST_FILES)),
                "known function": self.calls.find_known_name,
                "module": self._module,
                "chunk": self._chunk,
                "guards": self._guards_on,
                "has casts": lambda file: bool(self.file(file).casts_by_name),
                "casts": lambda file, name: self.file(file).casts_by_name.get(name, ()),
                "types": self.annotated.places,
                "class": self.annotated.class_definition,
                "alias": self.annotated.alias_definition,
                "enum": self.annotated.enum_definition,
            },
            _INPUTS,
            model.NEVER,
        )

    def advance(self) -> None:
        """Says that documents have changed."""
        self._current.clear()
        self.queries.advance()

    def forget(self, names: Iterable[str]) -> None:
        """Lets go of documents that are read anew when they are needed; `advance` must follow."""
        for name in names:
            self._files.pop(name, None)
            self._current.pop(name, None)

    # Documents

    def _given_to(self, file: str, piece: Piece, local: Local) -> Given | None:
        return first_call(self.file(file).snapshot, piece, local)

    def file(self, name: str) -> FileSources:
        """What a document writes, as it is now."""
        current = self._current.get(name)
        if current is not None:
            return current
        snapshot = self.world.snapshot(name)
        kept = self._files.get(name)
        if kept is None or kept.snapshot is not snapshot:
            kept = self._files[name] = FileSources(
                name, snapshot or Snapshot.of(Text("")), self._resolved
            )
        self._current[name] = kept
        return kept

    def where(self, file: str, piece: Piece) -> Where:
        """A piece whose expressions are asked for."""
        binding_of(piece)  # its names know their locals then
        return Where(self.file(file), piece)

    def _resolved(self, file: str, piece: Piece, name: str) -> None:
        """Notes that an answer goes by what a name means."""
        self.queries.get("resolved", file, piece, name)

    def _find_resolved(self, file: str, piece: Piece, name: str) -> int | None:
        scope: dict[str, int] = self.queries.get("scope", file, piece)
        return scope.get(name)

    def _sources(self, owner: Owner) -> list[Sources]:
        if owner.is_global:
            assert isinstance(owner.root, str)
            files = list(self.world.files_with_global(owner.root))
        else:
            files = [owner.file]
            if owner.piece is not None and self.file(owner.file).fills(owner.piece):
                self.queries.get("scope", owner.file, owner.piece)
        found = (self.file(name).sources(owner.variable).at(owner.keys) for name in files)
        return [each for each in found if each is not None]

    def _written(
        self, owner: Owner
    ) -> tuple[tuple[Source, ...], tuple[Key, ...], tuple[Source, ...]]:
        sources = self._sources(owner)
        return (
            tuple(each for found in sources for each in found.values),
            tuple(dict.fromkeys(key for found in sources for key in found.fields)),
            tuple(each for found in sources for each in found.items),
        )

    def _facts(
        self, owner: Owner
    ) -> tuple[tuple[Source, ...], tuple[Key, ...], tuple[Source, ...]]:
        found: tuple[tuple[Source, ...], tuple[Key, ...], tuple[Source, ...]]
        found = self.queries.get("written", owner)
        return found

    # Each of these is a question of its own, the narrower the better: a function's body is among
    # the values of its variable, and whoever only wants to know whether there is such a variable
    # must not be asked anew at each key that is typed in it.

    def values_of(self, owner: Owner) -> tuple[Source, ...]:
        """Where an owner gets its values."""
        if owner.piece is not None:
            return self._written(owner)[0]
        found: tuple[Source, ...] = self.queries.get("values", owner)
        return found

    def has_value(self, owner: Owner) -> bool:
        """Whether an owner gets any values."""
        if owner.piece is not None:
            return bool(self._written(owner)[0])
        found: bool = self.queries.get("has value", owner)
        return found

    def is_written(self, owner: Owner) -> bool:
        """Whether anything is written into an owner or its fields."""
        return self.has_value(owner) or bool(self.keys_of(owner) or self.items_of(owner))

    def has_several(self, owner: Owner) -> bool:
        """Whether an owner gets values at more than one place."""
        if owner.piece is not None:
            return len(self._written(owner)[0]) > 1
        found: bool = self.queries.get("has several", owner)
        return found

    def other_name_of(self, owner: Owner) -> Source | None:
        """Where an owner gets the only value it has, if that is written as a name."""
        if owner.piece is not None:
            return self._other_name(owner)
        found: Source | None = self.queries.get("other name", owner)
        return found

    def _other_name(self, owner: Owner) -> Source | None:
        sources = self.values_of(owner)
        return sources[0] if len(sources) == 1 and isinstance(sources[0].value, NAMES) else None

    def keys_of(self, owner: Owner) -> tuple[Key, ...]:
        """The keys of the fields that are written into an owner."""
        if owner.piece is not None:
            return self._written(owner)[1]
        found: tuple[Key, ...] = self.queries.get("keys", owner)
        return found

    def has_key(self, owner: Owner, key: Key) -> bool:
        """Whether a field of that key is written into an owner."""
        if owner.piece is not None:
            return key in self._written(owner)[1]
        found: bool = self.queries.get("has key", owner, key)
        return found

    def items_of(self, owner: Owner) -> tuple[Source, ...]:
        """What is written into an owner under computed keys and as list items."""
        if owner.piece is not None:
            return self._written(owner)[2]
        found: tuple[Source, ...] = self.queries.get("items", owner)
        return found

    def documentation_of(self, owner: Owner) -> Documentation | None:
        """What is said of an owner where it is written."""
        if owner.piece is not None:
            return self._documentation(owner)
        found: Documentation | None = self.queries.get("documentation", owner)
        return found

    def _documentation(self, owner: Owner) -> Documentation | None:
        return self.annotated.documentation(self.values_of(owner))

    def metatable_calls(
        self, owner: Owner
    ) -> Iterator[tuple[Where, tree.Call, Owner | None, Owner | None]]:
        """The calls of `setmetatable` in the documents of an owner, with table and metatable."""
        name = owner.root if owner.is_global else ""
        pieces: tuple[tuple[str, Piece], ...] = self.queries.get("metatables", owner.file, name)
        files: dict[str, FileSources] = {}
        for name, piece in pieces:
            source = files.get(name)
            if source is None:
                source = files[name] = self.file(name)
            self.queries.get("scope", name, piece)
            for call, table, metatable in source.metatable_calls(piece):
                yield self.where(name, piece), call, table, metatable

    def _with_metatables(self, file: str, name: str) -> tuple[tuple[str, Piece], ...]:
        """The pieces of a file, or of all files that have a global, which call `setmetatable`."""
        files = [file] if file else list(self.world.files_with_global(name))
        return tuple((name, piece) for name in files for piece in self.file(name).with_metatables)

    def guards_on(self, file: str, name: str) -> tuple[tuple[Piece, Guard], ...]:
        """What the statements of a document's chunk make sure of, if they speak of a variable."""
        found: tuple[tuple[Piece, Guard], ...] = self.queries.get("guards", file, name)
        return found

    def _guards_on(self, file: str, name: str) -> tuple[tuple[Piece, Guard], ...]:
        return self.file(file).guards_by_name.get(name, ())

    # Types

    def type(self, where: Where, node: tree.Node) -> Type:
        """The type of an expression's first value."""
        return self.expressions.type(where, node)

    def field_type(self, type_: Type, key: Key | Type) -> Type | None:
        """The type of a field; None if the type has none of that name."""
        return fields.field_type(type_, as_type(key), self)

    def declared_field(self, type_: Type, key: Key) -> Type | None:
        """The type that a class declares for a field; None for what only code writes."""
        if isinstance(type_, model.Named) and isinstance(key, str):
            return self.annotated.class_field(type_.name, key)
        return None

    def signatures(self, type_: Type) -> tuple[Function, ...]:
        """With what a value can be called."""
        return calls.signatures(type_, self)

    def called(
        self,
        type_: Type,
        arguments: Values,
        receiver: Type | None = None,
        holder: Type | None = None,
    ) -> Values:
        """What a call gives. holder: the table that holds the function, for a call with a dot."""
        if type_ is model.NEVER:  # a function that is being worked out
            return Values((model.NEVER,), model.NEVER)
        return calls.call(type_, arguments, self, receiver, holder)

    def operator(self, event: str, left: Type, right: Type | None) -> Type | None:
        """The result of an operator for which a type has a handler."""
        return calls.operator_result(event, left, right, self)

    def module(self, where: Where, name: str) -> Type:
        """What `require` gives in a document."""
        file = self.queries.get("module file", name, where.file.file)
        found: Type = model.UNKNOWN if file is None else self.queries.get("module", file)
        return found

    def returned_by_module(
        self, where: Where, call: tree.Call
    ) -> Iterator[tuple[str, Piece, tree.Return]]:
        """What `require` gives in a document, as it is written in the other one."""
        name = call.arguments.values[0] if call.arguments.values else None
        if not isinstance(name, tree.String):
            return
        file = self.queries.get("module file", string_value(name.text), where.file.file)
        if file is not None:
            yield from ((file, *row) for row in self.queries.get("chunk", file))

    def _chunk(self, name: str) -> tuple[tuple[Piece, tree.Return], ...]:
        """The `return`s of a document itself."""
        return tuple(
            (piece, node)
            for piece in self.file(name).snapshot.pieces.all
            for node in returns_of(piece).get(None, ())
        )

    def _module(self, name: str) -> Type:
        returns: tuple[tuple[Piece, tree.Return], ...] = self.queries.get("chunk", name)
        found = [
            self.expressions.list(self.where(name, piece), node.values).at(0)
            for piece, node in returns
        ]
        return model.union(*found) if found else model.TRUE

    # Names of types

    def class_named(self, name: str) -> ClassDefinition | None:
        """The class of that name."""
        found = self.queries.get("class", name)
        if isinstance(found, ClassDefinition):
            return found
        return self.described.classes.definition(name)  # also while one is being worked out

    def alias_named(self, name: str) -> AliasDefinition | None:
        """The alias of that name."""
        found = self.queries.get("alias", name)
        return found if isinstance(found, AliasDefinition) else None  # one that is being worked out

    def enum_named(self, name: str) -> EnumDefinition | None:
        """The enum of that name."""
        found = self.queries.get("enum", name)
        return found if isinstance(found, EnumDefinition) else None  # one that is being worked out

    def shape(self, shape: Shape) -> TableDefinition | None:
        """What is known of a table that was found in code."""
        owner = shape.identity
        if not isinstance(owner, Owner):
            return None
        definition = self.tables.definition(owner)
        for given in reversed(shape.given):
            definition = given_in(definition, given, self)
        return filled_in(definition, shape.filled) if shape.filled else definition


def as_type(key: Key | Type) -> Type:
    """A key as the type of the value that it is."""
    if isinstance(key, str):
        return model.StringLiteral(key)
    return model.IntegerLiteral(key) if isinstance(key, int) else key
