"""`data-validator`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ada_url
import pytest

from llmspell.app import Runtime
from llmspell.errors import ValidationError
from llmspell.tools.builtin.utility.validation_rules import is_url
from llmspell.tools.service import Tools

NAME = "data-validator"


def check(tools: Tools, value: Any, *rules: dict[str, Any]) -> Any:
    return tools.invoke(NAME, {"input": value, "rules": {"rules": list(rules)}}).result


@pytest.mark.parametrize(
    ("rule", "good", "bad"),
    [
        ({"type": "required"}, [0, False, "x"], [""]),
        ({"type": "type", "expected": "number"}, [1, 1.5], [True, "1"]),
        ({"type": "type", "expected": "boolean"}, [True], [1]),
        ({"type": "type", "expected": "array"}, [[]], [{}]),
        ({"type": "length", "min": 2, "max": 3}, ["ab", "ü", [1, 2], 5], ["a", "üü", [1]]),
        ({"type": "range", "min": 1.5, "max": 3}, [1.5, 3, "x", True], [1, 3.1]),
        ({"type": "pattern", "regex": "b+c"}, ["abbcd", 5], ["ac"]),
        ({"type": "enum", "values": [1, "a", {"x": [2]}]}, [1.0, "a", {"x": [2]}], [True, "A"]),
        ({"type": "email"}, ["a.b+c@d-e.org"], ["a@b", "a b@c.de", "a@b.c", 5, "x\na@b.de"]),
        ({"type": "date", "format": "%Y-%m-%d %H:%M"}, ["2024-02-29 10:00"], ["2023-02-29 10:00"]),
        ({"type": "date", "format": "%d.%m.%Y"}, ["29.02.2024"], ["2024-02-29", 5]),
        ({"type": "date", "format": "%FT%T%.f%:z"}, ["2024-02-29T10:00:00+01:00"], ["x"]),
        ({"type": "custom", "name": "phone"}, ["+4930123456", "15"], ["0123", "+", 15]),
        ({"type": "custom", "name": "uuid"}, ["6BA7B810-9dad-11d1-80b4-00c04fd430c8"], ["6ba7"]),
        (
            {"type": "custom", "name": "credit_card"},
            ["4111 1111-1111 1111"],
            ["4111111111111112", "0"],
        ),
        ({"type": "custom", "name": "iban"}, [], ["DE00"]),
        ({"type": "array", "min_items": 1, "max_items": 2}, [[1], [1, 1]], [[], [1, 2, 3], "x"]),
        ({"type": "array", "unique": True}, [[1, True, "1"], [{"a": 1}]], [[1, 1.0], [[{}], [{}]]]),
        ({"type": "object", "required": ["a"]}, [{"a": 1, "b": 2}], [{"b": 1}, [1]]),
        (
            {"type": "object", "properties": {"a": {"rules": []}}, "additional_properties": False},
            [{"a": 1}, {}],
            [{"a": 1, "b": 2}],
        ),
    ],
    ids=lambda value: value.get("type") if isinstance(value, dict) else None,
)
def test_a_rule(tools: Tools, rule: dict[str, Any], good: list[Any], bad: list[Any]) -> None:
    for value in good:
        assert check(tools, value, rule)["valid"], value
    for value in bad:
        found = check(tools, value, rule)
        assert not found["valid"], value
        error = found["errors"][0]
        assert error["rule"].startswith(rule["type"])
        assert error["message"].startswith("Validation error: input")


@pytest.mark.parametrize(
    "text",
    [
        *("https://a.b/c?d#e", "http://localhost:80", "HTTP://a", "ftp://u:p@h/", "ws:a"),
        *("mailto:a@b", "data:,", "http://", "http://a b/", "http://a:99999/", "http://[::1]/"),
        *("/a", "a/b", "", "http://a:x/", "1http://a", "https:///a", "urn:x:y", "http://:80/"),
    ],
)
def test_urls_are_what_browsers_take_for_one(text: str) -> None:
    assert is_url(text) == ada_url.check_url(text)


def test_every_rule_is_looked_at_and_places_are_named(tools: Tools) -> None:
    rule = {
        "type": "object",
        "properties": {
            "name": {"rules": [{"type": "length", "min": 3}, {"type": "email"}]},
            "tags": {"rules": [{"type": "array", "item_rules": {"rules": [{"type": "email"}]}}]},
        },
        "required": ["id"],
        "additional_properties": True,
    }
    found = check(tools, {"name": "x", "tags": ["a@b.de", "no"]}, rule)
    assert [(error["field"], error["value"]) for error in found["errors"]] == [
        ("input.id", None),
        ("input.name", "x"),
        ("input.name", "x"),
        ("input.tags[1]", "no"),
    ]


def test_at_most_a_hundred_errors_are_told(tools: Tools) -> None:
    rule = {"type": "array", "item_rules": {"rules": [{"type": "email"}]}}
    params = {"input": ["x"] * 150, "rules": {"rules": [rule]}}
    answer = tools.invoke(NAME, params).envelope
    assert len(answer["result"]["errors"]) == 100
    assert answer["metadata"] == {"rule_count": 1, "error_count": 100}
    assert (answer["operation"], answer["success"]) == ("validate_data", True)


def test_rules_of_a_script(make_runtime: Callable[..., Runtime]) -> None:
    spell = """
    local r = Tool.execute("data-validator", {
      input = {a = "1"},
      rules = {rules = {{type = "object", properties = {a = {rules = {{type = "type", expected = "number"}}}},
                         required = {}, additional_properties = true}}},
    })
    return r.result.errors[1].field
    """
    assert make_runtime().run(spell).value == "input.a"


@pytest.mark.parametrize(
    "rules",
    [
        {},
        {"rules": "x"},
        {"rules": [{"type": "magic"}]},
        {"rules": [{}]},
        {"rules": ["required"]},
        {"rules": [{"type": "length", "min": "1"}]},
        {"rules": [{"type": "length", "min": True}]},
        {"rules": [{"type": "pattern"}]},
        {"rules": [{"type": "pattern", "regex": "("}]},
        {"rules": [{"type": "pattern", "regex": "(?=a)"}]},
        {"rules": [{"type": "type", "expected": "table"}]},
        {"rules": [{"type": "date", "format": "%Q"}]},
        {"rules": [{"type": "array", "item_rules": {"rules": [{"type": "x"}]}}]},
        {"rules": [{"type": "object", "properties": {"a": []}}]},
    ],
)
def test_rules_of_another_shape_are_refused(tools: Tools, rules: Any) -> None:
    with pytest.raises(ValidationError) as caught:
        tools.invoke(NAME, {"input": "x", "rules": rules})
    assert caught.value.details["field"] == "rules"


@pytest.mark.parametrize("name", ["input", "rules"])
def test_both_parameters_are_needed(tools: Tools, name: str) -> None:
    params: dict[str, Any] = {"input": 1, "rules": {"rules": []}}
    del params[name]
    with pytest.raises(ValidationError) as caught:
        tools.invoke(NAME, params)
    assert caught.value.details["field"] == name


def test_a_pattern_takes_linear_time(tools: Tools) -> None:
    assert not check(tools, "a" * 50_000, {"type": "pattern", "regex": "^(a+)+$b"})["valid"]
