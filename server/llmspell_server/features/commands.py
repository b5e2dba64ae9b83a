"""workspace/executeCommand: what a client can have the server do."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
from lsprotocol import types
from pygls.uris import to_fs_path

from llmspell.version import __version__
from llmspell_server.analysis.evaluatable import evaluatable_at
from llmspell_server.analysis.spells.remarks import remark_of
from llmspell_server.documents import key_of

if TYPE_CHECKING:
    from llmspell_server.server import SpellServer

STATUS = "llmspell.server.status"
REFRESH = "llmspell.server.refresh"
EVALUATABLE = "llmspell.server.evaluatable"
NAMED = "llmspell.server.named"
REMEDY = "llmspell.server.remedy"


def register(server: SpellServer) -> None:
    """Makes the server answer."""
    server.command(STATUS)(status)
    server.command(REFRESH)(refresh)

    @server.command(EVALUATABLE)
    def asked(  # pygls reads these types when it is called, and would not find the server's
        uri: str, position: types.Position
    ) -> types.InlineValueEvaluatableExpression | None:
        return evaluatable(server, uri, position)

    @server.command(REMEDY)
    def done(kind: str, value: str, uri: str) -> bool:
        return remedy(server, kind, value, uri)

    @server.command(NAMED)
    def names(kind: str) -> list[dict[str, Any]]:
        return named(server, kind)


def remedy(ls: SpellServer, kind: str, value: str, uri: str) -> bool:
    """Does what is offered about a string of a kind; false where nothing is, or it is under way.

    It goes on by itself, and shows how far it is.
    """
    path = to_fs_path(uri)
    folder = ls.folder_of(uri) or (os.path.dirname(path) if path else "")  # noqa: PTH120
    document = ls.lua_document(uri)
    known = ls.spells.kinds_of(path).get(kind)
    if document is None or known is None:
        return False
    said = remark_of(known, value, ls.spell(document).sources)
    if said is None or said.remedy is None:
        return False
    return ls.remedies.begin(known, said.remedy, value, folder)


def status(ls: SpellServer) -> dict[str, Any]:
    """The server as a client may show it: version, process, memory, what it knows."""
    return {
        "version": __version__,
        "process": os.getpid(),
        "memoryBytes": _memory(),
        "openDocuments": len(ls.documents),
        "definitionFiles": len(ls.world.libraries),
    }


def refresh(ls: SpellServer) -> None:
    """Looks at everything again: answers that were kept are dropped, problems looked for anew."""
    ls.world.forget()
    ls.diagnosing.doubt()


def evaluatable(
    ls: SpellServer, uri: str, position: types.Position
) -> types.InlineValueEvaluatableExpression | None:
    """What a debugger evaluates for a hover at a place: LSP has no request for it."""
    document = ls.lua_document(uri)
    if document is None:
        return None
    found = evaluatable_at(document.snapshot(ls.compile), document.offset(position))
    if found is None:
        return None
    place = document.range(found.start, found.end)
    return types.InlineValueEvaluatableExpression(place, found.text)


def named(ls: SpellServer, kind: str) -> list[dict[str, Any]]:
    """The names that scripts give to things of a kind (`tool-name`), with the places, by name."""
    found = []
    for name, place in sorted(ls.spells.named(kind), key=lambda each: each[0]):
        file = key_of(Path(place.path).as_uri())
        position = ls.surroundings.location(file, place.start, place.end).range.start
        found.append({"name": name, "uri": file, **attrs.asdict(position)})
    return found


def _memory() -> int:
    """The resident memory of the process, 0 where that cannot be known."""
    try:
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    except OSError:
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")
