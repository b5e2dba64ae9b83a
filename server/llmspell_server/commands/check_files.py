"""Checks files, in several processes where there are many."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from attrs import frozen
from lsprotocol import types

from ..analysis.checks.catalogue import SEVERITIES, Severity
from ..analysis.workspace.summary import Summary
from ..headless import Headless
from ..indexing.cache import Cache, Entry, unpacked
from ..indexing.readers import read_files
from ..stamps import stamp_of
from ..storage import cache_folder
from .files import lua_files

_MANY = 12  # files for a process; starting one takes as long as checking about so many


@frozen
class Problem:
    """What is wrong at a place. Lines and columns begin at 1; the end is behind the last column."""

    line: int
    column: int
    end_line: int
    end_column: int
    severity: Severity
    code: str
    message: str


@frozen
class Checked:
    """A file with its problems. unreadable: why it could not be read."""

    path: Path
    problems: tuple[Problem, ...] = ()
    unreadable: str | None = None


def checked_files(paths: Sequence[Path], jobs: int | None) -> Iterator[Checked]:
    """The files in the order in which they were given. jobs: how many processes; None: as fits."""
    folders = _folders(paths)
    closed = _summaries(folders, paths)
    count = min(jobs or os.cpu_count() or 1, max(1, len(paths) if jobs else len(paths) // _MANY))
    if count == 1:
        yield from _checked(paths, folders, closed)
        return
    from concurrent.futures import ProcessPoolExecutor
    from functools import partial
    from multiprocessing import get_context

    size = -(-len(paths) // count)
    parts = [paths[start : start + size] for start in range(0, len(paths), size)]
    work = partial(_list_checked, folders=folders, closed=closed)
    with ProcessPoolExecutor(count, get_context("spawn")) as pool:
        for found in pool.map(work, parts):
            yield from found


def _folders(paths: Sequence[Path]) -> list[Path]:
    """The folders whose files may define what others use: this one, or those of the files."""
    here = Path.cwd()
    found: dict[Path, None] = {}
    for path in paths:
        place = path.resolve()
        found[here if place.is_relative_to(here) else place.parent] = None
    nested = {each for each in found for other in found if each != other and other in each.parents}
    return [each for each in found if each not in nested] or [here]


def _summaries(folders: Sequence[Path], paths: Sequence[Path]) -> dict[str, Summary]:
    """What all files of the folders say to each other, from the cache where it knows them."""
    files = [str(file.resolve()) for file in lua_files([*folders, *paths]) if file.is_file()]
    stamps = {path: stamp for path in files if (stamp := stamp_of(path)) is not None}
    cache = Cache(cache_folder())
    try:
        found = dict(cache.look_up(stamps))
        entries = []
        for read in read_files([path for path in stamps if path not in found]):
            summary = unpacked(read.data) if read.data else None
            if summary is not None:
                found[read.path] = summary
                entries.append(Entry(read.path, stamps[read.path], read.digest, read.data))
        cache.keep(entries)
    finally:
        cache.close()
    return found


def _list_checked(
    paths: Sequence[Path], folders: Sequence[Path], closed: dict[str, Summary]
) -> list[Checked]:
    return list(_checked(paths, folders, closed))


def _checked(
    paths: Sequence[Path], folders: Sequence[Path], closed: dict[str, Summary]
) -> Iterator[Checked]:
    sources: dict[Path, str] = {}
    unreadable: dict[Path, str] = {}
    for path in paths:
        try:
            sources[path] = path.read_bytes().decode("utf-8", "replace")
        except OSError as error:
            unreadable[path] = error.strerror or str(error)
    with Headless(folders, closed) as session:
        found = session.problems(sources)
        for path in paths:
            if path in unreadable:
                yield Checked(path, unreadable=unreadable[path])
            else:
                yield Checked(path, tuple(_problem(each) for each in next(found)[1]))


def _problem(found: types.Diagnostic) -> Problem:
    start, end = found.range.start, found.range.end
    severity = SEVERITIES[(found.severity or types.DiagnosticSeverity.Error) - 1]
    places = (start.line + 1, start.character + 1, end.line + 1, end.character + 1)
    return Problem(*places, severity, str(found.code), found.message)
