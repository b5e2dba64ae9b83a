"""Answers that are kept for as long as what they were made from stays the same.

Each answer remembers which other questions were asked for it. After an edit nothing is thrown
away: an old answer is *verified* first, by verifying what it was made from, and only made anew if
one of those has really changed. An answer that comes out equal to the one before stops the change
there, so an edit within a function costs that function and those who see a difference.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any

from attrs import define, field

Key = tuple[Hashable, ...]
"""A question: its kind, and what it is about. Must mean the same before and after an edit."""


_SWEEP = 500  # revisions, that is keystrokes


@define(eq=False)
class _Frame:
    """A question that is being answered: what it asked so far, and its notes."""

    key: Key
    asked: dict[Key, None] = field(factory=dict)
    notes: dict[Hashable, Any] = field(factory=dict)


@define(eq=False)
class _Answer:
    value: Any
    asked: tuple[Key, ...]
    verified: int  # the revision for which the value is known to be right
    changed: int  # the revision in which it last became another


class Queries:
    """A store of answers. `answers` says for each kind of question how to find an answer.

    inputs: the kinds that look at documents themselves; these are asked anew in each revision.

    A question that is asked while it is being answered (a function that calls itself) gets
    `unknown`. What was answered on the way there is kept until the question is answered at which
    the circle began, and no longer: without that, methods that call each other would be asked for
    again on each of the many ways through them.
    """

    def __init__(
        self, answers: dict[str, Callable[..., Any]], inputs: frozenset[str], unknown: Any
    ) -> None:
        self._find, self._inputs, self._unknown = answers, inputs, unknown
        self._kept: dict[Key, _Answer] = {}
        self._revision = 1
        self._open: list[_Frame] = []
        self._outermost: dict[Hashable, Any] = {}
        self._opened: set[Key] = set()
        self._circle = -1  # how deep the outermost question of a circle is; -1: none
        self._half_known: dict[Key, Any] = {}  # answers within the circle

    def add(self, kind: str, answer: Callable[..., Any], *, is_input: bool = False) -> None:
        """Makes another kind of question possible. is_input: whether it looks at documents."""
        self._find[kind] = answer
        if is_input:
            self._inputs |= {kind}

    def advance(self) -> None:
        """Begins another revision: inputs may have changed."""
        self._revision += 1
        self._outermost = {}
        if self._revision % _SWEEP == 0:
            self._forget_unused()

    @property
    def notes(self) -> dict[Hashable, Any]:
        """Where whoever answers a question can keep results until it is answered.

        They cannot be kept for longer than that: what they were made from is noted with the
        question alone.
        """
        return self._open[-1].notes if self._open else self._outermost

    def _forget_unused(self) -> None:
        """Drops answers that nobody needed for long: a session of days must not grow."""
        oldest = self._revision - _SWEEP
        self._kept = {key: kept for key, kept in self._kept.items() if kept.verified >= oldest}

    def get(self, *key: Hashable) -> Any:
        """The answer to a question."""
        if self._open:
            self._open[-1].asked[key] = None
        if key in self._opened:
            depth = next(index for index, each in enumerate(self._open) if each.key == key)
            self._circle = depth if self._circle < 0 else min(self._circle, depth)
            return self._unknown
        if key in self._half_known:
            return self._half_known[key]
        kept = self._kept.get(key)
        if kept is not None and self._is_valid(key, kept):
            return kept.value
        return self._answer(key, kept)

    def _is_valid(self, key: Key, kept: _Answer) -> bool:
        if kept.verified == self._revision:
            return True
        if key[0] in self._inputs:
            return False
        depth = self._enter(_Frame(key))
        try:
            for asked in kept.asked:
                if asked in self._opened or self._changed(asked) > kept.verified:
                    return False
        finally:
            self._leave(key)
            if self._circle >= depth:
                self._end_circle()
        kept.verified = self._revision
        return True

    def _enter(self, frame: _Frame) -> int:
        self._open.append(frame)
        self._opened.add(frame.key)
        return len(self._open) - 1

    def _leave(self, key: Key) -> None:
        self._open.pop()
        self._opened.discard(key)

    def _changed(self, key: Key) -> int:
        """The revision in which an answer last changed, once it is brought up to date."""
        if key in self._half_known:
            return self._revision
        kept = self._kept.get(key)
        if kept is None or not self._is_valid(key, kept):
            self._answer(key, kept)
            kept = self._kept.get(key)
        return self._revision if kept is None else kept.changed

    def _end_circle(self) -> None:
        self._circle = -1
        self._half_known.clear()

    def _answer(self, key: Key, old: _Answer | None) -> Any:
        frame = _Frame(key)
        depth = self._enter(frame)
        try:
            value = self._find[str(key[0])](*key[1:])
        except BaseException:
            self._end_circle()  # cancelled: nothing further out is finished either
            raise
        finally:
            self._leave(key)
        if 0 <= self._circle < depth:
            self._kept.pop(key, None)  # made from a half-known answer further out
            self._half_known[key] = value
            return value
        self._end_circle()
        changed = self._revision
        if old is not None and old.value == value:
            value, changed = old.value, old.changed
        self._kept[key] = _Answer(value, tuple(frame.asked), self._revision, changed)
        return value
