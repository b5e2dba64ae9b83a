"""textDocument/documentLink and documentLink/resolve."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from lsprotocol import types

from llmspell_server.analysis.links import links_of
from llmspell_server.analysis.spells.kinds import definition

from .places import asked

if TYPE_CHECKING:
    from llmspell_server.documents import Document
    from llmspell_server.server import SpellServer


def register(server: SpellServer) -> None:
    """Makes the server answer."""
    options = types.DocumentLinkOptions(resolve_provider=True)
    server.feature(types.TEXT_DOCUMENT_DOCUMENT_LINK, options)(document_link)
    server.feature(types.DOCUMENT_LINK_RESOLVE)(resolve_document_link)


def document_link(
    ls: SpellServer, params: types.DocumentLinkParams
) -> list[types.DocumentLink] | None:
    """The modules and addresses in a document; which file a module is, is found when resolved."""
    where = asked(ls, params.text_document)
    if where is None:
        return None
    found = []
    for link in links_of(where.snapshot):
        place = where.document.range(link.start, link.end)
        if link.kind == "address":
            found.append(types.DocumentLink(place, link.target))
        elif _module(ls, link.target, where.file) is not None:
            data = {"module": link.target, "file": where.file}
            found.append(types.DocumentLink(place, tooltip="Open the module", data=data))
    return [*found, *_files(ls, where.document)]


def _module(ls: SpellServer, module: str, requiring: str) -> str | None:
    """The file of a module, also before all files are known."""
    there = ls.surroundings
    return there.module_file(module, requiring) or there.module_on_disk(module, requiring)


def _files(ls: SpellServer, document: Document) -> Iterator[types.DocumentLink]:
    """The files that strings name by their kinds, but for modules."""
    spell = ls.spell(document)
    for string in spell.strings:
        if string.kind.files is not None and string.function != "require":
            place = definition(string.kind, string.content, spell.sources)
            if place is not None:
                where = document.range(string.start, string.end)
                yield types.DocumentLink(where, Path(place.path).as_uri())


def resolve_document_link(ls: SpellServer, link: types.DocumentLink) -> types.DocumentLink:
    """A link with its target."""
    data = link.data
    if isinstance(data, dict) and data.keys() >= {"module", "file"}:
        file = _module(ls, data["module"], data["file"])
        link.target = ls.surroundings.uri(file) if file is not None else None
    return link
