"""Hit conditions that are none, and log messages."""

from __future__ import annotations

from typing import Any

import pytest

from llmspell.debugger.condition import Malformed
from llmspell.debugger.instrument import Wish
from llmspell.debugger.log_message import parse_log_message

from .marks import LUA, placed, placement


@pytest.mark.parametrize("text", ["x", "3 4", "-1", ">", "=> 3", "3.5", "% 0", "%", "3 times"])
def test_a_hit_condition_that_is_none(text: str) -> None:
    found = placement("x = 1", line=1, hit_condition=text)
    assert not found.verified
    assert (found.message or "").startswith("hit condition `")


@pytest.mark.parametrize(
    ("text", "literals", "expressions"),
    [
        ("plain", ["plain"], []),
        ("", [""], []),
        ("x is {x}", ["x is ", ""], ["x"]),
        ("{x}", ["", ""], ["x"]),
        ("{x}{y}", ["", "", ""], ["x", "y"]),
        ("a {x} b {y} c", ["a ", " b ", " c"], ["x", "y"]),
        ("{ {1, 2} }", ["", ""], [" {1, 2} "]),
        ("{#{a={}}}", ["", ""], ["#{a={}}"]),
        ('{"}"}', ["", ""], ['"}"']),
        ("{'{'}", ["", ""], ["'{'"]),
        ("{'\\'}'}", ["", ""], ["'\\'}'"]),
        ("{[[}]]}", ["", ""], ["[[}]]"]),
        ("{[==[}]]]==]}", ["", ""], ["[==[}]]]==]"]),
        ("{x --[[}]] }", ["", ""], ["x --[[}]] "]),
        ("{x --}\n}", ["", ""], ["x --}\n"]),
        ("\\{x\\}", ["{x}"], []),
        ("\\\\{x}", ["\\", ""], ["x"]),
        ("a\\b", ["a\\b"], []),
        ("}", ["}"], []),
        ("{}", ["{}"], []),
        ("{ } {x}", ["{ } ", ""], ["x"]),
        ("ä {x} 😀", ["ä ", " 😀"], ["x"]),
    ],
)
def test_a_log_message(text: str, literals: list[str], expressions: list[str]) -> None:
    found = parse_log_message(text)
    assert (list(found.literals), list(found.expressions)) == (literals, expressions)


@pytest.mark.parametrize("text", ["{", "{x", "a {'}' b", "{ { }"])
def test_a_brace_without_end(text: str) -> None:
    with pytest.raises(Malformed, match="has no `}`"):
        parse_log_message(text)


def logged(text: str, line: int, message: str, **wish: Any) -> list[str]:
    """What a log point writes."""
    result = placed(text, Wish(1, line, log_message=message, **wish))
    written = []
    values_of: Any = LUA.state.eval(
        b"function(text, ...)"
        b" local values = table.pack(assert(load(text, '=log'))(...))"
        b" for i = 1, values.n do values[i] = tostring(values[i]) end"
        b" return table.concat(values, '\\0') end"
    )

    def on_call(number: int, line: int, *handed: object) -> None:
        (site,) = result.sites
        log = site.checks[0].log
        assert log is not None
        values: list[str] = []
        if log.source is not None:
            values = values_of(log.source.encode(), *handed).decode().split("\0")
        assert len(values) == len(log.literals) - 1
        rest = (value + text for value, text in zip(values, log.literals[1:], strict=True))
        written.append(log.literals[0] + "".join(rest))

    LUA.run(result.source, on_call)
    return written


def test_a_log_point_writes_values() -> None:
    text = "for i = 1, 2 do\n local t = { i }\n print(i)\nend"
    assert logged(text, 3, "i={i} first={t[1]} {missing}") == [
        "i=1 first=1 nil",
        "i=2 first=2 nil",
    ]


def test_each_expression_has_one_value() -> None:
    assert logged("local f = function() return 1, 2 end\nf()", 2, "{f()}|{f()}") == ["1|1"]


def test_a_comment_in_an_expression() -> None:
    assert logged("local x = 1\nprint(x)", 2, "{x -- the x\n} {x}") == ["1 1"]


def test_text_without_values() -> None:
    assert logged("x = 1", 1, "here") == ["here"]


def test_varargs_in_a_log_point() -> None:
    text = "local function f(a, ...)\n return a end\nf(1, 2, 3)"
    assert logged(text, 2, "{a} {select('#', ...)} {...}") == ["1 2 2"]


def test_a_log_point_with_a_condition_in_place() -> None:
    text = "for i = 1, 3 do\n local x = i * 10\n print(x)\nend"
    assert logged(text, 3, "{x}", condition="i == 2") == ["20"]


def test_an_expression_that_is_not_lua() -> None:
    found = placement("x = 1", line=1, log_message="{x +}")
    assert (found.verified, found.message) == (False, "log message: unexpected symbol near <eof>")
