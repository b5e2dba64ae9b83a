"""Strings of known kinds: what is wrong with them, and the names that scripts give by them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import frozen
from lsprotocol import types

from llmspell_server.analysis.checks.catalogue import CODES
from llmspell_server.analysis.navigation.places import Place
from llmspell_server.analysis.navigation.targets import targets
from llmspell_server.analysis.pace import checkpoint
from llmspell_server.analysis.spells.defining import defined_at
from llmspell_server.analysis.spells.kind import StringKind
from llmspell_server.analysis.spells.kinds import definition, problem
from llmspell_server.analysis.spells.literals import Written
from llmspell_server.analysis.spells.names import Refusal, definitions, renaming, uses
from llmspell_server.analysis.spells.remarks import Said, remark_of
from llmspell_server.diagnosing import SEVERITIES, SOURCE
from llmspell_server.documents import Document, key_of
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
    """A string that is asked about."""

    string: Written
    spell: Spell


def asked_string(
    ls: SpellServer, document: Document | None, position: types.Position
) -> Asked | None:
    """The string of a known kind at a place."""
    if document is None or not document.is_lua:
        return None
    spell = ls.spell(document)
    string = ls.strings.at(key_of(document.uri), document.offset(position), spell.api)
    if string is None:
        return None
    return Asked(string, spell)


_FUNCTION = "function"
_Found = list[tuple[str, Written]]
"""Strings with their files."""


def _saying_the_same(ls: SpellServer, asked: Asked) -> _Found:
    """The strings of all files that say the same, open or not."""
    content = asked.string.content
    opened = {file for file, document in ls.documents.items() if document.is_lua}
    files = opened.union(ls.closed_files.saying(content)) if content else set()
    return [
        (file, found)
        for file in sorted(files)
        for found in ls.strings.written(file, asked.spell.api, content)
    ]


def defined(ls: SpellServer, asked: Asked) -> list[Place]:
    """Where scripts define what a string names: its function, where the script has it."""
    if not asked.string.kind.defined_by:
        return []
    all_ = _saying_the_same(ls, asked)
    defining = {id(each) for each in definitions(asked.string, (each for _, each in all_))}
    return [
        _function(ls, file, string) or Place(file, string.start, string.end)
        for file, string in all_
        if id(string) in defining
    ]


def defined_elsewhere(ls: SpellServer, asked: Asked) -> types.Location | None:
    """Where it is defined by no script: in a configuration, in Python, as a file."""
    place = definition(asked.string.kind, asked.string.content, asked.spell.sources)
    if place is None:
        return None
    document = ls.workspace.get_text_document(Path(place.path).as_uri())
    where = types.Range(types.Position(0, 0), types.Position(0, 0))
    if place.end and isinstance(document, Document):
        where = document.range(place.start, place.end)
    return types.Location(document.uri, where)


def _function(ls: SpellServer, file: str, string: Written) -> Place | None:
    """The function that is given with the string that defines a name, if it is in the workspace."""
    snapshot = ls.surroundings.snapshot(file)
    if snapshot is None:
        return None
    span = defined_at(snapshot, string.start, string.kind.definition).function
    if span is None:
        return None
    start, end = span
    if snapshot.text.source.startswith(_FUNCTION, start):
        return Place(file, start, start + len(_FUNCTION))
    found = targets(snapshot, file, end - 1, ls.surroundings)
    places = [
        each
        for each in (found.places if found is not None else ())
        if not ls.surroundings.is_library(each.file)
    ]
    return places[0] if len(places) == 1 else None


def used(ls: SpellServer, asked: Asked, *, declared: bool) -> list[types.Location]:
    """Where the name stands that a string gives, with its definitions or without."""
    all_ = _saying_the_same(ls, asked)
    found = uses(asked.string, (each for _, each in all_))
    chosen = _places(all_, (each for each in found if declared or not each.defines))
    return [ls.surroundings.location(each.file, each.start, each.end) for each in chosen]


def renamed(ls: SpellServer, asked: Asked, name: str) -> list[Place] | Refusal:
    """What is to be replaced with a new name."""
    all_ = _saying_the_same(ls, asked)
    found = renaming(asked.string, name, [each for _, each in all_], asked.spell.sources)
    return found if isinstance(found, Refusal) else _places(all_, found)


def _places(all_: _Found, chosen: Iterable[Written]) -> list[Place]:
    wanted = {id(each) for each in chosen}
    return [Place(file, string.start, string.end) for file, string in all_ if id(string) in wanted]


def remark_diagnostic(
    kind: StringKind, content: str, said: Said, place: types.Range
) -> types.Diagnostic:
    """A remark as the protocol has it; `data` names what can be done about it."""
    data: dict[str, Any] = {"near": list(said.near)}
    if said.remedy is not None:
        data["remedy"] = {"title": said.remedy.title, "kind": kind.name, "value": content}
    return types.Diagnostic(
        range=place,
        message=said.message,
        severity=SEVERITIES[said.severity],
        code=said.code,
        source=SOURCE,
        data=data,
    )


def is_told(ls: SpellServer, document: Document, start: int, end: int) -> bool:
    """Whether it is said of a string literal between two offsets that its kind has no such value.

    Its type has none either, then, and to say that too would be to say the same twice.
    """
    if ls.configuration.of(document.uri).spells != "full":
        return False
    spell = ls.spell(document)
    string = ls.strings.at(key_of(document.uri), (start + end) // 2, spell.api)
    if string is None:
        return False
    wrong = problem(string.kind, string.content, spell.sources)
    return wrong is not None and wrong.code not in CODES


def diagnostics(ls: SpellServer, document: Document) -> list[types.Diagnostic]:
    """The strings of a document that name nothing, or look like a slip."""
    if ls.configuration.of(document.uri).spells != "full":
        return []
    spell = ls.spell(document)
    found = []
    for string in spell.strings:
        checkpoint()
        said = remark_of(string.kind, string.content, spell.sources, document.source.__contains__)
        if said is not None:
            place = document.range(string.start, string.end)
            found.append(remark_diagnostic(string.kind, string.content, said, place))
            if said.near:
                continue  # what was meant is told with the remark
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
