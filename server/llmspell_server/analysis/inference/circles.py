"""What things are that depend on themselves, whichever of them is asked for first.

A thing that is asked for while it is being worked out is *taken* for something: in a first round
for nothing, in each further one for what the round before has found. Rounds go on until all that
was taken is what was found. So of `a = b or 1` and `b = a or "x"` both are of both types, whoever
asks for which; the first round alone misses for one what it leaves out for the other.

Whatever is found on the way depends on what was taken: it is *half known* until the rounds are
over, and known then.
"""

from __future__ import annotations

from collections.abc import Hashable
from enum import Enum, auto
from typing import Any

from attrs import define, field

from llmspell_server.analysis.types.definitions import (
    AliasDefinition,
    ClassDefinition,
    EnumDefinition,
)

_DEFINITIONS = (ClassDefinition, AliasDefinition, EnumDefinition)
_MOST_ROUNDS = 6
"""Types may grow for ever, as tables in tables do."""


class State(Enum):
    """What is known of a thing that has been worked out."""

    KNOWN = auto()
    HALF_KNOWN = auto()
    AGAIN = auto()
    """It is to be worked out once more."""


@define(eq=False)
class Circles:
    """The circle that is being gone round, if there is one; another may be begun within a round.

    depth: how many things are being worked out, within each other. outermost: the depth of the
    outermost that was asked for again; -1: none.
    """

    depth: int = 0
    outermost: int = -1
    _taken: dict[Hashable, Any] = field(factory=dict)
    _found: dict[Hashable, Any] = field(factory=dict)
    _before: dict[Hashable, Any] = field(factory=dict)
    _rounds: dict[Hashable, int] = field(factory=dict)

    def take(self, thing: Hashable, depth: int, unknown: Any) -> Any:
        """What a thing is taken for that is being worked out, at a depth."""
        self.outermost = depth if self.outermost < 0 else min(self.outermost, depth)
        value = self._taken[thing] = self._before.get(thing, unknown)
        return value

    def worked_out(self, thing: Hashable, depth: int, value: Any) -> State:
        """What is known of a thing for which a value came out. Not where there is no circle."""
        if thing in self._taken:
            self._found[thing] = value
        if self.outermost < depth:
            return State.HALF_KNOWN
        different = {
            each: found
            for each, found in self._found.items()
            if not _is_same(self._taken[each], found)
        }
        rounds = self._rounds.pop(thing, 1)
        if different and rounds < _MOST_ROUNDS:
            self._rounds[thing] = rounds + 1
            self._before |= different
            self.end_round()
            return State.AGAIN
        if self._rounds:  # those of a circle further out
            for each in self._taken:
                self._before.pop(each, None)
        else:
            self._before = {}
        self.end_round()
        return State.KNOWN

    def end_round(self) -> None:
        """Forgets what was taken; what is being worked out further out goes on."""
        self.outermost = -1
        self._taken, self._found = {}, {}

    def end(self) -> None:
        """Breaks off all rounds."""
        self.end_round()
        self._before, self._rounds = {}, {}


def _is_same(one: Any, other: Any) -> bool:
    """Whether two findings are equal. Definitions never are, but only name what is in them."""
    if isinstance(one, _DEFINITIONS):
        return type(one) is type(other)
    return bool(one == other)
