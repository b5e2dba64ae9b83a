"""How soon each method is to be answered, and which answers an edit makes worthless."""

from __future__ import annotations

from lsprotocol import types

from .jobs import Priority

_PRIORITIES = {
    Priority.TYPING: (
        types.TEXT_DOCUMENT_COMPLETION,
        types.COMPLETION_ITEM_RESOLVE,
        types.TEXT_DOCUMENT_SIGNATURE_HELP,
        types.TEXT_DOCUMENT_HOVER,
        types.TEXT_DOCUMENT_DOCUMENT_HIGHLIGHT,
        types.TEXT_DOCUMENT_ON_TYPE_FORMATTING,
        types.TEXT_DOCUMENT_LINKED_EDITING_RANGE,
        types.TEXT_DOCUMENT_PREPARE_RENAME,
        types.TEXT_DOCUMENT_WILL_SAVE_WAIT_UNTIL,
    ),
    Priority.VIEW: (
        types.TEXT_DOCUMENT_SEMANTIC_TOKENS_FULL,
        types.TEXT_DOCUMENT_SEMANTIC_TOKENS_FULL_DELTA,
        types.TEXT_DOCUMENT_SEMANTIC_TOKENS_RANGE,
        types.TEXT_DOCUMENT_INLAY_HINT,
        types.INLAY_HINT_RESOLVE,
        types.TEXT_DOCUMENT_CODE_LENS,
        types.CODE_LENS_RESOLVE,
        types.TEXT_DOCUMENT_CODE_ACTION,
        types.TEXT_DOCUMENT_DOCUMENT_SYMBOL,
        types.TEXT_DOCUMENT_FOLDING_RANGE,
        types.TEXT_DOCUMENT_DOCUMENT_LINK,
        types.DOCUMENT_LINK_RESOLVE,
        types.TEXT_DOCUMENT_DOCUMENT_COLOR,
        types.TEXT_DOCUMENT_COLOR_PRESENTATION,
        types.TEXT_DOCUMENT_INLINE_VALUE,
    ),
    Priority.FRESH: (types.TEXT_DOCUMENT_DIAGNOSTIC,),
    Priority.BACKGROUND: (types.WORKSPACE_DIAGNOSTIC,),
}
_PRIORITY_OF = {method: level for level, methods in _PRIORITIES.items() for method in methods}

# An answer about a place is still about that place, and a client that does not want it any longer
# cancels (LSP 3.17, "ContentModified"). These are about the text as a whole, or edit it.
OF_THE_MOMENT = frozenset(
    {
        types.TEXT_DOCUMENT_DIAGNOSTIC,
        types.TEXT_DOCUMENT_SEMANTIC_TOKENS_FULL,
        types.TEXT_DOCUMENT_SEMANTIC_TOKENS_FULL_DELTA,
        types.TEXT_DOCUMENT_SEMANTIC_TOKENS_RANGE,
        types.TEXT_DOCUMENT_INLAY_HINT,
        types.TEXT_DOCUMENT_CODE_LENS,
        types.TEXT_DOCUMENT_CODE_ACTION,
        types.TEXT_DOCUMENT_DOCUMENT_HIGHLIGHT,
        types.TEXT_DOCUMENT_DOCUMENT_SYMBOL,
        types.TEXT_DOCUMENT_FOLDING_RANGE,
        types.TEXT_DOCUMENT_SELECTION_RANGE,
        types.TEXT_DOCUMENT_LINKED_EDITING_RANGE,
        types.TEXT_DOCUMENT_DOCUMENT_LINK,
        types.TEXT_DOCUMENT_DOCUMENT_COLOR,
        types.TEXT_DOCUMENT_COLOR_PRESENTATION,
        types.TEXT_DOCUMENT_INLINE_VALUE,
        types.TEXT_DOCUMENT_FORMATTING,
        types.TEXT_DOCUMENT_RANGE_FORMATTING,
        types.TEXT_DOCUMENT_RANGES_FORMATTING,
        types.TEXT_DOCUMENT_ON_TYPE_FORMATTING,
    }
)


def priority_of(method: str) -> Priority:
    """How soon a request is answered; what has no better place is answered as asked."""
    return _PRIORITY_OF.get(method, Priority.ASKED)
