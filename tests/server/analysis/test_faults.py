from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmspell_server.analysis.faults import syntax_fault
from llmspell_server.analysis.text import Text
from llmspell_server.compiler import Compiler
from tests.server.marks import ranges, shown


def check(marked: str, compiler: Compiler, message: str) -> None:
    """Expects one fault, at the first mark; a second mark is what is to be closed."""
    text, _ = ranges(marked)
    fault = syntax_fault(text, compiler)
    assert fault is not None
    spans = [(fault.start, fault.end), *([fault.opened] if fault.opened else [])]
    assert (shown(text, *spans), fault.message) == (marked, message)


@pytest.mark.parametrize(
    ("marked", "message"),
    [
        ("x = ⟦=⟧ 1", "unexpected symbol near '='"),
        ("a = 1\nb ⟦c⟧ d", "syntax error near 'c'"),
        ("if a == b ⟦=⟧ c then", "'then' expected near '='"),
        ("f(x, x, x) x ⟦x⟧ x", "syntax error near 'x'"),
        ("f(a, ⟦)⟧ g(b, c)", "unexpected symbol near ')'"),
        ("s = ⟦'abc⟧\ny = 1", "unfinished string near ''abc'"),
        ("s = 'abc' t = ⟦'abc⟧\ny = 1", "unfinished string near ''abc'"),
        ("n = ⟦3x⟧", "malformed number near '3x'"),
        ("return 1 ⟦x⟧", "<eof> expected near 'x'"),
        ("s = ⟦'\\q⟧'", "invalid escape sequence near ''\\q'"),
        ("⟦é⟧ = 1", "unexpected symbol near '<\\195>'"),
        ("x = 'é' ⟦@⟧", "unexpected symbol near '@'"),
        ("local x <const> = 1\n⟦x⟧ = 2", "attempt to assign to const variable 'x'"),
        ("local x <⟦foo⟧> = 1", "unknown attribute 'foo'"),
        ("-- a\ngoto ⟦a⟧\nf()", "no visible label 'a' for <goto> at line 2"),
        ("\n⟦break⟧\nf()", "break outside loop at line 2"),
        (
            "do\ngoto ⟦out⟧; local x = 1\n::out:: print(x) end",
            "<goto out> at line 2 jumps into the scope of local 'x'",
        ),
        ("::a:: f() ::⟦a⟧::\n\nf()", "label 'a' already defined on line 1"),
        (
            "local a <close>, b <⟦close⟧> = nil, nil",
            "multiple to-be-closed variables in local list",
        ),
        ("f(⟦(⟧\n\n", "unexpected symbol near <eof>"),
        ("⟦if⟧ a then\n\nx = ⟦1⟧\n", "'end' expected (to close 'if' at line 1) near <eof>"),
        ("x = ⟦{⟧ a, '{'\n⟦y⟧ = 1", "'}' expected (to close '{' at line 1) near 'y'"),
        ("⟦f(g(1), 2⟧\n⟦x⟧ = 1", "')' expected (to close '(' at line 1) near 'x'"),
        (
            "f()\n⟦x = [[ a⟧\n\n⟦b⟧",
            "unfinished long string (starting at line 2) near <eof>",
        ),
    ],
)
def test_the_compilers_message_at_its_place(marked: str, message: str, compiler: Compiler) -> None:
    check(marked, compiler, message)


@pytest.mark.parametrize(
    "source",
    [
        "",
        "x = 1",
        "#!/usr/bin/env llmspell-run\nx = 1",
        "\ufeffx = 1",
        "\ufeff# a\nx = 1",
        "print('\u2028😀\f')",
        "x = '\ud83d'",
        "goto a ::a::",
        "local x <close> = nil",
    ],
)
def test_what_the_runtime_accepts_has_no_fault(source: str, compiler: Compiler) -> None:
    assert syntax_fault(Text(source), compiler) is None


def test_an_expression_is_no_chunk(compiler: Compiler) -> None:
    check("⟦1⟧ + 1", compiler, "unexpected symbol near '1'")


def test_what_has_no_place_is_said_of_the_whole(compiler: Compiler) -> None:
    source = "x = " + "(" * 250
    fault = syntax_fault(Text(source), compiler)
    assert fault is not None and "C stack overflow" in fault.message


def test_no_code_is_run(compiler: Compiler) -> None:
    assert syntax_fault(Text("while true do end"), compiler) is None


def test_the_compiler_opens_again_after_closing() -> None:
    compiler = Compiler()
    assert compiler("x = 1") is None
    compiler.close()
    assert compiler("x =") == "source:1: unexpected symbol near <eof>"
    compiler.close()


_LINE = st.sampled_from(["local a", "b = 'é'", ""])
_BREAK = st.sampled_from(["\n", "\r", "\r\n", "\n\r"])
_compile_chunk = Compiler()  # hypothesis wants no fixtures of a function


@given(st.lists(st.tuples(_LINE, _BREAK)))
def test_a_fault_is_on_its_line_however_lines_end(lines: list[tuple[str, str]]) -> None:
    source = "".join(line + end for line, end in lines) + "x = = 1"
    fault = syntax_fault(Text(source), _compile_chunk)
    assert fault is not None
    assert (fault.start, fault.end) == (source.rindex("="), source.rindex("=") + 1)
