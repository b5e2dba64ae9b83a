"""Strings of known kinds: what is wrong with them, and the names that scripts give by them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from attrs import frozen
from lsprotocol import types

from llmspell_server.analysis.checks.catalogue import CODES
from llmspell_server.analysis.pace import checkpoint
from llmspell_server.analysis.spells.kinds import definition, problem
from llmspell_server.analysis.spells.literals import Written, written_at
from llmspell_server.analysis.spells.names import Refusal, definitions, renaming, uses
from llmspell_server.diagnosing import SEVERITIES, SOURCE
from llmspell_server.documents import Document
from llmspell_server.spells import Spell
from llmspell_server.work.jobs import Job, Priority

if TYPE_CHECKING:
    from llmspell_server.server import SpellServer


def register(server: SpellServer) -> None:
    """Makes the server find what is wrong with strings."""
    server.diagnosing.add(diagnostics)

    def look_again() -> None:
        server.worker.submit(Job(server.diagnosing.doubt, Priority.BACKGROUND))

    server.spells.kinds.lookups.changed = look_again


@frozen
class Asked:
    """A string that is asked about, and all strings of the open documents with these."""

    string: Written
    spell: Spell
    all: tuple[tuple[Document, Written], ...]


def asked_string(
    ls: SpellServer, document: Document | None, position: types.Position
) -> Asked | None:
    """The string of a known kind at a place."""
    if document is None or not document.is_lua:
        return None
    spell = ls.spell(document)
    string = written_at(spell.snapshot, document.offset(position), spell.api)
    if string is None:
        return None
    others = (each for each in ls.documents.values() if each.is_lua)
    return Asked(
        string,
        spell,
        tuple((each, text) for each in others for text in ls.spells.strings(each, spell.api)),
    )


def defined(ls: SpellServer, asked: Asked) -> list[types.Location]:
    """Where the thing that a string names is defined; modules are found by those who know more."""
    strings = [string for _, string in asked.all]
    found = _locations(asked, list(definitions(asked.string, strings)))
    if found or asked.string.function == "require":
        return found
    place = definition(asked.string.kind, asked.string.content, asked.spell.sources)
    if place is None:
        return []
    document = ls.workspace.get_text_document(Path(place.path).as_uri())
    where = types.Range(types.Position(0, 0), types.Position(0, 0))
    if place.end and isinstance(document, Document):
        where = document.range(place.start, place.end)
    return [types.Location(document.uri, where)]


def used(asked: Asked, *, declared: bool) -> list[types.Location]:
    """Where the name stands that a string gives, with its definitions or without."""
    found = uses(asked.string, (string for _, string in asked.all))
    return _locations(asked, [each for each in found if declared or not each.defines])


def renamed(asked: Asked, name: str) -> list[types.Location] | Refusal:
    """What is to be replaced with a new name."""
    found = renaming(asked.string, name, [string for _, string in asked.all])
    return found if isinstance(found, Refusal) else _locations(asked, found)


def _locations(asked: Asked, found: list[Written]) -> list[types.Location]:
    return [
        types.Location(document.uri, document.range(string.start, string.end))
        for document, string in asked.all
        if any(string is each for each in found)
    ]


def diagnostics(ls: SpellServer, document: Document) -> list[types.Diagnostic]:
    """The strings of a document that name nothing, or look like a slip."""
    if ls.configuration.of(document.uri).spells != "full":
        return []
    spell = ls.spell(document)
    found = []
    for string in spell.strings:
        checkpoint()
        wrong = problem(string.kind, string.content, spell.sources)
        if wrong is not None and wrong.code not in CODES:  # the checks tell of those, knowing more
            found.append(
                types.Diagnostic(
                    range=document.range(string.start + wrong.start, string.start + wrong.end),
                    message=wrong.message,
                    severity=SEVERITIES[wrong.severity],
                    code=wrong.code,
                    source=SOURCE,
                    data={"near": [wrong.replacement]} if wrong.replacement else None,
                )
            )
    return found
