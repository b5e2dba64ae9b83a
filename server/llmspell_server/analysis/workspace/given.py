"""Strings that a document gives to functions by name, as other documents need to know them.

Only what the text says: types are not asked. What is given to Lua's own functions is left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from llmspell_server.analysis.remembering import remembered
from llmspell_server.analysis.snapshot import Snapshot
from llmspell_server.analysis.syntax import tree
from llmspell_server.analysis.syntax.acts import acts_of
from llmspell_server.analysis.syntax.pieces import Piece

from .mentions import name_span, plain_string
from .naming import naming_of

_LONGEST = 120  # characters; longer ones are texts, not names
_OF_LUA = frozenset(
    (
        *(
            "assert",
            "collectgarbage",
            "coroutine",
            "debug",
            "dofile",
            "error",
            "getmetatable",
            "io",
        ),
        *("ipairs", "load", "loadfile", "math", "next", "os", "package", "pairs", "pcall"),
        *("print", "rawequal", "rawget", "rawlen", "rawset", "require", "select", "setmetatable"),
        *("string", "table", "tonumber", "tostring", "type", "utf8", "warn", "xpcall"),
    )
)


class Given(NamedTuple):
    """A string that is given to a function. start: where its content begins in the text.

    function: the name of a global or a class with the fields from there, or with `().<method>` a
    method in a chain that begins with its call. parameter: from 0.
    key: the field of the table that is given there, empty where the string is given itself.
    """

    function: str
    parameter: int
    content: str
    start: int
    key: str = ""


def given_strings(snapshot: Snapshot) -> Iterator[Given]:
    """The strings that are given to globals and objects of annotated classes."""
    for piece, begin in snapshot.pieces.placed():
        for call in _calls(piece):
            function = _function(snapshot, piece, call)
            for parameter, key, value in _values(call) if function else ():
                content = plain_string(value)
                if content and len(content) <= _LONGEST:
                    yield Given(function, parameter, content, begin + name_span(value)[0], key)


def _values(
    call: tree.Call | tree.MethodCall,
) -> Iterator[tuple[int, str, tree.Expression]]:
    """What a call is given; of a table that comes first or second, what it holds by name."""
    for parameter, value in enumerate(call.arguments.values):
        yield parameter, "", value
        if parameter < 2 and isinstance(value, tree.Table):
            for field in value.fields:
                if isinstance(field, tree.Named):
                    yield parameter, field.key.text, field.value


@remembered
def _calls(piece: Piece) -> tuple[tree.Call | tree.MethodCall, ...]:
    """The calls of a piece that are given strings."""
    return tuple(
        node
        for node in acts_of(piece)
        if isinstance(node, (tree.Call, tree.MethodCall))
        and any(isinstance(value, tree.String) for _, _, value in _values(node))
    )


def _function(snapshot: Snapshot, piece: Piece, call: tree.Call | tree.MethodCall) -> str:
    """The name of what is called; empty where the text does not say it."""
    naming = naming_of(snapshot)
    if isinstance(call, tree.MethodCall):
        table = naming.owner(piece, call.base)
        if table is None and (first := _first(call.base)) is not None:
            made = _function(snapshot, piece, first)
            return f"{made}().{call.method.text}" if made else ""
        owner = table.down(call.method.text) if table is not None else None
    else:
        owner = naming.owner(piece, call.callee)
    if owner is None or owner.kind not in ("global", "class") or not owner.keys:
        return ""
    words = owner.keys if owner.kind == "global" else (str(owner.root), *owner.keys)
    return "" if words[0] in _OF_LUA else ".".join(words)


def _first(base: tree.Expression) -> tree.Call | None:
    """The call with which a chain of methods begins."""
    while isinstance(base, tree.MethodCall):
        base = base.base
    return base if isinstance(base, tree.Call) else None
