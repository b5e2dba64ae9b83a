from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmspell.syntax.calls import calls_on_lines
from llmspell.syntax.chunk import Chunk
from llmspell.syntax.expressions import expression_at
from llmspell.syntax.names import function_name, names_function
from llmspell.syntax.scopes import locals_at, varargs_at


def statements(text: str) -> list[str]:
    """The first word of each statement."""
    chunk = Chunk(text.encode())
    return [text.encode()[s.start : s.end].decode().split()[0] for s in chunk.statements]


@pytest.mark.parametrize(
    ("text", "starts"),
    [
        ("a=1 b=2", ["a=1", "b=2"]),
        ("local x <const>, y <close> = 1, nil", ["local"]),
        ("::l:: goto l", ["::l::", "goto"]),
        ("if a then b() elseif c then d() else e() end", ["if", "b()", "d()", "e()"]),
        ("for i=1,2 do f() end while x do break end", ["for", "f()", "while", "break"]),
        ("repeat local a until a do end", ["repeat", "local", "do"]),
        ("local function f() return 1 end", ["local", "return"]),
        ("x = function() y() end", ["x", "y()"]),
        ("return", ["return"]),
        ("return 1;", ["return"]),
        ("; ;", [";", ";"]),
        ("f\n(x)\n.y = 1", ["f"]),
        ("f'x' g{} h[[y]]", ["f'x'", "g{}", "h[[y]]"]),
        ("x = a // b ~ ~c >> 1 << 2 & 3 | 4", ["x"]),
        ("s = '\\z\n  x\\x41\\u{10FFFF}\\065\\\n'", ["s"]),
        ("s = [==[ ]] ]=] x = 1 ]==] y=2", ["s", "y=2"]),
        ("-- a=1\n--[[ b=2 ]] c=3", ["c=3"]),
        ("a=1 -- x\rb=2", ["a=1", "b=2"]),
        ("a='x\\\r\ny' b=2", ["a='x\\", "b=2"]),
        ("a='\0' b=2", ["a='\0'", "b=2"]),
        ("a\v=\f1", ["a"]),
        ("n = 0x.1p4 + 0xA.p-1 + 3. + .5e+3", ["n"]),
        ("a.b:c'x'.d = 1", ["a.b:c'x'.d"]),
    ],
)
def test_statements(text: str, starts: list[str]) -> None:
    assert statements(text) == starts
    assert Chunk(text.encode()).faults == []


def test_bytes_that_are_not_utf8() -> None:
    chunk = Chunk(b's = "\xff\xe9" -- \xff\nx = 1')
    assert [s.line for s in chunk.statements] == [1, 2]
    assert chunk.faults == []


def test_functions_have_names_and_parents() -> None:
    chunk = Chunk(b"function a.b:c(x, ...) local function d() end return function() end end")
    assert [(f.name, f.vararg, f.parent.index if f.parent else None) for f in chunk.functions] == [
        ("", True, None),
        ("a.b:c", True, 0),
        ("d", False, 1),
        ("", False, 1),
    ]


def test_the_body_of_a_function_closes_at_its_end() -> None:
    text = b"local f = function(a) return 1 end"
    assert text[Chunk(text).functions[1].body.close :] == b"end"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("function f() end", "f"),
        ("local function f() end", "f"),
        ("function a . b : c() end", "a.b:c"),
        ("local f = function() end", "f"),
        ("a.b = function() end", "a.b"),
        ("x, y.z = 1, function() end", "y.z"),
        ("x = 1, function() end", ""),
        ("local t = { f = function() end }", "t.f"),
        ("local t = { u = { f = function() end } }", "t.u.f"),
        ("return { f = function() end }", "f"),
        ("t = { [f] = function() end }", ""),
        ("t = { function() end }", ""),
        ("g(function() end)", ""),
        ("g { f = function() end }", "f"),
        ("a[1] = function() end", "a[1]"),
    ],
)
def test_the_name_of_a_function(text: str, name: str) -> None:
    chunk = Chunk(text.encode())
    assert function_name(chunk, chunk.functions[1]) == name


