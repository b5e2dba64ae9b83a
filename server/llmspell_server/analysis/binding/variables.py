"""Local variables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from attrs import define, field

if TYPE_CHECKING:
    from llmspell_server.analysis.syntax import tree

LocalKind = Literal["local", "function", "parameter", "for", "self"]


@define(eq=False)
class Local:
    """A variable with a scope.

    declaration: its name there; the function for the implicit `self`. statement: what declares
    it (a statement, or the function of a parameter). position: which of the names of its
    statement it is. attribute: `const` or `close`. begin, end: where it is visible, in its piece;
    end is None for those of the chunk, which reach to the end of the text. function: in whose body
    it lives, None for the chunk. uses: where it is read and written in its own piece.
    writes: those of them that assign. captured: whether an inner function uses it.
    """

    name: str
    kind: LocalKind
    declaration: tree.Name | tree.Function
    statement: tree.Node
    position: int
    function: tree.Function | None
    begin: int
    end: int | None = None
    attribute: str | None = None
    uses: list[tree.Name] = field(factory=list, repr=False)
    writes: list[tree.Name] = field(factory=list, repr=False)
    captured: bool = False

    is_of_chunk: bool = False
