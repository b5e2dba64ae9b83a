"""What a word in a document means: the thing whose definition and uses may be asked for."""

from __future__ import annotations

from contextlib import suppress
from typing import Protocol

from attrs import frozen

from llmspell_server.analysis.binding.binder import binding_of
from llmspell_server.analysis.binding.variables import Local
from llmspell_server.analysis.inference.inference import Inference
from llmspell_server.analysis.pace import OutOfTime, within
from llmspell_server.analysis.snapshot import Snapshot, Span
from llmspell_server.analysis.syntax import tree
from llmspell_server.analysis.syntax.pieces import Piece
from llmspell_server.analysis.workspace.declarations import declarations_of, type_name_at
from llmspell_server.analysis.workspace.index import Index
from llmspell_server.analysis.workspace.mentions import (
    Base,
    Mention,
    field_name,
    mentions_of,
    name_span,
    plain_string,
)
from llmspell_server.analysis.workspace.naming import naming_of
from llmspell_server.analysis.workspace.owners import GLOBALS, Owner

from .described import described_at
from .typed import typed_owner

_PATIENCE = 0.5  # seconds for finding out by its type to which table a field belongs


class World(Protocol):
    """The files around a document."""

    @property
    def index(self) -> Index:
        """What they say to each other, as of now."""

    def snapshot(self, file: str) -> Snapshot | None:
        """A file as it is open or stored; None for one that cannot be read."""

    @property
    def inference(self) -> Inference:
        """What their expressions are, as of now."""

    def is_library(self, file: str) -> bool:
        """Whether it is no file of the user's: definitions that came with something."""

    def module_file(self, module: str, requiring: str) -> str | None:
        """The file that a file gets by `require(module)`."""


@frozen
class LocalSymbol:
    """A local variable. piece: the one that declares it."""

    local: Local
    piece: Piece


@frozen
class FieldSymbol:
    """A field of a table, or a global. owner: canonical; None where it cannot be told."""

    name: str
    owner: Owner | None

    @property
    def is_global(self) -> bool:
        """Whether it is a global."""
        return self.owner == GLOBALS


@frozen
class LabelSymbol:
    """A label with the `goto`s that mean it; each word with its piece, the label's first."""

    words: tuple[tuple[Piece, tree.Word], ...]


@frozen
class ModuleSymbol:
    """A module by the name that is required."""

    name: str


@frozen
class TypeSymbol:
    """A class, alias or enum of annotations."""

    name: str


Symbol = LocalSymbol | FieldSymbol | LabelSymbol | ModuleSymbol | TypeSymbol


@frozen
class Under:
    """What stands at a place. span: the word."""

    symbol: Symbol
    span: Span


def symbol_at(snapshot: Snapshot, file: str, offset: int, world: World) -> Under | None:
    """What the word at an offset means; None where there is none with a meaning."""
    piece, path = snapshot.path_at(offset)
    start = snapshot.pieces.start_of[piece]
    symbol = _symbol(snapshot, file, piece, path, world) if path else None
    if symbol is not None:
        first, last = name_span(path[-1])
        if start + first <= offset <= start + last:
            return Under(symbol, (start + first, start + last))
        return None
    return _in_comment(snapshot, file, offset, world)


def symbol_of(
    snapshot: Snapshot, file: str, piece: Piece, node: tree.Expression, world: World
) -> Symbol | None:
    """What an expression names: a variable, or a field by its last word."""
    match node:
        case tree.Name():
            return _name(snapshot, piece, node)
        case tree.Member(base=base, key=key):
            return _field(snapshot, file, piece, base, key, world)
        case tree.MethodCall(base=base, method=method):
            return _field(snapshot, file, piece, base, method, world)
        case tree.Paren(inner=inner):
            return symbol_of(snapshot, file, piece, inner, world)
    return None


def _symbol(
    snapshot: Snapshot, file: str, piece: Piece, path: tuple[tree.Node, ...], world: World
) -> Symbol | None:
    node = path[-1]
    match node:
        case tree.Name():
            return _name(snapshot, piece, node)
        case tree.Word():
            return _word(snapshot, file, piece, node, path[-2], world)
        case tree.String() if plain_string(node):
            if node in mentions_of(piece).requires:
                return ModuleSymbol(field_name(node))
            mentioned = _mentioned(piece, node)
            if mentioned is not None:
                return _field(snapshot, file, piece, mentioned.base, node, world)
    return None


