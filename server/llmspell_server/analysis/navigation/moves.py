"""What must be written elsewhere when files get other names: `require`, `dofile`, `loadfile`."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping, Sequence

from llmspell_server.analysis.remembering import remembered
from llmspell_server.analysis.snapshot import Snapshot
from llmspell_server.analysis.syntax import tree
from llmspell_server.analysis.syntax.pieces import Piece
from llmspell_server.analysis.workspace.index import Index
from llmspell_server.analysis.workspace.mentions import name_span, plain_string
from llmspell_server.analysis.workspace.modules import ModuleFiles, SearchPath

from .places import Place

RUNNING = ("dofile", "loadfile")
"""Lua's functions that take the path of a script."""


def moved_requires(
    moves: Mapping[str, str], index: Index, search: SearchPath
) -> list[tuple[Place, str]]:
    """The names of modules to replace, each with the new one.

    moves: the files that get another name, with it. What they require themselves may have been
    beside them.
    """
    before = ModuleFiles(index.files, search)
    after = ModuleFiles([moves.get(file, file) for file in index.files], search)
    found: dict[Place, str] = {}
    for file, start, end, module in _touched(moves, index, before):
        old = before.file_of(module, file)
        assert old is not None
        new, requiring = moves.get(old, old), moves.get(file, file)
        is_exact = before.exact(module, file) == old
        if new == (after.exact if is_exact else after.file_of)(module, requiring):
            continue
        names = after.names_of(new, requiring)
        if names:
            found[Place(file, start, end)] = _like(module, names[0])
    return list(found.items())


def _touched(
    moves: Mapping[str, str], index: Index, before: ModuleFiles
) -> Iterator[tuple[str, int, int, str]]:
    """What requires a file that moves, and what one that moves requires."""
    for old in moves:
        yield from index.requiring(old)
        for module, start, end in index.files[old].requires() if old in index.files else ():
            if before.file_of(module, old) is not None:
                yield old, start, end, module


def _like(old: str, new: str) -> str:
    """A module's name with the separator of another."""
    return new.replace(".", "/") if "/" in old and "." not in old else new


def moved_paths(
    moves: Mapping[str, str], file: str, snapshot: Snapshot, roots: Sequence[str]
) -> Iterator[tuple[Place, str]]:
    """The paths of scripts to replace in a document, each with the new one.

    Paths are taken from the roots of the workspace, where spells are run, or else from the folder
    of the document. roots: without a slash at the end, as the names of files begin.
    """
    for piece, begin in snapshot.pieces.placed():
        for function, string in _paths(piece):
            path = plain_string(string) or ""
            new = _moved_path(moves, file, path, roots)
            if new not in (None, path) and snapshot.local(piece, function) is None:
                first, last = name_span(string)
                yield Place(file, begin + first, begin + last), str(new)


def _moved_path(moves: Mapping[str, str], file: str, path: str, roots: Sequence[str]) -> str | None:
    """What to write for a path; None where nothing that moves is meant."""
    if path.startswith("/"):
        new = moves.get(f"file://{path}")
        return None if new is None else new.removeprefix("file://")
    here = posixpath.dirname(file)
    there = posixpath.dirname(moves.get(file, file))
    for before, after in (*((root, root) for root in roots), (here, there)):
        old = f"{before}/{posixpath.normpath(path)}"
        if old in moves:
            written = posixpath.relpath(moves[old], after)
            return f"./{written}" if path.startswith("./") else written
    return None


@remembered
def _paths(piece: Piece) -> tuple[tuple[tree.Name, tree.String], ...]:
    """The strings that a piece gives to what it calls `dofile` and `loadfile`, with that name."""
    found: list[tuple[tree.Name, tree.String]] = []
    for node in tree.walk(piece.statement) if piece.statement is not None else ():
        match node:
            case tree.Call(
                callee=tree.Name(text="dofile" | "loadfile") as function,
                arguments=tree.Arguments(values=[tree.String() as string, *_]),
            ) if plain_string(string):
                found.append((function, string))
    return tuple(found)
