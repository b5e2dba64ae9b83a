"""Failures of libraries in the words of tools."""

from __future__ import annotations

from contextlib import contextmanager

from llmspell.errors import LLMSpellError, ToolError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def failing(what: str) -> Iterator[None]:
    """Tells any failure of a library as a ToolError: of broken files some raise what comes to hand.

    Errors of llmspell stay what they are. what: the beginning of the message.
    """
    try:
        yield
    except (MemoryError, LLMSpellError):
        raise
    except Exception as error:  # noqa: BLE001 - see above
        raise ToolError(f"{what}: {error}") from None
