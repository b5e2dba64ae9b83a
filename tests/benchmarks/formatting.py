"""How long it takes to format a large file."""

from __future__ import annotations

import time
from collections.abc import Callable

from llmspell_server.analysis.formatting.layout import format_edits
from llmspell_server.analysis.formatting.style import Style
from llmspell_server.compiler import Compiler
from llmspell_server.formatting.formatter import Formatting

from .figure import Figure, median
from .instrument import large_file


def figures() -> list[Figure]:
    """The time of the formatter itself, and with the comparison of the compiled code."""
    source = large_file().decode()
    style = Style(width=4)  # another step than it has, so that most lines change
    compiler = Compiler()
    way = Formatting(compiler, style, "builtin")
    found = [
        Figure(
            "format 10 000 lines, CPU time",
            _milliseconds(lambda: format_edits(source, style)),
            "ms",
        ),
        Figure(
            "format 10 000 lines and compare the code, CPU time",
            _milliseconds(lambda: way.edits(source)),
            "ms",
        ),
    ]
    compiler.close()
    return found


def _milliseconds(function: Callable[[], object]) -> float:
    def measure() -> float:
        begin = time.process_time()
        function()
        return (time.process_time() - begin) * 1000

    return median(measure)
