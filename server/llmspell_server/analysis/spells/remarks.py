"""What is found on this machine against a string that says nothing wrong: `not installed`.

A remark comes from the background function of a kind (`llmspell.globals.describe.Remark`). It is
true here and now only, so it is told in editors, and not by `llmspell check`.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable
from functools import lru_cache

import cattrs
from attrs import frozen

from .kind import Remedy, StringKind
from .sources import NOTHING, KindSources, Remark

_MOST_NEAR = 3
_ALIKE = 0.6  # as `nearest` has it


@frozen
class Said:
    """A remark about a string. near: values that may have been meant, the most similar first."""

    message: str
    code: str
    severity: str
    near: tuple[str, ...] = ()
    remedy: Remedy | None = None


def remark_of(
    kind: StringKind,
    content: str,
    sources: KindSources = NOTHING,
    is_written: Callable[[str], bool] = lambda _: False,
) -> Said | None:
    """What is to be said of a string of some kind.

    is_written: whether a word stands anywhere in the same text; some remarks are void then.
    """
    for remark in sources.remarks(kind.name):
        if not _matches(remark, content):
            continue
        if content.casefold() in _folded(remark.known) or any(map(is_written, remark.unless)):
            return None
        near = tuple(_near(content, remark.near))
        text = f"'{content}' {remark.message}"
        if near:
            text += f"; near it: {', '.join(near)}"
        return Said(text, remark.code, remark.severity, near, kind.remedies.get(remark.remedy))
    return None


def read_remark(described: object) -> Remark | None:
    """A remark from its description, None for what is none."""
    try:
        remark = cattrs.structure(described, Remark)
        re.compile(remark.pattern)
    except (cattrs.BaseValidationError, AttributeError, TypeError, ValueError, re.error):
        return None
    return remark


def _near(content: str, known: tuple[str, ...]) -> list[str]:
    folded = {each.casefold(): each for each in known}
    wanted = content.casefold()
    found = difflib.get_close_matches(wanted, folded, n=_MOST_NEAR + 1, cutoff=_ALIKE)
    return [folded[each] for each in found if each != wanted][:_MOST_NEAR]


def _matches(remark: Remark, content: str) -> bool:
    return _compiled(remark.pattern).fullmatch(content) is not None


@lru_cache(maxsize=128)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


@lru_cache(maxsize=32)
def _folded(known: tuple[str, ...]) -> frozenset[str]:
    return frozenset(map(str.casefold, known))
