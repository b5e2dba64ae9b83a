"""Breakpoints anywhere in any program change nothing about it."""

from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from llmspell.debugger.instrument import Instrumented, Wish, breakpoint_locations, instrument
from llmspell.syntax.lines import Lines

from .lua54 import SECRET
from .marks import LUA, assert_same_face

# Programs as lists of tokens; what stands between them is drawn, so that statements break over
# lines everywhere. They end: loops count, jumps go forward.

GAPS = st.sampled_from([" "] * 12 + ["\n"] * 5 + [" -- c\n", "--[[ x\n ]]", "\n\n", "\r\n", "\t"])
NAMES = st.sampled_from(["a", "b", "c", "t", "f", "x"])

Tokens = list[str]


def expressions(depth: int) -> st.SearchStrategy[Tokens]:
    plain = st.one_of(
        NAMES.map(lambda name: [name]),
        st.sampled_from([["1"], ["2.5"], ["nil"], ["true"], ["'s'"], ["[[l\nm]]"], ["#", "'ab'"]]),
        NAMES.map(lambda name: ["tostring", "(", name, ")"]),
        NAMES.map(lambda name: ["T", ".", name]),
        NAMES.map(lambda name: ["T", ":", "m", "(", name, ")"]),
    )
    if depth == 0:
        return plain
    inner = expressions(depth - 1)
    return st.one_of(
        plain,
        st.builds(lambda a, b, o: [*a, o, *b], inner, inner, st.sampled_from(["==", "and", "or"])),
        st.builds(lambda a: ["(", *a, ")"], inner),
        st.builds(lambda a, b: ["{", *a, ",", "k", "=", *b, "}"], inner, inner),
        st.builds(lambda a: ["not", *a], inner),
        st.builds(
            lambda body: [
                "(",
                "function",
                "(",
                "a",
                ",",
                "...",
                ")",
                *body,
                "end",
                ")",
                "(",
                "1",
                ")",
            ],
            blocks(depth - 1),
        ),
        st.builds(lambda body: ["function", "(", "a", ")", *body, "end"], blocks(depth - 1)),
    )


def simple(depth: int, *, close: bool = True) -> st.SearchStrategy[Tokens]:
    value = expressions(depth)
    guards = [st.just(["local", "g", "<", "close", ">", "=", "GUARD", "(", ")"])] if close else []
    return st.one_of(
        *guards,
        st.builds(lambda n, v: ["local", n, "=", *v], NAMES, value),
        st.builds(lambda n, m: ["local", n, ",", m], NAMES, NAMES),
        st.builds(lambda n: ["local", n, "<", "const", ">", "=", "7"], NAMES),
        st.builds(lambda n, v: [n + "_", "=", *v], NAMES, value),
        st.builds(lambda n, v, w: ["T", ".", n, ",", "G", "=", *v, ",", *w], NAMES, value, value),
        st.builds(lambda v: ["print", "(", *v, ")"], value),
        st.builds(lambda v: ["T", ":", "m", "(", *v, ")", ":", "m", "'x'"], value),
        st.builds(lambda v: [";", "(", "print", ")", "(", *v, ")"], value),
        st.just([";"]),
    )


def compound(depth: int, *, close: bool = True) -> st.SearchStrategy[Tokens]:
    block, value = blocks(depth - 1, close=close), expressions(0)
    return st.one_of(
        st.builds(lambda b: ["do", *b, "end"], block),
        st.builds(lambda v, b: ["if", *v, "then", *b, "end"], value, block),
        st.builds(
            lambda v, b, w, c, d: ["if", *v, "then", *b, "elseif", *w, "then", *c, "else", *d, "end"],
            value, block, value, block, block,
        ),
        st.builds(lambda n, b: ["for", n, "=", "1", ",", "2", "do", *b, "end"], NAMES, block),
        st.builds(
            lambda n, b: ["for", n, ",", "x", "in", "pairs", "{", "1", "}", "do", *b, "end"],
            NAMES, block,
        ),
        st.builds(
            lambda b, c: ["for", "i", "=", "1", ",", "2", "do", "if", "i", "==", "1", "then", *b,
                          "goto", "go", "end", "local", "z", "=", "i", "do", *c, "end", "::", "go",
                          "::", "end"],
            # Lua 5.4.8 itself loses its stack at `local g <close> = v goto go`, where a `local`
            # stands between the block and a label at the end of the one around it.
            blocks(depth - 1, close=False, returns=False), block,
        ),
        st.builds(
            lambda v: ["for", "i", "=", "1", ",", "3", "do", "if", *v, "then", "break", "end",
                       "print", "(", "i", ")", "end"],
            value,
        ),
        st.builds(lambda b: ["repeat", "local", "r", "=", "true", "do", *b, "end", "until", "r"], block),
        st.builds(lambda b: ["while", "true", "do", "do", *b, "end", "break", "end"], block),
        st.builds(lambda n, b: ["local", "function", n, "(", "a", ",", "...", ")", *b, "end"], NAMES, block),
        st.builds(lambda n, b: ["function", "T", ".", n, "(", ")", *b, "end"], NAMES, block),
        st.builds(lambda b: ["do", "goto", "e", ";", "do", *b, "end", "::", "e", "::", "end"], block),
    )  # fmt: skip


