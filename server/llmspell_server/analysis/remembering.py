"""What is found out about a piece or a snapshot once, and kept with it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Protocol, TypeVar

from .pace import checkpoint


class Keeper(Protocol):
    """What never changes, so that what is known about it stays true. facts: by who found it out."""

    facts: dict[object, Any]


K = TypeVar("K", bound=Keeper)
T = TypeVar("T")


def remembered(find: Callable[[K], T]) -> Callable[[K], T]:
    """Makes a function look only once at each piece or snapshot. One that raises is asked again."""

    @wraps(find)
    def kept(keeper: K) -> T:
        facts = keeper.facts
        try:
            found: T = facts[find]
        except KeyError:
            pass
        else:
            return found
        checkpoint()
        found = facts[find] = find(keeper)
        return found

    return kept
