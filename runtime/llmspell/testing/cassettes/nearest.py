"""What a request that is not recorded has different from the one that is most like it."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Sequence
from typing import Any

MOST = 6
"""Differences that are told."""

AROUND = 30
"""Characters of a long text that are told before and after what differs."""

LONGEST = 120

_ABSENT = object()


def nearest(asked: Any, recorded: Sequence[tuple[str, Any]]) -> list[str]:
    """Lines that tell the differences (- recorded, + asked) from the nearest of some requests.

    recorded: each with the name of the case that made it.
    """
    if not recorded:
        return []
    text = _text(asked)
    matcher = difflib.SequenceMatcher(autojunk=False)
    matcher.set_seq2(text)

    def likeness(request: Any) -> tuple[float, int]:
        matcher.set_seq1(_text(request))
        return matcher.quick_ratio(), -sum(1 for _ in _differences(request, asked, ""))

    test, request = max(recorded, key=lambda each: likeness(each[1]))
    found = list(_differences(request, asked, ""))
    whose = f" (of “{test}”)" if test else ""
    lines = [f"the nearest recording{whose} differs (- recorded, + asked):"]
    for path, *values in found[:MOST]:
        lines.append(f"  {path}")
        texts = zip("-+", _cut(*values), strict=True)
        lines += [f"    {sign} {line}" for sign, line in texts if line]
    if len(found) > MOST:
        lines.append(f"  … and {len(found) - MOST} more")
    return lines


def _differences(a: Any, b: Any, path: str) -> Iterator[tuple[str, Any, Any]]:
    if isinstance(a, dict) and isinstance(b, dict):
        for key in dict.fromkeys((*a, *b)):
            below = f"{path}.{key}" if path else str(key)
            yield from _differences(a.get(key, _ABSENT), b.get(key, _ABSENT), below)
    elif isinstance(a, list) and isinstance(b, list):
        for i in range(max(len(a), len(b))):
            left, right = (each[i] if i < len(each) else _ABSENT for each in (a, b))
            yield from _differences(left, right, f"{path}[{i + 1}]")
    elif a is _ABSENT or b is _ABSENT or a != b:
        yield path, a, b


def _cut(before: Any, after: Any) -> tuple[str, str]:
    """Both as text, long ones only around what differs."""
    left, right = (("" if each is _ABSENT else _text(each)) for each in (before, after))
    if max(len(left), len(right)) <= LONGEST or not (left and right):
        return left[: LONGEST * 4], right[: LONGEST * 4]
    first = next(
        (i for i, (a, b) in enumerate(zip(left, right, strict=False)) if a != b),
        min(len(left), len(right)),
    )
    begin = max(0, first - AROUND)
    return _window(left, begin), _window(right, begin)


def _window(text: str, begin: int) -> str:
    end = begin + LONGEST
    return ("…" if begin else "") + text[begin:end] + ("…" if end < len(text) else "")


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
