"""What a debugger is to evaluate where the pointer rests in the text of a program that stands."""

from __future__ import annotations

from attrs import frozen

from .snapshot import Snapshot
from .syntax import tree

_HARMLESS = (
    tree.Name,
    tree.Member,
    tree.Index,
    tree.Paren,
    tree.Word,
    tree.String,
    tree.Number,
    tree.Boolean,
    tree.Unary,
    tree.Binary,
)


@frozen
class Evaluatable:
    """An expression that stands between two offsets, as it is to be evaluated."""

    start: int
    end: int
    text: str


def evaluatable_at(snapshot: Snapshot, offset: int) -> Evaluatable | None:
    """The variable or field whose name is at an offset; None where that would call something."""
    if snapshot.comment_at(offset) is not None:
        return None
    piece, path = snapshot.path_at(offset)
    match path[-2:]:
        case (_, tree.Name(text=text) as name) if text:
            start, end, method = name.start, name.end, None
        case (tree.Member(base=base, key=key, colon=colon), tree.Word(text=text) as word) if (
            key is word and text
        ):
            start, end, method = base.start, word.end, word if colon else None
        case (tree.MethodCall(base=base, method=word), tree.Word(text=text) as found) if (
            word is found and text
        ):
            start, end, method = base.start, word.end, word
        case (tree.Index(base=base, key=key) as index, found) if key is found:
            start, end, method = index.start, index.end, None
        case _:
            return None
    if not isinstance(path[-1], tree.Name) and not _is_harmless(path[-2], path[-1]):
        return None
    begin = snapshot.pieces.start_of[piece]
    source = snapshot.text.source
    text = source[begin + start : begin + end]
    if method is not None:  # a method is found as a field is
        assert isinstance(path[-2], tree.Member | tree.MethodCall)
        text = f"{source[begin + start : begin + path[-2].base.end]}.{method.text}"
    return Evaluatable(begin + start, begin + end, text)


def _is_harmless(around: tree.Node, key: tree.Node) -> bool:
    """Whether what stands before a key, and the key, only look something up."""
    waiting = [key, *(each for each in around.children() if not isinstance(each, tree.Arguments))]
    while waiting:
        node = waiting.pop()
        if not isinstance(node, _HARMLESS):
            return False
        waiting.extend(node.children())
    return True
