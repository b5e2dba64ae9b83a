"""Explanations as Markdown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types
from pygls.capabilities import get_capability

from llmspell_server.analysis.explaining import Explanation

if TYPE_CHECKING:
    from llmspell_server.server import SpellServer

OF_COMPLETION = "completion.completion_item.documentation_format"
OF_HOVER = "hover.content_format"


def suited(
    content: types.MarkupContent, ls: SpellServer, feature: str
) -> types.MarkupContent | str:
    """Markdown where the client shows it in that place, else plain text, marked so or bare.

    feature: the client capability that names the formats, below `text_document`.
    """
    formats = get_capability(ls.client_capabilities, f"text_document.{feature}", None) or ()
    if types.MarkupKind.Markdown in formats:
        return content
    if types.MarkupKind.PlainText in formats:
        return types.MarkupContent(types.MarkupKind.PlainText, content.value)
    return content.value


def markdown(text: str) -> types.MarkupContent:
    """Text that is Markdown already."""
    return types.MarkupContent(types.MarkupKind.Markdown, text)


def explanation_markup(explanation: Explanation) -> types.MarkupContent:
    """The title as code, and the text below it."""
    parts = [f"```lua\n{explanation.title}\n```"] if explanation.title else []
    return markdown("\n\n".join([*parts, *filter(None, [explanation.text])]))
