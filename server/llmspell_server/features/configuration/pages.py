"""The pages of the documentation, in the package or in a checkout."""

from __future__ import annotations

import functools
from pathlib import Path

import llmspell


@functools.cache
def page(name: str) -> str | None:
    """The URI of a page; None where the documentation is not there."""
    package = Path(str(llmspell.__file__)).parent
    for folder in (package / "docs", package.parent.parent / "docs"):
        path = folder / name
        if path.is_file():
            return path.as_uri()
    return None
