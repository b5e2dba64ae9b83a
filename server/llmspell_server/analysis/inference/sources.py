"""Where variables and fields get their values, over all pieces of a document.

An `Owner` names a variable, or a field of one by its keys. Its name stays the same while the text
around it changes, so that what is known of it can be compared before and after an edit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property

from attrs import field, frozen

from llmspell_server.analysis.annotations.attached import declared_in
from llmspell_server.analysis.annotations.nodes import CastTag, ClassTag
from llmspell_server.analysis.binding.binder import binding_of
from llmspell_server.analysis.binding.variables import Local
from llmspell_server.analysis.remembering import remembered
from llmspell_server.analysis.snapshot import Snapshot
from llmspell_server.analysis.syntax import tree
from llmspell_server.analysis.syntax.pieces import Piece

from .cast_tags import casts_between
from .flow import Guard, conditioned, guards_after
from .writes import (
    Key,
    Path,
    Root,
    Write,
    copied_by,
    copiers_of,
    holds_insert,
    inserted,
    key_of_field,
    path_of,
    statements_that_call,
    writes_of,
)


@frozen
class Owner:
    """A variable or a field.

    file: the document, "" for globals. root: the name of a global or of a local of the chunk, the
    `Local` of a variable within a piece, or a table constructor that no variable holds. ordinal:
    the how-manieth local of that name the chunk declares, from 0. piece: what holds the root, for
    roots within a piece. keys: from the root to the field.
    """

    file: str
    root: str | Local | tree.Table
    ordinal: int = 0
    piece: Piece | None = None
    keys: tuple[Key, ...] = ()

    @property
    def is_global(self) -> bool:
        """Whether it is reached from a global variable."""
        return not self.file

    @property
    def variable(self) -> Owner:
        """The variable it is reached from."""
        return Owner(self.file, self.root, self.ordinal, self.piece) if self.keys else self

    def down(self, *keys: Key) -> Owner:
        """A field of it."""
        return Owner(self.file, self.root, self.ordinal, self.piece, (*self.keys, *keys))


_GLOBALS = Owner("", "_G")
"""Its fields are the globals."""


NAMES = (tree.Name, tree.Member, tree.Index, tree.Paren)
"""Expressions that may name what has a name already."""


@frozen
class Source:
    """A place where an owner gets a value.

    key: the node that names the owner there. value: the expression; None for a declaration
    without a value, and where the value is a loop's or a parameter's. position: which of its
    values. statement: what does it. write: the write, if it is one.
    """

    file: str
    piece: Piece
    key: tree.Node
    value: tree.Expression | None
    position: int
    statement: tree.Node
    write: Write | None = None


@frozen(eq=False)
class Sources:
    """What is written into an owner: its own values, and its fields."""

    values: list[Source] = field(factory=list)
    fields: dict[Key, Sources] = field(factory=dict)
    items: list[Source] = field(factory=list)  # values under computed keys, and list items

    def at(self, keys: tuple[Key, ...]) -> Sources | None:
        """The sources of a field."""
        found: Sources | None = self
        for key in keys:
            found = found.fields.get(key) if found else None
        return found

    def ensure(self, keys: tuple[Key, ...]) -> Sources:
        """The sources of a field, made if there are none."""
        found = self
        for key in keys:
            found = found.fields.setdefault(key, Sources())
        return found

    def insert(self, keys: tuple[Key, ...], source: Source) -> None:
        """Adds a value, and the fields of a constructor in it."""
        found = self.ensure(keys)
        found.values.append(source)
        table = constructor_of(source.value) if source.position == 0 else None
        if table is not None:
            found._insert_fields(table, source)

    def _insert_fields(self, table: tree.Table, source: Source) -> None:
        for entry in table.fields:
            place = entry.key if isinstance(entry, tree.Named) else entry
            inner = Source(source.file, source.piece, place, entry.value, 0, entry)
            key = key_of_field(entry)
            if key is None:
                self.items.append(inner)
            else:
                self.insert((key,), inner)


class FileSources:
    """What a snapshot writes. Made when asked for, and kept with the snapshot.

    resolved: told of each name outside a piece whose meaning somebody goes by.
    """

    def __init__(
        self,
        file: str,
        snapshot: Snapshot,
        resolved: Callable[[str, Piece, str], None] = lambda _, __, ___: None,
    ) -> None:
        self.file, self.snapshot, self._resolved = file, snapshot, resolved
        self._inner: dict[Owner, Sources] = {}
        self._metatable_calls: dict[
            Piece, tuple[tuple[tree.Call, Owner | None, Owner | None], ...]
        ] = {}

    @cached_property
    def _declared(self) -> dict[str, list[tuple[Piece, Local]]]:
        found: dict[str, list[tuple[Piece, Local]]] = {}
        for piece in self.snapshot.pieces.all:
            for local in binding_of(piece).declared:
                found.setdefault(local.name, []).append((piece, local))
        return found

    @cached_property
    def _writes(self) -> dict[Owner, list[Source]]:
        """The writes to variables of the chunk and globals, and to their fields."""
        found: dict[Owner, list[Source]] = {}
        owners: dict[Root, Owner] = {}
        for piece in self.snapshot.pieces.all:
            filled = [(root, self._made(piece, all_)) for root, all_ in self._filled(piece).items()]
            for name, sources in (*self._written_in(piece), *filled):
                root = name
                if isinstance(name, str):
                    root = self.snapshot.chunk_local(piece, name) or name
                elif not name.is_of_chunk:
                    continue
                owner = owners.get(root)
                if owner is None:
                    owner = owners[root] = self._owner(piece, Path(root))
                found.setdefault(owner, []).extend(sources)
                for source in sources if owner == _GLOBALS else ():
                    assert source.write is not None
                    variable = self._owner(piece, source.write.path).variable
                    if variable != owner:
                        found.setdefault(variable, []).append(source)
        return found

    def _written_in(self, piece: Piece) -> tuple[tuple[Root, list[Source]], ...]:
        """What a piece itself writes into variables that others see; kept with the piece."""
        kept = _kept_sources(piece)
        found = kept.get(self.file)
        if found is None:
            found = kept[self.file] = tuple(
                (root, self._made(piece, writes))
                for root, writes in writes_of(piece).by_root.items()
                if isinstance(root, str) or root.is_of_chunk
            )
        return found

    def _made(self, piece: Piece, writes: list[Write]) -> list[Source]:
        """Writes as sources."""
        return [
            Source(self.file, piece, write.key, write.value, write.position, write.statement, write)
            for write in writes
        ]

    @cached_property
    def _filling(self) -> dict[str, dict[Local, int | None]]:
        """The locals of the chunk whose functions fill tables, by name.

        None: `table.insert`. Others copy tables into the parameter of that number.
        """
        found: dict[str, dict[Local, int | None]] = {}
        for piece in self.snapshot.pieces.all:
            copiers = copiers_of(piece)
            for local in binding_of(piece).declared:
                if local in copiers:
                    found.setdefault(local.name, {})[local] = copiers[local]
                elif holds_insert(local):
                    found.setdefault(local.name, {})[local] = None
        return found

    def _filled(self, piece: Piece) -> dict[Root, list[Write]]:
        """What a piece puts into tables by functions in locals of the chunk."""
        found: dict[Root, list[Write]] = {}
        for name, known in self._filling.items():
            if name not in binding_of(piece).free:
                continue
            local = self.snapshot.chunk_locals(piece).get(name)
            if local not in known:
                continue
            into, owners = known[local], writes_of(piece).owners
            for statement in statements_that_call(piece).get(name, ()):
                call = statement.expression
                assert isinstance(call, tree.Call)
                if into is None:
                    writes = inserted(statement, call, owners)
                else:
                    writes = copied_by(statement, call, into, owners)
                for write in writes:
                    found.setdefault(write.path.root, []).append(write)
        return found

    @cached_property
    def guards_by_name(self) -> dict[str, tuple[tuple[Piece, Guard], ...]]:
        """What each statement of the chunk makes sure of, by the variables it speaks of."""
        found: dict[str, list[tuple[Piece, Guard]]] = {}
        for piece in self.snapshot.pieces.all:
            guards = guards_after(piece)
            for root in conditioned(piece) if guards else ():
                name = root.name if isinstance(root, Local) else root
                found.setdefault(name, []).extend((piece, guard) for guard in guards)
        return {name: tuple(guards) for name, guards in found.items()}

    @cached_property
    def casts_by_name(self) -> dict[str, tuple[tuple[Piece, CastTag], ...]]:
        """The casts between the statements of the chunk, by the variables they speak of."""
        found: dict[str, list[tuple[Piece, CastTag]]] = {}
        for piece in self.snapshot.pieces.all:
            if "@cast" in piece.text:
                for name, tag in casts_between(piece):
                    found.setdefault(name, []).append((piece, tag))
        return {name: tuple(casts) for name, casts in found.items()}

    def metatable_calls(
        self, piece: Piece
    ) -> tuple[tuple[tree.Call, Owner | None, Owner | None], ...]:
        """The calls of `setmetatable` in a piece: the table and the metatable of each."""
        found = self._metatable_calls.get(piece)
        if found is None:
            found = self._metatable_calls[piece] = tuple(
                (call, self._named(piece, call, 0), self._named(piece, call, 1))
                for call in writes_of(piece).metatables
                if len(call.arguments.values) > 1
            )
        return found

    def _named(self, piece: Piece, call: tree.Call, argument: int) -> Owner | None:
        path = path_of(call.arguments.values[argument], writes_of(piece).owners)
        return None if path is None else self._owner(piece, path)

    @cached_property
    def with_metatables(self) -> tuple[Piece, ...]:
        """The pieces that call `setmetatable`."""
        return tuple(each for each in self.snapshot.pieces.all if writes_of(each).metatables)

    @cached_property
    def type_parameters(self) -> frozenset[str]:
        """The names of the type parameters of the classes that it declares."""
        return frozenset(
            parameter.name.text
            for piece in self.snapshot.pieces.all
            for found in declared_in(piece).values()
            for each in found
            if isinstance(each.tag, ClassTag)
            for parameter in each.tag.generics
        )

    def global_names(self) -> Iterator[str]:
        """The globals that are written, or whose fields are."""
        for owner, sources in self._writes.items():
            is_written = owner.is_global and any(
                (write := source.write) is not None
                and (not write.is_item or write.computed is not None)
                for source in sources
            )
            if is_written and isinstance(owner.root, str):
                yield owner.root

    def local(self, piece: Piece, name: tree.Name) -> Local | None:
        """The local that a name means in a piece; None for a global."""
        binding_of(piece)
        return name.local or self.chunk_local(piece, name.text)

    def chunk_local(self, piece: Piece, name: str) -> Local | None:
        """The local of the chunk that a name means which is free in a piece."""
        self._resolved(self.file, piece, name)
        return self.snapshot.chunk_local(piece, name)

    def owner(self, piece: Piece, path: Path) -> Owner:
        """The owner that a path means in a piece."""
        root = path.root
        if isinstance(root, str):
            self._resolved(self.file, piece, root)
        elif root.is_of_chunk:  # its ordinal is one more than that of the local that it hides
            self._resolved(self.file, piece, root.name)
        return self._owner(piece, path)

    def _owner(self, piece: Piece, path: Path) -> Owner:
        root = path.root
        if isinstance(root, str):
            local = self.snapshot.chunk_local(piece, root)
            if local is None:
                keys = path.keys
                if root == "_G" and keys and isinstance(keys[0], str):
                    return Owner("", keys[0], 0, None, keys[1:])
                return Owner("", root, 0, None, keys)
            root = local
        if root.is_of_chunk:
            return Owner(self.file, root.name, self._ordinals[root], None, path.keys)
        return Owner(self.file, root, 0, piece, path.keys)

    def scope(self, piece: Piece) -> dict[str, int]:
        """The locals of the chunk that a piece uses or hides: their ordinals by their names."""
        find, declared, ordinals = self.snapshot.chunk_local, self._declared, self._ordinals
        return {
            name: ordinals[local]
            for name in _names_of(piece)
            if name in declared and (local := find(piece, name)) is not None
        }

    def fills(self, piece: Piece) -> bool:
        """Whether a piece may call functions in locals of the chunk that fill tables."""
        free = binding_of(piece).free
        return any(name in free for name in self._filling)

    def visible(self, piece: Piece) -> tuple[tuple[str, int], ...]:
        """All locals of the chunk that a piece sees, by name and ordinal."""
        outer = self.snapshot.chunk_locals(piece)
        return tuple((name, self._ordinals[local]) for name, local in outer.items())

    @cached_property
    def _ordinals(self) -> dict[Local, int]:
        return {
            local: ordinal
            for known in self._declared.values()
            for ordinal, (_, local) in enumerate(known)
        }

    def declaration(self, owner: Owner) -> tuple[Piece, Local] | None:
        """The local that an owner's variable is."""
        if isinstance(owner.root, Local):
            assert owner.piece is not None
            return owner.piece, owner.root
        if owner.is_global or not isinstance(owner.root, str):
            return None
        known = self._declared.get(owner.root, ())
        return known[owner.ordinal] if owner.ordinal < len(known) else None

    def sources(self, variable: Owner) -> Sources:
        """What this document writes into a variable and its fields."""
        found = self._inner.get(variable)
        if found is None:
            found = self._inner[variable] = self._collect(variable)
        return found

    def _collect(self, variable: Owner) -> Sources:
        found = Sources()
        if isinstance(variable.root, tree.Table):
            assert variable.piece is not None
            table = variable.root
            found.insert((), Source(self.file, variable.piece, table, table, 0, table))
            return found
        declared = self.declaration(variable)
        if declared is not None:
            piece, local = declared
            found.insert((), _declaration(self.file, piece, local))
        if isinstance(variable.root, Local):
            assert variable.piece is not None
            root, here = variable.root, variable.piece
            writes = [*writes_of(here).by_root.get(root, ()), *self._filled(here).get(root, ())]
            sources = self._made(here, writes)
        else:
            sources = self._writes.get(variable, [])
        for source in sources:
            write = source.write
            assert write is not None
            keys = write.path.keys
            if variable.is_global and variable != _GLOBALS and write.path.root == "_G":
                keys = keys[1:]
            if write.is_item:
                found.ensure(keys).items.append(source)
            else:
                found.insert(keys, source)
        return found


