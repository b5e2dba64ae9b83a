"""The symbols of a document, as an outline shows them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

from llmspell_server.analysis.remembering import remembered

from .snapshot import Snapshot
from .syntax import tree
from .syntax.comments import block_above
from .syntax.pieces import Piece

SymbolKind = Literal["function", "method", "variable", "constant", "table", "class", "field"]


class Symbol(NamedTuple):
    """A named thing. start, end: all of it; name_start, name_end: its name."""

    name: str
    kind: SymbolKind
    detail: str
    start: int
    end: int
    name_start: int
    name_end: int
    children: tuple[Symbol, ...] = ()

    def moved(self, by: int) -> Symbol:
        """The symbol elsewhere in a text."""
        return Symbol(
            self.name,
            self.kind,
            self.detail,
            self.start + by,
            self.end + by,
            self.name_start + by,
            self.name_end + by,
            tuple(child.moved(by) for child in self.children),
        )


class Entry(NamedTuple):
    """A symbol for a search over files. container: the symbol around it."""

    name: str
    kind: SymbolKind
    container: str
    start: int
    end: int


def outline_of(snapshot: Snapshot) -> tuple[Symbol, ...]:
    """The symbols of a document, each with those inside it."""
    pairs = snapshot.pieces.placed()
    return tuple(symbol.moved(start) for piece, start in pairs for symbol in _of_piece(piece))


def entries_of(snapshot: Snapshot) -> Iterator[Entry]:
    """The symbols that a search over files finds: what is not local to a function."""
    pairs = snapshot.pieces.placed()
    for piece, start in pairs:
        yield from _entries(_of_piece(piece), start, "")


def _entries(symbols: Iterable[Symbol], start: int, container: str) -> Iterator[Entry]:
    for symbol in symbols:
        yield Entry(
            symbol.name,
            symbol.kind,
            container,
            start + symbol.name_start,
            start + symbol.name_end,
        )
        if symbol.kind not in ("function", "method"):
            yield from _entries(symbol.children, start, symbol.name)


@remembered
def _of_piece(piece: Piece) -> tuple[Symbol, ...]:
    statement = piece.statement
    return tuple(_statement(piece, statement, True)) if statement is not None else ()


def _statement(piece: Piece, node: tree.Statement, of_chunk: bool) -> Iterator[Symbol]:
    match node:
        case tree.LocalStatement(names=names, values=values):
            for index, declared in enumerate(names):
                value = values[index] if index < len(values) else None
                if declared.name.text and (of_chunk or isinstance(value, tree.Function)):
                    kind = _variable_kind(piece, node, declared)
                    yield _valued(piece, node, declared.name, declared.name.text, value, kind)
                elif value is not None:
                    yield from _inside(piece, value)
        case tree.LocalFunction(name=name, function=function):
            if name.text:
                yield _function(piece, node, name, name.text, "function", function)
        case tree.FunctionStatement(target=target, function=function):
            text = piece.text[target.start : target.end]
            is_method = isinstance(target, tree.Member) and target.colon
            yield _function(
                piece, node, target, text, "method" if is_method else "function", function
            )
        case tree.Assignment(targets=targets, values=values):
            yield from _assigned(piece, node, targets, values, of_chunk)
        case tree.Return(values=(tree.Table() as table,)) if of_chunk:
            yield from _fields(piece, table)
        case _:
            yield from _inside(piece, node, of_chunk and isinstance(node, (tree.Do, tree.If)))


def _assigned(
    piece: Piece,
    node: tree.Assignment,
    targets: tuple[tree.Expression, ...],
    values: tuple[tree.Expression, ...],
    of_chunk: bool,
) -> Iterator[Symbol]:
    for index, target in enumerate(targets):
        value = values[index] if index < len(values) else None
        shown = of_chunk and isinstance(target, (tree.Name, tree.Member))
        if shown or isinstance(value, tree.Function):
            kind: SymbolKind = "class" if _declares_class(piece, node) else "variable"
            name = piece.text[target.start : target.end]
            yield _valued(piece, node, target, name, value, kind)
        elif value is not None:
            yield from _inside(piece, value)


def _inside(piece: Piece, node: tree.Node, of_chunk: bool = False) -> Iterator[Symbol]:
    """The functions in a statement or expression that has no symbol of its own."""
    if not of_chunk and piece.text.find("function", node.start, node.end) < 0:
        return
    for child in node.children():
        if isinstance(child, tree.Statement):
            yield from _statement(piece, child, of_chunk)
        elif child.parts:
            yield from _inside(piece, child, of_chunk)


def _valued(
    piece: Piece,
    around: tree.Node,
    name: tree.Node,
    text: str,
    value: tree.Expression | None,
    kind: SymbolKind,
) -> Symbol:
    if isinstance(value, tree.Function):
        return _function(piece, around, name, text, "function", value)
    children: tuple[Symbol, ...] = ()
    if isinstance(value, tree.Table):
        children = tuple(_fields(piece, value))
        if kind == "variable":
            kind = "table"
    elif value is not None:
        children = tuple(_inside(piece, value))
    detail = _brief(piece, value) if not children else ""
    return Symbol(text, kind, detail, around.start, around.end, name.start, name.end, children)


def _function(
    piece: Piece,
    around: tree.Node,
    name: tree.Node,
    text: str,
    kind: SymbolKind,
    function: tree.Function,
) -> Symbol:
    names = [parameter.text for parameter in function.parameters]
    detail = f"({', '.join([*names, '...'] if function.vararg else names)})"
    children = tuple(_inside(piece, function.body))
    return Symbol(text, kind, detail, around.start, around.end, name.start, name.end, children)


def _fields(piece: Piece, table: tree.Table) -> Iterator[Symbol]:
    for field in table.fields:
        match field:
            case tree.Named(key=key, value=value):
                name = key.text
            case tree.Keyed(key=tree.String() as key, value=value):
                name = key.text[1:-1]
            case _:
                yield from _inside(piece, field)
                continue
        if name:
            kind: SymbolKind = "field"
            if isinstance(value, tree.Function):
                first = value.parameters[0].text if value.parameters else ""
                kind = "method" if first == "self" else "function"
                yield _function(piece, field, key, name, kind, value)
            else:
                yield _valued(piece, field, key, name, value, kind)


def _variable_kind(
    piece: Piece, statement: tree.LocalStatement, declared: tree.Attribute
) -> SymbolKind:
    if declared.attribute is not None and declared.attribute.text == "const":
        return "constant"
    return "class" if _declares_class(piece, statement) else "variable"


def _declares_class(piece: Piece, statement: tree.Node) -> bool:
    if not piece.comments:
        return False
    return any("@class" in comment.text for comment in block_above(piece, statement))


def _brief(piece: Piece, value: tree.Expression | None) -> str:
    """A short value as it is written."""
    if value is None or isinstance(value, tree.Table):
        return ""
    text = piece.text[value.start : value.end]
    return text if len(text) <= 40 and "\n" not in text else ""