def blocks(depth: int, *, close: bool = True, returns: bool = True) -> st.SearchStrategy[Tokens]:
    """Statements; whether there may be `<close>` variables among them, and a `return` at the end."""
    statement = simple(max(depth - 1, 0), close=close)
    if depth > 0:
        statement = st.one_of(simple(depth - 1, close=close), compound(depth, close=close))
    body = st.lists(statement, max_size=4).map(
        lambda found: [token for one in found for token in one]
    )
    if not returns:
        return body
    ending = st.one_of(
        st.just([]),
        st.just([]),
        st.builds(lambda v: ["return", *v], expressions(0)),
        st.just(["return", ";"]),
    )
    return st.builds(lambda a, b: [*a, *b], body, ending)


PRELUDE = (
    "local T = setmetatable({}, { __index = function(t, k) return k end }) "
    "function T.m(self, x) print('m', x) return T end "
    "function GUARD() return setmetatable({}, { __close = function() print('closed') end }) end "
)


@st.composite
def programs(draw: st.DrawFn) -> bytes:
    tokens = draw(blocks(3))
    gaps = draw(st.lists(GAPS, min_size=len(tokens), max_size=len(tokens)))
    body = "".join(token + gap for token, gap in zip(tokens, gaps, strict=True))
    source = (PRELUDE + "do\n" + body + "\nend").encode()
    assert isinstance(LUA.compiler(source), bytes), LUA.compiler(source)
    return source


SETTINGS = settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def on_every_line(source: bytes, **wish: str) -> Instrumented:
    wishes = [Wish(n, n, **wish) for n in range(1, Lines(source).count + 1)]  # type: ignore[arg-type]
    return instrument(source, wishes, secret=SECRET, compiler=LUA.compiler)


@SETTINGS
@given(programs())
def test_every_line_at_once_leaves_the_program_as_it_is(source: bytes) -> None:
    result = on_every_line(source)
    assert_same_face(source, result.source)
    if result.source != source:
        assert LUA.run(result.source, lambda *_: None) == LUA.run(source)


@SETTINGS
@given(programs())
def test_every_location_at_once_leaves_the_program_as_it_is(source: bytes) -> None:
    locations = breakpoint_locations(source, 1, Lines(source).count, compiler=LUA.compiler)
    wishes = [Wish(n, line, column) for n, (line, column) in enumerate(locations)]
    result = instrument(source, wishes, secret=SECRET, compiler=LUA.compiler)
    assert_same_face(source, result.source)
    for wish in wishes:
        found = result.placed[wish.id]
        assert (found.line, found.column) == (wish.line, wish.column)
        excused = source.count(b"break") > 0  # `if 1 then break`
        assert found.verified or excused or is_joined(source, wish)
    if wishes:
        assert LUA.run(result.source, lambda *_: None) == LUA.run(source)


def is_joined(source: bytes, wish: Wish) -> bool:
    """Whether Lua makes one instruction of a `local` without values and the one before it.

    With a call between them there would be two, and a line with code that had none.
    """
    start = Lines(source).start(wish.line) + (wish.column or 1) - 1
    return re.match(rb"local\s+\w+\s*(?:,\s*\w+\s*)*(?![\s\w,]*[=<])", source[start:]) is not None


@SETTINGS
@given(programs())
def test_a_call_is_made_on_the_line_that_its_placement_has(source: bytes) -> None:
    result = on_every_line(source)
    lines = {site.number: site.line for site in result.sites}

    def on_call(number: int, line: int, *_: object) -> None:
        assert lines[number] == line

    LUA.run(result.source, on_call) if result.sites else None


@SETTINGS
@given(programs())
def test_a_placement_is_a_place(source: bytes) -> None:
    """A breakpoint on the line that another one moved to stays there."""
    first = on_every_line(source)
    lines = {p.line for p in first.placed.values() if p.verified and p.message is None}
    again = instrument(
        source, [Wish(n, n) for n in sorted(lines)], secret=SECRET, compiler=LUA.compiler
    )
    for line in lines:
        assert again.placed[line].line == line


@SETTINGS
@given(
    programs(),
    st.sampled_from(["a == 1", "i", "not x", "a.b", "f(a, x, ...)", "i > 1", "z or GUARD", "T"]),
)
@example((PRELUDE + "do\n\nend").encode(), "i > 1")  # compares nil, everywhere
def test_conditions_everywhere_leave_what_it_prints(source: bytes, condition: str) -> None:
    result = on_every_line(source, condition=condition)
    assert_same_face(source, result.source, upvalues=False)
    if result.sites:
        assert LUA.run(result.source, lambda *_: None) == LUA.run(source)


@SETTINGS
@given(
    programs(),
    st.sampled_from([{"hit_condition": "> 3"}, {"log_message": "a {a}"}, {"log_message": "here"}]),
)
def test_counters_everywhere_leave_what_it_prints(source: bytes, wish: dict[str, str]) -> None:
    result = on_every_line(source, **wish)
    assert_same_face(source, result.source, upvalues=False)
    if result.sites:
        assert LUA.run(result.source, lambda *_: None) == LUA.run(source)


@pytest.mark.parametrize("program", ["", "\n", ";", "return", "--", "::a::", "do end"])
def test_programs_of_nothing(program: str) -> None:
    assert_same_face(program.encode(), on_every_line(program.encode()).source)
