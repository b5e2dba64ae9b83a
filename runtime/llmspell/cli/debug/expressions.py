"""Expressions that a user asks the debugger to keep."""

from __future__ import annotations

from llmspell.errors import LLMSpellError


def check_expression(text: str) -> None:
    """Raises LLMSpellError, with the compiler's message, where a text is no Lua expression."""
    from llmspell.debugger.condition import Malformed, parse
    from llmspell.lua.compiling import compiled

    try:
        parse(text, compiled)
    except Malformed as error:
        raise LLMSpellError(f"`{text}` is not an expression: {error}") from error
