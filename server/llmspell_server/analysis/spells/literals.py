"""The strings in a program whose kind is known because a described function takes them.

Functions are recognised by their global name (`State.save`, `require`). Strings with escapes are
left out: their offsets are not those of the text that they stand for.
"""

from __future__ import annotations

from collections.abc import Iterator

from attrs import frozen

from llmspell_server.analysis.api import Api
from llmspell_server.analysis.remembering import remembered
from llmspell_server.analysis.snapshot import Snapshot
from llmspell_server.analysis.syntax import tree
from llmspell_server.analysis.syntax.pieces import Piece

from .kind import StringKind


@frozen
class Written:
    """A string of a kind in a document. start: where its content begins in the text.

    function: which call it is given to. parameter: the place among its parameters, from 0. before:
    the strings given before it; None for arguments that are not written as one.
    """

    kind: StringKind
    content: str
    start: int
    function: str
    parameter: int
    before: tuple[str | None, ...] = ()

    @property
    def end(self) -> int:
        """Where the content ends in the text."""
        return self.start + len(self.content)

    @property
    def defines(self) -> bool:
        """Whether the name is defined here."""
        return self.function in self.kind.defined_by


def written_strings(snapshot: Snapshot, api: Api) -> Iterator[Written]:
    """The strings of known kinds in a document, in the order of the text."""
    for piece in snapshot.pieces.all:
        for call in _calls(piece):
            yield from _of_call(snapshot, piece, call, api)


def written_at(snapshot: Snapshot, offset: int, api: Api) -> Written | None:
    """The string of a known kind whose content holds an offset, its ends included."""
    piece, _ = snapshot.path_at(offset)
    for call in _calls(piece):
        for found in _of_call(snapshot, piece, call, api):
            if found.start <= offset <= found.end:
                return found
    return None


def content_of(text: str) -> tuple[int, str] | None:
    """Where the content of a string literal begins, and the content; None for escapes."""
    if text[:1] in ("'", '"'):
        closed = len(text) > 1 and text[-1] == text[0]
        content = text[1:-1] if closed else text[1:]
        return None if "\\" in content else (1, content)
    width = text.find("[", 1) + 1
    content = text[width:].removesuffix("]" + text[1 : width - 1] + "]")
    return None if content[:1] in ("\n", "\r") else (width, content)


@frozen
class _Call:
    """A call by name that is given strings. name: of the function, which begins with `root`.

    strings: of each argument the place in the piece and the content; None for all else.
    """

    root: tree.Name
    name: str
    strings: tuple[tuple[int, str] | None, ...]


@remembered
def _calls(piece: Piece) -> tuple[_Call, ...]:
    """The calls in a piece, found once: whether their names are global is another question."""
    nodes = tree.walk(piece.statement) if piece.statement is not None else ()
    calls = (_call(node) for node in nodes if isinstance(node, tree.Call))
    return tuple(call for call in calls if call)


def _call(call: tree.Call) -> _Call | None:
    strings = []
    for argument in call.arguments.values:
        found = content_of(argument.text) if isinstance(argument, tree.String) else None
        strings.append((argument.start + found[0], found[1]) if found else None)
    words: list[str] = []
    callee = call.callee
    while isinstance(callee, tree.Member):
        words.append(callee.key.text)
        callee = callee.base
    if not isinstance(callee, tree.Name) or not any(strings):
        return None
    return _Call(callee, ".".join([callee.text, *reversed(words)]), tuple(strings))


def _of_call(snapshot: Snapshot, piece: Piece, call: _Call, api: Api) -> Iterator[Written]:
    start = snapshot.pieces.start_of[piece]
    before = tuple(string[1] if string else None for string in call.strings)
    for index, string in enumerate(call.strings):
        kind = api.kind_of(call.name, index) if string else None
        if string and kind and snapshot.local(piece, call.root) is None:
            yield Written(kind, string[1], start + string[0], call.name, index, before[:index])
