"""Rows of a database as plain data, as many as are wanted and no more than fit."""

from __future__ import annotations

import math
from decimal import Decimal

from llmspell.errors import ResourceError
from llmspell.tools.description import MIB

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

LARGEST = 50 * MIB
"""Bytes of all texts of a result."""

_MOST_INTEGER = 2**63


class Rows:
    """What a statement gave.

    columns: their names, made different where two are alike. found: rows as column -> value.
    affected: how many rows it changed, or gave. truncated: whether there are more than were wanted.
    """

    def __init__(self, names: Iterable[str] = (), most: int = 0) -> None:
        self.columns = _different(names)
        self.found: list[dict[str, Any]] = []
        self.affected = 0
        self.truncated = False
        self._most = most
        self._size = 0

    def add(self, row: Sequence[Any]) -> None:
        """Keeps a row, or notes that there are too many; raises ResourceError for too much text."""
        self.affected += 1
        if len(self.found) == self._most:
            self.truncated = True
            return
        values = [plain(value) for value in row]
        self._size += sum(len(value) for value in values if isinstance(value, str))
        if self._size > LARGEST:
            raise ResourceError("the rows are too large; ask for fewer", resource="output")
        self.found.append(dict(zip(self.columns, values, strict=True)))


def plain(value: Any) -> Any:
    """A value of a database as plain data: moments in RFC 3339, bytes in hex, exact numbers.

    A decimal number that no float is, and an integer that Lua has not, is given as text.
    """
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, int):
        return value if -_MOST_INTEGER <= value < _MOST_INTEGER else str(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, Decimal):
        return _number(value)
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(value).hex()
    if isinstance(value, dict):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    isoformat = getattr(value, "isoformat", None)
    return isoformat() if isoformat is not None else str(value)


def _number(value: Decimal) -> float | int | str:
    if not value.is_finite():
        return str(value)
    if value.as_tuple().exponent == 0 and abs(value) < _MOST_INTEGER:
        return int(value)
    return float(value) if Decimal(repr(float(value))) == value else str(value)


def _different(names: Iterable[str]) -> list[str]:
    found: list[str] = []
    for name in names:
        number, given = 1, name
        while given in found:
            number += 1
            given = f"{name}_{number}"
        found.append(given)
    return found
