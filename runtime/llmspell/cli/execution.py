"""Runs a spell for the command line: output forms, errors, exit codes.

Exit codes: 0 success, 1 the spell failed (or a file, configuration or policy is wrong), 2 usage,
124 time limit, 130 interrupt, 141 the reader of the output has gone; a spell that calls `os.exit`
chooses its own.
"""

from __future__ import annotations

import os
import sys

from llmspell.errors import LLMSpellError, SecurityError
from llmspell.lua.loader import chunk_name, read_source, source_text
from llmspell.lua.outcome import EngineLost, Exited, Interrupted, OutputClosed, Stopped, TimedOut

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from llmspell.app import Runtime
    from llmspell.lua.outcome import RunResult

OK, FAILED, USAGE, TIMED_OUT, INTERRUPTED, PIPE_CLOSED = 0, 1, 2, 124, 130, 141

_UNAVAILABLE = {"javascript": "Coming in Phase 15", "js": "Coming in Phase 15", "python": "Coming in Phase 22"}


def run_script(options: Mapping[str, Any], script: str, arguments: Sequence[str]) -> int:
    """Runs a script file (`-` is standard input) and gives the exit code."""
    if options.get("watch"):
        from llmspell.cli.watch import watch_script

        return watch_script(options, script, arguments)
    try:
        check_engine(options)
        source, name = read_script(script)
    except LLMSpellError as error:
        return fail(options, error)
    folder = os.path.dirname(os.path.abspath(script)) if script != "-" else None  # noqa: PTH100, PTH120
    spell = Spell(source, name, script, arguments, folder)
    return run_spell(options, spell)


class Spell:
    """Source text, and what it is called with."""

    __slots__ = ("arguments", "folder", "name", "script", "source")

    def __init__(
        self, source: bytes, name: str, script: str, arguments: Sequence[str], folder: str | None
    ) -> None:
        self.source = source
        self.name = name
        self.script = script
        self.arguments = arguments
        self.folder = folder


def read_script(script: str) -> tuple[bytes, str]:
    """Source text and chunk name of a script file or of standard input; raises ChunkError."""
    if script == "-":
        return source_text(sys.stdin.buffer.read(), "stdin"), "=stdin"
    return read_source(script), chunk_name(script)


def check_engine(options: Mapping[str, Any]) -> None:
    """Raises for the script engines that exist by name only."""
    engine = options.get("engine") or "lua"
    if engine != "lua":
        raise LLMSpellError(f"Script engine '{engine}' is not available yet: {_UNAVAILABLE[engine]}")


def run_spell(options: Mapping[str, Any], spell: Spell, *, mode: str = "run") -> int:
    """Runs source text as the options say and gives the exit code. Ends the process if it must."""
    from llmspell.telemetry.trace import set_up

    set_up(options["trace"], os.environ)
    console: list[bytes] = []
    runtime = None
    try:
        runtime = make_runtime(options, spell.folder, console)
        show_notes(runtime)
        result = runtime.run_source(
            spell.source, spell.name, spell.script, spell.arguments, timeout=options["timeout"]
        )
        runtime.close()
    except EngineLost as lost:
        return _abandon(options, lost)
    except KeyboardInterrupt:
        return INTERRUPTED
    except LLMSpellError as error:
        if runtime is not None:
            runtime.close()
        return fail(options, error, console)
    _report(options, spell, result, console, mode)
    return OK


def make_runtime(options: Mapping[str, Any], folder: str | None, console: list[bytes]) -> Runtime:
    """The runtime that the options ask for; `console` collects stdout in the JSON form."""
    from llmspell.app import Runtime
    from llmspell.lua.streams import Streams, fd_writer

    streams = Streams.of_process()
    if options.get("stream"):
        streams.line_buffered = True
    if options["output"] == "json":
        live = fd_writer(2)  # stdout stays one JSON document

        def keep(data: bytes) -> None:
            console.append(data)
            live(data)

        streams.stdout = keep
    return Runtime(
        config=options["config"],
        profile=options["profile"],
        strict_config=options["strict_config"],
        security=options.get("security"),
        script_dir=folder,
        streams=streams,
        # A run without limits may simply end with the process; see `EngineOptions.tracked`.
        tracked=bool(options.get("timeout") or options.get("max_memory")),
        max_memory=options.get("max_memory"),
    )


def show_notes(runtime: Runtime) -> None:
    """Says on stderr, once each, what the configuration has in it that was not understood."""
    if runtime.notes:
        from llmspell.telemetry.trace import INFO, WARN, trace

        for note in runtime.notes:
            trace(WARN if note.level == "warning" else INFO, "config", f"{note.key}: {note.message}")


def exit_code(error: LLMSpellError) -> int:
    """The exit code that an error stands for."""
    if isinstance(error, EngineLost):
        return exit_code(error.reason)
    if isinstance(error, Exited):
        return error.code & 0xFF
    for kind, code in ((TimedOut, TIMED_OUT), (Interrupted, INTERRUPTED), (OutputClosed, PIPE_CLOSED)):
        if isinstance(error, kind):
            return code
    return FAILED


def fail(options: Mapping[str, Any], error: LLMSpellError, console: Sequence[bytes] = ()) -> int:
    """Reports an error on stderr (as JSON on stdout in that form) and gives the exit code."""
    code = exit_code(error)
    if isinstance(error, OutputClosed):
        # Nothing may be written any more, not even by the interpreter's own flush at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return code
    if options["output"] == "json":
        from llmspell.cli.report import error_document

        _print_json(error_document(error, code, b"".join(console)))
    if not isinstance(error, Exited):
        from llmspell.cli.report import describe

        sys.stderr.write(describe(error, trace=options["trace"], environ=os.environ))
        sys.stderr.flush()
    return code


def _abandon(options: Mapping[str, Any], lost: EngineLost) -> int:
    """The Lua thread does not answer: the process ends without it."""
    code = fail(options, lost.reason if isinstance(lost.reason, Stopped) else lost)
    sys.stdout.flush()
    os._exit(code)


def _report(
    options: Mapping[str, Any], spell: Spell, result: RunResult, console: list[bytes], mode: str
) -> None:
    form = options["output"]
    if form == "text" and mode == "run":
        return
    from llmspell.cli.report import show_result, success_document

    if form == "json":
        _print_json(success_document(options, spell, result, b"".join(console), mode))
    else:
        show_result(result, pretty=form == "pretty")


def _print_json(document: dict[str, Any]) -> None:
    import json

    sys.stdout.write(json.dumps(document, separators=(",", ":"), ensure_ascii=False) + "\n")
    sys.stdout.flush()


__all__ = ["SecurityError", "Spell", "fail", "make_runtime", "run_script", "run_spell"]
