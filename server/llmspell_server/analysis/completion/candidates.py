"""What completion offers."""

from __future__ import annotations

from typing import Any, Literal

from attrs import field, frozen

Kind = Literal[
    "class",
    "field",
    "file",
    "folder",
    "function",
    "global",
    "keyword",
    "label",
    "local",
    "method",
    "module",
    "namespace",
    "snippet",
    "tag",
    "value",
]


@frozen
class Candidate:
    """A text that may be written.

    detail: a few words about it. text: what is written, if that is not the label; a snippet in the
    syntax of LSP where `is_snippet`. rank: what comes first, 0 before 1. edits: what else changes
    then: (start, end, text). deprecated: whether it is better not to be used. parameters: those of
    a function, as `(a, b)`. is_own: of a member, whether code writes it into that very table. of:
    what it stands for, so that it can be explained when that is asked for.
    """

    label: str
    kind: Kind
    detail: str = ""
    text: str | None = None
    is_snippet: bool = False
    rank: int = 1
    edits: tuple[tuple[int, int, str], ...] = ()
    deprecated: bool = False
    description: str = ""
    parameters: str = ""
    is_own: bool = False
    of: Any = None


@frozen
class Completions:
    """Candidates for what stands between two offsets of the text.

    place: what is being written there.
    """

    start: int
    end: int
    place: Literal["member", "string", "name", "annotation", "nothing"]
    candidates: tuple[Candidate, ...] = field(default=())
    incomplete: bool = False
