"""The commands of the debugger: a table, and a function for each (spec debug-lsp §8)."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from typing import NamedTuple

from llmspell.cli.debug import show
from llmspell.cli.debug.points import Point, parse_wish
from llmspell.cli.debug.session import Leave, Session
from llmspell.debugger.model import Access
from llmspell.errors import LLMSpellError

_PREFIX = re.compile(r"(?:debug:|db:|[.:](?=[A-Za-z?]))")
_WORD = re.compile(r"([A-Za-z][\w-]*|\?)(?:\s+(.*))?", re.DOTALL)
_FREE = ("lua", "arguments")  # what may begin like an operator of Lua
_OPERATOR = re.compile(r"(?:==?|~=|\.\.|[-+*/%^&|<>~:,]|(?:and|or)\b)")
_ASSIGNMENT = re.compile(r"(.+?[^=~<>])=(?!=)(.+)", re.DOTALL)


class Command(NamedTuple):
    """A command: its other names, what follows it, one line of help.

    takes: what may follow: `nothing`, `lua`, `place` (of a breakpoint), `arguments` (of the spell)
    or `words`. repeats: whether an empty line does it again.
    """

    run: Callable[[Session, str], str | None]
    help: str
    words: str = ""
    aliases: tuple[str, ...] = ()
    takes: str = "nothing"
    repeats: bool = False


def split(text: str) -> tuple[Command, str] | None:
    """The command that an input is, and what follows; None if it is Lua.

    A name of a command can be a variable too: `n = 1`, `list.items` and `step()` are Lua. With a
    dot or a colon before it, it is a command; raises LLMSpellError if there is none of that name.
    """
    text = text.strip()
    prefix = _PREFIX.match(text)
    found = _WORD.fullmatch(text[prefix.end() :] if prefix else text)
    command = NAMES.get(found[1]) if found else None
    if prefix:
        if found is None or command is None:
            raise LLMSpellError(f"Unknown command: {text.split()[0]} (`help` lists them)")
        return command, (found[2] or "").strip()
    if found is None or command is None:
        return None
    rest = (found[2] or "").strip()
    if rest.startswith("=") or (command.takes not in _FREE and _OPERATOR.match(rest)):
        return None
    return command, rest


def perform(session: Session, text: str) -> str | None:
    """Does what an input says, and gives what there is to say. Raises LLMSpellError and Leave."""
    known = split(text)
    if known is not None:
        command, rest = known
        if command.takes == "nothing" and rest:
            raise LLMSpellError(f"Nothing follows `{_name_of(command)}`")
        return command.run(session, rest)
    variable = session.evaluate(text.strip())
    return None if variable.type == "nothing" else show.value(session, variable)


# Going on ------------------------------------------------------------------------------------


def _going(way: str) -> Callable[[Session, str], None]:
    def run(session: Session, _: str) -> None:
        if session.started:
            session.go(way)
        else:
            session.run(stop_on_entry=way != "continue")

    return run


def _run(session: Session, rest: str) -> None:
    try:
        words = shlex.split(rest)
    except ValueError as error:
        raise LLMSpellError(f"Usage: run [ARGS...] ({error})") from error
    session.run(words)


def _pause(session: Session, _: str) -> str:
    if session.started:
        return "The spell is not running; Ctrl-C pauses it while it runs"
    raise LLMSpellError("The spell is not running: `run` starts it, Ctrl-C pauses it")


def _quit(_: Session, __: str) -> None:
    raise Leave


# Breakpoints ---------------------------------------------------------------------------------


def _break(session: Session, rest: str) -> str:
    return _added(session, rest or str(session.frame().line), temporary=False)


def _tbreak(session: Session, rest: str) -> str:
    return _added(session, rest or str(session.frame().line), temporary=True)


def _added(session: Session, text: str, *, temporary: bool) -> str:
    wish = parse_wish(text)
    if wish is None:
        raise LLMSpellError("Usage: break [FILE:]LINE [if CONDITION], or break FUNCTION")
    point = session.add_point(wish, temporary=temporary)
    kind = "Temporary breakpoint" if temporary else "Breakpoint"
    where = f"{kind} {point.number} at {show.place(point)}"
    if point.problem:
        return f"{where}: {point.problem}"
    moved = "" if point.line == wish.line else f" (line {wish.line} has nothing to stop at)"
    return where + moved


def _on_data(access: Access) -> Callable[[Session, str], str]:
    def run(session: Session, rest: str) -> str:
        expression, _, condition = rest.partition(" if ")
        if not expression.strip():
            raise LLMSpellError("Usage: wwatch, rwatch or awatch NAME [if CONDITION]")
        point = session.add_data_point(expression.strip(), access, condition.strip() or None)
        where = f"Breakpoint {point.number} at {show.place(point)}"
        return f"{where}: {point.problem}" if point.problem else where

    return run


def _breakpoints(session: Session, _: str) -> str:
    return "\n".join(map(_described, session.points.all)) or "No breakpoints"


def _described(point: Point) -> str:
    parts = [f"{point.number}: {show.place(point)}"]
    parts += [f"if {point.condition}"] if point.condition else []
    parts += ["temporary"] if point.temporary else []
    parts += [] if point.enabled else ["disabled"]
    parts += [f"hit {point.hits} time{'s' * (point.hits != 1)}"] if point.hits else []
    parts += [f"({point.problem})"] if point.problem else []
    return ", ".join(parts)


def _delete(session: Session, rest: str) -> str:
    points = _chosen(session, rest, "delete")
    for point in points:
        session.points.remove(point)
    return _told(points, "deleted")


def _enable(session: Session, rest: str) -> str:
    points = _chosen(session, rest, "enable")
    for point in points:
        session.points.enable(point, on=True)
    return _told(points, "enabled")


def _disable(session: Session, rest: str) -> str:
    points = _chosen(session, rest, "disable")
    for point in points:
        session.points.enable(point, on=False)
    return _told(points, "disabled")


def _chosen(session: Session, rest: str, name: str) -> list[Point]:
    if rest == "all":
        return session.points.all
    return [session.points.find(number) for number in _numbers(rest, f"{name} N..., or {name} all")]


def _told(points: list[Point], what: str) -> str:
    return "\n".join(f"Breakpoint {point.number} {what}" for point in points) or "No breakpoints"


# Watches -------------------------------------------------------------------------------------


def _watch(session: Session, rest: str) -> str:
    if not rest:
        return "\n".join(f"{n}: {text}" for n, text in session.watches.items()) or "No watches"
    number = session.add_watch(rest)
    if not session.started:
        return f"Watch {number}: {rest}"
    return show.watches(session)[-1].strip()


def _unwatch(session: Session, rest: str) -> str:
    numbers = (
        list(session.watches) if rest == "all" else _numbers(rest, "unwatch N, or unwatch all")
    )
    for number in numbers:
        if session.watches.pop(number, None) is None:
            raise LLMSpellError(f"There is no watch {number}")
    return "\n".join(f"Watch {number} deleted" for number in numbers) or "No watches"


# Looking -------------------------------------------------------------------------------------


def _locals(session: Session, _: str) -> str:
    return show.variables(session.scope("Parameters", "Locals"), "No locals")


def _arguments(session: Session, _: str) -> str:
    return show.variables(session.scope("Parameters", "Varargs"), "No arguments")


def _upvalues(session: Session, _: str) -> str:
    return show.variables(session.scope("Upvalues"), "No upvalues")


def _globals(session: Session, _: str) -> str:
    return show.variables(session.scope("Globals"), "No globals")


def _stack(session: Session, _: str) -> str:
    return show.stack(session)


def _up(session: Session, rest: str) -> str:
    return _select(session, session.frame_index + _count(rest, "up [N]"))


def _down(session: Session, rest: str) -> str:
    return _select(session, session.frame_index - _count(rest, "down [N]"))


def _frame(session: Session, rest: str) -> str:
    wanted = _numbers(rest, "frame [N]")[0] if rest else session.frame_index
    return _select(session, wanted)


def _select(session: Session, index: int) -> str:
    if index < 0:
        raise LLMSpellError("This is the innermost frame")
    frame = session.frame(index)
    session.frame_index, session.listed = index, None
    return "\n".join([f"{index} {show.where(frame)}", *show.around(session, frame)])


def _threads(session: Session, _: str) -> str:
    lines = []
    for thread in session.threads():
        mark = "->" if thread.id == session.thread else "  "
        status = "" if thread.status in thread.name else f", {thread.status}"
        lines.append(f"{mark} {thread.id} {thread.name}{status}")
    return "\n".join(lines)


def _thread(session: Session, rest: str) -> str:
    if not rest:
        return _threads(session, rest)
    wanted = _numbers(rest, "thread N")[0]
    if wanted not in [thread.id for thread in session.threads()]:
        raise LLMSpellError(f"There is no thread {wanted}; `threads` lists them")
    session.thread = wanted
    return _select(session, 0)


def _print(session: Session, rest: str) -> str:
    if not rest:
        raise LLMSpellError("Usage: print EXPRESSION")
    return show.value(session, session.evaluate(rest))


def _set(session: Session, rest: str) -> str:
    found = _ASSIGNMENT.fullmatch(rest)
    if found is None:
        raise LLMSpellError("Usage: set NAME = VALUE")
    name = found[1].strip()
    return f"{name} = {show.one_line(session.assign(name, found[2].strip()).value)}"


def _list(session: Session, rest: str) -> str:
    source, line = session.place()
    first = line - show.LISTED // 2
    if rest:
        first = _numbers(rest, "list [LINE]")[0] - show.LISTED // 2
    elif session.listed is not None and session.listed[0] == source:
        first = session.listed[1] + 1
    first = max(first, 1)
    last = first + show.LISTED - 1
    lines = show.source_lines(session, source, first, last)
    if not lines:
        raise LLMSpellError("There are no more lines")
    session.listed = source, last
    return "\n".join(lines)


def _info(session: Session, rest: str) -> str | None:
    if not rest:
        return _breakpoints(session, rest)
    for name, command in COMMANDS.items():
        if name in _INFO and (name.startswith(rest) or rest in command.aliases):
            return command.run(session, "")
    raise LLMSpellError(f"Usage: info [{'|'.join(_INFO)}]")


_INFO = ("breakpoints", "locals", "args", "upvalues", "globals", "stack", "threads", "watch")


def _help(_: Session, rest: str) -> str:
    if rest:
        command = NAMES.get(rest)
        if command is None:
            raise LLMSpellError(f"Unknown command: {rest}")
        return _help_line(_name_of(command), command)
    lines = [_help_line(name, command) for name, command in COMMANDS.items()]
    return "\n".join(
        [
            *lines,
            "",
            "Anything else is Lua, in the selected frame: an expression shows its value, a",
            "statement is executed. `.next` and `:next` are commands even where a variable has the",
            "name. An empty line repeats a command that goes on. Ctrl-C pauses the spell while it",
            "runs; a second one ends it. Ctrl-D leaves.",
        ]
    )


def _help_line(name: str, command: Command) -> str:
    aliases = f" ({', '.join(command.aliases)})" if command.aliases else ""
    return f"  {f'{name} {command.words}'.strip():<36} {command.help}{aliases}"


COMMANDS = {
    "break": Command(
        _break,
        "Stop at a line or a function",
        "[FILE:]LINE|FUNCTION [if COND]",
        ("b",),
        takes="place",
    ),
    "tbreak": Command(_tbreak, "The same, once", "...", ("tb",), takes="place"),
    "breakpoints": Command(_breakpoints, "List breakpoints", aliases=("bl",)),
    "delete": Command(_delete, "Delete breakpoints", "N...|all", ("d",), takes="words"),
    "enable": Command(_enable, "Switch breakpoints on", "N...|all", takes="words"),
    "disable": Command(_disable, "Switch breakpoints off", "N...|all", takes="words"),
    "watch": Command(_watch, "Show a value at each stop", "[EXPRESSION]", takes="lua"),
    "unwatch": Command(_unwatch, "Show it no more", "N|all", takes="words"),
    "wwatch": Command(
        _on_data("write"), "Stop when a variable or field is written", "NAME [if COND]", takes="lua"
    ),
    "rwatch": Command(
        _on_data("read"), "Stop when a field or global is read", "NAME [if COND]", takes="lua"
    ),
    "awatch": Command(
        _on_data("readWrite"), "Stop when it is read or written", "NAME [if COND]", takes="lua"
    ),
    "run": Command(
        _run, "Start the spell, again", "[ARGS...]", ("restart", "r"), takes="arguments"
    ),
    "continue": Command(_going("continue"), "Go on", aliases=("c", "cont"), repeats=True),
    "next": Command(_going("over"), "Go on to the next line", aliases=("n",), repeats=True),
    "step": Command(_going("in"), "The same, into calls", aliases=("s",), repeats=True),
    "finish": Command(_going("out"), "Go on until it returns", aliases=("f", "out"), repeats=True),
    "pause": Command(_pause, "Ctrl-C pauses the spell while it runs"),
    "locals": Command(_locals, "Show locals and parameters"),
    "args": Command(_arguments, "Show parameters and varargs"),
    "upvalues": Command(_upvalues, "Show upvalues"),
    "globals": Command(_globals, "Show globals, without the library"),
    "stack": Command(_stack, "Show who called whom", aliases=("backtrace", "bt", "where", "w")),
    "up": Command(_up, "Select the caller", "[N]", takes="words", repeats=True),
    "down": Command(_down, "Select the called one", "[N]", takes="words", repeats=True),
    "frame": Command(_frame, "Select a frame; 0 is innermost", "[N]", takes="words"),
    "threads": Command(_threads, "List the spell and its coroutines"),
    "thread": Command(_thread, "Look at a coroutine", "N", takes="words"),
    "print": Command(_print, "Show a value", "EXPRESSION", ("p",), takes="lua"),
    "set": Command(_set, "Assign", "NAME = VALUE", takes="lua"),
    "list": Command(_list, "Show source, further each time", "[LINE]", ("l",), "words", True),
    "info": Command(_info, "The same as the command of that name", "[NAME]", ("i",), "words"),
    "help": Command(_help, "Show this", "[NAME]", ("h", "?"), takes="words"),
    "quit": Command(_quit, "Leave", aliases=("q", "exit")),
}

NAMES = {name: command for first, command in COMMANDS.items() for name in (first, *command.aliases)}


def _name_of(command: Command) -> str:
    return next(name for name, known in COMMANDS.items() if known is command)


def _numbers(text: str, usage: str) -> list[int]:
    words = text.replace(",", " ").split()
    if not words or not all(word.isascii() and word.isdigit() for word in words):
        raise LLMSpellError(f"Usage: {usage}")
    return [int(word) for word in words]


def _count(text: str, usage: str) -> int:
    return _numbers(text, usage)[0] if text else 1
