"""Lua text with marks: `→` on the line where a breakpoint is wished, `●` where calls belong.

check('''
→ -- a comment
●print(1)
''')
"""

from __future__ import annotations

from textwrap import dedent
from typing import Any

from llmspell.debugger import prototypes
from llmspell.debugger.instrument import Instrumented, Placement, Wish, instrument
from llmspell.debugger.lending import is_borrowing
from llmspell.syntax.lines import Lines

from .lua54 import SECRET, Lua

LUA = Lua()


def unmarked(text: str) -> tuple[bytes, int, list[tuple[int, int]]]:
    """The text without marks, the wished line (0: none), and line and column of the places."""
    source, wished, offsets = b"", 0, []
    for piece in text.replace("→", "\0→\0").replace("●", "\0●\0").split("\0"):
        if piece == "→":
            wished = len(source)
        elif piece == "●":
            offsets.append(len(source))
        else:
            source += piece.encode()
    lines = Lines(source)
    places = [(lines.line(offset), lines.column(offset)) for offset in offsets]
    return source, lines.line(wished) if "→" in text else 0, places


def placed(source: bytes | str, *wishes: Wish) -> Instrumented:
    """An instrumented chunk that has been found to be the same program."""
    if isinstance(source, str):
        source = dedent(source).lstrip("\n").encode()
    result = instrument(source, wishes, secret=SECRET, compiler=LUA.compiler)
    plain = all(site.always and not site.names for site in result.sites)
    assert_same_face(source, result.source, upvalues=plain)
    return result


def assert_same_face(before: bytes, after: bytes, *, upvalues: bool = True) -> None:
    """Holds two texts to be the same for `debug.getinfo`, function by function."""
    old, new = LUA.compiler(before), LUA.compiler(after)
    if isinstance(old, str):
        assert before == after
        return
    assert isinstance(new, bytes), (new, after)
    written = prototypes.read(new)
    if is_borrowing(after):
        del written[1]
    for first, second in zip(prototypes.read(old), written, strict=True):
        assert first.outline == second.outline
        if upvalues:
            assert first.upvalues == second.upvalues, after
            assert first.active_lines == second.active_lines, after


def check(text: str, column: int | None = None) -> Instrumented:
    """Holds a breakpoint on the `→` line to be compiled in exactly at the `●`; gives the result."""
    source, line, places = unmarked(dedent(text).lstrip("\n"))
    result = placed(source, Wish(1, line, column))
    assert [(site.line, site.column) for site in result.sites] == places, result.source.decode()
    assert result.placed[1].verified == bool(places)
    if places:
        assert (result.placed[1].line, result.placed[1].column) == places[0]
        assert result.placed[1].message is None
    else:
        assert result.placed[1].message
    return result


def stops(result: Instrumented, limit: int = 0) -> list[tuple[int, int]]:
    """Runs an instrumented chunk: the wishes whose condition holds, and the lines."""
    found: list[tuple[int, int]] = []
    by_number = {site.number: site for site in result.sites}
    evaluate: Any = LUA.state.eval(
        b"function(text, ...) return not not assert(load(text, '=condition'))(...) end"
    )

    def on_call(number: int, line: int, *values: object) -> None:
        site = by_number[number]
        if site.protected:
            went_well, value = values
            assert went_well, value
            found.append((site.checks[0].wish, line))
            return
        assert bool(values) <= site.handed_over
        for test in site.checks:
            decided = site.in_place or test.condition is None
            if decided or evaluate(test.condition.encode(), *values):  # type: ignore[union-attr]
                found.append((test.wish, line))

    output = LUA.run(result.source, on_call, limit, result.sites)
    assert "error" not in output, output
    return found


def placement(text: str, **wish: Any) -> Placement:
    """What becomes of one wish in a text."""
    return placed(text, Wish(1, **wish)).placed[1]
