"""On which statements a breakpoint on a line ends up."""

from __future__ import annotations

import pytest

from llmspell.debugger.instrument import Wish, breakpoint_locations

from .marks import LUA, check, placed, placement, stops, unmarked

# Marks: `→` on the wished line, `●` in front of what is stopped at.

PLACES = {
    "a statement": "x = 1\n→●y = 2\nz = 3",
    "indented": "do\n  →  ●y = 2\nend",
    "the first of several": "→●a = 1; b = 2; c = 3",
    "behind the end of a block": "if a then\n b = 1\n→end ●c = 2",
    "a call": "→●print(1)",
    "a call that begins with a parenthesis": "x = 1;\n→●(print)(1)",
    "a local": "→●local a = 1",
    "a local with an attribute": "→●local a <close> = nil",
    "a function": "→●function f()\n  x = 1\nend",
    "a method": "→●function t:m()\n  x = 1\nend",
    "an if": "→●if a then\n  b = 1\nend",
    "a numeric for": "→●for i = 1, 2 do\n  b = 1\nend",
    "a generic for": "→●for k in pairs(t) do\n  b = 1\nend",
    "a while": "→●while a do\n  b = 1\nend",
    "a return": "→●return 1",
    "an empty return": "x = 1\n→●return",
    "a return in a function": "local function f()\n→  ●return 1\nend",
    "a goto": "→●goto done\nx = 1\n::done::",
    "a break of its own": "while true do\n→  ●break\nend",
    "a tail call": "local function f()\n→  ●return f()\nend",
    # functions on the line
    "a function and its one line": "→●local f = function() ●return 1 end",
    "an inner function of one line": "→●foo(function() ●bar() end)",
    "two inner functions": "→●foo(function() ●bar() end, function() ●baz() end)",
    "functions in each other": "→●f(function() ●return function() ●return 1 end end)",
    "an empty function on the line": "→●foo(function() ●end)",
    "an if inside of a one-line function": "→●f = function(x) ●if x then return 1 end return 2 end",
    # branches on the line
    "two branches on one line": "if a then\n→ ●b() else ●c() end",
    "a whole if on one line": "→●if a then b() else c() end",
    "a branch and what follows": "if a then\n→ ●b() end ●c()",
    "a for on one line": "→●for i = 1, 3 do f(i) end",
    # lines without a statement: forward
    "a blank line": "x = 1\n→\n●y = 2",
    "several blank lines": "→\n\n\n●y = 2",
    "a comment": "→-- hello\n●y = 2",
    "a long comment": "--[[\n→  x = 1\n]]\n●y = 2",
    "a comment with code in it": "→-- x = 1\n●y = 2",
    "a blank line with spaces": "do\n→   \n  ●y = 2\nend",
    "a semicolon": "→;\n●y = 2",
    "a label": "goto a\n→::a::\n●y = 2",
    "the end of an if": "if a then\n  b = 1\n→end\n●c = 2",
    "the end of a loop": "for i = 1, 2 do\n  b = 1\n→end\n●c = 2",
    "else": "if a then\n  b = 1\n→else\n  ●c = 2\nend",
    "elseif": "if a then\n  b = 1\n→elseif c then\n  ●d = 2\nend",
    "an empty elseif": "if a then\n  b = 1\n→elseif c then\nend\n●d = 1",
    "an empty else": "if a then\n  b = 1\n→else\nend\n●d = 1",
    "until": "repeat\n  b = 1\n→until c\n●d = 2",
    "until over two lines": "repeat\n  b = 1\nuntil c and\n→ e\n●d = 2",
    "the blank end of a branch": "if a then\n  b = 1\n→\nelse\n  c = 2\nend\n●d = 2",
    "the blank end of a loop": "while a do\n  b = 1\n→\nend\n●d = 2",
    "the blank end of nested loops": "while a do\n while a do\n  b = 1\n→\n end\nend\n●d = 2",
    "do": "→do\n  ●x = 1\nend",
    "an empty do": "→do\nend\n●x = 1",
    "repeat": "→repeat\n  ●x = 1\nuntil x",
    "while true": "→while true do\n  ●x = 1\n  break\nend",
    "a comment above a local function": "→-- adds\nlocal function f()\n  ●return 1\nend",
    "a constant": "→local a <const> = 1\n●print(a)",
    "a declaration that joins the one before": "local a\n→local b\n●print(a, b)",
    # functions over several lines
    "the line of a local function": "→local function f()\n  ●x = 1\nend",
    "the line of a local function value": "→local f = function()\n  ●x = 1\nend",
    "a function in a table": "local t = {\n→  f = function()\n    ●x = 1\n  end,\n}",
    "a function among arguments": "foo(1,\n→  function()\n    ●x = 1\n  end)",
    "a function behind a method of a global": "foo\n→  ●:bar(function()\n    x = 1\n  end)",
    "a function behind a method": "foo.x\n→  :bar(function()\n    ●x = 1\n  end)",
    "parameters on a line of their own": "local function f(a,\n→  b)\n  ●x = 1\nend",
    "return of a function": "→return function()\n  ●x = 1\nend",
    "a local function with a blank line": "→local function f()\n\n  ●x = 1\nend",
    "an empty local function": "→local function f()\n●end",
    # the end of functions
    "the end of a function": "local function f()\n  x = 1\n→●end",
    "the end of a function value": "foo(function()\n  x = 1\n→●end)",
    "the end of an empty function": "local function f()\n→●end",
    "the blank end of a function": "local function f()\n  x = 1\n→\n●end",
    "the end behind a loop": "local function f()\n  while a do\n  end\n→●end",
    "the end behind a block with return": "local function f()\n  if x then return end\n→●end",
    "two ends on a line": "foo(function() bar(function()\n x = 1\n→●end) ●end)",
    "an end and a statement": "foo(function()\n x = 1\n→●end) ●bar()",
    "the end behind return": "local function f()\n  return 1\n→end\n●x = 1",
    "the end behind return and comment": "local function f()\n  return 1 -- one\n→end\n●x = 1",
    "the end behind return;": "local function f()\n  return 1;\n→end\n●x = 1",
    "the end behind a label": "local function f()\n  goto a\n  ::a::\n→end\n●x = 1",
    "the end behind a label and ;": "local function f()\n  goto a\n  ::a:: ;\n→end\n●x = 1",
    "the end of a function in a table, behind return": "t = { f = function()\n  return 1\n→end }\n●x = 1",
    "the blank end behind return": "local function f()\n  return 1\n→\nend\n●x = 1",
    # lines within a statement: back
    "an argument": "●foo(1,\n→  2)",
    "the parenthesis of a call": "●foo(\n  1\n→)",
    "a chain of methods of a global": "foo\n  ●:bar()\n→  :baz()",
    "a chain of methods of a field": "●foo.x\n  :bar()\n→  :baz()",
    "an entry of a table": "●local t = {\n→  a = 1,\n}",
    "a comment in a table": "●local t = {\n→  -- a\n  a = 1,\n}",
    "a blank line in a table": "●local t = {\n→\n  a = 1,\n}",
    "the brace of a table": "●local t = {\n  a = 1,\n→}",
    "the inside of a long string": "●local s = f[[\n→  x = 1\n]]",
    "a condition over two lines": "●if a and\n→  b then\n  c = 1\nend",
    "the then of an if": "●if a and b\n→then\n  c = 1\nend",
    "a condition of while": "●while a and\n→  b do\n  c = 1\nend",
    "an operand": "●x = a +\n→  b",
    "a line within an elseif": "if a then\n b = 1\nelseif c and\n→  d then\n  ●e = 1\nend",
    "an entry behind a function": "●f {\n a = function()\n  return 1\n end,\n→ b = 2,\n}",
    # statements that begin on a line without code: down to the first line with some
    "a value on the next line": "→local x =\n  ●f(1)",
    "a value on the next line, from there": "local x =\n→  ●f(1)",
    "a value behind a comment": "→local x = -- why\n  -- because\n  ●f(1)",
    "a value behind a blank line": "→local x =\n\n  ●f(1)",
    "an assignment over lines": "local x\n→x =\n  ●f(1)",
    "a condition on the next line": "local x\n→if\n  ●f()\nthen\n  y = 1\nend",
    "return and its value": "→return\n  ●x",
    "two names over lines": "→local a,\n  b =\n  ●f(1)",
    "a short string above": "local t\n→t['a'] =\n  ●f(1)",
}


