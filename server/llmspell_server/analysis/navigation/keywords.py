"""Keywords that belong together: those of a block, with the `return`s or `break`s that leave it."""

from __future__ import annotations

from collections.abc import Iterator

from llmspell_server.analysis.snapshot import Snapshot, Span
from llmspell_server.analysis.syntax import tree
from llmspell_server.analysis.syntax.lexer import KEYWORDS, TOKEN
from llmspell_server.analysis.syntax.pieces import Piece

_LOOPS = (tree.While, tree.Repeat, tree.NumericFor, tree.GenericFor)
_BLOCKS = (*_LOOPS, tree.If, tree.Do, tree.Function)
_WITH_FUNCTION = (tree.FunctionStatement, tree.LocalFunction)
_VALUES = frozenset({"and", "or", "not", "nil", "true", "false", "in", "local"})


def related_keywords(snapshot: Snapshot, offset: int) -> list[Span]:
    """The keywords that belong to the one at an offset, with it; empty where there is none."""
    piece, path = snapshot.path_at(offset)
    start = snapshot.pieces.start_of[piece]
    around = _keyword_at(piece, path, offset - start)
    if around is None:
        return []
    found = sorted(set(_keywords(piece, around)))
    return [(start + first, start + last) for first, last in found]


def _keyword_at(
    piece: Piece, path: tuple[tree.Node, ...], offset: int
) -> tuple[tree.Node, ...] | None:
    """The path to the block that the keyword at an offset belongs to."""
    for depth in range(len(path), 0, -1):
        node = path[depth - 1]
        words = [*_between(piece, node)]
        if isinstance(node, (tree.Return, tree.Break)):
            word = "return" if isinstance(node, tree.Return) else "break"
            words = [(node.start, node.start + len(word))]
        if any(first <= offset <= last for first, last in words):
            return _block_of(path[:depth])
    return None


def _block_of(path: tuple[tree.Node, ...]) -> tuple[tree.Node, ...] | None:
    """The path to the block which the last node of a path is a part of."""
    last = path[-1]
    if isinstance(last, tree.Return):
        wanted: tuple[type[tree.Node], ...] = (tree.Function,)
    elif isinstance(last, tree.Break):
        wanted = _LOOPS
    elif isinstance(last, _WITH_FUNCTION):
        return (*path, last.function)
    else:
        wanted = _BLOCKS
    for depth in range(len(path), 0, -1):
        node = path[depth - 1]
        if isinstance(node, wanted):
            return path[:depth]
        if isinstance(last, tree.Break) and isinstance(node, tree.Function):
            return None
    return None


def _keywords(piece: Piece, path: tuple[tree.Node, ...]) -> Iterator[Span]:
    block = path[-1]
    yield from _between(piece, block)
    if len(path) > 1 and isinstance(path[-2], _WITH_FUNCTION):
        yield from _between(piece, path[-2])
    if isinstance(block, tree.Function):
        yield from _leaving(block.body, tree.Return, (tree.Function,), "return")
    elif isinstance(block, _LOOPS):
        yield from _leaving(block.body, tree.Break, (*_LOOPS, tree.Function), "break")


def _leaving(
    block: tree.Block,
    kind: type[tree.Node],
    closed: tuple[type[tree.Node], ...],
    word: str,
) -> Iterator[Span]:
    """The statements of a kind in a block, without those in other blocks that hold them."""
    waiting: list[tree.Node] = [block]
    while waiting:
        node = waiting.pop()
        if isinstance(node, kind):
            yield node.start, node.start + len(word)
        waiting.extend(child for child in node.children() if not isinstance(child, closed))


def _between(piece: Piece, node: tree.Node) -> Iterator[Span]:
    """The keywords of a node itself: what stands between its parts."""
    if not isinstance(node, (*_BLOCKS, *_WITH_FUNCTION, tree.Branch)):
        return
    place = node.start
    for child in node.children():
        yield from _lexed(piece, place, child.start)
        if isinstance(child, tree.Branch):
            yield from _between(piece, child)
        place = child.end
    yield from _lexed(piece, place, node.end)


def _lexed(piece: Piece, start: int, end: int) -> Iterator[Span]:
    while start < end:
        found = TOKEN.match(piece.text, start, end)
        if found is None or found.lastgroup in (None, "eof"):
            return
        name = found["name"]
        if name in KEYWORDS and name not in _VALUES:
            yield found.span("name")
        start = found.end()