@remembered
def _kept_sources(_: Piece) -> dict[str, tuple[tuple[Root, list[Source]], ...]]:
    """Where the sources that are in a piece are kept, by the file."""
    return {}


@remembered
def _names_of(piece: Piece) -> tuple[str, ...]:
    """The names in a piece that may be of locals of the chunk."""
    binding = binding_of(piece)
    return tuple(sorted({*binding.free, *(local.name for local in binding.all), "_ENV"}))


def _declaration(file: str, piece: Piece, local: Local) -> Source:
    """Where a local gets its first value."""
    node, statement = local.declaration, local.statement
    if isinstance(statement, tree.LocalFunction):
        return Source(file, piece, node, statement.function, 0, statement)
    if isinstance(statement, tree.LocalStatement) and statement.values:
        last = len(statement.values) - 1
        value: tree.Expression | None = statement.values[min(local.position, last)]
        position = max(0, local.position - last)
        if position and not isinstance(value, (tree.Call, tree.MethodCall, tree.Vararg)):
            value = None
        return Source(file, piece, node, value, position, statement)
    return Source(file, piece, node, None, 0, statement)


def constructor_of(value: tree.Expression | None) -> tree.Table | None:
    """The constructor of a value: `{…}`, `setmetatable({…}, …)` or `x or {…}`."""
    match value:
        case tree.Table():
            return value
        case tree.Paren(inner=inner):
            return constructor_of(inner)
        case tree.Call(callee=tree.Name(text="setmetatable"), arguments=arguments):
            first = arguments.values[0] if arguments.values else None
            return constructor_of(first)
        case tree.Binary(operator="or", right=right):
            return constructor_of(right)
    return None
