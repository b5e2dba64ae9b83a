"""The exception filters as a client shows them."""

from __future__ import annotations

from llmspell.debugger.model import EXCEPTION_FILTERS
from llmspell_debug_adapter.protocol.framing import Message

ALIASES = {
    "all": tuple(EXCEPTION_FILTERS),
    "caught": tuple(name for name in EXCEPTION_FILTERS if name != "uncaught"),
}
"""Names that stand for several filters, for clients whose configuration is written by hand."""


def exception_filters() -> list[Message]:
    """The `exceptionBreakpointFilters`."""
    return [
        {
            "filter": name,
            "label": label,
            "description": description,
            "default": on,
            "supportsCondition": True,
            "conditionDescription": "A Lua expression; `err` is the error, as in err:find('time')",
        }
        for name, (label, description, on) in EXCEPTION_FILTERS.items()
    ]
