"""The language of `calculator` (spec tools §8.2): numbers, operators, functions; linear time.

Operators by binding strength, strongest first: `^`, `%`, `/`, `*`, `-`, `+`, comparisons,
`&&`/`and`, `||`/`or`; before a value `-`, `+` and `!`. Comparisons and logic give 1 or 0, all
numbers are doubles.
"""

from __future__ import annotations

import math
import re

from llmspell.errors import ToolError, ValidationError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

MOST_CHARACTERS = 1000
MOST_DEPTH = 20
MOST_OPERATORS = 100
MOST_NAMES = 50

_TOKEN = re.compile(
    r"\s*(?:(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)(?P<suffix>[kKGMTmunp](?![A-Za-z_0-9]))?"
    r"|(?P<name>[A-Za-z_]\w*)"
    r"|(?P<operator>&&|\|\||[=!<>]=|[-+*/%^<>!(),]))"
)
_SUFFIXES = {
    "k": 1e3,
    "K": 1e3,
    "M": 1e6,
    "G": 1e9,
    "T": 1e12,
    "m": 1e-3,
    "u": 1e-6,
    "n": 1e-9,
    "p": 1e-12,
}
_WORDS = {"and": "&&", "or": "||"}
_STRENGTH = {
    "||": 1,
    "&&": 2,
    **dict.fromkeys(("==", "!=", "<", ">", "<=", ">="), 3),
    "+": 4,
    "-": 5,
    "*": 6,
    "/": 7,
    "%": 8,
    "^": 9,
}
_PREFIX = 10  # `-2 ^ 2` is 4, as in the original


def evaluate(text: str, variables: Mapping[str, float]) -> float:
    """The value of an expression; infinity and NaN are values.

    Raises ValidationError (`input`) for what is malformed or too long, ToolError for a mistake in
    computing, such as the root of a negative number.
    """
    if len(text) > MOST_CHARACTERS:
        raise _wrong(f"the expression is too long: at most {MOST_CHARACTERS} characters")
    parser = _Parser(_tokens(text), variables)
    try:
        value = parser.expression(0)
    except OverflowError:
        return math.inf
    except ValueError as error:
        raise ToolError(str(error)) from error
    parser.expect_end()
    return value


class _Parser:
    """Computes while it reads (precedence climbing)."""

    def __init__(self, tokens: list[tuple[str, str]], variables: Mapping[str, float]) -> None:
        self._tokens = tokens
        self._variables = variables
        self._place = 0
        self._depth = 0

    def expression(self, weakest: int) -> float:
        """A value with the operators behind it that bind at least as strongly."""
        value = self._operand()
        while True:
            operator = self._peek()
            strength = _STRENGTH.get(operator, -1)
            if strength < weakest or strength < 0:
                return value
            self._place += 1
            value = _apply(operator, value, self.expression(strength + 1))

    def expect_end(self) -> None:
        """Raises if something is left."""
        if self._place < len(self._tokens):
            raise _wrong(f"unexpected '{self._tokens[self._place][1]}'")

    def _operand(self) -> float:
        kind, text = self._next()
        if kind == "number":
            return float(text)
        if kind == "name":
            return self._named(text)
        if text in {"-", "+", "!"}:
            value = self.expression(_PREFIX)
            return -value if text == "-" else float(not value) if text == "!" else value
        if text == "(":
            value = self._nested()
            self._expect(")")
            return value
        raise _wrong(f"unexpected '{text}'")

    def _nested(self) -> float:
        self._depth += 1
        if self._depth > MOST_DEPTH:
            raise _wrong(f"the expression is too deep: at most {MOST_DEPTH} brackets")
        value = self.expression(0)
        self._depth -= 1
        return value

    def _named(self, name: str) -> float:
        if self._peek() != "(":
            if name in self._variables:
                return float(self._variables[name])
            hint = f"; write {name}()" if name in CONSTANTS else ""
            raise _wrong(f"'{name}' has no value: give it in 'variables'{hint}")
        if name not in FUNCTIONS:
            raise _wrong(f"there is no function '{name}'")
        self._place += 1
        arguments: list[float] = []
        while self._peek() != ")":
            if arguments:
                self._expect(",")
            arguments.append(self._nested())
        self._place += 1
        fewest, most, function = FUNCTIONS[name]
        if len(arguments) < fewest or (most is not None and len(arguments) > most):
            wanted = fewest if most == fewest else f"{fewest} to {most or 'any number of'}"
            raise _wrong(f"the function '{name}' takes {wanted} arguments")
        return float(function(*arguments))

    def _peek(self) -> str:
        return self._tokens[self._place][1] if self._place < len(self._tokens) else ""

    def _next(self) -> tuple[str, str]:
        if self._place >= len(self._tokens):
            raise _wrong("the expression ends too early")
        self._place += 1
        return self._tokens[self._place - 1]

    def _expect(self, text: str) -> None:
        found = self._peek()
        if found != text:
            raise _wrong(f"'{text}' is missing" + (f" before '{found}'" if found else ""))
        self._place += 1


