"""The pages of the documentation, in the package or in a checkout."""

from __future__ import annotations

import functools
from pathlib import Path

import llmspell
from llmspell_server.analysis.configuration.schema import heading_of


@functools.cache
def page(name: str) -> str | None:
    """The URI of a page; None where the documentation is not there."""
    package = Path(str(llmspell.__file__)).parent
    for folder in (package / "docs", package.parent.parent / "docs"):
        path = folder / name
        if path.is_file():
            return path.as_uri()
    return None


def section(path: tuple[str, ...]) -> str | None:
    """The URI of what is written about a table, or about the one that a setting stands in."""
    if path[:1] == ("kinds",):
        return page("string-kinds.md")
    reference, heading = page("configuration.md"), heading_of(path)
    if reference is None or not heading:
        return reference
    return f"{reference}#{''.join(heading).lower()}"
