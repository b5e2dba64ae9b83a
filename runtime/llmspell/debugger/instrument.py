"""Breakpoints compiled into the program: a call in front of the statement, on its line.

Where a breakpoint is wished, `;(true)(SECRET,NUMBER);` is put in front of a statement. The engine
gives booleans a hidden `__call`, which knows our calls by the secret and the place by its number.
The call reads no global and adds no local and no upvalue; lines, active lines and the name of the
chunk stay, so a program cannot tell. Elsewhere the program runs at full speed: a breakpoint that
is not reached costs 1.05 times the run time, a line hook 6 to 41 times (`editor-anchors.md` §4.3).

Every rewritten text is compiled and compared with the original, function by function. What does
not pass (at 255 registers, say) is written more simply, and then left out with a message.
"""

from __future__ import annotations

from collections.abc import Sequence

from attrs import frozen

from llmspell.syntax.chunk import Chunk

from . import prototypes
from .condition import Compiler
from .hit_condition import HitCondition, parse_hit_condition
from .in_place import FIRST_SITE
from .placement import Mismatch, Places
from .planning import Plan
from .prototypes import Prototype, UnknownFormat
from .rewriting import Rewriting
from .wishes import Check, Instrumented, Log, Placement, Site, Wish

__all__ = [
    "Check",
    "Compiler",
    "HitCondition",
    "Instrumented",
    "Log",
    "Placement",
    "Reading",
    "Site",
    "Wish",
    "breakpoint_locations",
    "instrument",
    "parse_hit_condition",
    "read",
]


@frozen
class Reading:
    """What is known of a text without its breakpoints; takes 150 ms for 10 000 lines."""

    chunk: Chunk
    functions: Sequence[Prototype]
    places: Places


def read(source: bytes, compiler: Compiler) -> Reading | str:
    """A text that is read, or why it cannot be."""
    binary = compiler(source)
    if isinstance(binary, str):
        return binary
    try:
        functions = prototypes.read(binary)
        chunk = Chunk(source)
        return Reading(chunk, functions, Places(chunk, functions))
    except (Mismatch, UnknownFormat):
        return "this chunk cannot be analysed"


def instrument(
    source: bytes,
    wishes: Sequence[Wish],
    *,
    secret: int,
    compiler: Compiler,
    first_number: int = FIRST_SITE,
    reading: Reading | str | None = None,
) -> Instrumented:
    """Compiles breakpoints into a chunk; sites have numbers from `first_number` on.

    reading: what `read` gives for the source, if it is at hand. Never fails: a wish that cannot be
    met has a placement that is not verified, with the reason.
    """
    if not wishes:
        return Instrumented(source, {})
    known = read(source, compiler) if reading is None else reading
    if isinstance(known, str):
        return _refused(source, wishes, known)
    plan = Plan(known.chunk, known.places, compiler)
    for wish in wishes:
        plan.add(wish)
    rewriting = Rewriting(known.chunk, known.functions, secret, compiler)
    calls = rewriting.settle(plan.calls(first_number))
    plan.keep({call.place for call in calls})
    sites = tuple(call.site for call in calls)
    return Instrumented(rewriting.text(calls), plan.placed, sites)


def breakpoint_locations(
    source: bytes, first: int, last: int, *, compiler: Compiler
) -> list[tuple[int, int]]:
    """Line and column of everything on some lines that a breakpoint can be set on."""
    known = read(source, compiler)
    return [] if isinstance(known, str) else known.places.locations(first, last)


def _refused(source: bytes, wishes: Sequence[Wish], message: str) -> Instrumented:
    placed = {w.id: Placement(w.line, w.column, verified=False, message=message) for w in wishes}
    return Instrumented(source, placed)
