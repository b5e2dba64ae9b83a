"""The functions of a chunk as the compiler made them, read from what `string.dump` gives.

Only the compiler knows which lines have code: `local f = function()` has none on its first line,
`break` behind `then` has none at all. A breakpoint may only be put where there is some, or the
lines that `debug.getinfo` reports would change. (Lua 5.4, `ldump.c`, `ldebug.c`.)
"""

from __future__ import annotations

from functools import cached_property
from itertools import accumulate

from attrs import define

_HEADER = b"\x1bLua\x54\x00\x19\x93\r\n\x1a\n"
_ELSEWHERE = 0x80  # in the line differences: the line stands in the list of absolute ones
_CONSTANT_SIZES = {0x03: 8, 0x13: 8, 0x00: 0, 0x01: 0, 0x11: 0}
_STRINGS = (0x04, 0x14)


class UnknownFormat(Exception):
    """The bytes are not a Lua 5.4 binary chunk with the usual sizes."""


@define(eq=False, slots=False)
class Prototype:
    """A function: its first and last line, what it takes, and which of its lines have code.

    code: its instructions and constants, without those of the functions inside.
    """

    first_line: int
    last_line: int
    parameters: int
    vararg: bool
    upvalues: tuple[str, ...]
    line_differences: bytes
    absolute_lines: tuple[tuple[int, int], ...]
    code: bytes

    @property
    def outline(self) -> tuple[int, int, int, bool]:
        """Lines and parameters, to compare functions by."""
        return self.first_line, self.last_line, self.parameters, self.vararg

    @cached_property
    def active_lines(self) -> frozenset[int]:
        """The lines that `debug.getinfo(f, "L").activelines` has."""
        differences = self.line_differences
        lines: set[int] = set()
        begin, line = 0, self.first_line
        for at, absolute in (*self.absolute_lines, (len(differences), 0)):
            steps = [step - 256 if step > 127 else step for step in differences[begin:at]]
            run = list(accumulate(steps, initial=line))[1:]
            if begin == 0 and self.vararg and run:
                line, run = run[-1], run[1:]  # the preparation of `...` does not count
            lines.update(run)
            if at < len(differences):
                if not (at == 0 and self.vararg):
                    lines.add(absolute)
                begin, line = at + 1, absolute
        return frozenset(lines)


def read(binary: bytes) -> list[Prototype]:
    """The functions of a binary chunk: the chunk itself, then the others as they are in the text.

    Raises UnknownFormat.
    """
    reader = _reader(binary)
    reader.walk()
    return reader.found


def constant_indexes(binary: bytes, text: bytes) -> list[int]:
    """Where a string stands among the constants of the function that was dumped.

    It may be there twice: the compiler forgets a constant when a function inside uses it too.
    Raises UnknownFormat.
    """
    reader = _reader(binary)
    reader.head()
    return [index for index, constant in enumerate(reader.constants()) if constant == text]


def code(binary: bytes) -> bytes:
    """The code of the function that was dumped, see `Prototype`. Raises UnknownFormat."""
    return read(binary)[0].code


def without_lines(binary: bytes) -> bytes:
    """A stripped binary chunk without the lines where its functions stand, to compare code by.

    They are all that is left of line numbers there. Raises UnknownFormat.
    """
    reader = _reader(binary)
    reader.walk()
    parts, position = [], 0
    for begin, end in reader.line_places:
        parts.append(binary[position:begin])
        position = end
    return b"".join(parts) + binary[position:]


def _reader(binary: bytes) -> _Reader:
    if not binary.startswith(_HEADER) or binary[12:15] != b"\x04\x08\x08":
        raise UnknownFormat("not a Lua 5.4 binary chunk")
    return _Reader(binary, 12 + 3 + 8 + 8 + 1)


class _Reader:
    def __init__(self, binary: bytes, position: int) -> None:
        self.binary = binary
        self.position = position
        self.code_begin = position
        self.found: list[Prototype] = []
        self.line_places: list[tuple[int, int]] = []

    def walk(self) -> None:
        """Reads the chunk and all functions in it."""
        try:
            self.function()
        except (IndexError, KeyError) as error:
            raise UnknownFormat("a damaged Lua 5.4 binary chunk") from error

    def byte(self) -> int:
        value = self.binary[self.position]
        self.position += 1
        return value

    def number(self) -> int:
        value = 0
        binary, position = self.binary, self.position
        while True:
            part = binary[position]
            position += 1
            if part & 0x80:
                self.position = position
                return value << 7 | part & 0x7F
            value = value << 7 | part

    def string(self) -> bytes:
        size = self.number()
        begin = self.position
        if size:
            self.position += size - 1
        return self.binary[begin : self.position]

    def skip(self, size: int) -> None:
        """Leaves out a list of items of one size."""
        count = self.number()
        self.position += count * size

    def constants(self) -> list[bytes | None]:
        """The strings among them; None stands for another kind."""
        found: list[bytes | None] = []
        for _ in range(self.number()):
            kind = self.byte()
            if kind in _STRINGS:
                found.append(self.string())
            else:
                self.position += _CONSTANT_SIZES[kind]
                found.append(None)
        return found

    def head(self) -> tuple[int, int, int, int]:
        """Lines, parameters, whether there are varargs; leaves out all up to the constants."""
        self.string()  # the name of the chunk
        begin = self.position
        first, last = self.number(), self.number()
        self.line_places.append((begin, self.position))
        parameters, vararg = self.byte(), self.byte()
        self.byte()  # registers
        self.code_begin = self.position
        self.skip(4)  # instructions
        return first, last, parameters, vararg

    def function(self) -> None:
        first, last, parameters, vararg = self.head()
        self.constants()
        code = self.binary[self.code_begin : self.position]
        self.skip(3)  # upvalues
        place = len(self.found)
        for _ in range(self.number()):
            self.function()
        size = self.number()
        differences = self.binary[self.position : self.position + size]
        self.position += size
        absolute = tuple((self.number(), self.number()) for _ in range(self.number()))
        for _ in range(self.number()):  # locals
            self.string(), self.number(), self.number()
        names = tuple(self.string().decode("utf-8", "replace") for _ in range(self.number()))
        self.found.insert(
            place,
            Prototype(first, last, parameters, bool(vararg), names, differences, absolute, code),
        )
