"""The `Debug` global (spec lua-globals §16)."""

from __future__ import annotations

from llmspell.errors import ValidationError
from llmspell.globals.describe import instance, member, namespace
from llmspell.telemetry.levels import NAMES, parse_level

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Literal, NotRequired, TypedDict

    from llmspell.globals.kinds import DebugLevel, FilterKind
    from llmspell.globals.services import Services
    from llmspell.globals.types import Json, LuaValue
    from llmspell.telemetry import timers
    from llmspell.telemetry.debugging import Debugging

    class DebugEntry(TypedDict):
        """A kept message.

        Fields:
            timestamp: when it was logged (RFC 3339, UTC).
            level: its level, in upper case.
            message: its text.
            module: the module it was logged for.
            metadata: the data it was logged with.
        """

        timestamp: str
        level: str
        message: str
        module: NotRequired[str]
        metadata: NotRequired[Json]

    class FilterRule(TypedDict):
        """A rule that lets modules log or not.

        Fields:
            pattern: what module names are compared with.
            pattern_type: how the pattern is read.
            enabled: whether modules that match may log.
        """

        pattern: str
        pattern_type: FilterKind
        enabled: bool

    class FilterSummary(TypedDict):
        """Which modules may log.

        Fields:
            default_enabled: whether modules that no rule matches may log.
            total_rules: how many rules there are.
            rules: the rules in the order they were added; of several that match, the last decides.
        """

        default_enabled: bool
        total_rules: int
        rules: list[FilterRule]

    class DumpOptions(TypedDict, total=False):
        """How `Debug.dumpWithOptions` shows a value. The defaults are those of `Debug.dump`.

        Fields:
            max_depth: tables nested deeper are shown as `...` (default 10, at most 200).
            indent_size: spaces for each level (default 2).
            max_string_length: characters of a string (default 200).
            max_array_elements: elements of an array (default 50).
            max_table_pairs: entries of another table (default 50).
            show_types: add the type, and the size of strings and tables (default true).
            show_addresses: add the addresses of tables, functions, threads and userdata.
            show_metatables: name the fields of metatables.
            compact_mode: everything on one line.
        """

        max_depth: int
        indent_size: int
        max_string_length: int
        max_array_elements: int
        max_table_pairs: int
        show_types: bool
        show_addresses: bool
        show_metatables: bool
        compact_mode: bool

    class MemoryStats(TypedDict):
        """Memory of the process, in bytes.

        Fields:
            used_bytes: what the spell's Lua values take.
            allocated_bytes: the data memory that the process has from the system.
            resident_bytes: what of the process is in RAM now.
            peak_bytes: the most that ever was.
            collections: runs of the host's garbage collector.
        """

        used_bytes: int
        allocated_bytes: int
        resident_bytes: int
        peak_bytes: int
        collections: int

    class TrackerUsage(TypedDict):
        """Memory of Lua around one timer, in bytes.

        Fields:
            start_bytes: when the timer was started.
            end_bytes: when it was stopped.
            delta_bytes: the difference.
        """

        start_bytes: int
        end_bytes: NotRequired[int]
        delta_bytes: NotRequired[int]

    class MemorySnapshot(TypedDict):
        """Memory of Lua around the timers of the spell.

        Fields:
            timestamp_secs: seconds since 1970.
            active_trackers: how many timers run.
            tracker_memory_usage: the name of a timer -> its memory (the last timer of that name).
            total_memory_delta_bytes: the sum over the stopped timers, if there are any.
        """

        timestamp_secs: int
        active_trackers: int
        tracker_memory_usage: dict[str, TrackerUsage]
        total_memory_delta_bytes: NotRequired[int]

    LevelName = Literal["OFF", "ERROR", "WARN", "INFO", "DEBUG", "TRACE"]