@pytest.mark.parametrize(
    ("wished", "name", "is_meant"),
    [
        ("f", "f", True), ("f", "t.f", True), ("t.f", "t:f", True), ("t:f", "a.t.f", True),
        ("t.f", "f", False), ("f", "g", False), ("f", "tf", False), ("", "", False), (" f ", "f", True),
    ],
)  # fmt: skip
def test_who_is_meant_by_a_name(wished: str, name: str, is_meant: bool) -> None:
    assert names_function(wished, name) is is_meant


# `|` is the cursor; the names that are known there, with what they are.
SCOPES = {
    "local a, b = 1 |": "a:local b:local",
    "local a = |1": "",
    "local x = 1 local x = x| + 1": "x:local",
    "local a <const>, b <close> = 1, 2 |": "a:local b:local",
    "local function f(a, b) | end": "a:parameter b:parameter f:function",
    "local f = function(a) | end": "a:parameter",
    "function t:m(x) | end": "self:self x:parameter",
    "function t.m(x) | end": "x:parameter",
    "function t.m(x) end |": "",
    "for i = 1, 2 do | end": "i:numeric for",
    "for i = |1, 2 do end": "",
    "for k, v in f do | end": "k:for v:for",
    "for k, v in f do end |": "",
    "do local a end |": "",
    "do local a | end": "a:local",
    "if x then local a | else local b end": "a:local",
    "if x then local a else local b | end": "b:local",
    "if x then local a elseif y then | end": "",
    "repeat local a until a| ": "a:local",
    "repeat local a until a  x = 1 |": "",
    "while x do local a | end": "a:local",
    "local a do local b local function c() | end end": "a:local b:local c:function",
    "local a local function f(a) | end": "a:parameter f:function",
    "| local a": "",
    "local t = { f = function(x) | end } ": "x:parameter",
    # broken text
    "local a = 1\nif a then\n  foo(a.|": "a:local",
    "local a = 1 local b = = 2 |": "a:local b:local",
    "local function f(x) local y = 1 |": "y:local",
}


@pytest.mark.parametrize("text", SCOPES)
def test_the_names_that_are_known(text: str) -> None:
    offset = text.index("|")
    chunk = Chunk(text.replace("|", "").encode())
    known = " ".join(f"{n}:{known.kind}" for n, known in sorted(locals_at(chunk, offset).items()))
    assert known == SCOPES[text]


def test_attributes() -> None:
    known = locals_at(Chunk(b"local a <const>, b <close>, c = 1, nil "), 39)
    assert {name: local.attribute for name, local in known.items()} == {
        "a": "const", "b": "close", "c": "",
    }  # fmt: skip


def test_the_function_of_a_local() -> None:
    text = b"local a local function f(b) local c = function() return 1 end end"
    known = locals_at(Chunk(text), text.index(b"return"))
    assert {name: local.function.index for name, local in known.items()} == {"a": 0, "f": 0, "b": 1}


@pytest.mark.parametrize(
    ("text", "available"),
    [
        ("|", True),
        ("function f() | end", False),
        ("function f(...) | end", True),
        ("function f(...) g(function() | end) end", False),
        ("function f(a, ...) do | end end", True),
    ],
)
def test_varargs(text: str, available: bool) -> None:
    assert varargs_at(Chunk(text.replace("|", "").encode()), text.index("|")) is available


@pytest.mark.parametrize(
    ("text", "line", "calls"),
    [
        ("f()", 1, ["f"]),
        ("f(g(), h())", 1, ["g", "h", "f"]),
        ("a.b.c()", 1, ["a.b.c"]),
        ("a.b:c()", 1, ["a.b:c"]),
        ("f():g():h()", 1, ["f", "…:g", "…:h"]),
        ("f()()", 1, ["f", "…"]),
        ("(f or g)()", 1, ["…"]),
        ("a[1].b()", 1, ["….b"]),
        ("f'x' g{} ", 1, ["f", "g"]),
        ("('x'):rep(2)", 1, ["…:rep"]),
        ("local x = f(\n g(1))", 1, ["f"]),
        ("local x = f(\n g(1))", 2, ["g"]),
        ("f\n :a()\n :b()", 3, ["…:b"]),
        ("x = 1", 1, []),
        ("f(", 1, []),
    ],
)
def test_the_calls_on_a_line(text: str, line: int, calls: list[str]) -> None:
    assert [call.callee for call in calls_on_lines(Chunk(text.encode()), line, line)] == calls


