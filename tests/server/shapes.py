"""Places in a program at which the analysis has to do with the same.

Somebody who types a program stops at some offset: what stands before it is a *prefix*. Its
statements that are complete have been looked at when they were the last; what is new is the one
that is cut, and what is open around it. The *shape* of a prefix is that: for each block, table and
call that is open, the tokens of the statement, field or argument that is being written in it.

Names count by what they are (of Lua's library, declared in the file, any), strings, numbers and
comments by their kind: what is inside of them is one token to the parser, so that of all offsets
inside one stands for the others. What was closed counts as one word, and of what came before in the
same table or call only how much it was. Where two prefixes have the same shape they differ in
names, and in the statements that are complete.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from attrs import define, field

from llmspell_server.analysis.syntax.lexer import KEYWORDS, TOKEN

Shape = tuple[object, ...]

_WORDS = 10  # of what is cut
_WORDS_AROUND = 4  # of each thing that is open around it
_MOST = 4  # fields or arguments that are counted
_LIBRARY = frozenset(
    (
        *("string", "table", "io", "os", "math", "coroutine", "utf8", "debug", "package", "_G"),
        *("require", "setmetatable", "getmetatable", "pcall", "xpcall", "select", "pairs"),
        *("ipairs", "next", "type", "tostring", "tonumber", "error", "assert", "rawget", "rawset"),
        *("insert", "remove", "unpack", "concat", "format", "gsub", "match", "gmatch", "find"),
        *("self", "new", "wrap", "lines", "_ENV", "__index", "__call", "__newindex"),
    )
)
_BEGIN = frozenset(
    ("local", "if", "for", "while", "repeat", "return", "break", "goto", "::", ";", "do")
)
_GO_ON = frozenset(  # keywords and symbols behind which an expression is not complete
    (
        *(
            "and",
            "or",
            "not",
            "in",
            "=",
            "(",
            "{",
            "[",
            ",",
            "..",
            "==",
            "~=",
            "<",
            ">",
            "<=",
            ">=",
        ),
        *("+", "-", "*", "/", "//", "%", "^", "#", "&", "|", "~", "<<", ">>", ".", ":", "local"),
        *("for", "if", "elseif", "while", "until", "return", "goto", "::", "function"),
    )
)
_CLOSED = {")": "()", "}": "{}", "]": "[]"}
_HALF_NUMBER = re.compile(r"0[xX]|[0-9]\.|.*?[eEpP]")


@define
class _Open:
    """A block, table, call or index that is open. before: how many parts of it are complete."""

    kind: str
    words: list[str] = field(factory=list)
    before: int = 0


class _Reader:
    def __init__(self) -> None:
        self._open = [_Open("block")]
        self._declared: set[str] = set()
        self._last = ""

    def shape(self, *more: str) -> Shape:
        """The shape of what was read, with more words behind it."""
        around = tuple(
            (each.kind, tuple(each.words[-_WORDS_AROUND:]), min(each.before, _MOST))
            for each in self._open[:-1]
        )
        inner = self._open[-1]
        words = (*inner.words, *more)[-_WORDS:]
        return (*around, (inner.kind, words, min(inner.before, _MOST)))

    def take(self, kind: str, text: str) -> None:
        """Reads a token."""
        word = self._word(kind, text)
        inner = self._open[-1]
        if inner.kind == "block" and self._begins(word, inner.words):
            inner.words = []
        self._last = text
        match word:
            case "(" | "{" | "[" | "function" | "then" | "repeat" | "do":
                inner.words.append(word)
                self._open.append(_Open(word if word in "({[" else "block"))
            case ")" | "}" | "]":
                self._close(_CLOSED[word])
            case "," | ";" if inner.kind != "block":
                inner.words = []
                inner.before += 1
            case "else" | "elseif":
                self._pop().words = [word]
                if word == "else":
                    self._open.append(_Open("block"))
            case "end" | "until":
                self._end(word)
            case _:
                inner.words.append(word)

    def _word(self, kind: str, text: str) -> str:
        if kind == "symbol" or (kind == "name" and text in KEYWORDS):
            return text
        if kind != "name":
            return kind
        if self._last in ("local", "for", "function"):
            self._declared.add(text)
        if text in _LIBRARY:
            return text
        is_local = text in self._declared and self._last not in (".", ":")
        return "local name" if is_local else "name"

    def _begins(self, word: str, words: list[str]) -> bool:
        """Whether a word begins a statement of a block."""
        if not words or (word == "do" and words[0] in ("for", "while")):
            return False
        is_first = (
            word in _BEGIN or word == "function" or (word not in KEYWORDS and word[0].isalpha())
        )
        return word in _BEGIN or (is_first and words[-1] not in _GO_ON and words[-1] not in _BEGIN)

    def _pop(self) -> _Open:
        if len(self._open) > 1:
            self._open.pop()
        return self._open[-1]

    def _close(self, closed: str) -> None:
        inner = self._open[-1]
        if len(self._open) == 1 or inner.kind == "block":
            return
        number = min(inner.before + bool(inner.words), _MOST)
        self._pop().words[-1:] = [f"{closed}{number}"]

    def _end(self, word: str) -> None:
        words = self._pop().words
        if word == "until":
            words[:] = ["until"]
        elif "function" in words:
            del words[words.index("function") :]
            words.append("function end")
        else:
            words[:] = ["end"]


def shapes(source: str) -> Iterator[tuple[int, Shape]]:
    """Offsets at which somebody may stop, in order, with the shapes of what stands before them.

    Of each token its end and where it is another token before that, of the white space behind it
    the end.
    """
    reader, behind = _Reader(), 0
    while True:
        found = TOKEN.match(source, behind)
        assert found is not None
        kind = found.lastgroup
        assert kind is not None
        text, start, end = found[kind], found.start(kind), found.end(kind)
        if start > behind:
            yield start, reader.shape("\n" if "\n" in source[behind:start] else " ")
        if kind == "eof":
            return
        for length, word in _unfinished(kind, text):
            yield start + length, reader.shape(word)
        behind = end
        if kind == "comment":
            yield end, reader.shape(_comment(text))
        else:
            reader.take(kind, text)
            yield end, reader.shape()


def _comment(text: str) -> str:
    for beginning in ("---@", "---", "--["):
        if text.startswith(beginning):
            return beginning
    return "--"


def _unfinished(kind: str, text: str) -> Iterator[tuple[int, str]]:
    """Where a token is another one before its end, and which."""
    if kind == "name" and text in KEYWORDS:
        yield 1, "name"
    elif kind == "symbol" and len(text) > 1:
        yield 1, text[0]
    elif kind == "number" and (found := _HALF_NUMBER.match(text)) and found.end() < len(text):
        yield found.end(), "half a number"
    elif kind == "string":
        yield 1, f"broken {text[0]}"
        escape = text.find("\\")
        if escape > 0:
            yield escape + 1, "broken \\"
        if len(text) > 3:
            yield len(text) - 1, f"broken {text[0]}…"
    elif kind == "comment":
        yield 1, "-"
        middle = (len(text) + 2) // 2
        if middle < len(text):
            yield middle, f"{_comment(text[:middle])}…"
