"""workspace/executeCommand: what a client can have the server do."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lsprotocol import types

from llmspell.version import __version__
from llmspell_server.analysis.evaluatable import evaluatable_at

if TYPE_CHECKING:
    from llmspell_server.server import SpellServer

STATUS = "llmspell.server.status"
REFRESH = "llmspell.server.refresh"
EVALUATABLE = "llmspell.server.evaluatable"


def register(server: SpellServer) -> None:
    """Makes the server answer."""
    server.command(STATUS)(status)
    server.command(REFRESH)(refresh)

    @server.command(EVALUATABLE)
    def asked(  # pygls reads these types when it is called, and would not find the server's
        uri: str, position: types.Position
    ) -> types.InlineValueEvaluatableExpression | None:
        return evaluatable(server, uri, position)


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


def _memory() -> int:
    """The resident memory of the process, 0 where that cannot be known."""
    try:
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    except OSError:
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")
