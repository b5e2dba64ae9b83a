"""The breakpoints that a user has set, by his own numbers. They outlast a run."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from attrs import define, frozen

from llmspell.debugger.debugger import Debugger
from llmspell.debugger.model import (
    Access,
    Breakpoint,
    BreakpointSpec,
    DataBreakpointSpec,
    FunctionBreakpointSpec,
)
from llmspell.debugger.sources import normalized
from llmspell.errors import LLMSpellError

_LINE = re.compile(r"(?:(?P<file>.+?):)?(?P<line>\d+)(?:\s+(?P<rest>.*))?", re.DOTALL)
_FUNCTION = re.compile(
    r"(?P<name>[A-Za-z_][\w.]*(?::\w+)?)(?:\s+if\s+(?P<condition>.*))?", re.DOTALL
)


@frozen
class Wish:
    """Where to stop: a line of a file (None: of the current one), or each call of a function."""

    file: str | None
    line: int
    function: str | None
    condition: str | None


@define
class Point:
    """A breakpoint: `number` is the user's, `id` the debugger's while it has it.

    line may have moved to the next statement; `problem` says why it cannot be reached. access: for
    one on data, whose `place` is an expression; such a one lives as long as the run.
    """

    number: int
    place: str
    line: int
    function: str | None
    condition: str | None
    temporary: bool = False
    enabled: bool = True
    hits: int = 0
    id: int = 0
    problem: str | None = None
    access: Access | None = None
    data_id: str = ""


def parse_wish(text: str) -> Wish | None:
    """What `[FILE:]LINE [[if] CONDITION]` or `FUNCTION [if CONDITION]` means; None if nothing."""
    text = text.strip()
    found = _LINE.fullmatch(text)
    if found:
        condition = re.sub(r"^if\b\s*", "", (found["rest"] or "").strip())
        line = int(found["line"])
        return Wish(found["file"], line, None, condition or None) if line else None
    found = _FUNCTION.fullmatch(text)
    if found:
        return Wish(None, 0, found["name"], found["condition"] or None)
    return None


class Points:
    """All breakpoints, and the debugger of the run under way, which is kept up to date."""

    def __init__(self) -> None:
        self._points: dict[int, Point] = {}
        self._last = 0
        self._debugger: Debugger | None = None

    @property
    def all(self) -> list[Point]:
        """In the order in which they were set."""
        return list(self._points.values())

    def find(self, number: int) -> Point:
        """The one with a number; raises LLMSpellError."""
        try:
            return self._points[number]
        except KeyError:
            raise LLMSpellError(f"There is no breakpoint {number}") from None

    def on(self, path: str) -> set[int]:
        """The lines of a file that have an enabled one."""
        return {p.line for p in self.all if p.place == path and p.enabled}

    # Changing ------------------------------------------------------------------------------

    def add(self, wish: Wish, path: str | None, *, temporary: bool = False) -> Point:
        """Adds one; `path` is the file that the wish means."""
        self._last += 1
        place = wish.function or normalized(path or "")
        point = Point(self._last, place, wish.line, wish.function, wish.condition, temporary)
        self._points[point.number] = point
        self._send(point)
        return point

    def add_data(
        self, expression: str, data_id: str, access: Access, condition: str | None
    ) -> Point:
        """Adds one on data of the program that stands still."""
        self._last += 1
        point = Point(self._last, expression, 0, None, condition, access=access, data_id=data_id)
        self._points[point.number] = point
        self._send(point)
        return point

    def remove(self, point: Point) -> None:
        """Forgets one."""
        self._points.pop(point.number, None)
        self._send(point)

    def enable(self, point: Point, *, on: bool) -> None:
        """Switches one on or off."""
        point.enabled = on
        self._send(point)

    # The debugger --------------------------------------------------------------------------

    def attach(self, debugger: Debugger) -> list[tuple[Point, bool]]:
        """Gives all of them to the debugger of a new run.

        Gives those that have moved or cannot be reached, and whether each has moved.
        """
        self._debugger = debugger
        before = {point.number: point.line for point in self.all}
        for place in {p.place for p in self.all if p.function is None}:
            self._send_lines(place)
        self._send_functions()
        moved = [(point, point.line != before[point.number]) for point in self.all]
        return [(point, has_moved) for point, has_moved in moved if has_moved or point.problem]

    def detach(self) -> list[Point]:
        """The run has ended; forgets those on its data, and gives them."""
        self._debugger = None
        gone = [point for point in self.all if point.access is not None]
        for point in gone:
            del self._points[point.number]
        for point in self.all:
            point.id, point.problem = 0, None
        return gone

    def hit(self, ids: Sequence[int]) -> list[Point]:
        """Those at which the program stands; temporary ones are forgotten."""
        found = [point for point in self.all if point.id in ids]
        for point in found:
            point.hits += 1
            if point.temporary:
                self.remove(point)
        return found

    def changed(self, state: Breakpoint) -> tuple[Point, bool] | None:
        """Takes over what the debugger found out; gives the point, and whether it has moved."""
        point = next((p for p in self.all if p.id == state.id), None)
        if point is None:
            return None
        return point, _update(point, state)

    def _send(self, point: Point) -> None:
        if self._debugger is None:
            return
        if point.access is not None:
            self._send_data()
        elif point.function is None:
            self._send_lines(point.place)
        else:
            self._send_functions()

    def _send_lines(self, place: str) -> None:
        wanted = [p for p in self.all if p.place == place and p.function is None and p.enabled]
        specs = [BreakpointSpec(p.line, condition=p.condition) for p in wanted]
        assert self._debugger is not None
        self._take_over(wanted, self._debugger.set_breakpoints(place, specs))

    def _send_functions(self) -> None:
        wanted = [p for p in self.all if p.function is not None and p.enabled]
        specs = [FunctionBreakpointSpec(p.place, p.condition) for p in wanted]
        assert self._debugger is not None
        self._take_over(wanted, self._debugger.set_function_breakpoints(specs))

    def _send_data(self) -> None:
        wanted = [p for p in self.all if p.access is not None and p.enabled]
        specs = [DataBreakpointSpec(p.data_id, p.access, p.condition) for p in wanted if p.access]
        assert self._debugger is not None
        self._take_over(wanted, self._debugger.set_data_breakpoints(specs))

    @staticmethod
    def _take_over(points: Sequence[Point], states: Sequence[Breakpoint]) -> None:
        for point, state in zip(points, states, strict=True):
            point.id = state.id
            _update(point, state)


def _update(point: Point, state: Breakpoint) -> bool:
    """Whether it has moved."""
    waits = state.message == "not loaded yet"
    point.problem = None if state.verified or waits else state.message
    on_line = point.function is None and point.access is None
    moved = state.verified and on_line and state.line != point.line
    if moved:
        point.line = state.line
    return moved


def find_file(name: str, folder: Path, loaded: Sequence[str]) -> str:
    """The file that a user means: from here, beside the spell, or one that is loaded.

    Raises LLMSpellError.
    """
    for path in (Path(name), folder / name):
        if path.is_file():
            return str(path.absolute())
    ending = "/" + name.replace("\\", "/")
    for path_text in loaded:
        if path_text.replace("\\", "/").endswith(ending):
            return path_text
    raise LLMSpellError(f"There is no file {name}")
