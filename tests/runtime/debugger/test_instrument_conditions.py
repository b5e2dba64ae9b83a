"""Conditions: which are compiled in place, and what the others get."""

from __future__ import annotations

import pytest

from llmspell.debugger.instrument import Wish

from .marks import placed, placement, stops

FRAME = """
local up = 5
local t = { n = 1 }
local function f(a, ...)
  local b, k <const> = a, 3
  for i = 1, 4 do
    print(i)
  end
end
f(2, "v", "w")
"""
LINE = 6  # print(i)


def holds_at(condition: str) -> list[int]:
    """The passes of the loop at which a condition holds."""
    seen = []
    for number in range(1, 5):
        text = FRAME.replace("print(i)", f"if i == {number} then\n print(i) end")
        if stops(placed(text, Wish(1, LINE + 1, condition=condition))):
            seen.append(number)
    return seen


IN_PLACE = [
    ("i == 3", [3]),
    ("i ~= 3", [1, 2, 4]),
    ("i % 2 == 0", [2, 4]),
    ("i > 1 and i <= 3", [2, 3]),
    ("i // 2 == 1", [2, 3]),
    ("-i < -3", [4]),
    ("i * 2 - 1 == 5", [3]),
    ("i / 2 == 1.5", [3]),
    ("i ^ 2 > 8.5", [3, 4]),
    ("a == 2", [1, 2, 3, 4]),
    ("a == 'x'", []),
    ("a == [[x]]", []),
    ("up == 5 and i == 1", [1]),
    ("not a", []),
    ("not (i == 1)", [2, 3, 4]),
    ("(a)", [1, 2, 3, 4]),
    ("a and b or nil", [1, 2, 3, 4]),
    ("b == nil", []),
    ("k == 3", [1, 2, 3, 4]),
    ("true", [1, 2, 3, 4]),
    ("false or i == 4", [4]),
    ("...", [1, 2, 3, 4]),
    ("(...) == 'v'", [1, 2, 3, 4]),
    ("0x10 == 16 and i < 0x2", [1]),
]

ELSEWHERE = [
    ("a == b", [1, 2, 3, 4]),
    ("a > 1", [1, 2, 3, 4]),
    ("a + i == 4", [2]),
    ("t.n == i", [1]),
    ("i % a == 0", [2, 4]),
    ("i % 0x2 == 0", [2, 4]),
    ("i & 1 == 1", [1, 3]),
    ("#t == 0", [1, 2, 3, 4]),
    ("i .. '' == '2'", [2]),
    ("missing == nil", [1, 2, 3, 4]),
    ("type(a) == 'number'", [1, 2, 3, 4]),
    ("math.max(i, a) == a", [1, 2]),
    ("select('#', ...) == 2", [1, 2, 3, 4]),
    ("(function(i) return i end)(i) == 3", [3]),
    ("(function(...) return ... end)(i) == 3", [3]),
    ("i == 1 -- the first", [1]),
    ("i == 1\nor i == 2", [1, 2]),
    ("({ i = 1, [i] = true })[3]", [3]),
    ("tostring(i) == '3'", [3]),
    ("not missing.field", []),
]


def in_place(condition: str, text: str = FRAME, line: int = LINE) -> bool:
    (site,) = placed(text, Wish(1, line, condition=condition)).sites
    return site.in_place


@pytest.mark.parametrize(("condition", "passes"), IN_PLACE)
def test_a_condition_that_cannot_raise_is_compiled_in_place(
    condition: str, passes: list[int]
) -> None:
    assert in_place(condition)
    assert holds_at(condition) == passes


@pytest.mark.parametrize(("condition", "passes"), ELSEWHERE)
def test_any_other_condition_gets_its_values(condition: str, passes: list[int]) -> None:
    assert not in_place(condition)
    if condition == "not missing.field":
        with pytest.raises(AssertionError, match="index a nil value"):
            holds_at(condition)
    else:
        assert holds_at(condition) == passes


@pytest.mark.parametrize(
    "body",
    [
        "i = i + 1",
        "i, x = 1, 2",
        "x, i = 1, 2",
        "local function g() i = 'x' end",
        "function i() end",
        "do i = {} end",
    ],
)
def test_a_loop_variable_that_is_assigned_may_be_anything(body: str) -> None:
    assert not in_place("i > 2", f"for i = 1, 2 do\n print(i)\n {body}\nend", 2)


def test_a_loop_variable_of_an_outer_function_is_a_number_too() -> None:
    assert in_place("i > 2", "for i = 1, 2 do\n local f = function()\n  return 1 end\nend", 3)


def test_a_loop_variable_that_is_hidden_is_not_meant() -> None:
    assert not in_place("i > 2", "for i = 1, 2 do\n local i = x\n print(i)\nend", 3)


def test_names_are_those_of_the_place() -> None:
    text = "local x = 1\nlocal x = x + 1 print(x)\nlocal x = 5 print(x)"
    assert stops(placed(text, Wish(1, 2, condition="x == 1"))) == [(1, 2)]
    assert stops(placed(text, Wish(1, 3, condition="x == 2"))) == [(1, 3)]


