"""Puts models into the store and takes them out."""

from __future__ import annotations

import asyncio
import re
import shutil
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path

from attrs import frozen

from llmspell.errors import ProviderError, ResourceError
from llmspell.models.info import PullProgress
from llmspell.models.local import files
from llmspell.models.local.catalogue import catalogue, known
from llmspell.models.local.completing import (
    Fetch,
    completed,
    of_address,
    of_file,
    of_hub,
    own_place,
)
from llmspell.models.local.download import Remote, download, make_folder, unwritable
from llmspell.models.local.gguf import check_whole
from llmspell.models.provider import Setup, check_online

BLOCK = 1 << 24
"""Bytes that are copied at once."""

_SUFFIX = re.compile(r"-gguf$", re.IGNORECASE)


@frozen
class Wanted:
    """What is to be pulled: a name or a repository, with the quantization, empty for any."""

    name: str
    quantization: str

    @classmethod
    def parse(cls, text: str) -> Wanted:
        """Reads `name[:quantization]`."""
        name, _, quantization = text.partition(":")
        return cls(name, "" if quantization.casefold() == "latest" else quantization)


async def pull(setup: Setup, model: str, *, force: bool) -> AsyncGenerator[PullProgress, None]:
    """Puts a model into the store, and tells how far it is.

    model: `name[:quantization]` of the catalogue, `organisation/repository[:quantization]` of
    Hugging Face, an address (`https://…/file.gguf`), or the path of a GGUF file. What is there
    already is not fetched again, unless `force` says so. The last progress has the name under which
    the model is in the store.
    """
    folder = files.folders(setup)[0]
    if "://" in model:
        check_online(model, setup.name, offline=setup.offline)
        to = folder / _named(model.rpartition("/")[2].partition("?")[0])
        fetch = of_address(model)
        steps = _downloaded(setup, Remote(url=model), to, model, fetch, force=force)
    elif model.endswith(".gguf"):
        steps = _imported(files.absolute(model, setup), folder, model)
    else:
        steps = _from_hub(setup, Wanted.parse(model), folder, model, force=force)
    async with aclosing(steps):
        async for step in steps:
            yield step


async def _from_hub(
    setup: Setup, wanted: Wanted, folder: Path, model: str, *, force: bool
) -> AsyncGenerator[PullProgress, None]:
    from llmspell.models.local.hub import locate

    entry = known(wanted.name)
    if entry is None and "/" not in wanted.name:
        names = ", ".join(each.name for each in catalogue())
        raise ProviderError(
            f"no model '{wanted.name}' is known; there are {names}; others are fetched by "
            "organisation/repository of Hugging Face, by address, or from a .gguf file",
            provider=setup.name,
        )
    held = files.find(model, setup)
    if held is not None and not force:
        yield _complete(held)
        return
    check_online(model, setup.name, offline=setup.offline)
    repository = entry.repository if entry else wanted.name
    name = entry.name if entry else _SUFFIX.sub("", wanted.name.rpartition("/")[2]).lower()
    chosen = wanted.quantization or str(setup.settings.options.get("default_quantization", ""))
    remote, quantization = await asyncio.to_thread(locate, repository, chosen, setup.environ)
    to = folder / f"{name}-{quantization or 'unknown'}.gguf"
    fetch = of_hub(repository, setup.environ)
    async for step in _downloaded(setup, remote, to, model, fetch, force=force):
        yield step


async def _downloaded(
    setup: Setup, remote: Remote, to: Path, model: str, fetch: Fetch, *, force: bool
) -> AsyncGenerator[PullProgress, None]:
    for place in (to, own_place(to)):
        if place.is_file() and not force:
            yield _complete(place)
            return
    steps = download(remote, to, model)
    async with aclosing(steps):
        async for step in steps:
            if step.status != "complete":
                yield step
    await asyncio.to_thread(_check, to, model, setup.name)
    yield _complete(await completed(to, model, fetch))


async def _imported(source: Path, folder: Path, model: str) -> AsyncGenerator[PullProgress, None]:
    """Copies a file into the store."""
    if not source.is_file():
        raise ProviderError(f"there is no file '{source}'")
    await asyncio.to_thread(_whole, source, model, "local")
    total, have = source.stat().st_size, 0
    make_folder(folder)
    if total > shutil.disk_usage(folder).free:
        raise ResourceError(f"{folder} has no room for the {total / 1e6:.0f} MB of '{source}'")
    to = folder / source.name
    if to.exists() and to.samefile(source):
        yield _complete(to)
        return
    part = to.with_name(f"{to.name}.importing")
    try:
        with source.open("rb") as read, part.open("wb") as written:
            while block := await asyncio.to_thread(read.read, BLOCK):
                await asyncio.to_thread(written.write, block)
                have += len(block)
                yield PullProgress(model=model, status="downloading", completed=have, total=total)
        part.replace(to)
    except OSError as error:
        raise unwritable(error, part, kept=False) from error
    finally:
        part.unlink(missing_ok=True)
    yield _complete(await completed(to, model, of_file(source)))


def remove(setup: Setup, model: str) -> Path:
    """Takes a model out of the store; gives the file that was removed.

    Raises ProviderError if it is not there, or lies outside the store.
    """
    path = files.find(model, setup)
    if path is None:
        names = ", ".join(name for name, _ in files.installed(setup)) or "none"
        raise ProviderError(f"model '{model}' is not installed (installed: {names})")
    folder = next((each for each in files.folders(setup) if each in path.parents), None)
    if folder is None:
        raise ProviderError(f"'{path}' is not in the store; remove the file itself")
    try:
        path.unlink()
        if path.parent != folder and not any(path.parent.glob("*.gguf")):
            shutil.rmtree(path.parent)
    except OSError as error:
        raise ProviderError(f"'{path}' cannot be removed: {error.strerror or error}") from error
    return path


def _whole(path: Path, model: str, provider: str) -> None:
    """Raises ProviderError if a file is no model, or not all of one."""
    files.checked(path, model, provider)
    check_whole(path)


def _named(name: str) -> str:
    return name if name.endswith(".gguf") else f"{name}.gguf"


def _check(path: Path, model: str, provider: str) -> None:
    """Raises ProviderError, and removes the file, if it is no model, or not all of one."""
    try:
        _whole(path, model, provider)
    except ProviderError:
        path.unlink()
        raise


def _complete(path: Path) -> PullProgress:
    size, name = path.stat().st_size, path.name.removesuffix(".gguf")
    return PullProgress(model=name, status="complete", completed=size, total=size)
