"""What is known of the name under a cursor."""

from __future__ import annotations

import re

from attrs import frozen

from llmspell.syntax.cursor import path_at

from .api import Api, Symbol
from .names import described_at
from .text import Text
from .window import code_before

_WORD_END = re.compile(r"\w*", re.ASCII)
_WORD_START = re.compile(r"\w*\Z", re.ASCII)


@frozen
class Described:
    """A described name in the text."""

    start: int
    end: int
    symbol: Symbol


def described_under(text: Text, offset: int, api: Api) -> Described | None:
    """The described name that an offset is in or right behind; None in strings and comments.

    Of `State.save` with the cursor in `State` that is `State`.
    """
    end = _end_of_word(text.source, offset)
    code = code_before(text, end)
    path = path_at(code, len(code))
    if path is None:
        return None
    symbol = described_at(text, offset, ".".join(map(str, path)), api)
    word = _WORD_START.search(code)
    return Described(end - len(word[0]), end, symbol) if symbol and word else None


def _end_of_word(source: str, offset: int) -> int:
    found = _WORD_END.match(source, offset)
    return found.end() if found else offset
