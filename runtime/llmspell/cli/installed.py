"""What is installed beside llmspell: the extras, and whether their libraries can be imported."""

from __future__ import annotations

import re
from importlib.metadata import PackageNotFoundError, distribution, metadata, version
from pathlib import Path

from attrs import frozen


@frozen
class Extra:
    """An extra of the distribution: the libraries that it brings, and those that are missing."""

    name: str
    libraries: tuple[str, ...]
    missing: tuple[str, ...]

    @property
    def complete(self) -> bool:
        """Whether all of its libraries are there."""
        return not self.missing


def extras() -> list[Extra]:
    """The extras of this distribution. Nothing is imported to find out."""
    try:
        described = metadata("llmspell")
    except PackageNotFoundError:
        return []
    found = []
    for name in described.get_all("Provides-Extra") or ():
        wanted = f"extra == '{name}'"
        lines = [line.replace('"', "'") for line in described.get_all("Requires-Dist") or ()]
        libraries = tuple(_library(line) for line in lines if wanted in line)
        missing = tuple(library for library in libraries if installed_version(library) is None)
        found.append(Extra(name, libraries, missing))
    return found


def installed_version(library: str) -> str | None:
    """The version of a distribution; None if it is not installed."""
    try:
        return version(library)
    except PackageNotFoundError:
        return None


def lua_release() -> str:
    """The release of Lua inside lupa, such as `5.4.8`; just `5.4` where the library hides it."""
    for file in distribution("lupa").files or ():
        if re.fullmatch(r"lua54\.[\w.-]*(?:so|pyd)", file.name):
            found = re.search(rb"Lua (5\.4\.\d+)", Path(file.locate()).read_bytes())
            if found:
                return found[1].decode()
    return "5.4"


def _library(requirement: str) -> str:
    found = re.match(r"[A-Za-z0-9._-]+", requirement)
    return found[0] if found else requirement