@pytest.mark.parametrize("text", PLACES.values(), ids=PLACES.keys())
def test_a_breakpoint_ends_up_at(text: str) -> None:
    check(text)


@pytest.mark.parametrize("text", PLACES.values(), ids=PLACES.keys())
def test_with_crlf_it_ends_up_at(text: str) -> None:
    check(text.replace("\n", "\r\n"))


@pytest.mark.parametrize("text", PLACES.values(), ids=PLACES.keys())
def test_with_lone_cr_it_ends_up_at(text: str) -> None:
    check(text.replace("\n", "\r"))


@pytest.mark.parametrize("text", PLACES.values(), ids=PLACES.keys())
def test_inside_of_a_function_and_a_block_it_ends_up_at(text: str) -> None:
    check("local function outer()\nlocal unused = 1\ndo\n" + text + "\nend\nlast()\nend")


NOWHERE = {
    "behind the last statement": "x = 1\n→",
    "a line after the text": "x = 1\n\n\n→",
    "the end of the last block": "if a then\n  b = 1\n→end",
    "the end of the last function, behind return": "local function f()\n  return 1\n→end",
    "only comments": "→-- nothing\n-- here",
    "nothing": "→",
    "a last label": "goto a\n→::a::",
}


@pytest.mark.parametrize("text", NOWHERE.values(), ids=NOWHERE.keys())
def test_there_is_nothing_to_stop_at(text: str) -> None:
    result = check(text)
    assert result.placed[1].message == "no code from here on in this chunk"


