"""The known word that a misspelt one was probably meant to be."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

_ALIKE = 0.6  # as the configuration's own messages have it
_MISSPELT = 0.8  # where other words are allowed, only what is much alike is worth a remark
_LONGEST = 80  # comparing costs the product of the lengths


def nearest(word: str, known: Iterable[str], *, cutoff: float = _ALIKE) -> str | None:
    """The most similar of the known words, if any is near enough."""
    if not 1 < len(word) <= _LONGEST:
        return None
    folded = {each.casefold(): each for each in known if len(each) <= _LONGEST}
    found = difflib.get_close_matches(word.casefold(), folded, n=1, cutoff=cutoff)
    return folded[found[0]] if found else None


def misspelt(word: str, known: Iterable[str]) -> str | None:
    """The known word that an unknown one is so much like that it looks like a slip."""
    return nearest(word, known, cutoff=_MISSPELT) if len(word) > 2 else None
