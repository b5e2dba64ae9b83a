"""Binary chunks, compared with what Lua itself says of the functions."""

from __future__ import annotations

from typing import Any

import pytest

from llmspell.debugger.prototypes import UnknownFormat, constant_indexes, read

from .marks import LUA

LONG = "local x = 1\n" + "x = x + 1\n" * 400 + "\n" * 300 + "x = x * 2\n" + "x = 'ä' .. x\n" * 200
SOURCES = [
    "",
    "return 1",
    "local a = 1\n\n\nlocal b = 2.5",
    "x = true y = false z = nil",
    "x = '" + "s" * 300 + "'",
    "x = 9007199254740993 y = 1e300",
    "\n" * 1000 + "x = 1" + "\n" * 1000 + "y = 2",
    LONG,
]


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("head", ["function(...)", "function(a, b)", "function()"])
def test_facts_about_a_function(source: str, head: str) -> None:
    body = f"local up = 1\nreturn {head}\nlocal keep = up\ndo {source}\nend\nend"
    lines: Any = LUA.state.eval(
        b"function(text) local info = debug.getinfo(load(text)(), 'LSu')"
        b" local lines = {} for line in pairs(info.activelines) do lines[#lines + 1] = line end"
        b" return table.concat(lines, ' '), info.linedefined, info.lastlinedefined,"
        b" info.nparams, info.isvararg, info.nups end"
    )
    active, first, last, parameters, vararg, upvalues = lines(body.encode())
    binary = LUA.compiler(body.encode())
    assert isinstance(binary, bytes), binary
    found = read(binary)[1]
    assert found.active_lines == {int(line) for line in active.split()}
    assert found.outline == (first, last, parameters, vararg)
    assert len(found.upvalues) == upvalues


def test_functions_are_in_the_order_of_the_text() -> None:
    binary = LUA.compiler(b"f(function()\n g(function()\n end)\n end,\nfunction() end)")
    assert isinstance(binary, bytes)
    assert [(p.first_line, p.last_line) for p in read(binary)] == [(0, 0), (1, 4), (2, 3), (5, 5)]


def test_a_constant_may_be_there_twice() -> None:
    binary = LUA.compiler(b"print({ x = 1 })\nlocal function f(t) return t.x end\nt = t.x")
    assert isinstance(binary, bytes)
    assert len(constant_indexes(binary, b"x")) == 2
    assert len(constant_indexes(binary, b"print")) == 1
    assert constant_indexes(binary, b"y") == []


@pytest.mark.parametrize("binary", [b"", b"x = 1", b"\x1bLuaQ\x00", b"\x1bLua\x53" + b"\x00" * 40])
def test_what_is_no_binary_chunk(binary: bytes) -> None:
    with pytest.raises(UnknownFormat):
        read(binary)


def test_a_chunk_that_is_cut_off() -> None:
    binary = LUA.compiler(b"x = 1\nlocal y = 'text'")
    assert isinstance(binary, bytes)
    with pytest.raises(UnknownFormat):
        read(binary[:-30])
