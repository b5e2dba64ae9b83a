"""What the words of a text mean, for colouring them.

What is worked out for a piece is kept with it, as the numbers of LSP 3.17 ("Semantic Tokens"), with
lines counted from the piece's beginning. The tokens of a text are those of its pieces in a row, so
after a keystroke only one piece is looked at again, and what has changed is known without
comparing all numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from attrs import frozen

from .annotations.attached import parsed
from .annotations.nodes import NameNode, Tag
from .binding.binder import binding_of
from .binding.variables import Local
from .snapshot import Snapshot
from .syntax import tree
from .syntax.comments import comment_blocks
from .syntax.pieces import Piece
from .text import Units

TYPES = (
    "namespace",
    "type",
    "parameter",
    "variable",
    "property",
    "function",
    "method",
    "label",
    "decorator",
    "keyword",
)
MODIFIERS = ("declaration", "readonly", "defaultLibrary", "documentation", "modification")
_TYPE = {name: number for number, name in enumerate(TYPES)}
_DECLARATION, _READONLY, _LIBRARY, _DOCUMENTATION, _MODIFICATION = (1 << i for i in range(5))
Known = frozenset[tuple[str, str, str | None]]
_LOCALS = {
    "local": "variable",
    "function": "function",
    "parameter": "parameter",
    "for": "variable",
    "self": "keyword",
}


class Token(NamedTuple):
    """A word of a piece: where it is there, what it is (a number of `TYPES`), with which marks."""

    start: int
    end: int
    type: int
    modifiers: int


@frozen(eq=False)
class PieceTokens:
    """The tokens of a piece as numbers.

    numbers: five for each token; of the first one the line and column count from the beginning of
    the piece. line, column: where the last token is, counted so; lines: how many line breaks there
    are in the piece. known: which of its free names were locals of the chunk.
    """

    numbers: tuple[int, ...]
    line: int
    column: int
    known: Known
    units: Units


@frozen(eq=False)
class Tokens:
    """The tokens of a text: the numbers of each piece, ready to be put in a row."""

    rows: tuple[tuple[int, ...], ...]

    def numbers(self) -> list[int]:
        """All numbers."""
        return [number for row in self.rows for number in row]

    def edit_of(self, before: Tokens) -> tuple[int, int, list[int]] | None:
        """What to replace in the numbers before: from where, how many, and by what.

        None if nothing has changed.
        """
        old, new = before.rows, self.rows
        first = 0
        while first < min(len(old), len(new)) and old[first] == new[first]:
            first += 1
        last = 0
        while last < min(len(old), len(new)) - first and old[-1 - last] == new[-1 - last]:
            last += 1
        if first == len(old) == len(new):
            return None
        start = sum(map(len, old[:first]))
        removed = sum(map(len, old[first : len(old) - last]))
        added = [number for row in new[first : len(new) - last] for number in row]
        return start, removed, added


def tokens_of(
    snapshot: Snapshot,
    library: frozenset[str],
    units: Units,
    begin: int = 0,
    end: int | None = None,
) -> Tokens:
    """The tokens of the pieces between two offsets. library: names of globals that are given."""
    rows = []
    line = column = 0  # where the token before is
    for piece, start in snapshot.pieces.placed():
        if end is not None and start > end:
            break
        if start + len(piece.text) < begin:
            continue
        found = _of_piece(snapshot, piece, library, units)
        if not found.numbers:
            continue
        own_line = snapshot.text.line_at(start)
        own_column = _width(snapshot.text.source[snapshot.text.line_start(own_line) : start], units)
        first_line = own_line + found.numbers[0]
        first_column = found.numbers[1] + (own_column if found.numbers[0] == 0 else 0)
        delta = first_line - line
        rows.append(
            (delta, first_column - column if delta == 0 else first_column, *found.numbers[2:])
        )
        line = own_line + found.line
        column = found.column + (own_column if found.line == 0 else 0)
    return Tokens(tuple(rows))


def _of_piece(
    snapshot: Snapshot, piece: Piece, library: frozenset[str], units: Units
) -> PieceTokens:
    outer = snapshot.chunk_locals(piece)
    known = frozenset(
        (name, local.kind, local.attribute)
        for name in binding_of(piece).free
        if (local := outer.get(name)) is not None
    )
    kept: PieceTokens | None = piece.facts.get("tokens")
    if kept is None or kept.known != known or kept.units != units:
        found = sorted(set(_tokens(piece, outer, library)))
        kept = piece.facts["tokens"] = _encoded(piece.text, found, known, units)
    return kept


def _encoded(source: str, tokens: Iterable[Token], known: Known, units: Units) -> PieceTokens:
    ascii_only = source.isascii()
    source = source.replace("\r\n", " \n").replace("\r", "\n") if "\r" in source else source
    numbers: list[int] = []
    line = column = behind = line_start = 0
    for start, end, type_, modifiers in tokens:
        if start < behind:
            continue  # inside the one before
        delta = source.count("\n", behind, start)
        if delta:
            line_start = source.rfind("\n", behind, start) + 1
        behind = end
        if ascii_only:
            own_column, length = start - line_start, end - start
        else:
            own_column = _width(source[line_start:start], units)
            length = _width(source[start:end], units)
        numbers += (delta, own_column - (0 if delta else column), length, type_, modifiers)
        line, column = line + delta, own_column
    return PieceTokens(tuple(numbers), line, column, known, units)


def _width(text: str, units: Units) -> int:
    if units == "utf-32" or text.isascii():
        return len(text)
    return len(text.encode()) if units == "utf-8" else len(text.encode("utf-16-le")) // 2


def _tokens(piece: Piece, outer: Mapping[str, Local], library: frozenset[str]) -> Iterator[Token]:
    yield from _annotations(piece)
    if piece.statement is None:
        return
    called: set[tree.Node] = set()
    for node in tree.walk(piece.statement):
        if isinstance(node, tree.Name):
            if node.text:
                yield _name(piece, node, outer, library, node in called)
        elif isinstance(node, tree.Call):
            called.add(node.callee)
        elif isinstance(node, tree.FunctionStatement):
            called.add(node.target)
        else:
            yield from _words(node, node in called)


def _words(node: tree.Node, is_called: bool) -> Iterator[Token]:
    """The identifiers of a node that name no variable."""
    match node:
        case tree.MethodCall(method=method):
            yield _token(method, "method")
        case tree.Member(key=key):
            yield _token(key, "method" if is_called or node.colon else "property")
        case tree.Named(key=key, value=value):
            kind = "method" if isinstance(value, tree.Function) else "property"
            yield _token(key, kind, _DECLARATION)
        case tree.Attribute(attribute=tree.Word() as attribute):
            yield _token(attribute, "keyword")
        case tree.Goto(label=label):
            yield _token(label, "label")
        case tree.Label(label=label):
            yield _token(label, "label", _DECLARATION)


def _token(word: tree.Node, kind: str, modifiers: int = 0) -> Token:
    return Token(word.start, word.end, _TYPE[kind], modifiers)


def _name(
    piece: Piece,
    name: tree.Name,
    outer: Mapping[str, Local],
    library: frozenset[str],
    is_called: bool,
) -> Token:
    local = name.local or outer.get(name.text)
    if local is None:
        modifiers = _LIBRARY if name.text in library else 0
        if name in binding_of(piece).written:
            modifiers |= _MODIFICATION
        return _token(name, "function" if is_called else "variable", modifiers)
    modifiers = _DECLARATION if local.declaration is name else 0
    if local.attribute is not None:
        modifiers |= _READONLY
    elif name in local.writes:
        modifiers |= _MODIFICATION
    kind = _LOCALS[local.kind]
    if kind == "variable" and is_called:
        kind = "function"
    return _token(name, kind, modifiers)


def _annotations(piece: Piece) -> Iterator[Token]:
    """Tags and names of types in comments."""
    if "@" not in piece.text:
        return
    for lines in comment_blocks(piece):
        for tag in parsed(piece, lines).tags:
            for node in tree.walk(tag):
                if isinstance(node, Tag):
                    yield Token(
                        node.word.start - 1, node.word.end, _TYPE["decorator"], _DOCUMENTATION
                    )
                elif isinstance(node, NameNode) and node.name.text:
                    yield _token(node.name, "type", _DOCUMENTATION)
