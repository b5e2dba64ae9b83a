"""Patterns over event types, and which subscribers an event reaches.

==================  =============================================================
``agent.started``   that text
``agent.*``         everything that starts with ``agent.``, further dots included
``*`` or ``**``     everything
``agent.*.failed``  a star stands for any text without a dot
``**.failed``       a double star as a whole segment stands for any number of segments, also none
==================  =============================================================

The first three are those of the original (spec hooks-events §15); a star is never literal.
"""

from __future__ import annotations

from threading import Lock

from llmspell.errors import EventError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Final, TypeAlias

    from llmspell.events.subscription import Inbox

    Matcher: TypeAlias = Callable[[str], object]

_MEMO_LIMIT: Final = 4096


def compile_pattern(pattern: str) -> Matcher | None:
    """Return a function that is true for the event types that match; None for exact text.

    Raises:
        EventError: the pattern is empty.

    """
    if not pattern:
        raise EventError("Invalid event pattern: it must not be empty")
    if "*" not in pattern:
        return None
    if pattern in {"*", "**"}:
        return _everything
    if pattern.index("*") == len(pattern) - 1:
        prefix = pattern[:-1]
        return lambda event_type: event_type.startswith(prefix)
    import re

    return re.compile(_regex(pattern), re.DOTALL).fullmatch


def compile_filter(pattern: str) -> Matcher:
    """Return the matcher of a pattern in `[events.filtering]`.

    There `*suffix` means "ends with", further dots included (spec hooks-events §20); all else is
    as for subscriptions.

    Raises:
        EventError: the pattern is empty.

    """
    if len(pattern) > 1 and pattern.startswith("*") and "*" not in pattern[1:]:
        suffix = pattern[1:]
        return lambda event_type: event_type.endswith(suffix)
    matcher = compile_pattern(pattern)
    return matcher if matcher is not None else pattern.__eq__


class Filter:
    """Lets a name pass that an include pattern matches and no exclude pattern does."""

    __slots__ = ("_excludes", "_includes")

    def __init__(self, includes: Iterable[str] = ("*",), excludes: Iterable[str] = ()) -> None:
        """Raise EventError for an empty pattern. No include pattern at all lets all names pass."""
        self._includes = [compile_filter(pattern) for pattern in includes] or [_everything]
        self._excludes = [compile_filter(pattern) for pattern in excludes]

    @property
    def passes_all(self) -> bool:
        """Whether no name can fail."""
        return not self._excludes and _everything in self._includes

    def passes(self, name: str) -> bool:
        """Return whether a name passes."""
        return any(matches(name) for matches in self._includes) and not any(
            matches(name) for matches in self._excludes
        )


class PatternIndex:
    """Which inboxes an event type reaches, in the order in which they were added.

    Types seen before cost one dictionary look-up; others one look-up for the exact patterns and
    one test for each other pattern. Adding and removing may happen in any thread: they replace
    the tables and never change them, so that `match` needs no lock.
    """

    __slots__ = ("_exact", "_globs", "_lock", "_memo", "_order")

    def __init__(self) -> None:
        self._lock = Lock()
        self._order = 0
        self._exact: dict[str, tuple[tuple[int, Inbox], ...]] = {}
        self._globs: tuple[tuple[int, Inbox, Matcher], ...] = ()
        self._memo: dict[str, tuple[Inbox, ...]] = {}

    def add(self, pattern: str, inbox: Inbox) -> None:
        """Add an inbox; raise EventError for an empty pattern."""
        matcher = compile_pattern(pattern)
        with self._lock:
            self._order += 1
            if matcher is None:
                there = self._exact.get(pattern, ())
                self._exact = {**self._exact, pattern: (*there, (self._order, inbox))}
            else:
                self._globs = (*self._globs, (self._order, inbox, matcher))
            self._memo = {}

    def remove(self, pattern: str, inbox: Inbox) -> None:
        """Remove an inbox that was added with this pattern, if it is there."""
        with self._lock:
            there = self._exact.get(pattern, ())
            left = tuple(entry for entry in there if entry[1] is not inbox)
            exact = {**self._exact, pattern: left}
            if not left:
                del exact[pattern]
            self._exact = exact
            self._globs = tuple(entry for entry in self._globs if entry[1] is not inbox)
            self._memo = {}

    def match(self, event_type: str) -> tuple[Inbox, ...]:
        """Return the inboxes that an event type reaches."""
        # This memo is taken before the tables are read: what is computed from tables that change
        # meanwhile goes into a memo that nobody will look into.
        memo = self._memo
        found = memo.get(event_type)
        if found is None:
            if len(memo) >= _MEMO_LIMIT:
                memo.clear()
            found = memo[event_type] = self._search(event_type)
        return found

    def _search(self, event_type: str) -> tuple[Inbox, ...]:
        exact, globs = self._exact, self._globs
        found = list(exact.get(event_type, ()))
        found += [(order, inbox) for order, inbox, matches in globs if matches(event_type)]
        found.sort(key=lambda entry: entry[0])
        return tuple(inbox for _, inbox in found)


def _everything(_event_type: str) -> bool:
    return True


def _regex(pattern: str) -> str:
    """Return the regular expression of a glob over dotted segments."""
    segments: list[str] = []
    for segment in pattern.split("."):
        if segment != "**" or segments[-1:] != ["**"]:
            segments.append(segment)
    if segments == ["**"]:
        return ".*"
    pieces: list[str] = []
    for place, segment in enumerate(segments):
        if segment == "**":
            pieces.append(r"(?:\.[^.]*)*" if place else r"(?:[^.]*\.)*")
            continue
        if place and segments[:place] != ["**"]:
            pieces.append(r"\.")
        pieces.append(_segment_regex(segment))
    return "".join(pieces)


def _segment_regex(segment: str) -> str:
    import re

    return ".*".join("[^.]*".join(map(re.escape, part.split("*"))) for part in segment.split("**"))
