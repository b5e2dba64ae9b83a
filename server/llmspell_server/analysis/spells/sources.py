"""What is known of the world when strings are judged: values found elsewhere, and files.

Made outside the analysis (`kind_sources.py` of the server); an immutable snapshot. Whoever makes
one bounds the time of `listing`.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Mapping
from typing import Any

from attrs import field, frozen

Listing = Callable[[str], Mapping[str, bool] | None]
"""The names in a folder, each with whether it is a folder itself; None if that is not known."""


def unlisted(_: str) -> None:
    """A listing that knows nothing."""


@frozen
class Place:
    """Where something is written. path: of the file; offsets in its text."""

    path: str
    start: int = 0
    end: int = 0


Located = Callable[[str], Place | None]
"""Where something of Python (`module:Class`) is written; None where its source is not there."""


def unlocated(_: str) -> None:
    """Knows no source."""


@frozen
class Known:
    """A value that is known. place: where it is defined, if it is anywhere.

    details: what more is to be said of it. target: where it is defined in Python (`module:Class`).
    schema: of the table that goes with it.
    """

    description: str = ""
    place: Place | None = None
    details: str = ""
    target: str = ""
    schema: Any = None


@frozen
class Remark:
    """What is to be said of strings on this machine; see `llmspell.globals.describe.Remark`."""

    pattern: str
    message: str
    code: str
    severity: str = "hint"
    known: tuple[str, ...] = ()
    near: tuple[str, ...] = ()
    remedy: str = ""
    unless: tuple[str, ...] = ()


Remarks = Callable[[str], tuple[Remark, ...]]
"""What is to be said of strings of a kind."""


@frozen
class KindSources:
    """What is known at one moment.

    values: those of each kind that the description itself does not list. roots: the folders of
    `script` and `workspace`, absolute. pending: whether values of a kind were still looked for when
    `values` gave the others, so that nothing can be said against a string of it. remarks: what was
    found out about strings of a kind besides.
    """

    values: Mapping[str, Mapping[str, Known]] = field(factory=dict)
    roots: Mapping[str, str] = field(factory=dict)
    listing: Listing = unlisted
    pending: Callable[[str], bool] = lambda _: False
    located: Located = unlocated
    remarks: Remarks = lambda _: ()

    def found(self, path: str) -> str | None:
        """`file` or `folder` for what exists, an empty text for what does not, None: not known."""
        folder, name = posixpath.split(posixpath.normpath(path))
        names = self.listing(folder)
        if names is None:
            return None
        if name not in names:
            return ""
        return "folder" if names[name] else "file"


NOTHING = KindSources()