def _name(snapshot: Snapshot, piece: Piece, name: tree.Name) -> Symbol | None:
    local = snapshot.local(piece, name)
    if local is not None:
        return LocalSymbol(local, snapshot.piece_of(local, piece))
    if name in binding_of(piece).environments or not name.text:
        return None
    return FieldSymbol(name.text, GLOBALS)


def _word(
    snapshot: Snapshot,
    file: str,
    piece: Piece,
    word: tree.Word,
    parent: tree.Node,
    world: World,
) -> Symbol | None:
    if isinstance(parent, (tree.Label, tree.Goto)):
        return label_symbol(snapshot, piece, parent)
    mentioned = _mentioned(piece, word)
    if mentioned is None:
        return None
    return _field(snapshot, file, piece, mentioned.base, word, world)


def label_symbol(
    snapshot: Snapshot, piece: Piece, node: tree.Label | tree.Goto
) -> LabelSymbol | None:
    """The label that a label or `goto` is about.

    Labels of the chunk are pieces of their own; the `goto`s of other pieces find them there.
    """
    for scope in binding_of(piece).labels:
        if scope.label is node or node in scope.gotos:
            if scope.label is piece.statement:
                return _chunk_label(snapshot, node.label.text)
            words = [scope.label.label, *(goto.label for goto in scope.gotos)]
            return LabelSymbol(tuple((piece, word) for word in words))
    if isinstance(node, tree.Goto) and _reaches_chunk(piece, node):
        return _chunk_label(snapshot, node.label.text)
    return None


def _chunk_label(snapshot: Snapshot, name: str) -> LabelSymbol | None:
    labels, gotos = [], []
    for piece in snapshot.pieces.all:
        statement = piece.statement
        if isinstance(statement, tree.Label) and statement.label.text == name:
            labels.append((piece, statement.label))
        gotos += [
            (piece, goto.label)
            for goto in binding_of(piece).lost
            if goto.label.text == name and _reaches_chunk(piece, goto)
        ]
    return LabelSymbol((labels[0], *gotos)) if labels else None


def _reaches_chunk(piece: Piece, goto: tree.Goto) -> bool:
    """Whether a `goto` without a label in its piece is in no function."""
    if goto not in binding_of(piece).lost or piece.statement is None:
        return False
    path = tree.path_at(piece.statement, goto.start)
    return not any(isinstance(node, tree.Function) for node in path)


def _mentioned(piece: Piece, node: tree.Word | tree.String) -> Mention | None:
    """The mention of a field that a key is."""
    mentions = mentions_of(piece).fields.get(field_name(node), ())
    return next((mention for mention in mentions if mention.node is node), None)


def _field(
    snapshot: Snapshot,
    file: str,
    piece: Piece,
    base: Base,
    key: tree.Word | tree.String,
    world: World,
) -> FieldSymbol:
    name = field_name(key)
    owner = naming_of(snapshot).owner(piece, base)
    if owner is not None and owner.kind != "local":
        return FieldSymbol(name, world.index.holder(world.index.canonical(owner, file), name))
    if isinstance(base, tree.Expression):
        typed = None
        with suppress(OutOfTime), within(_PATIENCE):
            typed = typed_owner(world.inference, world.index, file, piece, base, name)
        return FieldSymbol(name, typed or owner)
    return FieldSymbol(name, owner)


def _in_comment(snapshot: Snapshot, file: str, offset: int, world: World) -> Under | None:
    """What the annotations at an offset name: a local, a field, or a type."""
    spot = snapshot.comment_at(offset)
    if spot is None:
        return None
    local = described_at(snapshot, offset)
    if local is not None:
        return Under(LocalSymbol(local[0], local[1]), local[2])
    for declared in declarations_of(snapshot):
        for name, first, last in declared.fields:
            if first <= offset <= last:
                owner = world.index.canonical(Owner("class", declared.name), file)
                return Under(FieldSymbol(name, owner), (first, last))
    start, _ = snapshot.span(*spot)
    found = type_name_at(snapshot.source(*spot), offset - start)
    if found is None or next(world.index.declared(found[0]), None) is None:
        return None
    name, first, last = found
    return Under(TypeSymbol(name), (start + first, start + last))
