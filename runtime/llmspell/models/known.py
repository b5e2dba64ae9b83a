"""What is known of hosted models, in `hosted.toml`, as it was on its date."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from llmspell.models.info import Capabilities

UNKNOWN = Capabilities(tools=True, json=True)
"""Of a model that is not in the file: the usual, without lengths."""


def hosted() -> dict[str, dict[str, Any]]:
    """The models of the file, as `provider/model`; see its head for the keys of each."""
    return {
        f"{kind}/{name}": told
        for kind, table in _file().items()
        if isinstance(table, dict)
        for name, told in table.items()
    }


def known_on() -> str:
    """When all was as the file says (ISO 8601)."""
    return str(_file()["date"])


def capabilities_of(model: str) -> Capabilities:
    """Those of a model, or of the one whose name the given one goes on from (`gpt-4o-audio`).

    A vendor may stand before it (`a/b`), as gateways have it.
    """
    name = model.rpartition("/")[2]
    known = _capabilities()
    begun = [each for each in known if f"{name}-".startswith(f"{each}-")]
    return known[max(begun, key=len)] if begun else UNKNOWN


@cache
def _capabilities() -> dict[str, Capabilities]:
    return {name.partition("/")[2]: _can(told) for name, told in hosted().items()}


def _can(told: dict[str, Any]) -> Capabilities:
    if told.get("embeds"):
        return Capabilities(context_length=told["context"], streaming=False, embeddings=True)
    return Capabilities(
        context_length=told["context"],
        max_output_tokens=told["written"],
        tools=True,
        vision=True,
        json=True,
    )


@cache
def _file() -> dict[str, Any]:
    return tomllib.loads(files("llmspell.models").joinpath("hosted.toml").read_text("utf-8"))
