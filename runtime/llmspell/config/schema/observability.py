"""`[hooks]`, `[events]` and `[debug]` (spec config.md §3.6 to §3.8)."""

from typing import Any, ClassVar, Literal

from llmspell.config.schema.fields import section, setting, table

LogLevel = Literal["off", "error", "warn", "info", "debug", "trace"]


@section
class Hooks:
    """`[hooks]`."""

    enabled: bool = setting(False, "Whether hooks run.")
    rate_limit_per_minute: int = setting(100, "Runs of one hook in one minute.")
    timeout_ms: int = setting(5000, "Time that one hook may run, in milliseconds.")
    circuit_breaker_threshold: float = setting(
        0.01, "Share of a run's time that hooks may take before they are switched off."
    )


@section
class EventFiltering:
    """`[events.filtering]`: a pattern may not be included and excluded."""

    include_types: tuple[str, ...] = setting(("*",), "Event types to deliver.")
    exclude_types: tuple[str, ...] = setting((), "Event types to drop.")
    include_components: tuple[str, ...] = setting(("*",), "Sources to deliver from.")
    exclude_components: tuple[str, ...] = setting((), "Sources to drop.")


@section
class EventExport:
    """`[events.export]`."""

    stdout: bool = setting(False, "Write events to standard output.")
    file: str | None = setting(None, "Write events to this file.", path=True, untrusted="path")
    webhook: str | None = setting(
        None, "Send events to this address (http or https).", untrusted="never"
    )
    pretty_json: bool = setting(False, "Indent exported events.")


@section
class Events:
    """`[events]`."""

    KNOWN_UNUSED: ClassVar[frozenset[str]] = frozenset({"emit_protocol_events", "correlation"})

    enabled: bool = setting(True, "Whether events are delivered.")
    buffer_size: int = setting(
        10_000, "Events that a slow subscriber may fall behind.", minimum=1, warn_above=1_000_000
    )
    emit_timing_events: bool = setting(True, "Publish how long things took.")
    emit_state_events: bool = setting(False, "Publish changes of state.")
    emit_debug_events: bool = setting(False, "Publish debug messages.")
    max_events_per_second: int | None = setting(
        None, "Events above this rate are dropped.", minimum=1, warn_above=100_000
    )
    filtering: EventFiltering = table(EventFiltering, "Which events are delivered.")
    export: EventExport = table(EventExport, "Where events go besides their subscribers.")


@section
class LogFile:
    """`[debug.output.file]`."""

    path: str = setting(
        "llmspell-debug.log", "File of the debug output.", path=True, untrusted="path"
    )
    append: bool = setting(True, "Add to an existing file.")
    max_size: str | None = setting(None, 'Size at which a new file is begun, as in "10MB".')
    max_files: int | None = setting(None, "Old files to keep.")


@section
class LogBuffer:
    """`[debug.output.buffer]`."""

    enabled: bool = setting(True, "Keep entries for `Debug.getCapturedEntries`.")
    max_entries: int = setting(10_000, "Entries to keep.")


@section
class DebugOutput:
    """`[debug.output]`."""

    stdout: bool = setting(True, "Show debug output on the terminal.")
    colored: bool = setting(True, "Colour it there.")
    file: LogFile | None = setting(None, "Also write it to a file.", scalar_key="path")
    buffer: LogBuffer = table(LogBuffer, "Entries that spells can read back.")
    format: Literal["text", "json", "json_pretty"] = setting("text", "Form of an entry.")


@section
class ModuleFilters:
    """`[debug.module_filters]`."""

    enabled: tuple[str, ...] = setting((), "Modules to show.")
    disabled: tuple[str, ...] = setting((), "Modules to hide.")
    levels: dict[str, Any] = setting({}, "Level of single modules.")


@section
class Performance:
    """`[debug.performance]`."""

    enabled: bool = setting(False, "Measure named operations.")
    auto_report_interval: int = setting(0, "Seconds between reports; 0 for none.")
    include_children: bool = setting(True, "Count the time of nested operations.")
    min_duration_ms: int = setting(1, "Shortest operation to report, in milliseconds.")


@section
class StackTrace:
    """`[debug.stack_trace]`."""

    enabled: bool = setting(False, "Add a stack trace to every entry.")
    on_error: bool = setting(True, "Add one to errors.")
    max_depth: int = setting(50, "Frames to show.")
    include_source: bool = setting(True, "Show the line of source.")


@section
class Debug:
    """`[debug]`."""

    KNOWN_UNUSED: ClassVar[frozenset[str]] = frozenset(
        {
            "enable_dap",
            "dap_port",
            "wait_for_debugger",
            "break_on_error",
            "break_on_entry",
            "source_map",
        }
    )

    enabled: bool = setting(False, "Whether `Debug` messages are shown.")
    level: LogLevel = setting("info", "The least important messages that are shown.")
    output: DebugOutput = table(DebugOutput, "Where messages go.")
    module_filters: ModuleFilters = table(ModuleFilters, "Messages of which modules are shown.")
    performance: Performance = table(Performance, "Timing of operations.")
    stack_trace: StackTrace = table(StackTrace, "Stack traces of messages.")
