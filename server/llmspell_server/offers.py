"""Lists that a client was given, whose entries it may ask more about.

A client asks for several lists before it asks about an entry of one: VS Code wants code actions
for its light bulb while the menu of others is open.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from typing import Any, Generic, TypeVar

from attrs import frozen

from .subjects import Subject

T = TypeVar("T")

_KEPT = 8
"""Lists. Each holds a snapshot of its document."""


@frozen
class Offered(Generic[T]):
    """An entry, and what it was made for: a document as it was then."""

    subject: Subject
    entry: T


class Offers(Generic[T]):
    """The lists that were given last."""

    def __init__(self) -> None:
        self._lists: OrderedDict[int, list[Offered[T]]] = OrderedDict()
        self._count = 0

    def add(self, subject: Subject, entries: Sequence[T]) -> list[dict[str, int]]:
        """Keeps a list; gives, for each entry, what the client has to send back as its `data`."""
        self._count += 1
        self._lists[self._count] = [Offered(subject, entry) for entry in entries]
        if len(self._lists) > _KEPT:
            self._lists.popitem(last=False)
        return [{"list": self._count, "entry": number} for number in range(len(entries))]

    def find(self, data: Any) -> Offered[T] | None:
        """The entry that `data` names; None where it is forgotten."""
        if not isinstance(data, dict):
            return None
        entries, number = self._lists.get(data.get("list", 0), ()), data.get("entry")
        if not isinstance(number, int) or not 0 <= number < len(entries):
            return None
        return entries[number]
