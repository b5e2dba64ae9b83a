"""Checks files, in several processes where there are many, and only what may have changed."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

from ..analysis.workspace.summary import Summary
from ..checking.ground import Ground, ground_of
from ..checking.kept import Kept
from ..checking.problems import Checked, Part
from ..indexing.cache import Cache, Entry, unpacked
from ..indexing.readers import read_files
from ..storage import cache_folder
from .files import home_of, libraries_of, lua_files

_MANY = 12  # files for a process; starting one takes as long as checking about so many


def checked_files(
    paths: Sequence[Path], jobs: int | None, *, cached: bool = True
) -> Iterator[Checked]:
    """The files in the order in which they were given.

    jobs: how many processes; None: as fits. cached: whether what was found before counts where
    nothing has changed.
    """
    folders = _folders(paths)
    parts = _parts(paths, jobs)
    libraries = [place for folder in folders for place in libraries_of(folder)]
    around = lua_files([*folders, *libraries, *paths])
    ground = ground_of(folders, around)
    with ExitStack() as stack:
        known: list[Sequence[Checked] | None] = [None] * len(parts)
        kept = Kept(cache_folder()) if cached else None
        if kept is not None:
            stack.callback(kept.close)
            known = kept.of(parts, folders, ground.digest)
        missing = [part for part, found in zip(parts, known, strict=True) if found is None]
        made = _checked(missing, folders, _summaries(ground, cached)) if missing else iter(())
        for found in known:
            if found is not None:
                yield from found
                continue
            part = next(made)
            # What was changed meanwhile may have been seen before or after that.
            if kept is not None and ground_of(folders, around) == ground:
                kept.keep(part, folders, ground.digest)
            yield from part.files


def _folders(paths: Sequence[Path]) -> list[Path]:
    """The folders whose files may define what others use: this one, or those of the files."""
    found = dict.fromkeys(map(home_of, paths))
    nested = {each for each in found for other in found if each != other and other in each.parents}
    return [each for each in found if each not in nested] or [Path.cwd()]


def _parts(paths: Sequence[Path], jobs: int | None) -> list[Sequence[Path]]:
    """The files that a process checks together."""
    count = min(jobs or os.cpu_count() or 1, max(1, len(paths) if jobs else len(paths) // _MANY))
    size = -(-len(paths) // count)
    return [paths[start : start + size] for start in range(0, len(paths), size)] if paths else []


def _summaries(ground: Ground, cached: bool) -> dict[str, Summary]:
    """What all files say to each other, from the cache where it knows them."""
    found: dict[str, Summary] = {}
    entries = []
    cache = Cache(cache_folder())
    try:
        if cached:
            found |= cache.holding(ground.contents)
        for read in read_files([path for path in ground.contents if path not in found]):
            summary = unpacked(read.data) if read.data else None
            stamp = ground.stamps[read.path]
            if summary is not None:
                found[read.path] = summary
                if stamp is not None:
                    entries.append(Entry(read.path, stamp, read.digest, read.data))
        if cached:
            cache.keep(entries)
    finally:
        cache.close()
    return found


def _checked(
    parts: Sequence[Sequence[Path]], folders: Sequence[Path], closed: Mapping[str, Summary]
) -> Iterator[Part]:
    """The parts, each in a process of its own where there are several."""
    if len(parts) == 1:
        yield _part(parts[0], folders, closed)
        return
    from concurrent.futures import ProcessPoolExecutor
    from functools import partial
    from multiprocessing import get_context

    work = partial(_part, folders=folders, closed=closed)
    with ProcessPoolExecutor(len(parts), get_context("spawn")) as pool:
        yield from pool.map(work, parts)


def _part(paths: Sequence[Path], folders: Sequence[Path], closed: Mapping[str, Summary]) -> Part:
    from ..checking.part import checked_part  # brings the server: not needed for what is kept

    return checked_part(paths, folders, closed)
