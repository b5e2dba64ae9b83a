"""Standard input and output of a spell."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from llmspell.lua.engine import ScriptError
from llmspell.lua.outcome import OutputClosed
from tests.runtime.lua.conftest import MakeSpell, Spell


def feed(*pieces: bytes) -> Callable[[int], bytes]:
    """Input that arrives in pieces."""
    rest = list(pieces)
    return lambda _: rest.pop(0) if rest else b""


def test_print_shows_values_as_tostring_does(spell: Spell) -> None:
    spell.run(
        "print(1, 1.0, nil, true, 'x', setmetatable({}, { __tostring = function() return 'T' end }))"
    )
    assert spell.output == "1\t1.0\tnil\ttrue\tx\tT\n"


def test_print_of_nothing_is_an_empty_line(spell: Spell) -> None:
    spell.run("print()")
    assert spell.output == "\n"


def test_output_keeps_its_order_across_streams(spell: Spell) -> None:
    spell.run("io.write('a') print('b') io.stderr:write('c') io.stdout:write('d'):write(1)")
    assert spell.pieces == [(1, b"ab\n"), (2, b"c"), (1, b"d1")]


def test_output_is_handed_over_before_a_wait(spell: Spell) -> None:
    spell.run("print('before') Probe.nothing(0) print('after')")
    assert spell.pieces == [(1, b"before\n"), (1, b"after\n")]


def test_much_output_comes_in_few_pieces(spell: Spell) -> None:
    spell.run("for i = 1, 20000 do print(i) end")
    assert spell.output.split() == [str(i) for i in range(1, 20001)]
    assert len(spell.pieces) < 20


def test_setvbuf_no_hands_over_at_once(spell: Spell) -> None:
    spell.run("io.stdout:setvbuf('no') io.write('a') io.write('b')")
    assert spell.pieces == [(1, b"a"), (1, b"b")]


def test_binary_output_is_untouched(spell: Spell) -> None:
    spell.run("io.write('\\0\\255')")
    assert spell.pieces == [(1, b"\0\xff")]


def test_output_before_an_error_is_not_lost(spell: Spell) -> None:
    with pytest.raises(ScriptError):
        spell.run("print('before') error('x')")
    assert spell.output == "before\n"


def test_io_write_refuses_what_it_cannot_write(spell: Spell) -> None:
    with pytest.raises(
        ScriptError, match=r"bad argument #2 to 'write' \(string expected, got table\)"
    ):
        spell.run("io.write('a', {})")


def test_a_reader_that_has_gone_ends_the_run_quietly(make_spell: MakeSpell) -> None:
    spell = make_spell()

    def broken(_: bytes) -> None:
        raise BrokenPipeError

    spell.engine._options.streams.stdout = broken
    with pytest.raises(OutputClosed):
        spell.run("while true do pcall(print, ('x'):rep(1000)) end")


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("io.read()", "first line"),
        ("io.read('l')", "first line"),
        ("io.read('L')", "first line\n"),
        ("io.read('*l')", "first line"),
        ("io.read(5)", "first"),
        ("io.read('a')", "first line\n 0x10 -1.5e1\nlast"),
        ("io.stdin:read('l')", "first line"),
        ("select(2, io.read('l', 'n'))", 16),
        ("select(3, io.read('l', 'n', 'n'))", -15.0),
        ("io.read(0)", ""),
    ],
)
def test_read_formats(make_spell: MakeSpell, call: str, expected: object) -> None:
    spell = make_spell(stdin=feed(b"first li", b"ne\n 0x10 -1.5e1\n", b"last"))
    assert spell.value(f"return ({call})") == expected


def test_lines_until_the_end_of_input(make_spell: MakeSpell) -> None:
    spell = make_spell(stdin=feed(b"a\nb", b"\nc"))
    assert spell.value("local t = {} for line in io.lines() do t[#t + 1] = line end return t") == [
        "a",
        "b",
        "c",
    ]


def test_the_end_of_input_is_nil_and_all_of_it_the_empty_string(spell: Spell) -> None:
    assert spell.value(
        "return { io.read() == nil, io.read('a'), io.read(0) == nil, io.read('n') == nil }"
    ) == [
        True,
        "",
        True,
        True,
    ]


def test_an_unknown_format_is_refused(spell: Spell) -> None:
    with pytest.raises(ScriptError, match="invalid format"):
        spell.run("io.read('x')")


def test_the_standard_files_look_like_files(spell: Spell) -> None:
    assert spell.value("""
        return { io.type(io.stdout), tostring(io.stdin), io.type(1) == nil, io.output() == io.stdout,
                 (select(2, io.stdin:write("x"))), (select(2, io.stdout:seek())) }
    """) == ["file", "file (stdin)", True, True, "Bad file descriptor", "Illegal seek"]


def test_redirected_output_goes_to_the_file(spell: Spell, tmp_path: object) -> None:
    spell.run(
        f"io.output('{tmp_path}/out.txt') io.write('to file') io.close() io.output(io.stdout) print('back')"
    )
    assert spell.output == "back\n"
    assert spell.value(f"return io.open('{tmp_path}/out.txt'):read('a')") == "to file"
