"""Formatting: small cases, and that tokens stay as they are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmspell_server.analysis.formatting.layout import Broken, format_edits, formatted
from llmspell_server.analysis.formatting.style import Style
from llmspell_server.analysis.formatting.tokens import tokens_of
from llmspell_server.compiler import Compiler

SPACING = {
    "x=1": "x = 1",
    "x  =  1": "x = 1",
    "x=a+b*c//d%e": "x = a + b * c // d % e",
    "x=2^20": "x = 2^20",
    "x=2 ^20": "x = 2 ^ 20",
    "x=a..b": "x = a .. b",
    "x=a.. 1 ..2": "x = a .. 1 .. 2",
    "x=3 ..2": "x = 3 .. 2",
    "x=- -y": "x = - -y",
    "x=-  y": "x = -y",
    "x=-(-y)": "x = -(-y)",
    "x=a- -b": "x = a - -b",
    "x=~ ~y": "x = ~~y",
    "x=a~ ~b": "x = a ~ ~b",
    "x=not  y": "x = not y",
    "x=#  t": "x = #t",
    "x=a<b and c>=d": "x = a < b and c >= d",
    "f (x,y)": "f(x, y)",
    "f( x )": "f(x)",
    "a . b : c ()": "a.b:c()",
    "f'x'": "f'x'",
    "f   'x'": "f 'x'",
    "f{}": "f{}",
    "f { }": "f {}",
    "t={1,2}": "t = {1, 2}",
    "t={ 1,2}": "t = { 1, 2 }",
    "t={1,2 }": "t = {1, 2}",
    "x=t[ 1 ]": "x = t[1]",
    "x=t[ [[k]] ]": "x = t[ [[k]] ]",
    "t={[ [[k]] ]=1}": "t = {[ [[k]] ] = 1}",
    "local x<const>,y < close > =1": "local x <const>, y <close> = 1",
    "local x<const> =1 y=x<2": "local x <const> = 1 y = x < 2",
    "goto  l ::  l  ::": "goto l ::l::",
    "local f=function (a,...) return ... end": "local f = function(a, ...) return ... end",
    "function  f (a) end": "function f(a) end",
    "x=1;y=2 ;": "x = 1; y = 2;",
    "return(x)": "return (x)",
    "x=(f)(y)": "x = (f)(y)",
    "f()--c": "f() --c",
    "f()   -- c  ": "f()   -- c",
    "f(--[[c]]x)": "f(--[[c]]x)",
}  # fmt: skip

LINES = [
    # blocks
    "if a then\nb()\nelseif c then\nd()\nelse\ne()\nend",
    "if a then\n  b()\nelseif c then\n  d()\nelse\n  e()\nend",
    "for i=1,2 do\nwhile x do\nrepeat\ny()\nuntil z\nend\nend",
    "for i = 1, 2 do\n  while x do\n    repeat\n      y()\n    until z\n  end\nend",
    "do\n    x()\n      end",
    "do\n  x()\nend",
    # several openers of one line are one step
    "f(function()\nx()\nend)",
    "f(function()\n  x()\nend)",
    "f({\na=1,\n},{\nb=2,\n})",
    "f({\n  a = 1,\n}, {\n  b = 2,\n})",
    # going on with a statement
    "local x=a\nand b\nlocal y\nx()",
    "local x = a\n  and b\nlocal y\nx()",
    "B.new()\n:name'x'\n:build()\nf()",
    "B.new()\n  :name'x'\n  :build()\nf()",
    "f\n(g)()",
    "f\n  (g)()",
    "if a\nor b then\nc()\nend",
    "if a\n  or b then\n  c()\nend",
    "if a\nthen\nc()\nend",
    "if a\nthen\n  c()\nend",
    "t={\na=b\nor c,\nd,\n}",
    "t = {\n  a = b\n    or c,\n  d,\n}",
    "function f(\na,\nb\n)\nreturn a\nend",
    "function f(\n  a,\n  b\n)\n  return a\nend",
    # comments
    "  -- a\nif x then\n-- b\nelse\n-- c\nend\n  --[[ d\n  d ]]",
    "-- a\nif x then\n  -- b\nelse\n  -- c\nend\n--[[ d\n  d ]]",
    "a=1    -- x\nbc =2  -- y\n       -- z\n",
    "a = 1   -- x\nbc = 2  -- y\n        -- z",
    # strings over several lines are left alone
    "do\nx=[[\n a\n]]\nend",
    "do\n  x = [[\n a\n]]\nend",
    # blank lines
    "\n\na()\n\n\n\n\nb()\n\n",
    "a()\n\n\nb()",
    # the first line of a program
    "#!/usr/bin/lua\nx=1",
    "#!/usr/bin/lua\nx = 1",
]


@pytest.mark.parametrize(("source", "expected"), SPACING.items())
def test_spaces(source: str, expected: str) -> None:
    assert formatted(source, Style()) == expected + "\n"


@pytest.mark.parametrize(("source", "expected"), list(zip(LINES[::2], LINES[1::2], strict=True)))
def test_lines(source: str, expected: str) -> None:
    assert formatted(source, Style()) == expected + "\n"
    assert formatted(expected + "\n", Style()) == expected + "\n"


@pytest.mark.parametrize("source", ["", "\n", " \t\n\n"])
def test_nothing_stays_nothing(source: str) -> None:
    assert formatted(source, Style()) == ""


def test_tabs() -> None:
    assert formatted("do\n  x()\nend", Style(tabs=True)) == "do\n\tx()\nend\n"


def test_line_ends_are_kept() -> None:
    assert formatted("do\r\nx()\r\nend", Style()) == "do\r\n  x()\r\nend\r\n"


def test_line_ends_in_comments_do_not_count() -> None:
    once = formatted("--[=[\nc]=]\n \r\n \r\n \r\n", Style())
    assert once == "--[=[\nc]=]\r\n"
    assert formatted(once, Style()) == once


def test_line_ends_are_changed_where_that_is_asked_for() -> None:
    assert formatted("do\r\nx()\r\nend", Style(line_end="\n")) == "do\n  x()\nend\n"


@pytest.mark.parametrize("source", ["x = 'a", "x = [[a", "--[[ a", "x = $"])
def test_what_is_not_lua_is_refused(source: str) -> None:
    with pytest.raises(Broken):
        formatted(source, Style())


def test_edits_change_white_space_only_where_it_differs() -> None:
    source = "do\n    x = 1 \n  y =2\nend\n"
    edits = [(source[e.start : e.end], e.text) for e in format_edits(source, Style())]
    assert edits == [("    ", "  "), (" ", ""), ("", " ")]


WORDS = """
a b f ( ) [ ] { } [[s]] 's' 1 2. - ~ # not + .. ^ = == < > , ; . : :: ... and function end if then
else elseif do while for in repeat until local return break goto const nil --[[c]] --[=[\nc]=]
"""


@given(
    st.lists(st.sampled_from([*WORDS.split(" "), "-- c\n", "\n", "\r\n", "\t"]), max_size=40).map(
        " ".join
    )
)
def test_any_row_of_tokens_is_formatted_and_what_compiles_stays_the_same(
    compiler: Compiler, source: str
) -> None:
    once = formatted(source, Style())
    if compiler(source) is None:
        assert [t[:2] for t in tokens_of(once)] == [t[:2] for t in tokens_of(source)]
        assert formatted(once, Style()) == once


STATEMENTS = st.recursive(
    st.sampled_from(
        [
            "x = - -1",
            "f\n(g)()",
            "local x<const> =1",
            "t={[ [[k]] ]=- - -1,}",
            "x=a..1 ..2 --c\n",
            ";",
        ]
    ),
    lambda inner: st.lists(inner, min_size=1, max_size=3).flatmap(
        lambda some: st.sampled_from(
            [
                "if a\nthen " + "\n".join(some) + " else\n" + " ".join(some) + "\n-- last\nend",
                "f(function(a,...)\n" + "\n\n\n\n".join(some) + "\nend,{\na,b;c\n})",
                "repeat " + "\r\n".join(some) + " until x\nor y",
                "for i=1,- -2 do --[[c]] " + "\n".join(some) + "\nend",
            ]
        )
    ),
    max_leaves=12,
)


@given(st.lists(STATEMENTS, max_size=5).map("\n".join), st.booleans())
def test_code_stays_the_same_and_twice_is_once(source: str, tabs: bool) -> None:
    style = Style(tabs=tabs)
    once = formatted(source, style)
    assert [t[:2] for t in tokens_of(once)] == [t[:2] for t in tokens_of(source)]
    assert formatted(once, style) == once


def test_the_bytecode_of_formatted_text_is_the_same(compiler: Compiler) -> None:
    source = "local a<const> =1\nlocal function f(...)return- -a,...end\nreturn f{[ [[x]] ]=2 ..3}"
    assert compiler.binary(formatted(source, Style())) == compiler.binary(source)
