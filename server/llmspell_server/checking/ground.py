"""The ground that a check stands on: all files that it may read, as they are at one moment.

What is asked of others than files is in a `Trace`.
"""

from __future__ import annotations

import functools
import os
import sys
import sysconfig
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from attrs import frozen

import llmspell
import llmspell_server
from llmspell.config.discovery import candidates
from llmspell.version import __version__

from .. import folder_files
from ..indexing.cache import digest_of
from ..stamps import Stamp, stamp_of


@frozen
class Ground:
    """Equals the one of another moment if no file was touched in between.

    digest: the same wherever the files say the same. contents: a digest of each Lua file that can
    be read, by its path; stamps: the state of each file that was looked at.
    """

    digest: bytes
    contents: dict[str, bytes]
    stamps: dict[str, Stamp | None]


def ground_of(folders: Sequence[Path], files: Sequence[Path]) -> Ground:
    """What a check of files reads. folders: those whose settings count."""
    lua = list(dict.fromkeys(str(file.resolve()) for file in files))
    paths = [*lua, *_settings(folders, lua)]
    stamps = {path: stamp_of(path) for path in paths}
    digests = {path: _digest(path) for path in paths}
    contents = {path: digest for path in lua if (digest := digests[path]) is not None}
    whole = digest_of(repr((program(), list(digests.items()))).encode())
    return Ground(whole, contents, stamps)


def _settings(folders: Iterable[Path], files: Iterable[str]) -> Iterator[str]:
    """The files that say how others are to be checked, whether they are there or not."""
    for folder in folders:
        for name in folder_files.NAMES:
            yield str(folder / name)
    places = dict.fromkeys(
        place.path
        for folder in dict.fromkeys(map(os.path.dirname, files))
        for place in candidates(folder, os.environ)
    )
    yield from places


def _digest(path: str) -> bytes | None:
    try:
        return digest_of(Path(path).read_bytes())
    except OSError:
        return None


@functools.cache
def program() -> bytes:
    """A digest of what checks: this program, in whatever state, and the packages beside it."""
    stamps = [
        (path, stamp_of(path))
        for package in (llmspell, llmspell_server)
        for folder in package.__path__
        for path in _files_below(folder)
    ]
    beside = [sysconfig.get_path(name) for name in ("purelib", "platlib")]
    installed = [(path, stamp_of(path)) for path in beside]
    return digest_of(repr((__version__, sys.version, sys.platform, stamps, installed)).encode())


def _files_below(folder: str) -> Iterator[str]:
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(each for each in folders if each != "__pycache__")
        yield from (f"{place}/{name}" for name in sorted(names))