def _tokens(text: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    place, end = 0, len(text.rstrip())
    while place < end:
        match = _TOKEN.match(text, place)
        if match is None:
            raise _wrong(f"unexpected '{text[place:].lstrip()[0]}'")
        place = match.end()
        if match["number"] is not None:
            number = float(match["number"]) * _SUFFIXES.get(match["suffix"] or "", 1.0)
            found.append(("number", repr(number)))
        elif match["name"] is not None and match["name"] not in _WORDS:
            found.append(("name", match["name"]))
        else:
            found.append(("operator", match["operator"] or _WORDS[str(match["name"])]))
    _limit(found)
    return found


def _limit(tokens: list[tuple[str, str]]) -> None:
    if sum(kind == "operator" and text in _STRENGTH for kind, text in tokens) > MOST_OPERATORS:
        raise _wrong(f"too many operations: at most {MOST_OPERATORS}")
    names = {text for kind, text in tokens if kind == "name"}
    if len(names) > MOST_NAMES:
        raise _wrong(f"too many unique variables and functions: at most {MOST_NAMES}")


def _apply(operator: str, left: float, right: float) -> float:
    if operator == "/":
        return _divided(left, right)
    if operator == "%":
        return math.fmod(left, right) if right else math.nan
    if operator == "^":
        return _power(left, right)
    return float(_PLAIN[operator](left, right))


_PLAIN: dict[str, Callable[[float, float], float]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    ">": lambda a, b: a > b,
    "<=": lambda a, b: a <= b,
    ">=": lambda a, b: a >= b,
    "&&": lambda a, b: bool(a) and bool(b),
    "||": lambda a, b: bool(a) or bool(b),
}


def _divided(left: float, right: float) -> float:
    if right:
        return left / right
    if left == 0 or math.isnan(left):
        return math.nan
    return math.copysign(math.inf, left) * math.copysign(1.0, right)


def _power(base: float, exponent: float) -> float:
    if base < 0 and not exponent.is_integer():
        return math.nan
    if base == 0 and exponent < 0:
        return math.inf
    return float(base**exponent)


def _log(first: float, second: float | None = None) -> float:
    """`log(x)` to the base 10, `log(base, x)`."""
    return math.log10(first) if second is None else math.log(second) / math.log(first)


def _round(first: float, second: float | None = None) -> float:
    """`round(x)`, `round(modulus, x)`; halves go away from zero."""
    modulus, value = (1.0, first) if second is None else (first, second)
    if modulus == 0:
        return math.nan
    steps = value / modulus
    return math.copysign(math.floor(abs(steps) + 0.5), steps) * modulus


CONSTANTS = {"pi": math.pi, "e": math.e}
FUNCTIONS: dict[str, tuple[int, int | None, Callable[..., float]]] = {
    **{
        name: (1, 1, getattr(math, name))
        for name in ("sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh")
    },
    **{name: (1, 1, getattr(math, name)) for name in ("asinh", "acosh", "atanh", "sqrt", "exp")},
    "ln": (1, 1, math.log),
    "log": (1, 2, _log),
    "abs": (1, 1, abs),
    "sign": (1, 1, lambda x: float((x > 0) - (x < 0))),
    "int": (1, 1, lambda x: float(math.trunc(x))),
    "ceil": (1, 1, lambda x: float(math.ceil(x))),
    "floor": (1, 1, lambda x: float(math.floor(x))),
    "round": (1, 2, _round),
    "min": (1, None, min),
    "max": (1, None, max),
    **{name: (0, 0, lambda value=value: value) for name, value in CONSTANTS.items()},
}
"""Name -> fewest arguments, most arguments (None: any number), function."""


def _wrong(message: str) -> ValidationError:
    return ValidationError(message, field="input")
