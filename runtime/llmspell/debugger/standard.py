"""Standard functions that a condition may call where it stands, in the program.

They are called as the debugger has kept them, not as the program finds them: so a call cannot
raise, whatever the program does to its globals. That it means the same is made sure by looking at
each chunk that is loaded: one that could replace such a function ends this for the whole run.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

from attrs import frozen

from llmspell.syntax.chunk import Chunk, captures

Result = Literal["number", "scalar"]


@frozen
class Standard:
    """A function that raises nothing if it gets enough values, numbers where it wants them."""

    result: Result
    numbers: bool
    least: int = 1

    @staticmethod
    def field(name: str) -> str:
        """Its name in the table that the program is lent (`math.abs`: `math_abs`)."""
        return name.replace(".", "_")


_OF_NUMBERS = (
    *("abs", "acos", "asin", "atan", "ceil", "cos", "deg", "exp", "floor", "log"),
    *("max", "min", "rad", "sin", "sqrt", "tan"),
)

FUNCTIONS: Mapping[str, Standard] = {
    **{f"math.{name}": Standard("number", numbers=True) for name in _OF_NUMBERS},
    "math.tointeger": Standard("scalar", numbers=True),
    "math.type": Standard("scalar", numbers=False),
    "rawequal": Standard("scalar", numbers=False, least=2),
    "type": Standard("scalar", numbers=False),
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
_ASSIGNS = re.compile(
    rb"(?<![.:\w])(?:type|rawequal)\s*(?:,[^()]{0,500}?)?=(?!=)|\bfunction\s+(?:type|rawequal)\b"
)
_READING = re.compile(r"(?:[\w\s.#+\-*/%<>~]|==|[<>~]=)*")
_GLOBALS = frozenset(["type", "rawequal"])
_ASSIGNED = """
(assignment_statement (variable_list name: (identifier) @target))
(function_declaration name: (identifier) @target)
"""


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


def is_harmless(text: str) -> bool:
    """Whether an expression of the user's only reads: it has no calls and assigns nothing."""
    return _READING.fullmatch(text) is not None
