"""By which global name a value is known that may have been given others: `local open = io.open`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from llmspell_server.analysis.syntax import tree
from llmspell_server.analysis.types import model

from .expressions import Where
from .sources import NAMES, Owner, Source
from .writes import Path, literal_key, path_of, writes_of

if TYPE_CHECKING:
    from .inference import Inference

_FURTHEST = 8  # names that are followed for one


def global_name(inference: Inference, where: Where, node: tree.Node) -> str | None:
    """The dotted name of the global, or of a field of one, whose value an expression is.

    Variables and fields are followed to their value where they get only one. Fields of objects are
    named after the class that declares them: `Agent.on`.
    """
    return _Follower(inference).name(where, node)


def called_name(
    inference: Inference, where: Where, call: tree.Call | tree.MethodCall
) -> str | None:
    """The same for what is called."""
    follower = _Follower(inference)
    if isinstance(call, tree.MethodCall):
        return follower.field(where, None, call.base, call.method.text)
    return follower.name(where, call.callee)


def declared_name(
    inference: Inference, where: Where, call: tree.Call | tree.MethodCall
) -> str | None:
    """The name of what is called after the class that declares it, whatever it is called there."""
    match call:
        case tree.MethodCall(base=base, method=word):
            return _Follower(inference).of_type(where, base, word.text)
        case tree.Call(callee=tree.Member(base=base, key=word)):
            return _Follower(inference).of_type(where, base, word.text)
    return None


class _Follower:
    def __init__(self, inference: Inference) -> None:
        self._inference = inference
        self._left = _FURTHEST

    def name(self, where: Where, node: tree.Node) -> str | None:
        match node:
            case tree.Paren(inner=inner):
                return self.name(where, inner)
            case tree.Name(text=text) if text:
                return self._variable(where, node)
            case tree.Member(base=base, key=word):
                return self.field(where, node, base, word.text)
            case tree.Index(base=base, key=key):
                literal = literal_key(key)
                return self.field(where, node, base, literal) if isinstance(literal, str) else None
        return None

    def _variable(self, where: Where, name: tree.Name) -> str | None:
        local = where.file.local(where.piece, name)
        owner = where.file.owner(where.piece, Path(name.local or name.text))
        if local is None:
            return self._given(owner) or name.text
        if not self._inference.has_several(owner):
            return self._given(owner)
        sources = self._inference.values_of(owner)
        reached = self._inference.expressions.reached(where, name, sources) or ()
        return self._followed(reached[0]) if len(reached) == 1 else None

    def field(
        self, where: Where, node: tree.Node | None, base: tree.Expression, key: str
    ) -> str | None:
        """The name of a field. node: the expression that reads it, if one does."""
        path = path_of(base, writes_of(where.piece).owners)
        if path is not None and node is not None:
            owner = where.file.owner(where.piece, path.down(key))
            given = self._given(owner)
            if given is not None:
                return given
        table = self.name(where, base)
        return f"{table}.{key}" if table is not None else self.of_type(where, base, key)

    def _given(self, owner: Owner) -> str | None:
        """The name of the one value that is written into a variable or field."""
        source = self._inference.other_name_of(owner)
        return None if source is None else self._followed(source)

    def _followed(self, source: Source) -> str | None:
        if source.position or self._left <= 0:
            return None
        if not isinstance(source.value, NAMES):
            return None
        self._left -= 1
        return self.name(self._inference.where(source.file, source.piece), source.value)

    def of_type(self, where: Where, base: tree.Expression, key: str) -> str | None:
        """The name of a field after the class that declares it."""
        for type_ in model.members_of(self._inference.type(where, base)):
            if isinstance(type_, model.Shape) and isinstance(type_.identity, Owner):
                given = self._given(type_.identity.down(key))
                if given is not None:
                    return given
            elif isinstance(type_, model.Named):
                holder = self._holder(type_.name, key)
                if holder is not None:
                    return f"{holder}.{key}"
        return None

    def _holder(self, name: str, key: str) -> str | None:
        """The global table of the class that has a field, or the class: itself or one above."""
        for each, definition in self._inference.annotated.lineage(name):
            if key in definition.fields:
                owners = self._inference.annotated.owners_of(each)
                tables = (owner for owner in owners if owner.is_global)
                table = next(tables, None)
                return each if table is None else ".".join([str(table.root), *map(str, table.keys)])
        return None