@instance("Timer", debug_view=("name", "running", "id"))
class Timer:
    """A running or stopped timer; made by `Debug.timer`."""

    def __init__(
        self, timer: timers.Timer, debugging: Debugging, memory_used: Callable[[], int]
    ) -> None:
        self._timer = timer
        self._debugging = debugging
        self._memory_used = memory_used

    @property
    @member()
    def id(self) -> str:
        """What `Debug.recordEvent` knows the timer by: `timer_<uuid>`."""
        return self._timer.id

    @property
    @member()
    def name(self) -> str:
        """The name it was made with."""
        return self._timer.name

    @property
    @member()
    def running(self) -> bool:
        """False once it was stopped."""
        return self._timer.running

    @member()
    def stop(self) -> float | None:
        """Stops the timer.

        Returns:
            milliseconds since the start, nil if it was stopped already.

        """
        return self._debugging.stop_timer(self._timer, self._memory_used())

    @member()
    def lap(self, name: str) -> bool:
        """Notes the time since the start under a name, for `Debug.jsonReport`.

        Args:
            name: what has been reached.

        Returns:
            false if the timer was stopped.

        """
        return self._timer.lap(name)

    @member()
    def elapsed(self) -> float | None:
        """Gives the time so far, without stopping.

        Returns:
            milliseconds since the start, nil if the timer was stopped.

        """
        return self._timer.elapsed()


