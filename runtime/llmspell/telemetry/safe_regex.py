r"""Regular expressions from scripts, limited so that matching always ends soon.

Python's `re` backtracks, holds the interpreter lock meanwhile and cannot be interrupted: one
hostile pattern would hang every engine of the process. Accepted is therefore a subset in which the
number of ways to match is known beforehand:

* at most 100 characters; names longer than 128 characters never match;
* literals, `.`, classes, escapes, anchors, groups, `|`, a leading `(?i)`;
  no back-references, look-around, conditions or other flags;
* `*`, `+` and `{m,n}` only on what contains neither a quantifier nor `|`;
* the product of all choices is at most 100 000 (about two `.*` and a few alternatives).

Measured on the worst patterns that we found within these limits: 0.4 s for a name.
"""

import re
from collections.abc import Callable

from llmspell.errors import ValidationError

MAX_PATTERN_LENGTH = 100
MAX_NAME_LENGTH = 128
MAX_WAYS = 100_000

_SPECIAL_GROUPS = re.compile(r"\((?:\?:|\?P<\w+>|(?!\?))")
_QUANTIFIER = re.compile(r"(?:([*+?])|\{(\d+)\}|\{(\d*),(\d*)\})[?+]?", re.ASCII)
_SET_OPERATION = re.compile(r"\[|--|&&|~~|\|\|")


def compile_regex(pattern: str) -> Callable[[str], bool]:
    """Return a function that tells whether the pattern is found anywhere in a name.

    :raises ValidationError: the pattern is no regular expression, or is outside the limits.
    """
    if len(pattern) > MAX_PATTERN_LENGTH:
        raise _refusal(pattern, f"it is longer than {MAX_PATTERN_LENGTH} characters")
    body = pattern.removeprefix("(?i)")
    scan = _Scan(body)
    ways, _ = scan.alternatives()
    if scan.at < len(body):
        raise _refusal(pattern, "a ) has no (")
    if ways > MAX_WAYS:
        raise _refusal(pattern, "matching it could take too long; use fewer * + ? {} and |")
    try:
        search = re.compile(pattern).search
    except (re.error, OverflowError) as error:
        raise _refusal(pattern, str(error)) from error

    def matches(name: str) -> bool:
        return len(name) <= MAX_NAME_LENGTH and search(name) is not None

    return matches


def _refusal(pattern: str, reason: str) -> ValidationError:
    shown = pattern if len(pattern) <= MAX_PATTERN_LENGTH else pattern[:40] + "..."
    return ValidationError(f"regular expression '{shown}' is not accepted: {reason}")


class _Scan:
    """A walk over a pattern that counts in how many ways it can match.

    Each method returns the count and whether something in the part is repeated.
    """

    __slots__ = ("at", "pattern")

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.at = 0

    def alternatives(self) -> tuple[int, bool]:
        ways, repeats = self._sequence()
        while self.pattern.startswith("|", self.at):
            self.at += 1
            more, repeats_too = self._sequence()
            ways, repeats = ways + more, repeats or repeats_too
        return ways, repeats

    def _sequence(self) -> tuple[int, bool]:
        ways, repeats = 1, False
        while self.at < len(self.pattern) and self.pattern[self.at] not in "|)":
            more, repeats_too = self._piece()
            ways, repeats = min(ways * more, MAX_WAYS + 1), repeats or repeats_too
        return ways, repeats

    def _piece(self) -> tuple[int, bool]:
        start = self.at
        ways, repeats = self._atom()
        size = self.at - start if self.pattern[start] == "(" else 1
        bounds = self._quantifier()
        if bounds is None:
            return ways, repeats
        least, most = bounds
        if most <= 1:
            return ways + 1 - least, repeats
        if repeats or ways > 1:
            raise _refusal(self.pattern, "a quantifier stands on a group with a choice inside")
        if size == 1:
            return most - least + 1, True
        return most * size, True

    def _quantifier(self) -> tuple[int, int] | None:
        found = _QUANTIFIER.match(self.pattern, self.at)
        if found is None:
            return None
        self.at = found.end()
        sign, exact, low, high = found.groups()
        if sign:
            return {"*": (0, MAX_NAME_LENGTH), "+": (1, MAX_NAME_LENGTH), "?": (0, 1)}[sign]
        least = int(exact or low or 0)
        most = least if exact else int(high or MAX_NAME_LENGTH)
        if max(least, most) > MAX_NAME_LENGTH or least > most:
            raise _refusal(self.pattern, f"'{found[0]}' repeats more than {MAX_NAME_LENGTH} times")
        return least, most

    def _atom(self) -> tuple[int, bool]:
        first = self.pattern[self.at]
        if first == "(":
            return self._group()
        if first == "[":
            self._skip_class()
        elif first == "\\":
            if self.pattern[self.at + 1 : self.at + 2] in tuple("123456789"):
                raise _refusal(self.pattern, "it refers back to a group")
            self.at += 2
        else:
            self.at += 1
        return 1, False

    def _group(self) -> tuple[int, bool]:
        opening = _SPECIAL_GROUPS.match(self.pattern, self.at)
        if opening is None:
            raise _refusal(self.pattern, "of the groups only (…), (?:…) and (?P<name>…) are known")
        self.at = opening.end()
        inside = self.alternatives()
        if not self.pattern.startswith(")", self.at):
            raise _refusal(self.pattern, "a group is not closed")
        self.at += 1
        return inside

    def _skip_class(self) -> None:
        start = self.at
        self.at += 1
        if self.pattern.startswith("^", self.at):
            self.at += 1
        if self.pattern.startswith("]", self.at):
            self.at += 1
        while self.at < len(self.pattern) and self.pattern[self.at] != "]":
            self.at += 2 if self.pattern[self.at] == "\\" else 1
        self.at += 1
        if _SET_OPERATION.search(self.pattern, start + 1, self.at):
            raise _refusal(self.pattern, "put a \\ before [ - & ~ | inside a class")
