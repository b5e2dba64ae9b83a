"""Models that are known by a short name, in `catalogue.toml`."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files

from attrs import frozen


@frozen(kw_only=True)
class Known:
    """A model of the catalogue; see the head of `catalogue.toml` for the fields."""

    name: str
    repository: str
    task: str
    parameters: str
    size: int
    context: int
    license: str
    description: str
    recommended: bool = False
    aliases: tuple[str, ...] = ()


@cache
def catalogue() -> tuple[Known, ...]:
    """All of them, in the order of the file."""
    text = files("llmspell.models.local").joinpath("catalogue.toml").read_text("utf-8")
    tables = (each for each in tomllib.loads(text).values() if isinstance(each, dict))
    return tuple(Known(**{**each, "aliases": tuple(each.get("aliases", ()))}) for each in tables)


def known(name: str) -> Known | None:
    """The model of a name, in any case; None if there is none."""
    wanted = name.casefold()
    return next((each for each in catalogue() if wanted in (each.name, *each.aliases)), None)
