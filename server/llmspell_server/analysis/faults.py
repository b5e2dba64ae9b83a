"""Syntax errors, in the words of Lua's own compiler and with the place that it means.

The compiler says a line and the token at which it gave up. Which token of the line that was shows
when ever shorter pieces of the text are compiled: the first token that brings the message.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable

from attrs import frozen

from llmspell.syntax.lines import Lines

from .text import Text

Compile = Callable[[str], str | None]
"""Gives the compiler's message about a chunk named `=source`, or None for correct text."""

_MESSAGE = re.compile(r"source:(\d+): (.*)", re.DOTALL)
_NEAR = re.compile(r"near (?:'(.*)'|(<eof>))\Z", re.DOTALL)
_QUOTED = re.compile(r"'(\w+)'")
_ELSEWHERE = re.compile(r" at line (\d+)\Z")  # `break outside loop at line 3`
_JUMPS = re.compile(r"<goto (\w+)> at line (\d+) jumps")
_LABEL = re.compile(r"label '(\w+)' already defined")
_CLOSED = "multiple to-be-closed"
_OPENED = re.compile(r"\((?:to close '(.+)'|starting) at line (\d+)\)")
_LEXEME = re.compile(
    r"""[A-Za-z_]\w* | \.?\d(?:[eEpP][+-]|[\w.])*
      | "(?:\\.|[^"\\])*"? | '(?:\\.|[^'\\])*'?
      | == | ~= | <= | >= | << | >> | // | :: | \.\.\.? | \S""",
    re.VERBOSE | re.ASCII,
)

Span = tuple[int, int]


@frozen
class Fault:
    """A place where the text is not Lua. opened: what the compiler wants closed there."""

    start: int
    end: int
    message: str
    opened: Span | None = None


def syntax_fault(text: Text, compile_chunk: Compile) -> Fault | None:
    """The first syntax error of a file; None where it is a chunk of Lua."""
    source = _as_loaded(text.source)
    answer = compile_chunk(source)
    if answer is None:
        return None
    found = _MESSAGE.fullmatch(answer)
    if found is None:  # about the whole: `C stack overflow`
        return Fault(0, len(source), answer)
    line, message = int(found[1]), found[2]
    opened = _OPENED.search(message)
    start, end = _place(text, source, line, message, lambda piece: compile_chunk(piece) == answer)
    return Fault(start, end, message, _opening(text, opened) if opened else None)


def _as_loaded(source: str) -> str:
    """What the runtime compiles of a file: neither byte order mark nor `#!` line; no offset moves.

    Like `llmspell.lua.loader.source_text`, which makes the text shorter instead.
    """
    if source.startswith("\ufeff"):
        source = " " + source[1:]
    if source.lstrip(" ").startswith("#") and source.find("#") <= 1:
        end = source.find("\n")
        end = len(source) if end < 0 else end
        source = " " * end + source[end:]
    return source


def _place(
    text: Text, source: str, line: int, message: str, brings_message: Callable[[str], bool]
) -> Span:
    near = _NEAR.search(message)
    if near is not None and near[2]:
        return _last_visible(source)
    if elsewhere := _ELSEWHERE.search(message):
        line = int(elsewhere[1])
    start, end = _line(text, line)
    found = _last_named(text, source, end, message)
    if found is not None:
        return found
    if near is not None:
        wanted = near[1]
    else:
        quoted = _QUOTED.search(message)
        wanted = quoted[1] if quoted else message.split()[0]  # a name, or the keyword `break`
    spans = [found.span() for found in _LEXEME.finditer(source, start, end) if _fits(found, wanted)]
    if len(spans) > 1:
        first = bisect_left(spans, True, key=lambda span: brings_message(_up_to(source, span[1])))
        return spans[min(first, len(spans) - 1)]
    if spans:
        return spans[0]
    inside = source.find(wanted, start, end)
    return (inside, inside + len(wanted)) if inside >= 0 else _trimmed(source, start, end)


def _last_named(text: Text, source: str, end: int, message: str) -> Span | None:
    """The place of a message that comes behind what it is about: the last that is written so."""
    first = 0
    if jump := _JUMPS.search(message):
        first, end = _line(text, int(jump[2]))
        pattern = rf"\bgoto\s+({jump[1]})\b"
    elif label := _LABEL.search(message):
        pattern = rf"::\s*({label[1]})\s*::"
    elif message.startswith(_CLOSED):
        pattern = r"<\s*(close)\s*>"
    else:
        return None
    found = [match.span(1) for match in re.finditer(pattern, source[:end]) if match.end() > first]
    return found[-1] if found else None


def _opening(text: Text, opened: re.Match[str]) -> Span:
    """What opened it, or the whole line where several things may have."""
    start, end = _line(text, int(opened[2]))
    lexemes = _LEXEME.finditer(text.source, start, end)
    spans = [found.span() for found in lexemes if found[0] == opened[1]]
    return spans[0] if len(spans) == 1 else _trimmed(text.source, start, end)


def _fits(found: re.Match[str], wanted: str) -> bool:
    lexeme = found[0]
    if lexeme.isascii() or wanted[0] != "<":
        return lexeme == wanted
    return wanted == f"<\\{lexeme.encode()[0]}>"  # so the compiler shows a byte that is no text


def _up_to(source: str, end: int) -> str:
    """The text before an offset, with the line break that may end an unfinished token there."""
    return source[: end + 1] if source[end : end + 1] in ("\n", "\r") else source[:end]


def _line(text: Text, line: int) -> Span:
    """A line as Lua counts them: LF CR is one break there.

    Where there is none the lines of the text are the same; to look for all breaks of 10 000 lines
    anew takes 5 ms, at each key in an unfinished statement.
    """
    if "\n\r" not in text.source:
        if line > text.line_count:
            return len(text.source), len(text.source)
        return text.line_start(line - 1), text.line_end(line - 1)
    lines = Lines(text.encoded)
    return text.offset_of_byte(lines.start(line)), text.offset_of_byte(lines.end(line))


def _last_visible(source: str) -> Span:
    end = len(source.rstrip())
    return max(end - 1, 0), end


def _trimmed(source: str, start: int, end: int) -> Span:
    content = source[start:end]
    return start + len(content) - len(content.lstrip()), start + len(content.rstrip())
