"""Fetches one large file: goes on where it was broken off, checks it, puts it in place at once."""

from __future__ import annotations

import asyncio
import errno
import fcntl
import hashlib
import os
import shutil
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx2
from attrs import field, frozen

from llmspell.errors import LLMSpellError, NetworkError, ProviderError, ResourceError
from llmspell.models.info import PullProgress

ATTEMPTS = 4
"""How often a connection may break in a row without any byte in between."""

_SECONDS = httpx2.Timeout(30.0)


@frozen(kw_only=True)
class Remote:
    """A file of the network. size: bytes, None if unknown; sha256: empty if unknown.

    headers: sent to the host of the address, not to those that it redirects to.
    """

    url: str
    size: int | None = None
    sha256: str = ""
    headers: Mapping[str, str] = field(factory=dict, repr=False)


async def download(
    remote: Remote, to: Path, model: str, *, pause: float = 1.0
) -> AsyncGenerator[PullProgress, None]:
    """Fetches a file, and tells how far it is; the last progress is `complete`.

    What was fetched stays in `<to>.part`, also when this is broken off or fails, and the next call
    goes on from there. pause: seconds before a broken connection is made again. Raises
    NetworkError, ResourceError for a full disk, and ProviderError for a file that is not what it
    should be.
    """
    part = to.with_name(f"{to.name}.part")
    yield PullProgress(model=model, status="starting", total=remote.size)
    with _locked(part, model):
        have = 0
        async for have, total in _fetched(remote, part, pause):
            yield PullProgress(model=model, status="downloading", completed=have, total=total)
        yield PullProgress(model=model, status="verifying", completed=have, total=have)
        await asyncio.to_thread(_check, part, remote)
        _mark_of(part).unlink(missing_ok=True)
        part.replace(to)
    yield PullProgress(model=model, status="complete", completed=have, total=have)


async def _fetched(
    remote: Remote, part: Path, pause: float
) -> AsyncGenerator[tuple[int, int | None], None]:
    """Fetches all of it; gives how many bytes are there, and of how many."""
    failures, before = 0, -1
    async with httpx2.AsyncClient(follow_redirects=True, timeout=_SECONDS) as client:
        while True:
            try:
                async for progress in _rest(client, remote, part):
                    yield progress
            except (httpx2.TransportError, httpx2.StreamError) as error:
                have = _size(part)
                failures = 0 if have > before else failures + 1
                before = have
                if failures >= ATTEMPTS - 1:
                    raise NetworkError(
                        f"'{remote.url}' cannot be read on: {str(error) or type(error).__name__}; "
                        "what was fetched is kept, and the next pull goes on from there"
                    ) from error
            except OSError as error:
                raise unwritable(error, part, kept=True) from error
            else:
                return
            await asyncio.sleep(pause * 2**failures)


async def _rest(
    client: httpx2.AsyncClient, remote: Remote, part: Path
) -> AsyncGenerator[tuple[int, int | None], None]:
    """One request, for what is missing."""
    have, mark = _size(part), _mark(part)
    headers = {**remote.headers, "Accept-Encoding": "identity"}
    if have and (mark or remote.sha256):
        headers["Range"] = f"bytes={have}-"
        if mark:
            headers["If-Range"] = mark
    async with client.stream("GET", remote.url, headers=headers) as response:
        if response.status_code == httpx2.codes.RANGE_NOT_SATISFIABLE:
            if have != remote.size:
                os.truncate(part, 0)
                raise httpx2.StreamError("the file has become shorter")
            return
        if not response.is_success:
            raise ProviderError(f"'{remote.url}' answers {response.status_code}")
        if response.status_code != httpx2.codes.PARTIAL_CONTENT:
            have = 0
        _remember(part, response.headers.get("ETag", ""))
        length = response.headers.get("Content-Length")
        total = have + int(length) if length else remote.size
        _check_room(part, (total or 0) - have)
        with part.open("ab" if have else "wb") as file:
            async for block in response.aiter_raw():
                await asyncio.to_thread(file.write, block)
                have += len(block)
                yield have, total
    if total is not None and have < total:
        raise httpx2.StreamError(f"{total - have} bytes are missing")


def _check(part: Path, remote: Remote) -> None:
    """Raises ProviderError, and removes the file, unless it is what it should be.

    It is on the disk then: a name is not given to what a power failure would leave empty.
    """
    with part.open("rb") as file:
        os.fsync(file.fileno())
    if not remote.sha256:
        return
    with part.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if digest != remote.sha256:
        part.unlink()
        _mark_of(part).unlink(missing_ok=True)
        raise ProviderError(
            f"what '{remote.url}' gave is not the file that was announced (sha256 {digest} instead "
            f"of {remote.sha256}); it was removed: pull it again"
        )


def _check_room(part: Path, missing: int) -> None:
    free = shutil.disk_usage(part.parent).free
    if missing > free:
        raise ResourceError(
            f"the model needs another {missing / 1e6:.0f} MB, but {part.parent} has room for only "
            f"{free / 1e6:.0f} MB; make room, or choose another `directory` in [models]"
        )


def make_folder(folder: Path) -> None:
    """Makes a folder of the store, with those above it; raises ProviderError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ProviderError(
            f"'{folder}' cannot be made: {error.strerror}; choose another `directory` in [models]"
        ) from error


def unwritable(error: OSError, part: Path, *, kept: bool) -> LLMSpellError:
    """Why a file of the store cannot be written, with what to do. kept: what is there stays."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        stays = "what was fetched is kept: " if kept else ""
        return ResourceError(f"the disk of {part.parent} is full; {stays}make room and pull again")
    return ProviderError(f"'{part}' cannot be written: {error.strerror or error}")


@contextmanager
def _locked(part: Path, model: str) -> Iterator[None]:
    """Holds off others who fetch the same file."""
    make_folder(part.parent)
    try:
        opened = part.open("ab")
    except OSError as error:
        raise unwritable(error, part, kept=True) from error
    with opened as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise ProviderError(f"'{model}' is being pulled by another process") from error
        try:
            yield
        finally:
            if part.is_file() and not _size(part):
                part.unlink()


def _size(part: Path) -> int:
    try:
        return part.stat().st_size
    except FileNotFoundError:
        return 0


def _mark_of(part: Path) -> Path:
    return part.with_name(f"{part.name}.etag")


def _mark(part: Path) -> str:
    """The strong ETag of what was fetched so far, empty if there was none."""
    try:
        return _mark_of(part).read_text("utf-8")
    except FileNotFoundError:
        return ""


def _remember(part: Path, tag: str) -> None:
    if tag and not tag.startswith("W/"):
        _mark_of(part).write_text(tag, "utf-8")
    else:
        _mark_of(part).unlink(missing_ok=True)
