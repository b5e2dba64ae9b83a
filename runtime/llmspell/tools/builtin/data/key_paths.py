"""Places in nested data, such as `server.ports[0]`, `hosts["a.b"]` or `/server/ports/0`.

Numbers count from 0, and from the end where they are negative. The containers may be those of
libraries that keep comments, which put what they are given into objects of their own.
"""

from __future__ import annotations

import re
from collections.abc import MutableMapping, MutableSequence
from itertools import pairwise

from llmspell.errors import ValidationError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Steps = list[str | int]

MISSING = object()
_STEP = re.compile(
    r'\[(-?\d{1,9})\]|\["((?:[^"\\]|\\.)*+)"\]|\.?(?:"((?:[^"\\]|\\.)*+)"|([^.\[\]"]+))'
)


def steps(text: str) -> Steps:
    """The keys and numbers that lead to a place; raises ValidationError for what is none."""
    if text.startswith("/"):
        return [part.replace("~1", "/").replace("~0", "~") for part in text[1:].split("/")]
    found: Steps = []
    place = 0
    while place < len(text):
        step = _STEP.match(text, place)
        if step is None or (place == 0 and text[0] == "."):
            raise ValidationError(
                f"'{text}' is no place: write it as in a.b[0] or /a/b/0", field="key"
            )
        if step[1] is not None:
            found.append(int(step[1]))
        else:
            quoted = step[2] if step[2] is not None else step[3]
            found.append(step[4] if quoted is None else re.sub(r"\\(.)", r"\1", quoted))
        place = step.end()
    return found


def value_at(data: Any, place: Steps) -> Any:
    """What is at a place; MISSING where there is nothing."""
    for step in place:
        data = _entry(data, step)
        if data is MISSING:
            break
    return data


def put(data: Any, place: Steps, value: Any) -> None:
    """Puts a value at a place, with the tables that lead there; one behind the end is appended."""
    for step, following in pairwise(place):
        inner = _entry(data, step)
        if inner is MISSING or inner is None:
            _assign(data, step, [] if following == 0 else {})
            inner = _entry(data, step)
        data = inner
    _assign(data, place[-1], value)


def remove(data: Any, place: Steps) -> None:
    """Takes away what is at a place; raises ValidationError where there is nothing."""
    if value_at(data, place) is MISSING:
        raise ValidationError("there is nothing at that place", field="key")
    holder = value_at(data, place[:-1])
    del holder[_index(place[-1]) if isinstance(holder, MutableSequence) else place[-1]]


def merge(data: Any, other: Any, *, append: bool) -> None:
    """Puts the entries of a mapping into another one, deeply.

    append: lists are put behind those that are there, instead of taking their place.
    """
    for key, value in other.items():
        held = data.get(key)
        if isinstance(held, MutableMapping) and isinstance(value, dict):
            merge(held, value, append=append)
        elif append and isinstance(held, MutableSequence) and isinstance(value, list):
            held.extend(value)
        else:
            data[key] = value


def _entry(data: Any, step: str | int) -> Any:
    if isinstance(data, MutableMapping):
        return data.get(step, MISSING) if isinstance(step, str) else MISSING
    if isinstance(data, MutableSequence) and (index := _index(step)) is not None:
        return data[index] if -len(data) <= index < len(data) else MISSING
    return MISSING


def _assign(data: Any, step: str | int, value: Any) -> None:
    index = _index(step)
    if isinstance(data, MutableMapping) and isinstance(step, str):
        data[step] = value
    elif isinstance(data, MutableSequence) and index is not None:
        if index == len(data):
            data.append(value)
        elif -len(data) <= index < len(data):
            data[index] = value
        else:
            raise ValidationError(f"there are {len(data)} entries before [{index}]", field="key")
    else:
        raise ValidationError(f"what shall hold '{step}' is no table or list for it", field="key")


def _index(step: str | int) -> int | None:
    if isinstance(step, int):
        return step
    return int(step) if step.isascii() and step.isdigit() and len(step) < 10 else None
