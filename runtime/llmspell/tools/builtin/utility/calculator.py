"""`calculator` (spec tools §8.2), on a parser of its own: no library has these operators."""

from __future__ import annotations

import math
import time

from llmspell.errors import LLMSpellError
from llmspell.tools.answer import Answer
from llmspell.tools.builtin.utility.expressions import FUNCTIONS, evaluate
from llmspell.tools.description import Example, Limits, Operation, Parameter
from llmspell.tools.tool import Tool

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from llmspell.errors import ValidationError
    from llmspell.tools.call import Call


class Calculator(Tool):
    """Computes arithmetic and scientific expressions."""

    name = "calculator"
    limits = Limits(seconds=5)
    quick = True
    default_operation = "evaluate"
    parameters = (
        Parameter("input", "string", "The expression.", aliases=("expression",)),
        Parameter("variables", "object", "Name -> number.", default={}),
    )
    operations = {
        "evaluate": Operation("the value", needs=("input",)),
        "validate": Operation("whether it can be computed", needs=("input",), takes=("input",)),
        "functions": Operation("what expressions are made of", takes=()),
    }
    examples = (
        Example(
            {"operation": "evaluate", "input": "2 + 3 * 4"},
            {"result": {"result": 14.0, "result_type": "float"}},
        ),
        Example(
            {"input": "sqrt((x + 4) * 2)", "variables": {"x": 3}}, {"result": {"result": 14**0.5}}
        ),
        Example({"input": "1 / 0"}, {"result": {"result": "Infinity", "result_type": "special"}}),
        Example({"input": "(2 + 3"}, fails="')' is missing"),
    )

    def failed(self, call: Call, error: LLMSpellError) -> Answer | None:  # noqa: ARG002
        """A wrong expression is a result, not an error (spec tools §2.5)."""
        return Answer("evaluate", error=error)

    def refused(self, params: Mapping[str, Any], error: ValidationError) -> Answer | None:  # noqa: ARG002
        """So are wrong parameters."""
        return Answer("evaluate", error=error)

    def do_evaluate(self, call: Call) -> Answer:
        """`result.result` is a number, or the name of one that JSON has not."""
        text, begun = str(call.params["input"]), time.perf_counter()
        given = call.get("variables", {})
        variables = {name: float(value) for name, value in given.items() if _is_number(value)}
        value = evaluate(text, variables)
        special = "" if math.isfinite(value) else _named(value)
        told = {
            "input": text,
            "result": special or value,
            "result_type": "special" if special else "float",
            "variables": given,
        }
        used = {
            "memory_bytes": 8 * len(text),
            "cpu_time_ms": round((time.perf_counter() - begun) * 1000),
            "operations_count": 1,
        }
        shown = special or f"{value:.15g}"
        return Answer("evaluate", told, text=shown, extra={"resource_usage": used})

    def do_validate(self, call: Call) -> Answer:
        """`result.valid`; names without a value make it invalid."""
        text = str(call.params["input"])
        try:
            evaluate(text, {})
        except LLMSpellError as error:
            return Answer("validate", {"input": text, "valid": False, "error": error.lua_message})
        return Answer("validate", {"input": text, "valid": True})

    def do_functions(self, _: Call) -> Answer:
        """Lists of names by subject."""
        return Answer("functions", FUNCTION_LISTS)


FUNCTION_LISTS = {
    "arithmetic": ["+", "-", "*", "/", "%", "^"],
    "comparison": ["==", "!=", "<", ">", "<=", ">="],
    "logical": ["&&", "||", "!"],
    "trigonometric": ["sin", "cos", "tan", "asin", "acos", "atan"],
    "hyperbolic": ["sinh", "cosh", "tanh", "asinh", "acosh", "atanh"],
    "mathematical": ["sqrt", "exp", "ln", "log", "abs", "sign"],
    "rounding": ["int", "ceil", "floor", "round"],
    "constants": ["pi()", "e()"],
    "utility": ["min", "max"],
    "examples": {
        "basic": "2 + 3 * 4",
        "variables": "x ^ 2 + y",
        "trigonometry": "sin(pi() / 2)",
        "complex": "sqrt((3 + 4) * 2) / 2",
        "logarithms": "log(10, 100) + ln(e())",
    },
    "note": f"{len(FUNCTIONS)} functions; angles are in radians, log(b, x) is to the base b",
}


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _named(value: float) -> str:
    if math.isnan(value):
        return "NaN"
    return "Infinity" if value > 0 else "-Infinity"