@namespace("Debug")
class Debug:
    """Logs messages, shows values and stacks, measures time and memory.

    A message is written to the spell's output as `2025-01-31 12:00:00.123 INFO [module] message`,
    and kept for `Debug.getCapturedEntries`. A message whose level is above `Debug.getLevel`, or
    whose module the filters refuse, is neither written nor kept, and costs next to nothing.
    """

    def __init__(self, services: Services) -> None:
        self._services = services
        self._debugging = services.debugging
        self._log = self._debugging.log

    # Messages ------------------------------------------------------------------------------

    @member(lua=True)
    def log(self, level: DebugLevel, message: str, module: str | None = None) -> None:
        """Logs a message. One of an unknown level is ignored.

        Args:
            level: how important it is.
            message: its text.
            module: the part of the spell that it comes from; filters go by it.

        Example:
            Debug.log("warn", "the index is empty", "search")

        """
        raise NotImplementedError

    @member(lua=True)
    def trace(self, message: str, module: str | None = None) -> None:
        """Logs a message of level TRACE: every step.

        Args:
            message: its text.
            module: the part of the spell that it comes from.

        """
        raise NotImplementedError

    @member(lua=True)
    def debug(self, message: str, module: str | None = None) -> None:
        """Logs a message of level DEBUG: what helps to find a mistake.

        Args:
            message: its text.
            module: the part of the spell that it comes from.

        """
        raise NotImplementedError

    @member(lua=True)
    def info(self, message: str, module: str | None = None) -> None:
        """Logs a message of level INFO: what a user wants to know.

        Args:
            message: its text.
            module: the part of the spell that it comes from.

        Example:
            Debug.info("3 documents indexed", "search")
            --> 2025-01-31 12:00:00.123 INFO [search] 3 documents indexed

        """
        raise NotImplementedError

    @member(lua=True)
    def warn(self, message: str, module: str | None = None) -> None:
        """Logs a message of level WARN: what may become a failure.

        Args:
            message: its text.
            module: the part of the spell that it comes from.

        """
        raise NotImplementedError

    @member(lua=True)
    def error(self, message: str, module: str | None = None) -> None:
        """Logs a message of level ERROR: a failure. The spell goes on.

        Args:
            message: its text.
            module: the part of the spell that it comes from.

        """
        raise NotImplementedError

    @member("logWithData", lua=True)
    def log_with_data(
        self, level: DebugLevel, message: str, data: Json, module: str | None = None
    ) -> None:
        """Logs a message together with data, kept as `metadata` of the entry.

        The data is not part of the line that is written, unless the configuration asks for lines
        of JSON.

        Args:
            level: how important it is; a message of an unknown level is ignored.
            message: its text.
            data: nil, a boolean, number, string, or a table of them.
            module: the part of the spell that it comes from.

        Example:
            Debug.logWithData("info", "request done", { status = 200, ms = 12.5 }, "http")

        """
        raise NotImplementedError

    @member("getCapturedEntries")
    def get_captured_entries(self, limit: int | None = None) -> list[DebugEntry]:
        """Gives the kept messages, oldest first.

        The last 10 000 are kept, unless the configuration says otherwise.

        Args:
            limit: give only so many, the last ones.

        Raises:
            Validation error: the limit is negative.

        Example:
            for _, entry in ipairs(Debug.getCapturedEntries(10)) do
              print(entry.level, entry.module, entry.message)
            end

        """
        if limit is not None and limit < 0:
            raise ValidationError(f"a limit of entries is at least 0, not {limit}")
        kept: Any = self._log.entries(limit)
        entries: list[DebugEntry] = kept
        return entries

    @member("clearCaptured")
    def clear_captured(self) -> None:
        """Forgets the kept messages."""
        self._log.clear()

    # What is logged ------------------------------------------------------------------------

    @member("setLevel")
    def set_level(self, level: DebugLevel) -> bool:
        """Sets the least important level that is logged; INFO at the start.

        Args:
            level: messages of this level and of more important ones are logged.

        Returns:
            whether there is such a level; if not, nothing changes.

        Example:
            Debug.setLevel("debug")

        """
        number = parse_level(level)
        if number is None:
            return False
        self._log.level = number
        return True

    @member("getLevel")
    def get_level(self) -> LevelName:
        """Gives the least important level that is logged."""
        name: Any = NAMES[self._log.level]
        level: LevelName = name
        return level

    @member("setEnabled")
    def set_enabled(self, enabled: bool) -> None:
        """Switches all logging on or off.

        Args:
            enabled: false to log nothing, whatever the level.

        """
        self._log.enabled = enabled

    @member("isEnabled")
    def is_enabled(self) -> bool:
        """Tells whether anything is logged at all."""
        return self._log.enabled

    @member("addModuleFilter")
    def add_module_filter(self, pattern: str, enabled: bool) -> None:
        """Lets modules log, or keeps them from it.

        A pattern that ends in `.*` means a module and all below it, one with `*`, `?` or `[`
        is a wildcard, any other the name of one module. Of several rules that match, the one
        added last decides. With the first rule that lets modules log, all others fall silent.

        Args:
            pattern: which modules.
            enabled: whether they may log.

        Raises:
            Validation error: the pattern is too long.

        Example:
            Debug.addModuleFilter("http.*", false) -- all but the http modules

        """
        self._log.filters.add(pattern, enabled)

    @member("addAdvancedFilter")
    def add_advanced_filter(self, pattern: str, kind: FilterKind, enabled: bool) -> bool:
        """Adds a module filter whose kind of pattern is given.

        Args:
            pattern: which modules.
            kind: how the pattern is read.
            enabled: whether they may log.

        Returns:
            false, and nothing changes, if there is no such kind.

        Raises:
            Validation error: the pattern is too long, or no acceptable regular expression.

        Example:
            Debug.addAdvancedFilter("^(http|db)$", "regex", true)

        """
        return self._log.filters.add_of_kind(pattern, kind, enabled)

    @member("removeModuleFilter")
    def remove_module_filter(self, pattern: str) -> bool:
        """Removes the module filters with this pattern.

        Args:
            pattern: the pattern as it was added.

        Returns:
            whether there was one.

        """
        return self._log.filters.remove(pattern)

    @member("clearModuleFilters")
    def clear_module_filters(self) -> None:
        """Removes all module filters; every module may log again."""
        self._log.filters.clear()

    @member("setDefaultFilterEnabled")
    def set_default_filter_enabled(self, enabled: bool) -> None:
        """Says what happens to modules that no filter matches.

        Args:
            enabled: whether they may log.

        """
        self._log.filters.set_default_enabled(enabled)

    @member("getFilterSummary")
    def get_filter_summary(self) -> FilterSummary:
        """Gives the module filters."""
        found: Any = self._log.filters.summary()
        summary: FilterSummary = found
        return summary

    # Values --------------------------------------------------------------------------------

    @member(lua=True)
    def dump(self, value: LuaValue, label: str | None = None) -> str:
        """Gives any value as readable text over several lines.

        Keys are sorted, cycles are marked, long strings and tables are cut. Nothing of the spell
        is run for it: metamethods are not called. Objects of the API show what they stand for.

        Args:
            value: anything.
            label: a line above the text.

        Example:
            print(Debug.dump({ name = "spell", tags = { "a", "b" } }))
            --> { (table, 2 pairs)
            -->   name = "spell" (string, 5 chars),
            -->   tags = [ (array, 2 elements)
            -->     "a" (string, 1 char),
            -->     "b" (string, 1 char),
            -->   ],
            --> }

        """
        raise NotImplementedError

    @member("dumpCompact", lua=True)
    def dump_compact(self, value: LuaValue, label: str | None = None) -> str:
        """Gives any value on one line, without types, 3 levels deep.

        Args:
            value: anything.
            label: put before the text.

        Example:
            print(Debug.dumpCompact({ name = "spell", tags = { "a", "b" } }, "config"))
            --> config: {name = "spell", tags = ["a", "b"]}

        """
        raise NotImplementedError

    @member("dumpVerbose", lua=True)
    def dump_verbose(self, value: LuaValue, label: str | None = None) -> str:
        """Gives any value with its types, addresses and metatables, 20 levels deep.

        Args:
            value: anything.
            label: a line above the text.

        """
        raise NotImplementedError

    @member("dumpWithOptions", lua=True)
    def dump_with_options(
        self, value: LuaValue, options: DumpOptions, label: str | None = None
    ) -> str:
        """Gives any value as readable text, the way the options say.

        Args:
            value: anything.
            options: what differs from `Debug.dump`.
            label: put before the text.

        Raises:
            Validation error: an option has the wrong type or is negative.

        Example:
            print(Debug.dumpWithOptions(_G, { max_depth = 1, show_types = false }))

        """
        raise NotImplementedError

    # Stacks --------------------------------------------------------------------------------

    @member("stackTrace", lua=True)
    def stack_trace(
        self,
        *,
        max_depth: int = 50,
        capture_locals: bool = False,
        capture_upvalues: bool = False,
        include_source: bool = True,
    ) -> str:
        """Gives the functions that are being called, innermost first, as text.

        Without options the level decides too: at ERROR 20 frames are shown, at TRACE the
        variables as well.

        Args:
            max_depth: frames to show.
            capture_locals: show the local variables of each function.
            capture_upvalues: show the variables that each function captured from around it.
            include_source: show the line of source, where the script's file can be read.

        Raises:
            Validation error: an option has the wrong type or is negative.

        Example:
            print(Debug.stackTrace({ capture_locals = true }))

        """
        raise NotImplementedError

    @member("stackTraceJson", lua=True)
    def stack_trace_json(
        self,
        *,
        max_depth: int = 50,
        capture_locals: bool = False,
        capture_upvalues: bool = False,
        include_source: bool = True,
    ) -> str:
        """Gives what `Debug.stackTrace` gives, as JSON text.

        It is an object `{frames, max_depth, truncated, error}`. Each frame has `source`, `what`
        (`Lua`, `main` or `C`), `num_params`, `num_upvalues`, `line_defined`, `locals` and
        `upvalues` (name -> short dump), and where known `name`, `line` and `source_line`.

        Args:
            max_depth: frames to show.
            capture_locals: give the local variables of each function.
            capture_upvalues: give the variables that each function captured from around it.
            include_source: give the line of source, where the script's file can be read.

        Raises:
            Validation error: an option has the wrong type or is negative.

        """
        raise NotImplementedError

    # Time and memory -----------------------------------------------------------------------

    @member()
    def timer(self, name: str) -> Timer:
        """Starts a timer.

        A timer started while another runs counts as a part of it, in reports and flame graphs.

        Args:
            name: what is measured; reports add up the timers of one name.

        Example:
            local timer = Debug.timer("load")
            -- ...
            print(("loaded in %.1f ms"):format(timer:stop()))

        """
        memory_used = self._services.memory_used
        started = self._debugging.start_timer(name, memory_used())
        return Timer(started, self._debugging, memory_used)

    @member("recordEvent")
    def record_event(self, timer_id: str, name: str, metadata: Json = None) -> bool:
        """Notes that something happened while a timer ran, for `Debug.jsonReport`.

        Args:
            timer_id: the `id` of the timer.
            name: what happened.
            metadata: plain data about it.

        Returns:
            whether the timer is running.

        Example:
            Debug.recordEvent(timer.id, "cache-miss", { key = "users" })

        """
        return self._debugging.timers.record_event(timer_id, name, metadata)

    @member("performanceReport")
    def performance_report(self) -> str:
        """Gives a table of the timers as text: how often, how long in all, mean, percentiles."""
        return self._debugging.performance_report()

    @member("jsonReport")
    def json_report(self) -> str:
        """Gives all timers with their laps, events and statistics as JSON text.

        It is an object `{timestamp, spans, events, statistics}`; times are milliseconds.
        """
        return self._debugging.timers.report_json()

    @member("flameGraph")
    def flame_graph(self) -> str:
        """Gives where the time went as collapsed stacks, the form that flame graph tools read.

        Each line is `outer;inner <microseconds>`: the timers around each other, and the time in
        which the inner one was the innermost. Empty if no timer ran for a microsecond.
        """
        from llmspell.telemetry.flame import collapsed

        return collapsed(self._debugging.timers)

    @member("flameGraphSvg")
    def flame_graph_svg(self, title: str = "Flame graph") -> str:
        """Gives the flame graph of the timers as an SVG image.

        Args:
            title: written above the graph.

        Example:
            local file = assert(io.open("flame.svg", "w"))
            file:write(Debug.flameGraphSvg("Import"))
            file:close()

        """
        from llmspell.telemetry.flame import collapsed, svg

        return svg(collapsed(self._debugging.timers), title)

    @member("memoryStats")
    def memory_stats(self) -> MemoryStats:
        """Gives the memory of Lua and of the whole process."""
        from llmspell.telemetry.memory import memory_stats

        found: Any = memory_stats(self._services.memory_used())
        stats: MemoryStats = found
        return stats

    @member("memorySnapshot")
    def memory_snapshot(self) -> MemorySnapshot:
        """Gives how the memory of Lua changed between start and stop of each timer."""
        found: Any = self._debugging.memory.snapshot()
        snapshot: MemorySnapshot = found
        return snapshot

    # For the prelude -----------------------------------------------------------------------

    @member("logWithData", private=True)
    def write(
        self, level: int, message: bytes, data: Json = None, module: bytes | None = None
    ) -> str | None:
        """Logs a message; gives the lines that the spell has to write, or nil.

        Bytes that are no UTF-8 are logged in escaped form: a log takes what it gets.
        """
        named = None if module is None else _text(module)
        return self._debugging.logged(level, _text(message), named, data) or None

    @member("parseLevel", private=True)
    def parse_level(self, level: str) -> int | None:
        """Gives the number of a level."""
        return parse_level(level)

    @member("mostTalkative", private=True)
    def most_talkative(self, module: bytes | None = None) -> int:
        """Gives the highest level at which a module may log, until the next change."""
        return self._debugging.most_talkative(None if module is None else _text(module))

    @member(private=True)
    def settings(self) -> Json:
        """Gives how stack traces are made, at the level in force."""
        debugging = self._debugging
        return {
            "trace_level": debugging.trace_level,
            "max_depth": debugging.trace_depth,
            "depth_at_level": debugging.trace_depth_at_level,
            "values_at_level": debugging.trace_values_at_level,
            "include_source": debugging.trace_source,
        }


def _text(data: bytes) -> str:
    return data.decode("utf-8", "backslashreplace")
