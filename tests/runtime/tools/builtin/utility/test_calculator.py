"""`calculator`: the language of expressions, and what comes out."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmspell.errors import LLMSpellError
from llmspell.tools.builtin.utility.expressions import evaluate
from llmspell.tools.service import Tools


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2 + 3 * 4 - 6 / 2", 11),
        ("((2 + 3) * (4 - 1)) / 5", 3),
        ("2^3 + 3^2", 17),
        ("10^10", 1e10),
        ("-5 * -3", 15),
        ("1 && 0", 0),
        ("(5 > 3) && (10 < 20) || 0", 1),
        ("log(10, 100)", 2),
        ("log(1000)", 3),
        ("ln(e())", 1),
        ("-17 % 5", -2),
        ("10 - 2 + 3", 11),
        ("2 * 6 / 3", 4),
        ("!0 + !5", 1),
        ("not_used or 1", 1),
        ("2k + 3m", 2000.003),
        ("1.5e3", 1500),
        ("round(2.5) + round(-2.5)", 0),
        ("round(0.5, 1.2)", 1.0),
        ("int(-2.7)", -2),
        ("min(3, 1, 2) + max(1, 2)", 3),
        ("sqrt((3 + 4) * 2)", math.sqrt(14)),
        ("sign(-3) + abs(-3)", 2),
        ("1 == 1 and 2 >= 3", 0),
        ("x * y", 6),
    ],
)
def test_values(text: str, value: float) -> None:
    variables = {"x": 2.0, "y": 3.0, "not_used": 0.0}
    assert evaluate(text, variables) == pytest.approx(value)


@pytest.mark.parametrize(
    ("text", "name"),
    [("1/0", "Infinity"), ("-1/0", "-Infinity"), ("0/0", "NaN"), ("10^400", "Infinity")],
)
def test_values_that_json_has_not_are_named(tools: Tools, text: str, name: str) -> None:
    found = tools.invoke("calculator", {"input": text}).result
    assert (found["result"], found["result_type"]) == (name, "special")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "ends too early"),
        ("2 +", "ends too early"),
        ("(2", "')' is missing"),
        ("2)", "unexpected ')'"),
        ("2 2", "unexpected '2"),
        ("2 $ 3", "unexpected '$'"),
        ("foo(1)", "no function 'foo'"),
        ("x", "'x' has no value"),
        ("pi", "write pi()"),
        ("sin()", "takes 1 arguments"),
        ("sqrt(-1)", "math domain error"),
        ("1" + "+1" * 200, "too many operations"),
        ("(" * 30 + "1" + ")" * 30, "too deep"),
        ("1" * 1001, "too long"),
    ],
)
def test_a_wrong_expression_is_a_result(tools: Tools, text: str, message: str) -> None:
    result = tools.invoke("calculator", {"input": text})
    assert not result.success
    assert message in result.envelope["error"]["message"]
    assert result.table()["text"] is None


def test_the_result_has_the_documented_shape(tools: Tools) -> None:
    params: dict[str, Any] = {"operation": "evaluate", "expression": "8", "variables": {"a": 1}}
    table = tools.invoke("calculator", params).table()
    assert table["result"] == {
        "input": "8",
        "result": 8.0,
        "result_type": "float",
        "variables": {"a": 1},
    }
    assert set(table["resource_usage"]) == {"memory_bytes", "cpu_time_ms", "operations_count"}
    assert table["metadata"] == {}


def test_a_check_of_an_expression(tools: Tools) -> None:
    valid = tools.invoke("calculator", {"operation": "validate", "input": "1+1"}).result
    free = tools.invoke("calculator", {"operation": "validate", "input": "x+1"}).result
    assert valid == {"input": "1+1", "valid": True}
    assert free["valid"] is False
    assert "'x' has no value" in free["error"]


def test_functions_are_listed(tools: Tools) -> None:
    assert "sqrt" in tools.invoke("calculator", {"operation": "functions"}).result["mathematical"]


@given(st.text(alphabet="0123456789.+-*/%^()<>=!&|,eExyabcsqrtpi \t", max_size=60))
def test_any_text_is_a_number_or_a_clear_error(text: str) -> None:
    try:
        assert isinstance(evaluate(text, {"x": 2.0}), float)
    except LLMSpellError as error:
        assert str(error)
