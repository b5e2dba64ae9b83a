"""textDocument/hover."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from lsprotocol import types

from llmspell_server.analysis.hover import hovered
from llmspell_server.analysis.navigation.places import Place
from llmspell_server.analysis.navigation.targets import targets
from llmspell_server.analysis.pace import OutOfTime, within
from llmspell_server.analysis.spells.describing import parameters_text
from llmspell_server.analysis.spells.kinds import explained
from llmspell_server.analysis.syntax import tree

from .markup import OF_HOVER, explanation_markup, markdown, suited
from .places import linked

if TYPE_CHECKING:
    from llmspell_server.server import SpellServer
    from llmspell_server.subjects import Subject

_PATIENCE = 0.2  # seconds: who looks at a word wants to know what it is, first of all
_MOST_LINKS = 3


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
    if subject is None:
        return None
    ls.guess_on(subject.document)
    if found is None:
        return None
    place = subject.document.range(found.start, found.end)
    markup = explanation_markup(found.explanation)
    content = suited(markup, ls, OF_HOVER)
    if content is markup:
        links = _links(ls, subject)
        content = markdown("\n\n".join([markup.value, *([f"Defined in {links}"] if links else [])]))
    return types.Hover(content, place)


def _links(ls: SpellServer, subject: Subject) -> str:
    """Where it is defined, unless that is on the line that is looked at."""
    places: list[Place] = []
    with suppress(OutOfTime), within(_PATIENCE):
        found = targets(subject.snapshot, subject.file, subject.offset, ls.surroundings)
        places = list(found.places if found is not None else ())
    text = subject.snapshot.text
    line = text.line_at(subject.offset)
    if any(each.file == subject.file and text.line_at(each.start) == line for each in places):
        return ""
    return ", ".join(linked(ls, each) for each in places[:_MOST_LINKS])


def _string(ls: SpellServer, subject: Subject) -> types.Hover | None:
    """What a string means to the function that takes it."""
    spell = ls.spell(subject.document)
    string = ls.strings.at(subject.file, subject.offset, spell.api)
    known = explained(string.kind, string.content, spell.sources) if string is not None else None
    if string is None or known is None:
        return None
    lines = [f"**{string.kind.words}** `{known.value}`", known.text]
    defined = ls.spells.definition(spell, string.kind, known.value, subject.file)
    if defined is not None:
        lines += filter(None, (defined.said.text, parameters_text(defined.said.schema)))
    if known.place is not None:
        lines.append(f"[{Path(known.place.path).name}]({Path(known.place.path).as_uri()})")
    place = subject.document.range(string.start, string.end)
    content = suited(markdown("\n\n".join(lines)), ls, OF_HOVER)
    return types.Hover(content, place)
