"""The instruction that a Lua thread is about to execute, for who has to know what it reads.

`debug.getinfo` tells the line only. `lua_getstack` finds the activation (`CallInfo`), and that has
the pointer to the next instruction (Lua 5.4, `lstate.h`, `ldebug.c`: `luaG_traceexec`). Neither is
part of the C API, so this is used only where a function of known instructions shows that they are
where they are expected.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

import lupa.lua54

_INSTRUCTION = 4  # bytes
_CODE = 4  # pointers in front of the program counter in `CallInfo`


class _Activation(ctypes.Structure):
    """`lua_Debug`."""

    _fields_ = (
        ("event", ctypes.c_int),
        ("name", ctypes.c_void_p),
        ("namewhat", ctypes.c_void_p),
        ("what", ctypes.c_void_p),
        ("source", ctypes.c_void_p),
        ("srclen", ctypes.c_size_t),
        ("currentline", ctypes.c_int),
        ("linedefined", ctypes.c_int),
        ("lastlinedefined", ctypes.c_int),
        ("nups", ctypes.c_ubyte),
        ("nparams", ctypes.c_ubyte),
        ("isvararg", ctypes.c_char),
        ("istailcall", ctypes.c_char),
        ("ftransfer", ctypes.c_ushort),
        ("ntransfer", ctypes.c_ushort),
        ("short_src", ctypes.c_char * 60),
        ("i_ci", ctypes.c_void_p),
    )


class InstructionReader(NamedTuple):
    """To be called by Lua code in a hook, with the running thread as `%p` shows it and a level.

    activation: a number for the activation at that level. instruction: the instruction there, as
    32 bits, its place in memory, and the activation; only for functions in Lua. Takes 1.5 µs.
    """

    activation: Callable[[bytes, int], int]
    instruction: Callable[[bytes, int], tuple[int, int, int]]


@cache
def instruction_reader() -> InstructionReader | None:
    """The reader; None where this build of Lua does not let us look."""
    try:
        library = ctypes.PyDLL(lupa.lua54.__file__)
        get_stack = library.lua_getstack
    except (AttributeError, OSError):
        return None
    get_stack.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p]
    found = _Activation()  # one is enough: the interpreter lock is kept while it is in use
    at = ctypes.byref(found)
    offset = _CODE * ctypes.sizeof(ctypes.c_void_p)
    pointer_at, word_at = ctypes.c_size_t.from_address, ctypes.c_uint32.from_address

    def activation(thread: bytes, level: int) -> int:
        if not get_stack(int(thread, 16), level, at):
            raise LookupError("there is no such level")
        number: int = found.i_ci
        return number

    def instruction(thread: bytes, level: int) -> tuple[int, int, int]:
        number = activation(thread, level)
        # The counter stands behind the instruction that the hook was called for.
        place = pointer_at(number + offset).value - _INSTRUCTION
        return word_at(place).value, place, number

    reader = InstructionReader(activation, instruction)
    return reader if _finds_instructions(reader) else None


def _finds_instructions(reader: InstructionReader) -> bool:
    """Whether the instructions that are seen are those that the function has."""
    scratch: Any = lupa.lua54.LuaRuntime(
        register_eval=False, register_builtins=False, encoding=None
    )
    seen: list[int] = []
    read = reader.instruction
    scratch.globals()[b"read"] = lambda thread, level: seen.append(read(thread, level)[0])
    code = scratch.execute(
        b"""
        local read, getinfo, sethook = read, debug.getinfo, debug.sethook
        local thread = string.format("%p", coroutine.running())
        local function f(t) local a, b = t.x, t[1] return a + b end
        sethook(function() if getinfo(2, "f").func == f then read(thread, 2) end end, "", 1)
        f({ 2, x = 1 })
        sethook()
        return string.dump(f, true)
        """
    )
    return (
        len(seen) > 2
        and b"".join(word.to_bytes(_INSTRUCTION, sys.byteorder) for word in seen[:3]) in code
    )
