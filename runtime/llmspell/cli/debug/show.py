"""How stops, frames, sources and values look."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from llmspell.debugger.model import Frame, Source, Stop, Variable
from llmspell.errors import LLMSpellError

if TYPE_CHECKING:
    from llmspell.cli.debug.points import Point
    from llmspell.cli.debug.session import Session

CONTEXT = 2  # lines shown around the one at which the program stands
LISTED = 11  # lines that `list` shows
MAX_FRAMES = 50
MAX_CHILDREN = 50
_MAX_VALUE = 200
_BOLD, _RED, _PLAIN = "\x1b[1m", "\x1b[31m", "\x1b[0m"

_REASONS = {
    "entry": "Stopped at the first line",
    "step": "Stepped",
    "pause": "Paused",
    "data breakpoint": "Stopped at data",
}
_ACCESSES = {"read": "reading", "write": "writing", "readWrite": "reading or writing"}


# Stops ---------------------------------------------------------------------------------------


def stop(session: Session, reported: Stop, hit: Sequence[Point]) -> str:
    """Why and where the program stands: the place, its source, the watches."""
    frame = session.frame()
    head = f"{_reason(session, reported, hit)}: {where(frame)}"
    if session.thread != 1:
        head += f" (thread {session.thread})"
    return "\n".join([_painted(session, head, _BOLD), *around(session, frame), *watches(session)])


def _reason(session: Session, reported: Stop, hit: Sequence[Point]) -> str:
    if reported.reason == "exception":
        kind = session.program.debugger.exception_info(reported.thread).id
        text = f"{kind[0].upper()}{kind[1:]}: {reported.text}"
        return f"{_painted(session, text, _RED)}\nRaised"
    if hit:
        said = f"{reported.text}\n" if reported.reason == "data breakpoint" else ""
        numbers = " and ".join(str(point.number) for point in hit)
        return f"{said}Stopped at breakpoint{'s' * (len(hit) > 1)} {numbers}"
    return _REASONS.get(reported.reason, "Stopped")


def watches(session: Session) -> list[str]:
    """Each watched expression with its value."""
    lines = []
    for number, expression in session.watches.items():
        try:
            value = one_line(session.evaluate(expression, "watch").value)
        except LLMSpellError as error:
            value = f"<{error}>"
        lines.append(f"  watch {number}: {expression} = {value}")
    return lines


# Places --------------------------------------------------------------------------------------


def where(frame: Frame) -> str:
    """`file:line in function`."""
    if frame.source is None:
        return f"[builtin] in {frame.name}"
    return f"{source_name(frame.source)}:{frame.line} in {frame.name}"


def place(point: Point) -> str:
    """Where a breakpoint is."""
    if point.access is not None:
        return f"{_ACCESSES[point.access]} of {point.place}"
    return point.place if point.function else f"{short_path(point.place)}:{point.line}"


def source_name(source: Source) -> str:
    """A path as short as it can be said, or the name of a text."""
    return short_path(source.path) if source.path else f"[{source.name}]"


def short_path(path: str) -> str:
    """A path relative to the working directory where that is shorter."""
    try:
        relative = os.path.relpath(path)
    except ValueError:
        return path
    return relative if len(relative) < len(path) and not relative.startswith("..") else path


# Source --------------------------------------------------------------------------------------


def around(session: Session, frame: Frame) -> list[str]:
    """The lines around the one of a frame, with a mark at it."""
    if frame.source is None:
        return []
    return source_lines(session, frame.source, frame.line - CONTEXT, frame.line + CONTEXT)


def source_lines(session: Session, source: Source, first: int, last: int) -> list[str]:
    """Lines of a source: `->` marks the one of the selected frame, `*` those with breakpoints."""
    lines = session.lines(source)
    points = session.points.on(source.path or "")
    selected, line = session.place()
    here = line if selected == source else 0
    shown = []
    for number in range(max(first, 1), min(last, _line_count(lines)) + 1):
        text = lines[number - 1]
        mark = "->" if number == here else "  "
        point = "*" if number in points else " "
        if session.screen.colored:
            text = _highlighted(text)
            mark = f"{_BOLD}{mark}{_PLAIN}" if number == here else mark
            point = f"{_RED}{point}{_PLAIN}"
        shown.append(f"{mark}{number:5} {point} {text}".rstrip())
    return shown


def _line_count(lines: Sequence[str]) -> int:
    return len(lines) - (lines[-1:] == [""])


@lru_cache(maxsize=1000)
def _highlighted(text: str) -> str:
    from pygments import highlight
    from pygments.formatters.terminal import TerminalFormatter
    from pygments.lexers import get_lexer_by_name

    return highlight(
        text, get_lexer_by_name("lua", stripnl=False, ensurenl=False), TerminalFormatter()
    )


# Values --------------------------------------------------------------------------------------


def variables(found: Sequence[Variable], nothing: str) -> str:
    """A line for each variable."""
    return "\n".join(f"{v.name} = {one_line(v.value)}" for v in found) or nothing


def value(session: Session, variable: Variable) -> str:
    """A value, and, where it can be opened, what is in it."""
    children = session.children(variable, MAX_CHILDREN + 1)
    lines = [variable.value]
    lines += [f"  {child.name} = {one_line(child.value)}" for child in children[:MAX_CHILDREN]]
    if len(children) > MAX_CHILDREN:
        lines.append("  ...")
    return "\n".join(lines)


def stack(session: Session) -> str:
    """The frames of the selected thread, innermost first, with a mark at the selected one."""
    first = max(0, session.frame_index - MAX_FRAMES + 1)
    frames, total = session.stack(first, MAX_FRAMES)
    lines = [f"... {first} more"] if first else []
    for index, frame in enumerate(frames, first):
        mark = "->" if index == session.frame_index else "  "
        lines.append(f"{mark} {index} {where(frame)}")
    rest = total - first - len(frames)
    return "\n".join([*lines, f"... {rest} more"] if rest > 0 else lines)


def one_line(text: str) -> str:
    """A value on one line, cut where it is long."""
    text = text.replace("\n", "\\n")
    return text if len(text) <= _MAX_VALUE else text[: _MAX_VALUE - 3] + "..."


def _painted(session: Session, text: str, style: str) -> str:
    return f"{style}{text}{_PLAIN}" if session.screen.colored else text
