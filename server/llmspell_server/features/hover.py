"""textDocument/hover."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from lsprotocol import types

from llmspell_server.analysis.hover import hovered
from llmspell_server.analysis.spells.kinds import explained
from llmspell_server.analysis.spells.literals import written_at
from llmspell_server.analysis.syntax import tree

from .markup import explanation_markup, markdown, suited

if TYPE_CHECKING:
    from llmspell_server.server import SpellServer
    from llmspell_server.subjects import Subject


def register(server: SpellServer) -> None:
    """Makes the server answer."""
    server.feature(types.TEXT_DOCUMENT_HOVER)(hover)


def hover(ls: SpellServer, params: types.HoverParams) -> types.Hover | None:
    """What is known of what stands at a place."""
    subject = ls.subject(params.text_document.uri, params.position)
    if subject is not None and subject.path and isinstance(subject.path[-1], tree.String):
        said = _string(ls, subject)
        if said is not None:
            return said
    found = hovered(subject) if subject is not None else None
    if subject is None or found is None:
        return None
    place = subject.document.range(found.start, found.end)
    content = suited(explanation_markup(found.explanation), ls, "hover.content_format")
    return types.Hover(content, place)


def _string(ls: SpellServer, subject: Subject) -> types.Hover | None:
    """What a string means to the function that takes it."""
    spell = ls.spell(subject.document)
    string = written_at(subject.snapshot, subject.offset, spell.api)
    known = explained(string.kind, string.content, spell.sources) if string is not None else None
    if string is None or known is None:
        return None
    lines = [f"**{string.kind.words}** `{known.value}`", known.text]
    if known.place is not None:
        lines.append(f"[{Path(known.place.path).name}]({Path(known.place.path).as_uri()})")
    place = subject.document.range(string.start, string.end)
    content = suited(markdown("\n\n".join(lines)), ls, "hover.content_format")
    return types.Hover(content, place)
