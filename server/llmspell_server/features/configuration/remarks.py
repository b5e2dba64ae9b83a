"""What is so on this machine only, said of the names that a configuration gives."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types
from pygls.uris import to_fs_path

from llmspell_server.analysis.configuration.keys import configured_keys
from llmspell_server.analysis.spells.remarks import remark_of

if TYPE_CHECKING:
    from llmspell_server.documents import Document
    from llmspell_server.server import SpellServer


def diagnostics(ls: SpellServer, document: Document) -> list[types.Diagnostic]:
    """What is said of the tables that are values of a kind, such as the providers."""
    from llmspell_server.features.strings import remark_diagnostic

    path = to_fs_path(document.uri)
    if path is None:
        return []
    keys, found = configured_keys(document.configuration, path), []
    sources = ls.spells.sources(path, ls.folder_of(document.uri))
    for kind in ls.spells.kinds_of(path).values():
        tables = [each.partition(":")[2] for each in kind.sources if each.startswith("config:")]
        for table in tables if kind.remarks else ():
            for name, known in keys.tables_below(table).items():
                said = remark_of(kind, name, sources)
                if said is not None and known.place is not None:
                    start = max(known.place.start, known.place.end - len(name))
                    place = document.range(start, known.place.end)
                    found.append(remark_diagnostic(kind, name, said, place))
    return found
