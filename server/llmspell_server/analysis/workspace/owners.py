"""Tables by the place from where they can be reached, for naming fields across files."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from llmspell_server.analysis.binding.variables import Local

Kind = Literal["global", "module", "file", "class", "local"]


class Owner(NamedTuple):
    """A table: where to begin, and the keys from there.

    kind, root: `global` (no root): the table of the globals; `module`: what `require(root)` gives;
    `file`: what the file `root` returns, or the file at hand if that is empty; `class`: an
    annotated class; `local`: the table in a local variable of the document at hand.
    """

    kind: Kind
    root: str | Local
    keys: tuple[str, ...] = ()

    def down(self, key: str) -> Owner:
        """The table in a field."""
        return Owner(self.kind, self.root, (*self.keys, key))


GLOBALS = Owner("global", "")
THIS_FILE = Owner("file", "")


class Role(IntEnum):
    """What is done with a name at a place. From `VALUE` on it is written."""

    READ = 0
    VALUE = 1
    TABLE = 2
    FUNCTION = 3
    METHOD = 4


class Occurrence(NamedTuple):
    """A global or a field by name at a place. owner: None where it cannot be told."""

    start: int
    end: int
    owner: Owner | None
    role: Role


class Require(NamedTuple):
    """A module that is required, and where its name is, without quotes."""

    module: str
    start: int
    end: int
