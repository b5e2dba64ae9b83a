"""workspace/executeCommand: what a client can have the server do."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from llmspell.version import __version__

if TYPE_CHECKING:
    from llmspell_server.server import SpellServer

STATUS = "llmspell.server.status"
REFRESH = "llmspell.server.refresh"


def register(server: SpellServer) -> None:
    """Makes the server answer."""
    server.command(STATUS)(status)
    server.command(REFRESH)(refresh)


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


def _memory() -> int:
    """The resident memory of the process, 0 where that cannot be known."""
    try:
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    except OSError:
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")
