"""What stands behind `Debug`: the log, the timers and the memory trackers of one runtime."""

from collections import deque
from collections.abc import Mapping

from llmspell.errors import ConfigError
from llmspell.telemetry.levels import ERROR, OFF, TRACE, parse_level
from llmspell.telemetry.log import MAX_ENTRIES, DebugLog
from llmspell.telemetry.memory import MemoryTrackers
from llmspell.telemetry.timers import Timer, Timers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Self

    from llmspell.telemetry.logfile import LogFile

DEFAULT_TRACE_DEPTH = 50
_ERROR_TRACE_DEPTH = 20


class Debugging:
    """Debug log, timers and memory trackers, made as the `[debug]` table says (spec config §3.8).

    :param options: the table, or as much of it as somebody set: what is missing has the default
        that scripts expect (spec lua-globals §16: enabled, level INFO), not the table's own.
    :param color: whether the spell's output can show colour (`telemetry.colour.use_color`).
    :raises ConfigError: a level, a pattern, the format or the file is not valid.
    """

    log: DebugLog
    timers: Timers
    memory: MemoryTrackers
    trace_level: int
    """Messages of this level, and of more severe ones, carry a stack trace; `OFF`: none does."""
    trace_source: bool
    """Whether stack traces show the lines of source."""
    trace_depth: int
    """How many frames stack traces show."""

    def __init__(self, options: "Mapping[str, Any] | None" = None, *, color: bool = False) -> None:
        options = options or {}
        output = _table(options, "output")
        buffer = _table(output, "buffer")
        keeps = buffer.get("enabled", True)
        self.log = DebugLog(
            _level(options.get("level", "info"), "debug.level"),
            enabled=options.get("enabled", True),
            max_entries=buffer.get("max_entries", MAX_ENTRIES) if keeps else 0,
        )
        self.timers = Timers()
        self.memory = MemoryTrackers()
        self._lines: deque[str] = deque()
        self._file: LogFile | None = None
        self._open_sinks(output, color)
        self._filter_modules(_table(options, "module_filters"))
        performance = _table(options, "performance")
        measured = performance.get("enabled", False)
        self._report_children: bool = performance.get("include_children", True) or not measured
        self._report_above_ms = float(performance.get("min_duration_ms", 1)) if measured else 0.0
        traces = _table(options, "stack_trace")
        self.trace_level = OFF
        if traces.get("enabled", False):
            self.trace_level = ERROR if traces.get("on_error", True) else TRACE
        self.trace_source = traces.get("include_source", True)
        self.trace_depth = traces.get("max_depth", DEFAULT_TRACE_DEPTH)

    @classmethod
    def from_config(cls, debug: "Any", *, color: bool = False) -> "Self":
        """Make it from the `[debug]` section of a configuration (`config.schema.observability`).

        :raises ConfigError: as the class itself.
        """
        from attrs import asdict

        return cls(asdict(debug), color=color)

    # Messages ------------------------------------------------------------------------------

    def logged(
        self, level: int, message: str, module: str | None = None, metadata: object = None
    ) -> str:
        """Log a message; gives the lines that are due on the spell's own output, often none.

        The spell writes them itself, so that they keep their place among what it prints.
        """
        self.log.log(level, message, module, metadata)
        lines = []
        while self._lines:
            lines.append(self._lines.popleft())
        return "".join(lines)

    def most_talkative(self, module: str | None) -> int:
        """Return the highest level at which a module may log now; `OFF` if it may not at all."""
        for level in range(TRACE, OFF, -1):
            if self.log.is_enabled_for(level, module):
                return level
        return OFF

    def close(self) -> None:
        """Close the log file, if there is one."""
        if self._file is not None:
            self._file.close()

    # Timers --------------------------------------------------------------------------------

    def start_timer(self, name: str, lua_bytes: int) -> Timer:
        """Start a timer, and a tracker of Lua's memory of the same name."""
        timer = self.timers.start(name)
        self.memory.start(name, lua_bytes)
        return timer

    def stop_timer(self, timer: Timer, lua_bytes: int) -> float | None:
        """Stop a timer and its tracker; gives milliseconds, None if it was stopped already."""
        elapsed = timer.stop()
        if elapsed is not None:
            self.memory.end(timer.name, lua_bytes)
        return elapsed

    def performance_report(self) -> str:
        """Return a table of the timers; `[debug.performance]`, if enabled, says which count."""
        return self.timers.report_text(
            include_children=self._report_children, min_duration_ms=self._report_above_ms
        )

    # Stack traces --------------------------------------------------------------------------

    @property
    def trace_depth_at_level(self) -> int:
        """How many frames a stack trace made without options shows: fewer at level ERROR."""
        if self.log.level == ERROR:
            return min(self.trace_depth, _ERROR_TRACE_DEPTH)
        return self.trace_depth

    @property
    def trace_values_at_level(self) -> bool:
        """Whether a stack trace made without options shows variables: at level TRACE."""
        return self.log.level == TRACE

    # Configuration -------------------------------------------------------------------------

    def _open_sinks(self, output: "Mapping[str, Any]", color: bool) -> None:
        form = output.get("format", "text")
        if output.get("stdout", True):
            colored = color and output.get("colored", True)
            self.log.add_sink(self._lines.append, form=form, color=colored)
        file = _table(output, "file")
        if file:
            from llmspell.telemetry.logfile import LogFile

            self._file = LogFile(
                file["path"],
                append=file.get("append", True),
                max_size=file.get("max_size"),
                max_files=file.get("max_files"),
            )
            self.log.add_sink(self._file.write, form=form)

    def _filter_modules(self, table: "Mapping[str, Any]") -> None:
        for pattern in table.get("enabled", ()):
            self.log.filters.add(pattern, enabled=True)
        for pattern in table.get("disabled", ()):  # later rules decide, so hiding wins
            self.log.filters.add(pattern, enabled=False)
        for pattern, level in _table(table, "levels").items():
            where = f"debug.module_filters.levels.{pattern}"
            self.log.set_module_level(pattern, _level(level, where))


def _table(options: "Mapping[str, Any]", key: str) -> "Mapping[str, Any]":
    return options.get(key) or {}


def _level(value: object, key: str) -> int:
    level = parse_level(str(value))
    if level is None:
        raise ConfigError(f"{key} is '{value}': use off, error, warn, info, debug or trace")
    return level
