"""Runs a spell for the command line: output forms, errors, exit codes.

Exit codes: 0 success, 1 the spell failed (or a file, configuration or policy is wrong), 2 usage,
124 time limit, 130 interrupt, 141 the reader of the output has gone, 143 asked to end (SIGTERM);
a spell that calls `os.exit` chooses its own.
"""

from __future__ import annotations

import os
import sys

from llmspell.errors import LLMSpellError
from llmspell.lua.loader import chunk_name, read_source, source_text
from llmspell.lua.outcome import (
    ChunkError,
    EngineLost,
    Exited,
    Interrupted,
    OutputClosed,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any, NoReturn

    from llmspell.app import Runtime
    from llmspell.lua.outcome import RunResult
    from llmspell.lua.streams import Streams

OK, FAILED, USAGE = 0, 1, 2
TIMED_OUT, INTERRUPTED, PIPE_CLOSED, TERMINATED = 124, 130, 141, 143

_UNAVAILABLE = {
    "javascript": "Coming in Phase 15",
    "js": "Coming in Phase 15",
    "python": "Coming in Phase 22",
}

_CODES = {  # by the name of the error
    "TimedOut": TIMED_OUT,
    "Interrupted": INTERRUPTED,
    "OutputClosed": PIPE_CLOSED,
    "Terminated": TERMINATED,
}


class Spell:
    """Source text, and what it is called with. `code` marks a line of code (`exec`)."""

    __slots__ = ("arguments", "code", "folder", "name", "script", "source")

    def __init__(
        self,
        source: bytes,
        name: str,
        script: str,
        arguments: Sequence[str] = (),
        folder: str | None = None,
        *,
        code: bool = False,
    ) -> None:
        self.source = source
        self.name = name
        self.script = script
        self.arguments = arguments
        self.folder = folder
        self.code = code

    @classmethod
    def read(cls, script: str, arguments: Sequence[str]) -> Spell:
        """A script file, or `-` for standard input; raises ChunkError."""
        if script == "-":
            return cls(source_text(sys.stdin.buffer.read(), "stdin"), "=stdin", script, arguments)
        folder = os.path.dirname(os.path.abspath(script))  # noqa: PTH100, PTH120 - start-up time
        return cls(read_source(script), chunk_name(script), script, arguments, folder)

    def run(self, runtime: Runtime, timeout: float | None) -> RunResult:
        """Runs it; a line of code that is an expression gives its value."""
        if self.code:
            try:
                return self._run(runtime, b"return " + self.source, timeout)
            except ChunkError:  # it is no expression: nothing has run yet
                pass
        return self._run(runtime, self.source, timeout)

    def _run(self, runtime: Runtime, source: bytes, timeout: float | None) -> RunResult:
        return runtime.run_source(source, self.name, self.script, self.arguments, timeout=timeout)

    @property
    def sources(self) -> dict[str, bytes]:
        """Chunk name -> text, for errors that show the line."""
        return {self.name: self.source}


def run_script(options: Mapping[str, Any], script: str, arguments: Sequence[str]) -> int:
    """Runs a script file (`-` is standard input) and gives the exit code."""
    if options.get("watch"):
        from llmspell.cli.watch import watch_script

        watch_script(options, script, arguments)
    try:
        check_engine(options)
        spell = Spell.read(script, arguments)
    except LLMSpellError as error:
        return fail(options, error)
    return run_spell(options, spell)


def run_code(options: Mapping[str, Any], code: str) -> int:
    """Runs a line of code (`exec`), shows its value and gives the exit code."""
    try:
        check_engine(options)
        spell = Spell(source_text(os.fsencode(code), "code"), "=code", "code", code=True)
    except LLMSpellError as error:
        return fail(options, error)
    return run_spell(options, spell)


def check_engine(options: Mapping[str, Any]) -> None:
    """Raises for the script engines that exist by name only."""
    engine = options.get("engine") or "lua"
    if engine != "lua":
        raise LLMSpellError(
            f"Script engine '{engine}' is not available yet: {_UNAVAILABLE[engine]}"
        )


def run_spell(options: Mapping[str, Any], spell: Spell) -> int:
    """Runs a spell as the options say and gives the exit code.

    Ends the process instead of returning where the Lua thread cannot be stopped.
    """
    from llmspell.cli.signals import Signals
    from llmspell.telemetry.trace import set_up

    console: list[bytes] = []
    runtime = None
    with Signals() as signals:
        try:
            set_up(options["trace"], os.environ)
            streams = _process_streams(options, console)
            watched = options.get("profile") or options.get("coverage") or options.get("debug")
            runtime = make_runtime(options, spell.folder, streams=streams, tracked=bool(watched))
            show_notes(runtime)
            if watched:
                from llmspell.cli.observing import observer_for

                with observer_for(options, runtime, spell, streams, signals.pause) as observer:
                    work = _to_the_end(runtime, spell, options["timeout"], observer.collect)
                    result = signals.attend(work, runtime.engine.stop)
            else:
                work = _to_the_end(runtime, spell, options["timeout"])
                result = signals.attend(work, runtime.engine.stop)
        except EngineLost as lost:
            leave(fail(options, lost.earlier or lost.reason, console, spell.sources))
        except LLMSpellError as error:
            return fail(options, error, console, spell.sources)
    _report(options, spell, result, console)
    return OK


def _to_the_end(
    runtime: Runtime,
    spell: Spell,
    timeout: float | None,
    collect: Callable[[], None] = lambda: None,
) -> Callable[[], RunResult]:
    """The run of a spell; `collect` is called behind it, while the engine is still there."""

    def work() -> RunResult:
        earlier = None
        try:
            return spell.run(runtime, timeout)
        except LLMSpellError as error:
            earlier = error
            raise
        finally:
            collect()
            try:
                runtime.close()
            except EngineLost as lost:
                lost.earlier = earlier
                raise

    return work


def make_runtime(
    options: Mapping[str, Any],
    folder: str | None,
    console: list[bytes] | None = None,
    *,
    streams: Streams | None = None,
    tracked: bool = False,
) -> Runtime:
    """The runtime that the options ask for.

    console: collects stdout in the JSON form. tracked: the process survives the spell, whatever
    it does (see `EngineOptions`).
    """
    from llmspell.app import Runtime

    streams = streams or _process_streams(options, console)
    return Runtime(
        config=options["config"],
        profile=options["config_profile"],
        strict_config=options["strict_config"],
        security=options.get("security"),
        script_dir=folder,
        streams=streams,
        tracked=tracked or bool(options.get("timeout") or options.get("max_memory")),
        max_memory=options.get("max_memory"),
        offline=bool(options.get("offline")),
        max_cost=options.get("max_cost"),
        max_total_tokens=options.get("max_total_tokens"),
    )


def _process_streams(options: Mapping[str, Any], console: list[bytes] | None) -> Streams:
    from llmspell.lua.streams import Streams, fd_writer

    streams = Streams.of_process()
    if options.get("stream"):
        streams.line_buffered = True
    if options["output"] == "json" and console is not None:
        live = fd_writer(2)  # stdout stays one JSON document

        def keep(data: bytes) -> None:
            console.append(data)
            live(data)

        streams.stdout = keep
    return streams


def show_notes(runtime: Runtime) -> None:
    """Says on stderr, once each, what the configuration has in it that was not understood."""
    if runtime.notes:
        from llmspell.telemetry.levels import INFO, WARN
        from llmspell.telemetry.trace import trace

        for note in runtime.notes:
            trace(
                WARN if note.level == "warning" else INFO, "config", f"{note.key}: {note.message}"
            )


def exit_code(error: LLMSpellError) -> int:
    """The exit code that an error stands for."""
    if isinstance(error, EngineLost):
        return exit_code(error.reason)
    if isinstance(error, Exited):
        return error.code & 0xFF
    return _CODES.get(type(error).__name__, FAILED)


def fail(
    options: Mapping[str, Any],
    error: LLMSpellError,
    console: Sequence[bytes] = (),
    sources: Mapping[str, bytes] | None = None,
) -> int:
    """Reports an error on stderr (as JSON on stdout in that form) and gives the exit code."""
    code = exit_code(error)
    if isinstance(error, OutputClosed):
        # Nothing may be written any more, not even by the interpreter's own flush at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return code
    from llmspell.cli.report import describe, error_document

    if not isinstance(error, Exited):
        text = describe(error, trace=options["trace"], environ=os.environ, sources=sources)
        if isinstance(error, Interrupted) and sys.stderr.isatty():
            text = "\n" + text  # after the terminal's own ^C
        sys.stderr.write(text)
        sys.stderr.flush()
    if options["output"] == "json":
        print_json(error_document(error, code, b"".join(console)))
    return code


def internal_error(error: Exception, trace: str) -> int:
    """Reports a defect of llmspell itself; its Python traceback only with `--trace debug`."""
    if trace in ("debug", "trace"):
        import traceback

        sys.stderr.write("".join(traceback.format_exception(error)))
    hint = "" if trace in ("debug", "trace") else " (--trace debug shows where)"
    sys.stderr.write(f"Error: internal error: {type(error).__name__}: {error}{hint}\n")
    return FAILED


def leave(code: int) -> NoReturn:
    """Ends the process at once: a Lua thread that does not answer may still be running."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def print_json(document: dict[str, Any]) -> None:
    """Prints one compact JSON document."""
    import json

    text = json.dumps(document, separators=(",", ":"), ensure_ascii=False)
    sys.stdout.write(text.encode("utf-8", "replace").decode() + "\n")
    sys.stdout.flush()


def _report(
    options: Mapping[str, Any], spell: Spell, result: RunResult, console: list[bytes]
) -> None:
    form = options["output"]
    if form == "text" and not spell.code:
        return
    from llmspell.cli.report import show_result, success_document

    if form == "json":
        print_json(success_document(options, spell, result, b"".join(console)))
    else:
        show_result(result, pretty=form == "pretty")
