"""The breakpoints that clients wish, and how they get into the program.

What is known when a chunk is loaded is compiled into it (`instrument`). What comes later, for a
chunk that is loaded already, is given to the line hook (`late`), until the chunk is loaded again.
Mode `hook` never compiles in, `compiled` never hooks. Runs on the Lua thread, except for reading.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Any, Literal

from attrs import define, evolve, field

from llmspell.debugger.condition import Malformed, parse
from llmspell.debugger.hit_condition import parse_hit_condition
from llmspell.debugger.in_place import FIRST_SITE, HOLDS, PLAIN
from llmspell.debugger.instrument import (
    Check,
    Instrumented,
    Reading,
    Site,
    Wish,
    breakpoint_locations,
    instrument,
    read,
)
from llmspell.debugger.model import (
    Breakpoint,
    BreakpointSpec,
    DataBreakpointSpec,
    FunctionBreakpointSpec,
    Source,
    StopReason,
)
from llmspell.debugger.sources import Chunk, Sources, normalized
from llmspell.debugger.standard import (
    is_harmless,
    may_define_equality,
    may_define_order,
    may_keep_setmetatable,
    may_replace,
    may_see_errors,
)
from llmspell.errors import LLMSpellError
from llmspell.lua.compiling import compiled
from llmspell.lua.convert import lua_value
from llmspell.lua.loader import read_source

Mode = Literal["auto", "compiled", "hook"]

_KEPT_READINGS = 8
SECRET = 0x6C6C6D7370656C6C  # "llmspell": tells our calls of a boolean from mistakes
ENTRY_POINTS = (
    "define_site",
    "switch_wish",
    "set_late",
    "set_watches",
    "refresh_late",
    "disturb",
    "see_metatables",
)


@define
class _Wished:
    """A wish, what is known of it, and where it applies: a file, a chunk name, or everywhere."""

    wish: Wish
    breakpoint: Breakpoint
    place: str | None
    reason: StopReason = "breakpoint"
    compiled: set[str] = field(factory=set)  # names of the chunks that have it compiled in


class Breakpoints:
    """All breakpoints of a debugger. `call` calls entry points of the prelude."""

    def __init__(self, sources: Sources, mode: Mode, call: Callable[..., Any]) -> None:
        self._sources = sources
        self._mode = mode
        self._call = call
        self._wishes: dict[int, _Wished] = {}
        self._last_id = 0
        self._last_site = FIRST_SITE - 1
        self._readings: dict[bytes, Reading | str] = {}

    # Chunks --------------------------------------------------------------------------------

    def prepare(self, chunk: Chunk) -> tuple[bytes, list[Breakpoint]]:
        """The text to compile for a chunk that is being loaded, and the breakpoints that moved."""
        if may_replace(chunk.text):
            self._call("disturb", b"standard")
        if may_keep_setmetatable(chunk.text):
            self._call("disturb", b"metatables")
        if may_define_equality(chunk.text):
            self._call("disturb", b"equality")
        if may_define_order(chunk.text) or may_see_errors(chunk.text):
            self._call("disturb", b"order")
        wished = self._for(chunk)
        if not wished:
            return chunk.text, []
        if self._mode == "hook":
            moved = self._hook(chunk, wished)
            self._call("refresh_late")
            return chunk.text, moved
        result = self._instrument(chunk, wished)
        for site in result.sites:
            self._define(site, chunk.name, compiled_in=True)
        for item in wished:
            item.compiled.add(chunk.name)
        return result.source, self._placed(wished, result)

    def _for(self, chunk: Chunk) -> list[_Wished]:
        places = {None, chunk.source.path or chunk.name}
        return [item for item in self._wishes.values() if item.place in places]

    def _instrument(self, chunk: Chunk, wished: Sequence[_Wished]) -> Instrumented:
        result = instrument(
            chunk.text,
            [item.wish for item in wished],
            secret=SECRET,
            compiler=compiled,
            first_number=self._last_site + 1,
            reading=self._read(chunk.text),
        )
        self._last_site = max([self._last_site, *(site.number for site in result.sites)])
        return result

    def _read(self, text: bytes) -> Reading | str:
        """What is known of a text; kept, as the same one is set breakpoints in and then loaded."""
        reading = self._readings.pop(text, None) or read(text, compiled)
        self._readings[text] = reading
        if len(self._readings) > _KEPT_READINGS:
            self._readings.pop(next(iter(self._readings)))
        return reading

    def _hook(self, chunk: Chunk, wished: Sequence[_Wished]) -> list[Breakpoint]:
        """Gives breakpoints of a chunk to the line hook; gives those that moved."""
        result = self._instrument(chunk, wished)
        for site in result.sites:
            self._define(
                evolve(site, in_place=False, handed_over=False, protected=False, tables=()),
                chunk.name,
            )
        lines: dict[int, list[int]] = {}
        openings: set[tuple[str, str, str]] = set()
        for site in result.sites:
            lines.setdefault(site.line, []).append(site.number)
            openings.update(site.openings)
        late = {"lines": lines, "openings": [list(names) for names in openings]}
        self._call("set_late", os.fsencode(chunk.name), packed=lua_value(late))
        if not all(map(_is_quiet, wished)):
            self._call("disturb", b"facts")
        return self._placed(wished, result)

    def _define(self, site: Site, chunk: str = "", *, compiled_in: bool = False) -> None:
        described = {
            "source": chunk if compiled_in else None,
            "line": site.line,
            "place": f"{site.line}:{site.column}:{chunk}",
            "always": compiled_in and site.always,
            "protected": site.protected,
            "tables": list(site.tables),
            "plain": PLAIN[site.licence],
            "calling": compiled_in and site.calling,
            "calls": compiled_in and site.calls,
            "holds": 0 if site.tables else HOLDS.get(site.licence, 0),
            "ordered": compiled_in and site.licence[1] == "no order",
            "names": list(site.names),
            "handed_over": site.handed_over,
            "owner": list(site.owner),
            "code": site.code,
            "checks": [_check(check, site) for check in site.checks],
        }
        self._call("define_site", site.number, packed=lua_value(described))

    def _placed(self, wished: Sequence[_Wished], result: Instrumented) -> list[Breakpoint]:
        changed = []
        for item in wished:
            placement = result.placed[item.wish.id]
            if item.reason == "function breakpoint" and not placement.verified:
                continue  # another chunk may have the function
            now = evolve(
                item.breakpoint,
                line=placement.line,
                column=placement.column,
                verified=placement.verified,
                message=placement.message,
            )
            if now != item.breakpoint:
                item.breakpoint = now
                changed.append(now)
        return changed

    # Wishes --------------------------------------------------------------------------------

    def set_lines(
        self, place: str, specs: Sequence[BreakpointSpec], *, named: bool = False
    ) -> list[Breakpoint]:
        """Replaces the breakpoints of a file (or, `named`, of a chunk name)."""
        where = place if named else normalized(place)
        kept: list[_Wished] = []
        old = [w for w in self._wishes.values() if w.place == where and w.reason == "breakpoint"]
        for spec in specs:
            same = next((w for w in old if _same(w.wish, spec)), None)
            if same is not None:
                old.remove(same)
            kept.append(same or self._new_line(where, spec))
        self._drop(old)
        self._refresh(where)
        if not named and not self._sources.chunks(where):
            self._preview(where, [item for item in kept if not item.breakpoint.verified])
        return [item.breakpoint for item in kept]

    def _preview(self, path: str, wished: Sequence[_Wished]) -> None:
        """Says where breakpoints of a file will be that is not loaded yet."""
        try:
            text = read_source(path)
        except LLMSpellError as error:
            for item in wished:
                item.breakpoint = evolve(item.breakpoint, message=str(error))
            return
        chunk = Chunk("@" + path, text, Source(path, path))
        self._placed(wished, self._instrument(chunk, wished))

    def _new_line(self, where: str, spec: BreakpointSpec) -> _Wished:
        self._last_id += 1
        wish = Wish(
            self._last_id,
            spec.line,
            spec.column,
            spec.condition or None,
            spec.hit_condition or None,
            spec.log_message or None,
        )
        waiting = Breakpoint(
            wish.id, where, spec.line, spec.column, verified=False, message="not loaded yet"
        )
        return self._keep(_Wished(wish, waiting, where))

    def set_functions(self, specs: Sequence[FunctionBreakpointSpec]) -> list[Breakpoint]:
        """Replaces the breakpoints on functions."""
        old = [w for w in self._wishes.values() if w.reason == "function breakpoint"]
        kept: list[_Wished] = []
        for spec in specs:
            same = next((w for w in old if _is_for(w.wish, spec)), None)
            if same is not None:
                old.remove(same)
            kept.append(same or self._new_function(spec))
        self._drop(old)
        self._refresh(None)
        return [item.breakpoint for item in kept]

    def _new_function(self, spec: FunctionBreakpointSpec) -> _Wished:
        self._last_id += 1
        wish = Wish(
            self._last_id,
            condition=spec.condition or None,
            hit_condition=spec.hit_condition or None,
            function=spec.name,
        )
        point = Breakpoint(wish.id, spec.name, 0, message=None)
        return self._keep(_Wished(wish, point, None, "function breakpoint"))

    def set_data(self, specs: Sequence[DataBreakpointSpec]) -> list[Breakpoint]:
        """Replaces the data breakpoints."""
        self._drop([w for w in self._wishes.values() if w.reason == "data breakpoint"])
        made, watches = [], []
        for spec in specs:
            self._last_id += 1
            wish = Wish(self._last_id, hit_condition=spec.hit_condition or None)
            problem = self._data_problem(spec)
            point = Breakpoint(wish.id, spec.data_id, 0, verified=problem is None, message=problem)
            made.append(self._keep(_Wished(wish, point, "", "data breakpoint")))
            if problem is None:
                self._last_site += 1
                hit = parse_hit_condition(spec.hit_condition) if spec.hit_condition else None
                check = Check(wish.id, None, hit, None)
                self._define(Site(self._last_site, 0, 0, (), False, False, (check,)))
                watch = [spec.data_id, self._last_site, spec.condition or "", spec.access]
                watches.append(watch)
        self._call("set_watches", packed=lua_value(watches))
        return [item.breakpoint for item in made]

    def _data_problem(self, spec: DataBreakpointSpec) -> str | None:
        if spec.hit_condition:
            try:
                parse_hit_condition(spec.hit_condition)
            except ValueError as error:
                return str(error)
        if spec.condition:
            try:
                parse(spec.condition, compiled)
            except Malformed as error:
                return f"condition: {error}"
        problem = self._call("watch_problem", spec.data_id.encode(), spec.access.encode())
        return None if problem is None else str(problem.decode())

    def clear(self) -> None:
        """Removes all breakpoints."""
        self._drop(list(self._wishes.values()))
        self._call("set_watches", packed=[])
        self._refresh(None)

    def _keep(self, item: _Wished) -> _Wished:
        self._wishes[item.wish.id] = item
        self._call("switch_wish", item.wish.id, True)
        if item.wish.condition and self._mode != "hook":
            self._call("see_metatables")
        return item

    def _drop(self, items: Sequence[_Wished]) -> None:
        for item in items:
            self._wishes.pop(item.wish.id, None)
            self._call("switch_wish", item.wish.id, False)

    def _refresh(self, where: str | None) -> None:
        """Hooks what is wished in loaded chunks and not compiled into them."""
        for chunk in self._sources.chunks(where):
            wished = [w for w in self._for(chunk) if chunk.name not in w.compiled]
            if self._mode == "compiled":
                for item in wished:
                    message = "takes effect when the chunk is loaded again"
                    item.breakpoint = evolve(item.breakpoint, verified=False, message=message)
            elif wished:
                self._hook(chunk, wished)
            else:
                self._call("set_late", os.fsencode(chunk.name), packed=None)
        self._call("refresh_late")

    # Reading -------------------------------------------------------------------------------

    def locations(self, path: str, line: int, end_line: int) -> list[tuple[int, int]]:
        """Line and column of every place for a breakpoint on some lines of a file."""
        chunks = self._sources.chunks(normalized(path))
        text = chunks[0].text if chunks else read_source(path)
        last = min(end_line, text.count(b"\n") + 1)  # a client may ask for any number of lines
        return breakpoint_locations(text, max(line, 1), last, compiler=compiled)

    def find(self, number: int) -> Breakpoint | None:
        """The breakpoint with an id."""
        item = self._wishes.get(number)
        return None if item is None else item.breakpoint

    def reason(self, hits: Sequence[int], otherwise: StopReason) -> StopReason:
        """Why the program stands: by the kind of the first breakpoint that was hit."""
        item = self._wishes.get(hits[0]) if hits else None
        return otherwise if item is None else item.reason


def _same(wish: Wish, spec: BreakpointSpec) -> bool:
    return (wish.line, wish.column, wish.condition, wish.hit_condition, wish.log_message) == (
        spec.line,
        spec.column,
        spec.condition or None,
        spec.hit_condition or None,
        spec.log_message or None,
    )


def _is_for(wish: Wish, spec: FunctionBreakpointSpec) -> bool:
    return (wish.function, wish.condition, wish.hit_condition) == (
        spec.name,
        spec.condition or None,
        spec.hit_condition or None,
    )


def _is_quiet(item: _Wished) -> bool:
    """Whether nothing that a wish evaluates can call a function of the program."""
    return is_harmless(item.wish.condition or "") and not item.wish.log_message


def _check(check: Check, site: Site) -> dict[str, Any]:
    return {
        "wish": check.wish,
        "condition": None if site.in_place else check.condition,
        "hit_operator": check.hit.operator if check.hit else None,
        "hit_count": check.hit.count if check.hit else None,
        "literals": list(check.log.literals) if check.log else None,
        "values": check.log.source if check.log else None,
    }
