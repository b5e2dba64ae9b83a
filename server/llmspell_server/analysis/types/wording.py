"""Whether types are told in the same words.

Equal types need not be: the members of a union may stand in another order, and functions that do
the same may say other things of it. Whoever keeps a type to show it must know the difference.
"""

from __future__ import annotations

from typing import Any

import attrs

TOLD = {"told": True}
"""Metadata of a field that is shown, but takes no part in comparisons."""


def in_same_words(one: Any, other: Any) -> bool:
    """Whether two values are equal and all that is in them is shown alike."""
    if one is other:
        return True
    kind = type(one)
    if kind is not type(other):
        return False
    if kind is tuple or kind is list:
        return len(one) == len(other) and all(map(in_same_words, one, other))
    if kind is dict:
        return in_same_words(list(one.items()), list(other.items()))
    names = _told(kind)
    if not names:
        return bool(one == other)
    return all(in_same_words(getattr(one, name), getattr(other, name)) for name in names)


_names: dict[type, tuple[str, ...]] = {}


def _told(kind: type) -> tuple[str, ...]:
    """The fields of a class of values that are shown or compared; none of what has no parts."""
    found = _names.get(kind)
    if found is None:
        is_value = attrs.has(kind) and kind.__eq__ is not object.__eq__
        fields = attrs.fields(kind) if is_value else ()
        found = tuple(each.name for each in fields if each.eq or each.metadata.get("told"))
        _names[kind] = found
    return found
