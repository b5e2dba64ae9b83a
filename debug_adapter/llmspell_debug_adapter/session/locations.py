"""Places that the client knows by a number, to ask for them when the user wants to go there."""

from __future__ import annotations

from llmspell.debugger.model import Source

Location = tuple[Source, int]


class Locations:
    """Gives numbers to places. A number stays good: places in sources do not change."""

    def __init__(self) -> None:
        self._numbers: dict[Location, int] = {}
        self._places: list[Location] = []

    def reference(self, location: Location) -> int:
        """The number of a place; from 1."""
        number = self._numbers.get(location)
        if number is None:
            self._places.append(location)
            number = self._numbers[location] = len(self._places)
        return number

    def place(self, reference: int) -> Location | None:
        """The place with a number."""
        return self._places[reference - 1] if 1 <= reference <= len(self._places) else None
