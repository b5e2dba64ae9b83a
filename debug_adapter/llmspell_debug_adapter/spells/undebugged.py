"""Running without debugging (`noDebug`): a debugger that has nothing to show."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NoReturn

from llmspell.debugger.debugger import Listener, Silent
from llmspell.debugger.model import (
    Breakpoint,
    BreakpointSpec,
    DataBreakpointSpec,
    ExceptionFilter,
    FunctionBreakpointSpec,
    Source,
    Thread,
)
from llmspell.lua.engine import Engine
from llmspell.lua.outcome import Interrupted
from llmspell_debug_adapter.protocol.messages import Refused

_WHY = "the spell runs without debugging"


class Undebugged:
    """Passes output on and can end the spell. Breakpoints are taken, but never verified."""

    def __init__(self, engine: Engine) -> None:
        self.listener: Listener = Silent()
        self.stop_on_entry = False
        self.is_stopped = False
        self._engine = engine

    def set_breakpoints(self, path: str, specs: Sequence[BreakpointSpec]) -> list[Breakpoint]:
        """None of them verified."""
        return [_refused(path, spec.line) for spec in specs]

    def set_breakpoints_in(
        self, source: Source, specs: Sequence[BreakpointSpec]
    ) -> list[Breakpoint]:
        """None of them verified."""
        return self.set_breakpoints(source.name, specs)

    def set_function_breakpoints(self, specs: Sequence[FunctionBreakpointSpec]) -> list[Breakpoint]:
        """None of them verified."""
        return [_refused("") for _ in specs]

    def set_exception_filters(self, filters: Sequence[ExceptionFilter]) -> list[Breakpoint]:
        """None of them verified."""
        return [_refused("") for _ in filters]

    def set_data_breakpoints(self, specs: Sequence[DataBreakpointSpec]) -> list[Breakpoint]:
        """None of them verified."""
        return [_refused("") for _ in specs]

    def breakpoint_locations(self, *_: object) -> list[tuple[int, int]]:
        """Nowhere."""
        return []

    def threads(self) -> list[Thread]:
        """The program."""
        return [Thread(1, "main", "running")]

    def loaded_sources(self) -> list[Source]:
        """Unknown."""
        return []

    def pause(self, *_: object) -> None:
        """Refused."""
        raise Refused(_WHY)

    def attach(self, listener: Listener) -> None:
        """Passes output on to a listener."""
        self.listener = listener

    def detach(self) -> None:
        """There is nothing to remove."""

    def terminate(self) -> None:
        """Ends the spell."""
        self._engine.stop(Interrupted())

    def __getattr__(self, name: str) -> Any:
        """All that asks for a program that stands still."""

        def refuse(*_: Any, **__: Any) -> NoReturn:
            raise Refused(_WHY)

        return refuse


def _refused(source: str, line: int = 0) -> Breakpoint:
    return Breakpoint(0, source, line, verified=False, message=_WHY)
