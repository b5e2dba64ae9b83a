"""Which table an expression means, as far as the text of one document says it.

Locals are followed to their values where these are a path, a `require` or an instance made by
`setmetatable`; `self` to the table of its method.
"""

from __future__ import annotations

import re

from llmspell_server.analysis.binding.variables import Local
from llmspell_server.analysis.remembering import remembered
from llmspell_server.analysis.snapshot import Snapshot
from llmspell_server.analysis.syntax import tree
from llmspell_server.analysis.syntax.comments import block_above
from llmspell_server.analysis.syntax.pieces import Piece

from .mentions import Base, Inside, Returned, mentions_of, plain_string, required_module
from .owners import GLOBALS, THIS_FILE, Owner

_TYPED = re.compile(r"---+\s*@(class|enum|type)\s+(?:\([^)]*\)\s*)?([A-Za-z_][\w.*-]*)\s*(.?)")


class Naming:
    """The names of the tables of a snapshot."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._locals: dict[Local, Owner | None] = {}
        self._returned = _returned_expression(snapshot)
        self._module_local = self._find_module_local()

    def owner(self, piece: Piece, base: Base) -> Owner | None:
        """What a table is called; None for those without a name."""
        match base:
            case None:
                return None
            case Returned():
                return THIS_FILE
            case Inside(inner, key):
                return _down(self.owner(piece, inner), key)
            case tree.Name():
                return self._variable(piece, base)
            case tree.Member(base=inner, key=word):
                return _down(self.owner(piece, inner), word.text)
            case tree.Index(base=inner, key=key):
                return _down(self.owner(piece, inner), plain_string(key))
            case tree.Paren(inner=inner):
                return self.owner(piece, inner)
            case tree.Binary(operator="or", left=left, right=right):
                return self.owner(piece, left) or self.owner(piece, right)
            case tree.Call():
                return self._called(piece, base)
        return None

    @property
    def returned(self) -> Owner | None:
        """What the file returns, where that is a table with another name than its own."""
        if self._returned is None:
            return None
        found = self.owner(*self._returned)
        return None if found == THIS_FILE else found

    def _variable(self, piece: Piece, name: tree.Name) -> Owner | None:
        local = self._snapshot.local(piece, name)
        if local is not None:
            return self.owner_of(local, piece)
        if name.text in ("_G", "_ENV"):
            return GLOBALS
        return GLOBALS.down(name.text) if name.text else None

    def owner_of(self, local: Local, where: Piece) -> Owner | None:
        """What the table in a local is called. where: a piece that knows it."""
        if local in self._locals:
            return self._locals[local]
        self._locals[local] = Owner("local", local)  # what its own value says of it
        found = self._found_local(local, self._snapshot.piece_of(local, where))
        self._locals[local] = found
        return found

    def _found_local(self, local: Local, piece: Piece) -> Owner | None:
        itself = Owner("local", local)
        methods = mentions_of(piece).methods_of
        if local in methods:
            return self.owner(piece, methods[local]) or itself
        if local is self._module_local:
            return THIS_FILE
        annotated = _annotation(piece, local.statement) if local.position == 0 else None
        if annotated is not None:
            return Owner("class", annotated[1])
        if isinstance(local.statement, tree.LocalStatement) and not self._is_written(local, piece):
            values = local.statement.values
            if local.position < len(values):
                return self.owner(piece, values[local.position]) or itself
        return itself

    def _is_written(self, local: Local, piece: Piece) -> bool:
        return bool(local.writes) or (
            local.is_of_chunk
            and any(self._snapshot.is_written(*use) for use in self._snapshot.uses(local, piece))
        )

    def _called(self, piece: Piece, call: tree.Call) -> Owner | None:
        module = required_module(call)
        if module is not None:
            return Owner("module", plain_string(module) or "")
        values = call.arguments.values
        match call.callee:
            case tree.Name(text="setmetatable", local=None) if values:
                if not isinstance(values[0], tree.Table):
                    return self.owner(piece, values[0])
                if len(values) > 1 and not isinstance(values[1], tree.Table):
                    return self.owner(piece, values[1])
        return None

    def _find_module_local(self) -> Local | None:
        if self._returned is None:
            return None
        piece, expression = self._returned
        while True:
            match expression:
                case tree.Paren(inner=inner):
                    expression = inner
                case tree.Call(callee=tree.Name(text="setmetatable"), arguments=arguments):
                    if not arguments.values:
                        return None
                    expression = arguments.values[0]
                case tree.Name():
                    return self._snapshot.local(piece, expression)
                case _:
                    return None


@remembered
def naming_of(snapshot: Snapshot) -> Naming:
    """The names of the tables of a snapshot, found once."""
    return Naming(snapshot)


def _down(owner: Owner | None, key: str | None) -> Owner | None:
    return owner.down(key) if owner is not None and key else None


def _returned_expression(snapshot: Snapshot) -> tuple[Piece, tree.Expression] | None:
    """The one value that the chunk returns."""
    for piece in reversed(snapshot.pieces.all[-3:]):
        if isinstance(piece.statement, tree.Return) and len(piece.statement.values) == 1:
            return piece, piece.statement.values[0]
    return None


def _annotation(piece: Piece, statement: tree.Node) -> tuple[str, str] | None:
    """`class`, `enum` or `type` and the plain name that the comment above a statement gives."""
    if not piece.comments:
        return None
    for comment in reversed(block_above(piece, statement)):
        found = _TYPED.match(comment.text)
        if found is not None:
            plain = found[1] != "type" or found[3] in ("", "?", "#", "@")
            return (found[1], found[2]) if plain else None
    return None