def test_what_a_call_calls_and_where_it_is() -> None:
    text = b"x = a.b:c(1) f()(g)"
    found = calls_on_lines(Chunk(text), 1, 1)
    assert [call.value for call in found] == ["a.b.c", "f", None]
    assert [text[call.start : call.end] for call in found] == [b"a.b:c(1)", b"f()", b"f()(g)"]


def test_calls_know_the_function_that_makes_them() -> None:
    found = calls_on_lines(Chunk(b"f(function() g() end)"), 1, 1)
    assert [(call.callee, call.function.index) for call in found] == [("g", 1), ("f", 0)]


EXPRESSIONS = {
    "x = |a.b.c": "a",
    "x = a|.b.c": "a",
    "x = a.|b.c": "a.b",
    "x = a.b.c|": "a.b.c",
    "x = a.b.|c.d": "a.b.c",
    "|x = 1": "x",
    "a.b:|c(1)": "a.b.c",
    "a.|b:c(1)": "a.b",
    "f(a).|b = 1": None,
    "a[1].|b = 1": "a[1].b",
    "a['k'].|b = 1": "a['k'].b",
    "a[i].|b = 1": "a[i].b",
    "a[i + 1].|b = 1": None,
    "a[f()].|b = 1": None,
    "x = a[|i]": "i",
    "x = { |k = 1 }": None,
    "x = { [|k] = 1 }": "k",
    "x = { k = |v }": "v",
    "x = '|a'": None,
    "-- |a": None,
    "x = |1": None,
    "goto |l ::l::": None,
    "::|l::": None,
    "local a <|const> = 1": None,
    "local |a <const> = 1": "a",
    "function |f() end": "f",
    "function a.|f() end": "a.f",
    "function f(|x) end": "x",
    "x = |...": "...",
    "|return x": None,
    "x = y |": None,
    "": None,
    "x = a.|b.": "a.b",
    "foo(a.|b": "a.b",
}


@pytest.mark.parametrize("text", EXPRESSIONS)
def test_the_expression_under_a_cursor(text: str) -> None:
    offset = max(text.find("|"), 0)
    found = expression_at(Chunk(text.replace("|", "").encode()), offset)
    assert (found.text if found else None) == EXPRESSIONS[text]


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("x = = 1", [(4, 5)]),
        ("f(", [(0, 2)]),
        ("x = 1", []),
    ],
)
def test_faults(text: str, faults: list[tuple[int, int]]) -> None:
    assert [(fault.start, fault.end) for fault in Chunk(text.encode()).faults] == faults


PIECES = st.sampled_from(
    [
        "if",
        "then",
        "else",
        "elseif",
        "end",
        "while",
        "do",
        "for",
        "in",
        "repeat",
        "until",
        "function",
        "local",
        "return",
        "break",
        "goto",
        "::",
        "(",
        ")",
        "{",
        "}",
        "[",
        "]",
        "=",
        "==",
        "..",
        "...",
        ".",
        ":",
        ",",
        ";",
        "a",
        "b",
        "f",
        "1",
        "'x'",
        "[[",
        "]]",
        "--",
        "\n",
        "\r",
        "<",
        ">",
        "const",
    ]
)


@given(st.lists(PIECES, max_size=25))
def test_any_text_can_be_read(pieces: list[str]) -> None:
    text = " ".join(pieces).encode()
    chunk = Chunk(text)
    for offset in range(len(text) + 1):
        locals_at(chunk, offset)
        varargs_at(chunk, offset)
        expression_at(chunk, offset)
    for statement in chunk.statements:
        assert statement.block.open <= statement.start <= statement.end
        assert statement in statement.block.statements
    for block in chunk.blocks[1:]:
        assert block.open <= block.close <= block.scope_end
        assert block.parent is not None
    calls_on_lines(chunk, 1, chunk.lines.count)
    assert [fault.start for fault in chunk.faults] == sorted(f.start for f in chunk.faults)


@given(st.binary(max_size=60))
def test_any_bytes_can_be_read(text: bytes) -> None:
    assert Chunk(text).functions[0].body.open == 0


def test_text_that_is_deeply_nested() -> None:
    depth = 5000
    chunk = Chunk(b"x = " + b"(" * depth + b"1" + b")" * depth + b" y = 1" + b" + 1" * depth)
    assert len(chunk.statements) == 2
