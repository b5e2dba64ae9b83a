"""Other ways to write the same: quotes, fields, calls."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from llmspell_server.analysis.inference.writes import path_of
from llmspell_server.analysis.syntax import tree
from llmspell_server.analysis.syntax.lexer import is_name
from llmspell_server.analysis.syntax.literals import string_value
from llmspell_server.analysis.types.display import quoted

from .action import Action, Change
from .annotating import annotated, typed
from .inlining import inlined

if TYPE_CHECKING:
    from llmspell_server.analysis.completion.complete import Place

_CHARACTER = re.compile(r"\\.|.", re.DOTALL)
_ONLY_PLAIN = re.compile(r"(?:[^\\\r\n]|\\[nt\"'\\])*")
"""What a string holds that long brackets can hold, too."""
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


def rewritings(place: Place) -> Iterator[Action]:
    """What can be written otherwise at a place."""
    begin = place.where.file.snapshot.pieces.start_of[place.where.piece]
    for node in reversed(place.path):
        match node:
            case tree.String():
                yield from _quotes(node, begin)
            case tree.Call() | tree.MethodCall():
                yield from _parentheses(place, node, begin)
                yield from _colon(place, node, begin)
            case tree.Member() if node.key is place.path[-1]:
                yield from _bracketed(place, node, begin)
            case tree.Index():
                yield from _dotted(node, begin)
            case tree.Name():
                yield from inlined(place, node)
            case tree.Function():
                yield from annotated(place, node, begin)
                return
            case tree.LocalFunction() | tree.FunctionStatement():
                yield from annotated(place, node.function, begin)
                return
            case tree.LocalStatement():
                yield from typed(place, node, begin)
                return


def _quotes(string: tree.String, begin: int) -> Iterator[Action]:
    """`'a'`, `"a"` and `[[a]]` as each other."""
    if not string.closed:
        return
    quote, content = string.text[0], string.text[1:-1]
    span = (begin + string.start, begin + string.end)
    if quote == "[":
        value = string_value(string.text)
        if _CONTROL.search(value) is None:
            change = Change(*span, quoted(value))
            yield Action("Use double quotes", "refactor.rewrite", (change,))
        return
    other = "'" if quote == '"' else '"'
    swapped = {f"\\{quote}": quote, other: f"\\{other}"}
    text = _CHARACTER.sub(lambda found: swapped.get(found[0], found[0]), content)
    name = "double" if other == '"' else "single"
    change = Change(*span, f"{other}{text}{other}")
    yield Action(f"Use {name} quotes", "refactor.rewrite", (change,))
    if "\\" in content and _ONLY_PLAIN.fullmatch(content) is not None:
        change = Change(*span, _long(string_value(string.text)))
        yield Action("Use long brackets", "refactor.rewrite", (change,))


def _long(value: str) -> str:
    """A string in long brackets (Lua 5.4 manual §3.1), which drop a line break at the beginning."""
    equals = ""
    while f"]{equals}" in value:
        equals += "="
    return f"[{equals}[{chr(10) if value.startswith(chr(10)) else ''}{value}]{equals}]"


def _bracketed(place: Place, member: tree.Member, begin: int) -> Iterator[Action]:
    """`a.b` as `a["b"]`; not in the name of a function."""
    text = place.where.piece.text
    for each in place.path:
        if isinstance(each, tree.FunctionStatement) and member.end <= each.target.end:
            return
    if member.key.text and not member.colon:
        change = Change(
            begin + member.base.end,
            begin + member.end,
            f'["{text[member.key.start : member.end]}"]',
        )
        yield Action("Write the field in brackets", "refactor.rewrite", (change,))


def _dotted(index: tree.Index, begin: int) -> Iterator[Action]:
    """`a["b"]` as `a.b`."""
    name = string_value(index.key.text) if isinstance(index.key, tree.String) else ""
    if is_name(name):
        change = Change(begin + index.base.end, begin + index.end, f".{name}")
        yield Action("Write the field with a dot", "refactor.rewrite", (change,))


def _parentheses(place: Place, call: tree.Call | tree.MethodCall, begin: int) -> Iterator[Action]:
    """`f "x"` to `f("x")` and back."""
    arguments, text = call.arguments, place.where.piece.text
    if len(arguments.values) != 1 or not isinstance(arguments.values[0], (tree.String, tree.Table)):
        return
    inner = text[arguments.values[0].start : arguments.values[0].end]
    start, end = begin + arguments.start, begin + arguments.end
    if text[arguments.start] != "(":
        before = len(text[: arguments.start]) - len(text[: arguments.start].rstrip())
        change = Change(start - before, end, f"({inner})")
        yield Action("Write parentheses around the argument", "refactor.rewrite", (change,))
    elif arguments.closed and text[arguments.start + 1 : arguments.end - 1].strip() == inner:
        yield Action(
            "Leave out the parentheses", "refactor.rewrite", (Change(start, end, f" {inner}"),)
        )


def _colon(place: Place, call: tree.Call | tree.MethodCall, begin: int) -> Iterator[Action]:
    """`a.b(a, x)` to `a:b(x)` and back."""
    text, arguments = place.where.piece.text, call.arguments
    if text[arguments.start : arguments.start + 1] != "(" or not arguments.closed:
        return
    if isinstance(call, tree.MethodCall):
        if path_of(call.base) is None:
            return
        base = text[call.base.start : call.base.end]
        given = text[arguments.start + 1 : arguments.end - 1]
        new = f"{base}.{call.method.text}({base}{', ' if given.strip() else ''}{given})"
        change = Change(begin + call.start, begin + call.end, new)
        yield Action("Call with a dot", "refactor.rewrite", (change,))
        return
    callee = call.callee
    if not isinstance(callee, tree.Member) or not arguments.values:
        return
    first = arguments.values[0]
    base = text[callee.base.start : callee.base.end]
    if path_of(callee.base) is None or text[first.start : first.end] != base:
        return
    behind = arguments.commas[0] + 1 if arguments.commas else first.end
    rest = text[behind : arguments.end - 1].lstrip()
    change = Change(begin + call.start, begin + call.end, f"{base}:{callee.key.text}({rest})")
    yield Action("Call with a colon", "refactor.rewrite", (change,))
