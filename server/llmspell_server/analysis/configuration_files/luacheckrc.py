"""`.luacheckrc`, the configuration of luacheck: which globals there are.

The file is a Lua program; it is read, not run. So only what is written out counts.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from llmspell_server.analysis.syntax import tree
from llmspell_server.analysis.syntax.literals import string_value
from llmspell_server.analysis.syntax.pieces import pieces_of

NAME = ".luacheckrc"

_GLOBALS = frozenset({"globals", "read_globals", "new_globals", "new_read_globals"})


def settings_of(text: str) -> dict[str, Any]:
    """The settings in a file by their full names."""
    names = dict.fromkeys(_names(text))
    return {"diagnostics.globals": list(names)} if names else {}


def _names(text: str) -> Iterator[str]:
    for piece in pieces_of(text, False).all:
        match piece.statement:
            case tree.Assignment(targets=targets, values=values):
                for target, value in zip(targets, values, strict=False):
                    yield from _assigned(target, value)


def _assigned(target: tree.Expression, value: tree.Expression) -> Iterator[str]:
    match target:
        case tree.Name(text=name) | tree.Member(key=tree.Word(text=name)):
            if name in _GLOBALS:
                yield from _listed(value)
                return
    for entry in value.fields if isinstance(value, tree.Table) else ():  # `stds.mine = {…}`
        if isinstance(entry, tree.Named) and entry.key.text in _GLOBALS:
            yield from _listed(entry.value)


def _listed(value: tree.Expression) -> Iterator[str]:
    """The names in a list, or the keys of a table with what is known of each."""
    for entry in value.fields if isinstance(value, tree.Table) else ():
        match entry:
            case tree.Item(value=tree.String(text=text)):
                yield string_value(text).split(".")[0]
            case tree.Named(key=key):
                yield key.text
            case tree.Keyed(key=tree.String(text=text)):
                yield string_value(text).split(".")[0]
