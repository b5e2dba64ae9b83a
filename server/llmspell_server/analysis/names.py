"""What a name means at a place: a local of the spell, or a described global."""

from __future__ import annotations

from llmspell.syntax.scopes import Local, locals_at

from .api import Api, Symbol
from .text import Text


def known_locals(text: Text, offset: int) -> dict[str, Local]:
    """The locals and upvalues that are known at an offset."""
    return locals_at(text.chunk, text.byte_of(offset))


def described_at(text: Text, offset: int, name: str, api: Api) -> Symbol | None:
    """The described global or member of that name, unless a local hides the global."""
    symbol = api.symbols.get(name)
    if symbol is None or name.split(".")[0] in known_locals(text, offset):
        return None
    return symbol
