"""Gives a GGUF file of the store that brings no tokenizer that of its model, in its own folder."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Awaitable, Callable, Mapping
from contextlib import aclosing
from pathlib import Path

from llmspell.errors import ProviderError
from llmspell.models.local.download import Remote, download
from llmspell.models.local.gguf import has_tokenizer, metadata
from llmspell.models.local.tokenizer import searched

NEEDED, FURTHER = "tokenizer.json", "tokenizer_config.json"

Fetch = Callable[[str, Path], Awaitable[bool]]
"""Puts the file of a name at a path; tells whether there is such a file."""


def own_place(path: Path) -> Path:
    """Where a file of the store lies that needs others beside it."""
    return path.parent / path.name.removesuffix(".gguf") / path.name


async def completed(path: Path, model: str, fetch: Fetch) -> Path:
    """The path of a model that has a tokenizer, or has got one from where it comes from.

    Raises ProviderError where there is none; the file stays.
    """
    if not await asyncio.to_thread(_lacks_tokenizer, path):
        return path
    place = own_place(path)
    place.parent.mkdir(exist_ok=True)
    path.replace(place)
    if not await fetch(NEEDED, place.parent / NEEDED):
        raise ProviderError(
            f"'{model}' is there, but brings no tokenizer, and there is no {NEEDED} where it comes "
            f"from; put that of the model it was made of into '{place.parent}'"
        )
    await fetch(FURTHER, place.parent / FURTHER)
    return place


def _lacks_tokenizer(path: Path) -> bool:
    try:
        return "general.architecture" in metadata(path) and not has_tokenizer(path)
    except ProviderError:
        return False  # whoever loads it tells what is wrong


def of_hub(repository: str, environ: Mapping[str, str]) -> Fetch:
    """From the repository, or from that of the model which it says it was made of."""
    found: dict[str, Remote] | None = None

    async def fetch(name: str, to: Path) -> bool:
        from llmspell.models.local.hub import beside

        nonlocal found
        if found is None:
            found = await asyncio.to_thread(beside, repository, NEEDED, environ)
        if name not in found:
            return False
        await _downloaded(found[name], to)
        return True

    return fetch


def of_address(address: str) -> Fetch:
    """From beside an address."""

    async def fetch(name: str, to: Path) -> bool:
        try:
            await _downloaded(Remote(url=f"{address.rpartition('/')[0]}/{name}"), to)
        except ProviderError:
            return False
        return True

    return fetch


def of_file(source: Path) -> Fetch:
    """From beside a file, or one folder up."""
    folder = next((each.parent for each in searched(source) if each.is_file()), None)

    async def fetch(name: str, to: Path) -> bool:
        if folder is None or not (folder / name).is_file():
            return False
        await asyncio.to_thread(shutil.copyfile, folder / name, to)
        return True

    return fetch


async def _downloaded(remote: Remote, to: Path) -> None:
    steps = download(remote, to, to.name)
    async with aclosing(steps):
        async for _ in steps:
            pass
