"""What the values of a CSV column are: their type, how many, how large."""

from __future__ import annotations

import math
import re
import statistics
from collections import Counter
from datetime import date, datetime

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

TYPED_VALUES = 1000
"""Values from which the type is told."""
MOST_UNIQUE = 10_000

BOOLEANS = frozenset({"true", "false", "yes", "no", "y", "n"})
_INTEGER = re.compile(r"[+-]?\d{1,18}", re.ASCII)
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)


def number(text: str) -> float | None:
    """A finite number, or None."""
    if "_" in text:
        return None
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def type_of(text: str) -> str:
    """The type of one value that is not blank."""
    if _INTEGER.fullmatch(text):
        return "integer"
    if number(text) is not None:
        return "float"
    if text.lower() in BOOLEANS:
        return "boolean"
    if _DATE.fullmatch(text):
        return "date" if _is(date, text) else "string"
    if _TIME.fullmatch(text):
        return "date_time" if _is(datetime, text.upper()) else "string"
    return "string"


def type_of_column(values: Sequence[str]) -> str:
    """The type of most values, which are not blank, else `mixed`.

    Integers among floats are floats; no values at all are strings.
    """
    counts = Counter(type_of(value) for value in values[:TYPED_VALUES])
    if counts["float"]:
        counts["float"] += counts.pop("integer", 0)
    if not counts.total():
        return "string"
    ((best, count),) = counts.most_common(1)
    return best if 2 * count > counts.total() else "mixed"


def described(name: str, cells: Sequence[str]) -> dict[str, Any]:
    """A column as `analyze` tells it. min_value and max_value are in the order of texts."""
    values = [cell.strip() for cell in cells if cell.strip()]
    numbers = [found for value in values if (found := number(value)) is not None]
    return {
        "name": name,
        "data_type": type_of_column(values),
        "null_count": len(cells) - len(values),
        "unique_count": min(len(set(values)), MOST_UNIQUE),
        "min_value": min(values, default=None),
        "max_value": max(values, default=None),
        "min_number": min(numbers, default=None),
        "max_number": max(numbers, default=None),
        "mean": math.fsum(numbers) / len(numbers) if numbers else None,
        "median": statistics.median(numbers) if numbers else None,
        "std_dev": _deviation(numbers),
        "sample_values": values[:5],
    }


def _deviation(numbers: list[float]) -> float | None:
    """The standard deviation of the population."""
    if not numbers:
        return None
    mean = math.fsum(numbers) / len(numbers)
    return math.sqrt(math.fsum((each - mean) ** 2 for each in numbers) / len(numbers))


def _is(kind: type[date], text: str) -> bool:
    try:
        kind.fromisoformat(text)
    except ValueError:
        return False
    return True