def test_a_line_far_after_the_text() -> None:
    assert not placement("x = 1", line=1000).verified


def test_a_break_with_the_code_of_its_then_stops_there_if_the_condition_holds() -> None:
    result = placed("for i = 1, 3 do\n  if i == 2 then\n    break\n  end\nend", Wish(1, 3))
    assert result.placed[1].line == 2
    assert result.placed[1].message == "stops on line 2, which has the code of this `break`"
    assert stops(result) == [(1, 2)]


def test_such_a_break_and_the_if_are_two_places() -> None:
    text = "for i = 1, 3 do\n  if i == 2 then\n    break\n  end\nend"
    assert stops(placed(text, Wish(1, 2), Wish(2, 3))) == [(1, 2), (1, 2), (2, 2)]


def test_a_break_on_the_line_of_its_if_is_not_stopped_at() -> None:
    check("for i = 1, 3 do\n→ ●if i == 2 then break end\nend")


def test_a_line_within_a_statement_means_the_first_line_of_it() -> None:
    text = (
        "local y = 1 local x = -- one\n --[[ two\n ]] tostring(y) print(x) local z =\n tostring(x)"
    )
    result = placed(text, *(Wish(n, n) for n in range(1, 5)))
    assert stops(result) == [(1, 1), (2, 1), (3, 3), (4, 3)]


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("→a = 1; ●b = 2; c = 3", 8),
        ("→a = 1; ●b = 2; c = 3", 10),
        ("→●a = 1; b = 2; c = 3", 7),
        ("→a = 1; b = 2; ●c = 3", 1000),
        ("→   ●a = 1", 1),
        ("→f = function() ●return 1 end", 16),
        ("→●f = function() return 1 end", 1),
        ("→f('ä😀'); ●g()", 11),
        ("→\n●a = 1", 5),
    ],
)
def test_a_column_chooses_one_statement(text: str, column: int) -> None:
    check(text, column)


def test_locations_are_all_statements_that_can_be_stopped_at() -> None:
    text = b"a = 1; b = 2\n-- c\nlocal f = function() return 1 end\nwhile true do\n x =\n f() end"
    locations = breakpoint_locations(text, 1, 6, compiler=LUA.compiler)
    assert locations == [(1, 1), (1, 8), (3, 1), (3, 22), (6, 2)]
    assert breakpoint_locations(text, 2, 2, compiler=LUA.compiler) == []


def test_every_location_can_be_set_and_is_where_it_said() -> None:
    text = (
        "local t = { f = function(x) return x end, g = 1 }\n"
        "for i = 1, 2 do if i > 1 then t.f(i) else t.f(0) end end return\n"
    )
    for line, column in breakpoint_locations(text.encode(), 1, 2, compiler=LUA.compiler):
        found = placement(text, line=line, column=column)
        assert (found.line, found.column) == (line, column)


def test_locations_of_broken_text() -> None:
    assert breakpoint_locations(b"x = = 1", 1, 1, compiler=LUA.compiler) == []


FUNCTIONS = {
    "f": "local function f()\n  ●x = 1\nend",
    "g": "function g(a)\n  local c <const> = 1\n  ●return a\nend",
    "M.f": "function M.f()\n  ●x = 1\nend",
    "M:f": "function M.f()\n  ●x = 1\nend",
    "M.g": "function M:g()\n  ●x = 1\nend",
    "h": "M.a.h = function() ●return 1 end",
    "t.x": "local t = { x = function() ●return 1 end, y = function() return 2 end }",
    "empty": "local function empty()\n●end",
    "twice": "function twice() ●x = 1 end\nM.twice = function() ●y = 1 end",
    "second": "local first, second = function() x = 1 end, function() ●y = 1 end",
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_breakpoint_stops_at_the_first_statement(name: str) -> None:
    source, _, places = unmarked(FUNCTIONS[name])
    result = placed(source, Wish(1, function=name))
    assert [(site.line, site.column) for site in result.sites] == places


def test_an_unknown_function() -> None:
    found = placement("function f() end", function="g")
    assert (found.verified, found.message) == (False, "no function `g` in this chunk")
