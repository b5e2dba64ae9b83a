"""The dot-commands: a table, and a function for each (spec cli §7.5)."""

from __future__ import annotations

import os
import re
import shlex
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from llmspell.cli.repl.history import HistoryFile
from llmspell.cli.repl.saved import load_session, save_session
from llmspell.cli.repl.session import Leave, Session
from llmspell.errors import LLMSpellError

_FORM = re.compile(r"\.(?:[A-Za-z][\w-]*|\?)(?=\s|\Z)")
_ON, _OFF = ("on", "true", "1"), ("off", "false", "0")


class UsageError(LLMSpellError):
    """A dot-command with the wrong words after it."""


class Command(NamedTuple):
    """A dot-command: its other names, what follows it, one line of help."""

    run: Callable[[Session, str], str | None]
    help: str
    words: str = ""
    aliases: tuple[str, ...] = ()
    takes_path: bool = False


def is_command(text: str) -> bool:
    """Whether an input is a dot-command; Lua has nothing that begins like one."""
    return _FORM.match(text.strip()) is not None and "\n" not in text.strip()


def run_command(session: Session, text: str, file: HistoryFile | None = None) -> str | None:
    """Runs a dot-command and gives what it says. Raises LLMSpellError, and Leave at the end."""
    name, _, rest = text.strip().partition(" ")
    command = NAMES.get(name)
    if command is None:
        raise UsageError(f"Unknown meta command: {name} (.help lists them)")
    said = command.run(session, rest.strip())
    if file is not None and command.run is _clear_history:
        file.clear()
    return said


def _help(_: Session, __: str) -> str:
    lines = ["Commands:"]
    for name, command in COMMANDS.items():
        aliases = f" ({', '.join(command.aliases)})" if command.aliases else ""
        lines.append(f"  {f'{name} {command.words}'.strip():<22} {command.help}{aliases}")
    return "\n".join(
        [
            *lines,
            "",
            "Anything else is Lua. An expression shows its value; an input that is not whole yet",
            "goes on in the next line (an empty line runs it as it is).",
            "Each input is a chunk of its own: a `local` ends with it, a global stays.",
            "Tab completes names and members; Ctrl-R searches; Ctrl-C stops; Ctrl-D leaves.",
        ]
    )


def _exit(_: Session, __: str) -> None:
    raise Leave


def _clear(_: Session, __: str) -> str:
    return "\x1b[2J\x1b[H"


def _save(session: Session, rest: str) -> str:
    count, left_out = save_session(session, _path(rest, ".save FILE"))
    note = f"; not saved, being no data: {', '.join(left_out)}" if left_out else ""
    return f"Saved {_counted(count, 'variable')} to {rest}{note}"


def _load(session: Session, rest: str) -> str:
    count = load_session(session, _path(rest, ".load FILE"))
    return f"Loaded {_counted(count, 'variable')} from {rest}"


def _history(session: Session, _: str) -> str:
    return "\n".join(f"{n:>4}  {e.command}" for n, e in enumerate(session.history, 1))


def _clear_history(session: Session, _: str) -> str:
    session.history.clear()
    return "History cleared"


def _variables(session: Session, _: str) -> str:
    found = session.inspector.variables()
    if not found:
        return "No variables"
    width = max(len(v.name) for v in found)
    kinds = max(len(v.type) for v in found)
    rows = [f"{v.name:<{width}} : {v.type:<{kinds}} {_cut(v.shown)}" for v in found]
    return "\n".join([*rows, f"Total: {_counted(len(found), 'variable')}"])


def _set(session: Session, rest: str) -> str:
    name, _, value = rest.partition(" ")
    if not re.fullmatch(r"[A-Za-z_]\w*", name) or not value:
        raise UsageError("Usage: .set NAME VALUE")
    session.set_variable(name, value.strip())
    return f'{name} = "{value.strip()}"'


def _unset(session: Session, rest: str) -> str:
    if not rest:
        raise UsageError("Usage: .unset NAME")
    if not session.inspector.unset(rest):
        raise LLMSpellError(f"There is no variable {rest}")
    return f"{rest} removed"


