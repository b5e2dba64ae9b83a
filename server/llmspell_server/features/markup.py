"""Explanations as Markdown."""

from __future__ import annotations

from lsprotocol import types

from llmspell_server.analysis.explaining import Explanation


def markdown(text: str) -> types.MarkupContent:
    """Text that is Markdown already."""
    return types.MarkupContent(types.MarkupKind.Markdown, text)


def explanation_markup(explanation: Explanation) -> types.MarkupContent:
    """The title as code, and the text below it."""
    parts = [f"```lua\n{explanation.title}\n```"] if explanation.title else []
    return markdown("\n\n".join([*parts, *filter(None, [explanation.text])]))
