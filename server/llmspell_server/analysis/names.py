"""What a name means at a place: a local of the spell, or a described global."""

from __future__ import annotations

from llmspell.syntax.cursor import declared_names
from llmspell.syntax.scopes import Local, locals_at

from .api import Api, Symbol
from .text import Text


def known_locals(text: Text, offset: int) -> dict[str, Local]:
    """The locals and upvalues that are known at an offset."""
    return locals_at(text.chunk, text.byte_of(offset))


def described_at(text: Text, offset: int, name: str, api: Api) -> Symbol | None:
    """The described global or member of that name, unless a local hides the global."""
    symbol = api.symbols.get(name)
    return None if symbol is None or _is_local(text, offset, name.split(".")[0]) else symbol


def _is_local(text: Text, offset: int, name: str) -> bool:
    """Whether a name is that of a local; the tree is looked at only where it may be."""
    return name in declared_names(text.source) and name in known_locals(text, offset)
