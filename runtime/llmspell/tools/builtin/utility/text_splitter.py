"""`text-splitter`: texts in pieces of limited size, for models and indexes; standard library."""

from __future__ import annotations

from llmspell.errors import ValidationError
from llmspell.tools.answer import Answer
from llmspell.tools.description import MIB, Example, Limits, Operation, Parameter
from llmspell.tools.tool import Tool

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from llmspell.tools.call import Call

LONGEST_TEXT = 10 * MIB
MOST_PIECES = 100_000
_BREAKS = ("\n\n", "\n", ". ", " ")
"""Where a piece ends best, in this order."""


class TextSplitter(Tool):
    """Splits a text into pieces of limited size, at paragraphs, lines, sentences or words."""

    name = "text-splitter"
    limits = Limits(seconds=10)
    parameters = (
        Parameter("input", "string", "The text.", required=True, aliases=("text",)),
        Parameter(
            "size",
            "integer",
            "Characters of a piece at most.",
            default=1000,
            aliases=("chunk_size",),
            schema={"minimum": 1},
        ),
        Parameter(
            "overlap",
            "integer",
            "Characters that a piece repeats from the end of the one before.",
            default=0,
            aliases=("chunk_overlap",),
            schema={"minimum": 0},
        ),
    )
    operations = {"split": Operation("the pieces in order")}
    default_operation = "split"
    examples = (
        Example({"input": "one two three", "size": 8}, {"result": {"count": 2}}),
        Example(
            {"input": "abcdef", "size": 4, "overlap": 2},
            {"result": {"chunks": [{"text": "abcd", "start": 1}, {"text": "cdef", "start": 3}]}},
        ),
        Example({"input": "abc", "size": 2, "overlap": 2}, fails="overlap"),
    )

    def do_split(self, call: Call) -> Answer:
        """`chunks`: `text` and `start` (characters, from 1) of each; together they are the text."""
        text = str(call.need("input"))
        size, overlap = int(call.get("size", 1000)), int(call.get("overlap", 0))
        if len(text) > LONGEST_TEXT:
            raise ValidationError(f"more than {LONGEST_TEXT} characters", field="input")
        if overlap >= size:
            raise ValidationError("'overlap' has to be smaller than 'size'", field="overlap")
        if len(text) > (size - overlap) * MOST_PIECES:
            raise ValidationError(f"this makes more than {MOST_PIECES} pieces", field="size")
        chunks = []
        for start, stop in _pieces(text, size, overlap):
            call.check()
            chunks.append({"text": text[start:stop], "start": start + 1})
        result = {"chunks": chunks, "count": len(chunks)}
        return Answer("split", result, message=f"{len(chunks)} pieces")


def _pieces(text: str, size: int, overlap: int) -> Iterator[tuple[int, int]]:
    """Where pieces start and stop, from 0."""
    start = 0
    while start < len(text):
        stop = _stop(text, start, start + size, overlap)
        yield start, stop
        if stop >= len(text):
            return
        start = stop - overlap


def _stop(text: str, start: int, most: int, overlap: int) -> int:
    """The best end of a piece, in its second half, so that each piece goes on from the last."""
    if most >= len(text):
        return len(text)
    least = start + max(overlap, (most - start) // 2)
    for separator in _BREAKS:
        found = text.rfind(separator, least, most)
        if found >= 0:
            return found + len(separator)
    return most
