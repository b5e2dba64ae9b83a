"""What is asked of the instrumentation, and what it answers, as plain records."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import frozen

from .hit_condition import HitCondition
from .in_place import Licence


@frozen
class Wish:
    """A breakpoint that somebody wants. Either `line` or `function` says where.

    function: stops at the beginning of each function of this name (`f`, `t.f`, `t:f`).
    condition, hit_condition, log_message: as in `BreakpointSpec`; blank ones count as none.
    """

    id: int
    line: int = 0
    column: int | None = None
    condition: str | None = None
    hit_condition: str | None = None
    log_message: str | None = None
    function: str | None = None


@frozen
class Placement:
    """Where a wish ended up: the line on which the program will stand, or why it will not."""

    line: int
    column: int | None = None
    verified: bool = True
    message: str | None = None


@frozen
class Log:
    """What to write: `literals[0]`, the first value, `literals[1]`, and so on.

    source: a chunk that gives the values, called with those of the site's names, in the globals
    of the program; None where there are no values.
    """

    literals: tuple[str, ...]
    source: str | None


@frozen
class Check:
    """What to do for one wish when its site calls.

    condition: a chunk that gives the condition's value, called with those of the site's names, in
    the globals of the program; None where there is no condition.
    """

    wish: int
    condition: str | None
    hit: HitCondition | None
    log: Log | None


@frozen
class Site:
    """A call in the program: `(true)(SECRET, number, the values of names)`.

    line, column: where it stands in the text. names: the locals and upvalues that the checks
    need; `...` as the last stands for all varargs. handed_over: whether the call has their values;
    else, where they are needed, they are to be looked up in the frame. in_place: the program
    itself tests the condition and calls only where it holds. protected: it does so in protected
    mode, and hands over whether that went well and what it gave, instead of the values; without
    that mode where `tables` are known to have no metatable and `licence` holds, see `in_place`.
    calling: there it makes only the call in the condition in that mode.
    always: the program calls whenever it comes by. openings: the first three parameters of all
    functions with code on the line; "" where there is none.
    owner: first and last line, number of parameters, and whether it has varargs, of the function
    that is stopped; (0, 0, 0, True) is the chunk itself. code: its code, where others have the same
    lines and parameters. calls: whether what is evaluated there calls functions.
    """

    number: int
    line: int
    column: int
    names: tuple[str, ...]
    handed_over: bool
    in_place: bool
    checks: tuple[Check, ...]
    protected: bool = False
    always: bool = True
    tables: tuple[str, ...] = ()
    licence: Licence = ("none", "any")
    calling: bool = False
    openings: tuple[tuple[str, str, str], ...] = ()
    owner: tuple[int, int, int, bool] = (0, 0, 0, True)
    code: bytes = b""
    calls: bool = False


@frozen
class Instrumented:
    """A chunk with its breakpoints compiled in, and what became of each wish (by its id)."""

    source: bytes
    placed: Mapping[int, Placement]
    sites: tuple[Site, ...] = ()