def _cd(session: Session, rest: str) -> str:
    session.place.move(Path(rest or "~").expanduser())
    return os.getcwd()  # noqa: PTH109


def _pwd(_: Session, __: str) -> str:
    return str(Path.cwd())


def _ls(_: Session, rest: str) -> str:
    folder = Path(rest or ".").expanduser()
    try:
        return "\n".join(sorted(p.name + "/" * p.is_dir() for p in folder.iterdir()))
    except OSError as error:
        raise LLMSpellError(f"{folder}: {error.strerror}") from error


def _info(session: Session, _: str) -> str:
    timings = session.timings
    average = timings.total / timings.count if timings.count else 0.0
    shortest = timings.shortest if timings.count else 0.0
    return "\n".join(
        [
            f"Uptime: {time.monotonic() - session.started:.0f} s",
            f"Executions: {timings.count} ({timings.errors} failed)",
            f"History: {_counted(len(session.history), 'entry', 'entries')}",
            f"Variables: {len(session.inspector.variables())}",
            f"Time: {timings.total:.1f} ms in total; {average:.1f} ms on average",
            f"Shortest: {shortest:.1f} ms; longest: {timings.longest:.1f} ms",
            f"Lua memory: {session.lua_memory() / 1024:.0f} KB",
            f"Security level: {session.runtime.policy.level}",
        ]
    )


def _reset(session: Session, _: str) -> str:
    session.reset()
    return "Session reset: variables are gone"


def _run(session: Session, rest: str) -> None:
    try:
        words = shlex.split(rest)
    except ValueError as error:
        raise UsageError(f"Usage: .run SCRIPT [ARGS...] ({error})") from error
    if not words:
        raise UsageError("Usage: .run SCRIPT [ARGS...]")
    path = Path(words[0]).expanduser()
    if not path.exists() and path.suffix != ".lua":
        path = path.with_name(path.name + ".lua")
    session.run_file(str(path.absolute()) if path.exists() else str(path), words[1:])


def _perf(session: Session, rest: str) -> str:
    word = rest.lower() or "on"
    if word not in _ON + _OFF:
        raise UsageError("Usage: .perf [on|off]")
    session.shows_time = word in _ON
    return f"Timing is {'on' if session.shows_time else 'off'}"


COMMANDS = {
    ".help": Command(_help, "Show this", aliases=(".h", ".?")),
    ".exit": Command(_exit, "Leave", aliases=(".quit", ".q")),
    ".clear": Command(_clear, "Clear the screen", aliases=(".cls",)),
    ".variables": Command(_variables, "List the globals you made", aliases=(".vars",)),
    ".set": Command(_set, "Set a global to a string", "NAME VALUE"),
    ".unset": Command(_unset, "Remove a global", "NAME"),
    ".run": Command(_run, "Run a script in this session", "SCRIPT [ARGS]", takes_path=True),
    ".save": Command(_save, "Save variables and history", "FILE", takes_path=True),
    ".load": Command(_load, "Load what was saved", "FILE", takes_path=True),
    ".reset": Command(_reset, "Start again with a new engine"),
    ".history": Command(_history, "List what you typed", aliases=(".hist",)),
    ".clear-history": Command(_clear_history, "Forget what you typed"),
    ".cd": Command(_cd, "Change the working directory", "[PATH]", takes_path=True),
    ".pwd": Command(_pwd, "Show the working directory"),
    ".ls": Command(_ls, "List a folder", "[PATH]", takes_path=True),
    ".info": Command(_info, "Show figures about the session"),
    ".perf": Command(_perf, "Show how long each input took", "[on|off]"),
}

NAMES = {name: command for first, command in COMMANDS.items() for name in (first, *command.aliases)}


def _path(rest: str, usage: str) -> Path:
    if not rest:
        raise UsageError(f"Usage: {usage}")
    return Path(rest).expanduser()


def _cut(text: str) -> str:
    return text if len(text) <= 40 else text[:37] + "..."


def _counted(count: int, one: str, many: str | None = None) -> str:
    return f"{count} {one if count == 1 else many or one + 's'}"
