"""What a chunk is lent for its conditions and counters: a table, and hidden locals.

What each pass of a condition needs is in a local of its own, because that is found faster than a
field of the table: `select('#', n) == 2` costs 4.6 x instead of 5.3 x in the program `loop`, a
field of a global table 4.2 x instead of 5.1 x. Some of it changes while the chunk runs. For that
the chunk gives a function away which has these locals as upvalues: it is never called, the debugger
assigns them (`borrow` in breaking.lua).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

SUPPORT = "__llmspell_"
"""The hidden local with the table. Names that begin so are not shown to the user."""

_ORIGINAL = "f_"
_LENT = re.compile(rb"\b%b(f_\w+|(?:[op]|call)?\d+)\b" % SUPPORT.encode())
_OF_SITE = re.compile(rb"\b(%b)((?:[op]|call)\d+)\b" % SUPPORT.encode())
_OWN = re.compile(r"(?:[op]|call)\d+")
_MOST_OWN = 40  # a function has 200 locals at most
_GIVEN = b"function()return %b" % SUPPORT.encode()
_LAST_CHANGING = 9  # of the small integers; the others are sets of tables


def lent(slot: int | str) -> str:
    """The hidden local with what the table has at a slot."""
    return f"{SUPPORT}{slot}"


def original(name: str) -> str:
    """The hidden local with a standard function, or another member of `math`, as it was."""
    return lent(_ORIGINAL + name.replace(".", "_"))


def support(secret: int, written: Sequence[bytes]) -> tuple[bytes, Sequence[bytes]]:
    """What gives a chunk the table, and as hidden locals what is lent to the calls `written`.

    With these: where there are many, what is lent to one site only is taken from the table.
    """
    slots = {match.decode() for text in written for match in _LENT.findall(text)}
    own = {slot for slot in slots if _OWN.fullmatch(slot)}
    if len(own) > _MOST_OWN:
        written = [_OF_SITE.sub(rb"\1.\2", text) for text in written]
        slots -= own
    lending = "".join(f" local {lent(slot)}={_in_table(slot)}" for slot in sorted(slots))
    changing = [slot for slot in sorted(slots) if _changes(slot)]
    if changing:
        given = f"{_GIVEN.decode()}{f',{SUPPORT}'.join(changing)} end"
        lending += f";(true)({secret},0,{given})"
    return f"local {SUPPORT}=(true)({secret},0){lending};".encode(), written


def is_borrowing(text: bytes) -> bool:
    """Whether a text has the function of `support` in it, which is the first of the chunk."""
    return _GIVEN in text


def _in_table(slot: str) -> str:
    if slot.isdecimal():
        return f"{SUPPORT}[{slot}]"
    return f"{SUPPORT}.{slot.removeprefix(_ORIGINAL)}"


def _changes(slot: str) -> bool:
    return int(slot) <= _LAST_CHANGING if slot.isdecimal() else not slot.startswith(_ORIGINAL)
