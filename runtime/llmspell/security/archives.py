"""Unpacking zip and tar archives that somebody hostile may have made (spec tools.md §8.17).

Only regular files are taken, below the target folder; links, devices and names that lead out are
skipped and told. What is counted is what decompression really yields, never what the archive says
of itself: an entry, the sum, their number, and the ratio to the archive's own size.
"""

import gzip
import os
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from typing import IO

import attrs

from llmspell.errors import ResourceError, ValidationError
from llmspell.security.entries import make_parents
from llmspell.security.opening import open_to_read, write_whole

TYPE_CHECKING = False
if TYPE_CHECKING:
    from llmspell.security.policy import Policy

_MEGABYTE = 1024 * 1024
_NO_ARCHIVE = (
    *(zipfile.BadZipFile, tarfile.TarError, zlib.error, EOFError, NotImplementedError),
    gzip.BadGzipFile,
)


@attrs.frozen
class Quota:
    """Most bytes of one entry and of all, entries, and bytes out of one byte of the archive."""

    entry: int = 100 * _MEGABYTE
    total: int = 1024 * _MEGABYTE
    count: int = 10_000
    ratio: int = 200


@attrs.frozen
class Unpacked:
    """The paths that were written, their bytes, and the names of entries that were left out."""

    files: tuple[str, ...]
    size: int
    skipped: tuple[str, ...]


def unpack(
    policy: "Policy",
    archive: str,
    target: str,
    quota: Quota | None = None,
    *,
    check: Callable[[], object] = lambda: None,
    fits: Callable[[str], bool] = lambda _: True,
) -> Unpacked:
    """Unpack an archive into a folder, which is made when it is not there.

    check: called before each entry; what it raises ends the unpacking. fits: tells of a name
    whether it is unpacked.
    Raises `SecurityError` for paths that are not allowed, `ResourceError` beyond the quota (what
    was written until then stays), and `ValidationError` for what is no archive.
    """
    quota = quota or Quota()
    folder = policy.check_path(target, "write")
    files: list[str] = []
    skipped: list[str] = []
    total = 0
    with open_to_read(policy, archive) as file:
        # A small archive of much the same may well have a high ratio.
        most = min(quota.total, max(os.fstat(file.fileno()).st_size * quota.ratio, _MEGABYTE))
        try:
            for number, (name, source) in enumerate(_entries(file)):
                check()
                if number >= quota.count:
                    raise ResourceError(f"the archive has more than {quota.count} entries")
                parts = inner_path(name)
                if source is None or parts is None or not fits(name):
                    skipped.append(name)
                    continue
                left = min(quota.entry, most - total)
                data = source.read(left + 1)
                if len(data) > left:
                    raise ResourceError(f"'{name}' unpacks to more than {left} further bytes")
                path = os.path.join(folder, *parts)  # noqa: PTH118
                make_parents(policy, path)
                files.append(write_whole(policy, path, data))
                total += len(data)
        except _NO_ARCHIVE as error:
            raise ValidationError(f"'{archive}' cannot be unpacked: {error}") from None
        except RuntimeError as error:  # what zipfile raises for encrypted entries
            raise ValidationError(f"'{archive}' cannot be unpacked: {error}") from None
    return Unpacked(tuple(files), total, tuple(skipped))


def inner_path(name: str) -> tuple[str, ...] | None:
    """Give the parts of an entry's name; None for one that leads out of every folder."""
    name = name.replace("\\", "/")
    parts = [part for part in name.split("/") if part not in ("", ".")]
    drive = bool(parts) and ":" in parts[0]
    if name.startswith("/") or drive or not parts or ".." in parts or "\0" in name:
        return None
    return tuple(parts)


def _entries(file: IO[bytes]) -> Iterator[tuple[str, IO[bytes] | None]]:
    """Give names with their content, None for what is neither file nor folder; skip folders."""
    if zipfile.is_zipfile(file):
        with zipfile.ZipFile(file) as packed:
            for entry in packed.infolist():
                if entry.filename.endswith("/"):  # is_dir() raises for an entry without a name
                    continue
                kind = entry.external_attr >> 28
                if kind not in (0, 8):  # a mode of neither nothing nor a regular file
                    yield entry.filename, None
                    continue
                with packed.open(entry) as content:
                    yield entry.filename, content
        return
    file.seek(0)
    with tarfile.open(fileobj=file, mode="r|*") as bundle:
        for member in bundle:
            if not member.isdir():
                yield member.name, bundle.extractfile(member) if member.isreg() else None
