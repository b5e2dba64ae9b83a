"""textDocument/codeLens and codeLens/resolve.

Ways to run are shown to clients that can run: those that name the commands in the experimental
capability `commands` (as `{"commands": ["llmspell.run", …]}`), because it is the client that has
the terminal and the debugger.
"""

from __future__ import annotations

from collections.abc import Container
from typing import TYPE_CHECKING

from lsprotocol import types

from llmspell_server.analysis.lenses import lenses_in
from llmspell_server.analysis.navigation.symbols import symbol_at
from llmspell_server.analysis.navigation.uses import uses_of
from llmspell_server.documents import key_of

from .places import locations

if TYPE_CHECKING:
    from llmspell_server.server import SpellServer

RUN = {"llmspell.run": "Run spell", "llmspell.debug": "Debug spell"}
SHOW = "llmspell.showReferences"


def register(server: SpellServer) -> None:
    """Makes the server answer."""
    options = types.CodeLensOptions(resolve_provider=True)
    server.feature(types.TEXT_DOCUMENT_CODE_LENS, options)(code_lens)
    server.feature(types.CODE_LENS_RESOLVE)(resolve)


def code_lens(ls: SpellServer, params: types.CodeLensParams) -> list[types.CodeLens]:
    """Ways to run above the spell, and above functions how often they are used."""
    document = ls.lua_document(params.text_document.uri)
    if document is None or not ls.configuration.of(document.uri).lens_enable:
        return []
    commands, found = client_commands(ls), []
    for lens in lenses_in(document.snapshot(ls.compile)):
        place = document.range(lens.offset, lens.end)
        if lens.kind == "references":
            if not ls.answers_all(document.uri):
                continue
            data = {"uri": document.uri, "offset": lens.offset, "version": document.version}
            found.append(types.CodeLens(place, data=data))
            continue
        for command, title in RUN.items():
            if command in commands:
                run = types.Command(title, command, arguments=[document.uri])
                found.append(types.CodeLens(place, run))
    return found


def resolve(ls: SpellServer, lens: types.CodeLens) -> types.CodeLens:
    """A lens with the number of references, which is counted when it comes into view."""
    data = lens.data
    if not isinstance(data, dict):
        return lens
    document = ls.lua_document(str(data.get("uri")))
    if document is None or document.version != data.get("version"):
        lens.command = types.Command("", "")
        return lens
    snapshot, file = document.snapshot(ls.compile), key_of(document.uri)
    under = symbol_at(snapshot, file, int(data["offset"]), ls.surroundings)
    places = uses_of(under.symbol, snapshot, file, ls.surroundings) if under is not None else ()
    found = [place for place in places if not place.role]
    title = "1 reference" if len(found) == 1 else f"{len(found)} references"
    if SHOW in client_commands(ls):
        arguments = [document.uri, lens.range.start, locations(ls, found)]
        lens.command = types.Command(title, SHOW, arguments=arguments)
    else:
        lens.command = types.Command(title, "")
    return lens


def client_commands(ls: SpellServer) -> Container[str]:
    """The commands of ours that a client can carry out."""
    experimental = ls.client_capabilities.experimental
    if not isinstance(experimental, dict):
        return ()
    commands = experimental.get("commands")
    named = commands.get("commands") if isinstance(commands, dict) else None
    return named if isinstance(named, list) else ()
