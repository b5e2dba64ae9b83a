"""How errors and results of spells look on a terminal, and as JSON."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from llmspell.errors import LLMSpellError
from llmspell.lua.outcome import ChunkError, Exited, ScriptError, Stopped
from llmspell.telemetry.colour import use_color

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from llmspell.cli.execution import Spell
    from llmspell.lua.outcome import Frame, RunResult

_RED, _BLUE, _BOLD, _PLAIN = "\x1b[31m", "\x1b[34m", "\x1b[1m", "\x1b[0m"
_MAX_SHOWN_FRAMES = 20


def describe(
    error: LLMSpellError,
    *,
    trace: str,
    environ: Mapping[str, str],
    sources: Mapping[str, bytes] | None = None,
) -> str:
    """The text for stderr: the sentence, the line of source, the Lua traceback.

    sources: chunk name -> text of chunks that were not read from files. With `trace` at debug
    or trace, the Python cause of a failed API call follows.
    """
    paint = _Paint(use_color(sys.stderr, environ))
    head = paint("Error: ", _RED + _BOLD)
    known = sources or {}
    if isinstance(error, ChunkError) and not error.frames:
        prefix = "Script execution failed: " if error.kind == "syntax" else ""
        return f"{head}{prefix}{error}\n" + _place_in(str(error), known, paint)
    if not isinstance(error, ScriptError):
        return f"{head}{_sentence(error)}\n" + _cause(error.__cause__, trace)
    text = f"{head}Script execution failed: {error}{_value(error)}\n"
    text += _first_place(error, known, paint) + _stack(error.frames, paint) + _advice(error)
    return text + _cause(error.cause, trace)


def _sentence(error: LLMSpellError) -> str:
    """Errors of no particular kind, and stops, say all themselves."""
    return (
        str(error)
        if isinstance(error, Stopped) or type(error) is LLMSpellError
        else error.lua_message
    )


def _value(error: ScriptError) -> str:
    """The data of an error object that has no text of its own."""
    if error.value is None or not str(error).startswith("(error object is a table"):
        return ""
    shown = json.dumps(error.value, ensure_ascii=False)
    return ": " + (shown if len(shown) <= 500 else shown[:497] + "...")


def _advice(error: ScriptError) -> str:
    """What to do where a file is run that is a test."""
    from llmspell.globals.catalogue import TEST_NAMESPACES

    for name in TEST_NAMESPACES:
        if str(error).endswith(f"attempt to index a nil value (global '{name}')"):
            return f"{name} exists in tests only; run this file with `llmspell test`\n"
    return ""


def _cause(cause: BaseException | None, trace: str) -> str:
    if cause is None or trace not in ("debug", "trace"):
        return ""
    import traceback

    return "".join(["caused by:\n", *traceback.format_exception(cause)])


class _Paint:
    def __init__(self, on: bool) -> None:
        self.on = on

    def __call__(self, text: str, style: str) -> str:
        return f"{style}{text}{_PLAIN}" if self.on else text


def _first_place(error: ScriptError, sources: Mapping[str, bytes], paint: _Paint) -> str:
    """The line of source of the innermost frame that is Lua code."""
    for frame in error.frames:
        name = frame["source"]
        if frame.get("line", -1) > 0 and (name in sources or name.startswith("@")):
            return _source_line(name, frame["line"], sources, paint)
    return ""


def _place_in(message: str, sources: Mapping[str, bytes], paint: _Paint) -> str:
    """The line that the front of a Lua message names (`/a/b.lua:3: ...`)."""
    import re

    found = re.match(r"(.+?):(\d+): ", message)
    if not found:
        return ""
    shown, line = found.group(1), int(found.group(2))
    ending = shown.removeprefix("...")  # Lua cuts long names at the front
    for name in sources:
        if name[1:] == shown or (shown != ending and name.endswith(ending)):
            return _source_line(name, line, sources, paint)
    return _source_line("@" + shown, line, sources, paint)


def _source_line(name: str, line: int, sources: Mapping[str, bytes], paint: _Paint) -> str:
    try:
        source = sources[name] if name in sources else Path(name[1:]).read_bytes()
        text = source.decode("utf-8", "replace").split("\n")[line - 1].rstrip()
    except (OSError, ValueError, IndexError):
        return ""
    if len(text) > 200:
        text = text[:197] + "..."
    gutter = str(line)
    bar = paint("|", _BLUE)
    pad = " " * len(gutter)
    where = f"{paint('-->', _BLUE)} {_short(name[1:])}:{line}"
    return f"{pad} {where}\n{pad} {bar}\n{paint(gutter, _BLUE)} {bar} {text}\n{pad} {bar}\n"


def _stack(frames: list[Frame], paint: _Paint) -> str:
    if not frames:
        return ""
    shown = frames[:_MAX_SHOWN_FRAMES]
    lines = [paint("stack traceback:", _BOLD)]
    lines += [f"  {_frame_place(frame)}: in {_frame_name(frame)}" for frame in shown]
    if len(frames) > _MAX_SHOWN_FRAMES:
        lines.append(f"  ... {len(frames) - _MAX_SHOWN_FRAMES} more levels")
    return "\n".join(lines) + "\n"


def _frame_place(frame: Frame) -> str:
    source = frame["source"]
    name = _short(source[1:]) if source.startswith("@") else source.lstrip("=")
    return f"{name}:{frame['line']}" if frame.get("line", -1) > 0 else name


def _frame_name(frame: Frame) -> str:
    if frame.get("what") == "main":
        return "main chunk"
    name = frame.get("name")
    if name:
        return f"{frame.get('kind') or 'function'} '{name}'"
    return f"function <{_short(frame['source'].lstrip('@='))}:{frame.get('defined', 0)}>"


def _short(path: str) -> str:
    """A path relative to the working directory where that is shorter."""
    try:
        relative = os.path.relpath(path)
    except ValueError:
        return path
    return relative if len(relative) < len(path) and not relative.startswith("..") else path


def error_document(error: LLMSpellError, code: int, console: bytes) -> dict[str, Any]:
    """The JSON form of a failed run."""
    detail: dict[str, Any] = {"type": type(error).__name__, "message": str(error)}
    if isinstance(error, ScriptError):
        detail["frames"] = error.frames
        if error.value is not None:
            detail["value"] = error.value
    return {
        "status": "exit" if isinstance(error, Exited) else "error",
        "exit_code": code,
        "error": detail,
        "output": console.decode("utf-8", "replace"),
    }


def success_document(
    options: Mapping[str, Any], spell: Spell, result: RunResult, console: bytes
) -> dict[str, Any]:
    """The JSON form of a run (spec cli §6.1) or of `exec` (§6.2)."""
    output = console.decode("utf-8", "replace")
    if spell.code:
        return {
            "status": "executed",
            "engine": "lua",
            "streaming": bool(options.get("stream")),
            "code_length": len(spell.source),
            "output": output,
            "result": result.value,
        }
    return {
        "status": "success",
        "mode": "embedded",
        "script_length": len(spell.source),
        "args_count": len(spell.arguments) + 1,
        "streaming": bool(options.get("stream")),
        "output": output,
        "value": result.value,
        "result": f"{output.removesuffix(chr(10))}\n{result.json}",
    }


def show_result(result: RunResult, *, pretty: bool) -> None:
    """Prints the value that a chunk returned, if it returned one."""
    if result.json == "null":
        return
    value = result.value
    if pretty:
        sys.stdout.write(f"Output:\n{json.dumps(value, indent=2, ensure_ascii=False)}\n")
    elif isinstance(value, str):
        sys.stdout.write(value + "\n")
    else:
        sys.stdout.write(result.json + "\n")
    sys.stdout.flush()
