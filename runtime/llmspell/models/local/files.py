"""Where local models lie, and which file a name means."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from llmspell.config.places import expand_home, home
from llmspell.errors import ProviderError
from llmspell.models.provider import Setup

MAGIC = b"GGUF"


def folders(setup: Setup) -> tuple[Path, ...]:
    """The folders with models: the provider's, the configured one, and the usual ones."""
    named = (setup.settings.options.get("model_directory"), setup.models.directory)
    found = [absolute(str(each), setup) for each in named if each]
    if not found:
        base = Path(home(setup.environ) or "/") / ".llmspell" / "models"
        found = [base, base / "candle"]
    return tuple(found)


def find(name: str, setup: Setup) -> Path | None:
    """The file of a model, None if it is not there.

    name: a path (it has a separator, or ends with `.gguf`), or the name of a file or folder of the
    store: `<name>.gguf`, `<name>/*.gguf`, or `<name>:<quantization>` for either.
    """
    if _is_path(name):
        path = absolute(name, setup)
        return path if path.is_file() else None
    wanted = name.casefold().replace(":", "-")
    near: Path | None = None
    for known, path in installed(setup):
        here = known.casefold().replace(":", "-")
        if here == wanted:
            return path
        if here.startswith((wanted + "-", wanted + ".")) and near is None:
            near = path
    return near


def installed(setup: Setup) -> Iterator[tuple[str, Path]]:
    """The models of the store: name and file, by name."""
    seen: set[str] = set()
    for folder in folders(setup):
        try:
            entries = sorted(os.scandir(folder), key=lambda each: each.name)
        except OSError:
            continue
        for entry in entries:
            path = _file_of(entry)
            name = entry.name.removesuffix(".gguf")
            if path is not None and name not in seen:
                seen.add(name)
                yield name, path


def checked(path: Path, name: str, provider: str) -> Path:
    """The same path; raises ProviderError when the file is no GGUF file."""
    try:
        with path.open("rb") as file:
            start = file.read(len(MAGIC))
    except OSError as error:
        raise ProviderError(
            f"the file of '{name}' cannot be read: {error.strerror}", provider=provider
        ) from error
    if start != MAGIC:
        raise ProviderError(
            f"'{path}' is no GGUF file, or it is damaged; fetch the model again "
            f"(`llmspell model pull`)",
            provider=provider,
        )
    return path


def _file_of(entry: os.DirEntry[str]) -> Path | None:
    """The file of an entry of the store: itself, or the first one in a folder."""
    if entry.name.endswith(".gguf") and entry.is_file():
        return Path(entry.path)
    if not entry.is_dir():
        return None
    return next(iter(sorted(Path(entry.path).glob("*.gguf"))), None)


def outside_store(name: str, setup: Setup) -> Path | None:
    """The path that a name means, where it leads out of the store; None for models of the store."""
    if not _is_path(name):
        return None
    path = absolute(name, setup)
    real = Path(os.path.realpath(path))
    stores = (Path(os.path.realpath(folder)) for folder in folders(setup))
    return None if any(store in real.parents for store in stores) else path


def _is_path(name: str) -> bool:
    return os.sep in name or name.endswith(".gguf") or name.startswith("~")


def absolute(path: str, setup: Setup) -> Path:
    """The path that someone wrote, with `~` and variables expanded."""
    expanded = os.path.expandvars(expand_home(path, setup.environ)) if "$" in path else path
    return Path(setup.folder, expand_home(expanded, setup.environ))
