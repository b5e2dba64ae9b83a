"""Standard functions that a condition may call where it stands, in the program.

They are called as the debugger has kept them, not as the program finds them: so a call cannot
raise, whatever the program does to its globals. That it means the same is made sure in two ways.
Each chunk that is loaded is looked at: one that could replace a function that `is_watched` ends
this for the whole run. Where the program has something by the name of another one, or a local
variable by the name of one (`local select = select`), each pass compares that with the function.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Literal

from attrs import frozen

from llmspell.syntax.chunk import Chunk, captures

Result = Literal["number", "scalar", "any"]


@frozen
class Standard:
    """A function that raises nothing for certain arguments.

    These are `least` to `most` single values, numbers where it wants them, or the one text `first`
    and any others.
    """

    result: Result
    numbers: bool = False
    least: int = 1
    most: int | None = None
    first: str = ""

    def takes(self, arguments: Sequence[str]) -> bool:
        """Whether these may be its arguments, as far as the text of them shows."""
        if self.first:
            return bool(arguments) and arguments[0] in (f"'{self.first}'", f'"{self.first}"')
        if len(arguments) < self.least:
            return False
        last = arguments[-1] if arguments else ""
        if self.most is None:
            return last != "..."
        is_single = last.startswith("(") or not last.endswith((")", "..."))
        return len(arguments) <= self.most and is_single


_OF_NUMBERS = (
    *("abs", "acos", "asin", "atan", "ceil", "cos", "deg", "exp", "floor", "log"),
    *("max", "min", "rad", "sin", "sqrt", "tan"),
)

FUNCTIONS: Mapping[str, Standard] = {
    **{f"math.{name}": Standard("number", numbers=True) for name in _OF_NUMBERS},
    "math.tointeger": Standard("scalar", numbers=True),
    "math.type": Standard("scalar"),
    "coroutine.isyieldable": Standard("scalar", least=0, most=0),
    "coroutine.running": Standard("scalar", least=0),
    "getmetatable": Standard("any"),
    "os.clock": Standard("number", least=0),
    "os.time": Standard("number", least=0, most=0),
    "rawequal": Standard("scalar", least=2),
    "select": Standard("number", first="#"),
    "tonumber": Standard("scalar", most=1),
    "type": Standard("scalar"),
}
CONSTANTS = frozenset(["math.huge", "math.maxinteger", "math.mininteger", "math.pi"])

# Ways to the table of globals, or to that of `math`.
_REACHES = re.compile(
    rb"""\b(?:_G|_ENV|package)\b
      | (?<![.:\w])math\b(?!\s*\.\s*\w)
      | \bfunction\s+math\b
      | (?<![.:\w])math\s*\.\s*\w+\s*(?:,[^()]{0,500}?)?=(?!=)""",
    re.VERBOSE,
)
_GLOBALS = frozenset(name for name in FUNCTIONS if "." not in name)
_NAMES = b"|".join(sorted(name.encode() for name in _GLOBALS))
_ASSIGNS = re.compile(
    rb"(?<![.:\w])(?:%b)\s*(?:,[^()]{0,500}?)?=(?!=)|\bfunction\s+(?:%b)\b" % (_NAMES, _NAMES)
)
# Names of metamethods, and pieces that look as if one were put together.
_EQUALITY = re.compile(rb"""__eq\b | __e?(?:["'\\%]|\]=*\]) | ["'\]\[]_eq\b""", re.VERBOSE)
_ORDER = re.compile(rb"""__l[te]\b | __l?(?:["'\\%]|\]=*\]) | ["'\]\[]_l[te]\b""", re.VERBOSE)
_SEES_ERRORS = re.compile(rb"\b(?:xpcall|[dD]ebug)\b")
_READING = re.compile(r"(?:[\w\s.#+\-*/%<>~]|==|[<>~]=)*")
_ASSIGNED = """
(assignment_statement (variable_list name: (identifier) @target))
(function_declaration name: (identifier) @target)
"""


def is_watched(name: str) -> bool:
    """Whether `may_replace` tells of the function of that name."""
    return name in _GLOBALS or name.startswith("math.")


def may_replace(text: bytes) -> bool:
    """Whether a chunk, when it runs, may put something else where a standard function is."""
    if _REACHES.search(text):
        return True
    if not _ASSIGNS.search(text):  # may be a field of a table, or a local
        return False
    chunk = Chunk(text)
    for node in captures(chunk.root, _ASSIGNED).get("target", ()):
        parent = node.parent
        if parent is None or chunk.text(node) not in _GLOBALS:
            continue
        if parent.type == "function_declaration":
            is_local = parent.children[0].type == "local"
        else:
            above = parent.parent.parent if parent.parent else None
            is_local = above is not None and above.type == "variable_declaration"
        if not is_local:
            return True
    return False


def may_keep_setmetatable(text: bytes) -> bool:
    """Whether a chunk, when it runs, may put `setmetatable` where it is found later."""
    return b"setmetatable" in text or _REACHES.search(text) is not None


def may_define_equality(text: bytes) -> bool:
    """Whether a chunk, when it runs, may give values `__eq`."""
    return _EQUALITY.search(text) is not None


def may_define_order(text: bytes) -> bool:
    """Whether a chunk, when it runs, may give values `__lt` or `__le`."""
    return _ORDER.search(text) is not None


def may_see_errors(text: bytes) -> bool:
    """Whether a chunk, when it runs, may look at the stack where an error was raised."""
    return _SEES_ERRORS.search(text) is not None or _REACHES.search(text) is not None


def is_harmless(text: str) -> bool:
    """Whether an expression of the user's only reads: it has no calls and assigns nothing."""
    return _READING.fullmatch(text) is not None
