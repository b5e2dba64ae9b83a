"""Formats a text and compares what Lua's compiler makes of it before and after."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from attrs import evolve, frozen

from llmspell.debugger.prototypes import without_lines
from llmspell.lua.loader import source_text
from llmspell.lua.outcome import ChunkError

from ..analysis.formatting.edits import Edit, applied, line_edits, within
from ..analysis.formatting.layout import Broken, format_edits, line_end_of
from ..analysis.formatting.style import Style
from ..compiler import Compiler, Refused
from .stylua import StyluaFailed, run_stylua, stylua_program

Tool = Literal["auto", "stylua", "builtin"]
TOOLS: tuple[Tool, ...] = ("auto", "stylua", "builtin")


class Unformattable(Exception):
    """A text is left as it is; the message says why."""


@frozen
class Formatting:
    """A way to format.

    tool: `auto` takes StyLua where it is installed and its result is the same code, else our own.
    path: the file, for StyLua's configuration.
    """

    compiler: Compiler
    style: Style
    tool: Tool = "auto"
    path: Path | None = None

    def edits(self, source: str, span: tuple[int, int] | None = None) -> list[Edit]:
        """What formats a text, or the lines between two offsets of it. Raises Unformattable."""
        code = self._code(source)
        program = None if self.tool == "builtin" else stylua_program()
        if program is not None:
            edits = self._with_stylua(program, source, code, span)
            if edits is not None:
                return edits
        elif self.tool == "stylua":
            raise Unformattable("StyLua is not installed: there is no `stylua` in PATH")
        return self._with_our_own(source, code, span)

    def formatted(self, source: str) -> str:
        """A text, formatted. Raises Unformattable."""
        return applied(source, self.edits(source))

    def _with_stylua(
        self, program: str, source: str, code: bytes, span: tuple[int, int] | None
    ) -> list[Edit] | None:
        style = evolve(self.style, line_end=self.style.line_end or line_end_of(source))
        try:
            target = run_stylua(program, source, style, self.path, span)
            same = self._code(target) == code
        except (StyluaFailed, Unformattable) as error:
            if self.tool == "stylua":
                raise Unformattable(f"StyLua: {error}") from error
            return None
        if not same and self.tool == "stylua":
            raise Unformattable("the result of StyLua is other code")
        return line_edits(source, target) if same else None

    def _with_our_own(self, source: str, code: bytes, span: tuple[int, int] | None) -> list[Edit]:
        try:
            edits = format_edits(source, self.style)
        except Broken as error:
            raise Unformattable("the text does not compile") from error
        if span is not None:
            edits = within(edits, *span)
        if edits and self._code(applied(source, edits)) != code:
            raise Unformattable("formatting would change the code; please report this file")
        return edits

    def _code(self, source: str) -> bytes:
        try:
            chunk = source_text(source.encode(), "").decode()
            return without_lines(self.compiler.binary(chunk))
        except ChunkError as error:
            raise Unformattable(str(error).removeprefix(": ")) from error
        except Refused as error:
            place = str(error).removeprefix("source:")
            raise Unformattable(f"it does not compile, line {place}") from error