@pytest.mark.parametrize(
    ("text", "condition", "names"),
    [
        ("local a, b, c\n●()", "f(a, c)", ("a", "c")),
        ("local a\nlocal function f(b)\n ●()\nend", "g(a, b, c)", ("a", "b")),
        ("local a\ndo local b end\n●()", "g(a, b)", ("a",)),
        ("●()\nlocal a", "g(a)", ()),
        ("local t\n●()", "t.a.b[c].d:e()", ("t",)),
        ("local a, t\n●()", "f { a = 1, [a] = t }", ("a", "t")),
        ("local a, t\n●()", "f { a = 1, t = 2 }", ()),
        ("function t:m(x)\n ●()\nend", "f(self, x)", ("self", "x")),
        ("for k, v in pairs(t) do\n ●()\nend", "f(k, v)", ("k", "v")),
        ("local function f(n)\n ●()\nend", "f(n)", ("f", "n")),
        ("local a <const>, b <close> = 1, nil\n●()", "f(a, b)", ("a", "b")),
        ("local _ENV = {}\n●()", "f(x)", ("_ENV",)),
        ("local a, _ENV = 1, {}\n●()", "a.b", ("a",)),
        ("local function f(_ENV)\n ●()\nend", "g(x)", ("_ENV",)),
        ("repeat\n local a\n ●()\nuntil a", "f(a)", ("a",)),
        ("●()", "f(...)", ("...",)),
        ("local a\n●()", "f(a, ...)", ("a", "...")),
        ("local a\n●()", "f(function(...) return a, ... end)", ("a",)),
        ("goto a\n::a::\n●()", "f(a)", ()),
    ],
)
def test_what_a_condition_gets(text: str, condition: str, names: tuple[str, ...]) -> None:
    line = text[: text.index("●")].count("\n") + 1
    text = text.replace("●", "handle")
    (site,) = placed(text, Wish(1, line, condition=condition)).sites
    assert site.names == names
    assert site.protected or site.handed_over == bool(names)


def test_each_function_on_a_line_has_names_of_its_own() -> None:
    text = "local x = 1 local f = function(y)\n return y end for y = 1, 2 do f(y) end"
    result = placed("local f = function(x) return x end\nf(1) f(2)", Wish(1, 1, condition="x.a"))
    assert [site.names for site in result.sites] == [(), ("x",)]
    assert stops(placed(text, Wish(1, 2, condition="y == 2"))) == [(1, 2)]


def test_the_environment_of_the_program_is_that_of_the_condition() -> None:
    text = "local print = print\nlocal _ENV = { x = 7 }\nprint(x)"
    assert stops(placed(text, Wish(1, 3, condition="x == 7"))) == [(1, 3)]


def test_two_conditions_at_one_place_are_tested_outside() -> None:
    text = "for i = 1, 4 do\n print(i)\nend"
    result = placed(text, Wish(1, 2, condition="i == 2"), Wish(2, 2, condition="i > 2"))
    (site,) = result.sites
    assert (site.in_place, site.handed_over, site.names) == (False, True, ("i",))
    assert stops(result) == [(1, 2), (2, 2), (2, 2)]


def test_a_condition_in_place_adds_no_upvalue_that_it_does_not_name() -> None:
    result = placed(FRAME, Wish(1, LINE, condition="i == 3"))
    assert b"if i == 3 then (true)(918273645,19)end;print(i)" in result.source


def test_a_condition_next_to_a_keyword() -> None:
    text = "for i = 1, 2 do\n if i then\n  return\n end\nend"
    assert stops(placed(text, Wish(1, 3, condition="i==1"))) == [(1, 3)]


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        ("x = 1", "<eof> expected near '='"),
        ("x ==", "unexpected symbol near <eof>"),
        ("1) or (2", "<eof> expected near ')'"),
        ("a, b", "')' expected near ','"),
        ("x end", "<eof> expected near 'end'"),
        ("true; os.exit()", "<eof> expected near 'os'"),
        ("--", "unexpected symbol near ')'"),
        ("'abc", "unfinished string near <eof>"),
        ("return 1", "unexpected symbol near 'return'"),
        ("goto x", "unexpected symbol near 'goto'"),
    ],
)
def test_a_condition_that_is_not_lua(condition: str, message: str) -> None:
    found = placement("x = 1", line=1, condition=condition)
    assert (found.verified, found.message) == (False, f"condition: {message}")


def test_varargs_where_there_are_none() -> None:
    found = placement("local function f()\n g()\nend", line=2, condition="...")
    assert (found.verified, found.message) == (
        False,
        "cannot use '...' outside a vararg function",
    )


@pytest.mark.parametrize("blank", ["", "  ", "\n"])
def test_blank_conditions_are_none(blank: str) -> None:
    (site,) = placed("x = 1", Wish(1, 1, condition=blank, hit_condition=blank)).sites
    assert (site.checks[0].condition, site.checks[0].hit) == (None, None)


def test_a_very_long_condition() -> None:
    condition = " or ".join(f"i == {n}" for n in range(1000))
    assert not in_place(condition)
    assert holds_at(condition) == [1, 2, 3, 4]


def test_the_source_of_a_condition_that_is_in_place_is_there_for_hooks() -> None:
    (site,) = placed(FRAME, Wish(1, LINE, condition="i == a")).sites
    assert (site.names, site.checks[0].condition) == (
        ("a", "i"),
        "local a, i = ... return (i == a\n)",
    )
