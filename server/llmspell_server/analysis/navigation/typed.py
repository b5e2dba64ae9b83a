"""To which table a field belongs, by the type of what it is asked of."""

from __future__ import annotations

from collections.abc import Iterator

from llmspell_server.analysis.inference.expressions import Where
from llmspell_server.analysis.inference.inference import Inference
from llmspell_server.analysis.inference.sources import Owner as Variable
from llmspell_server.analysis.syntax import tree
from llmspell_server.analysis.syntax.pieces import Piece
from llmspell_server.analysis.types import model
from llmspell_server.analysis.types.fields import ancestry, members
from llmspell_server.analysis.workspace.index import Index
from llmspell_server.analysis.workspace.naming import naming_of
from llmspell_server.analysis.workspace.owners import Owner


def typed_owner(
    inference: Inference, index: Index, file: str, piece: Piece, base: tree.Expression, name: str
) -> Owner | None:
    """The canonical table that holds a field of an expression's value; None if types say nothing.

    Of the tables that the value falls back to, it is the first into which the field is written.
    """
    where = Where(inference.file(file), piece)
    candidates = list(_owners(inference, index, where, base))
    for owner in candidates:
        if index.writes(owner, name):
            return index.holder(owner, name)
    return candidates[0] if candidates else None


def _owners(
    inference: Inference, index: Index, where: Where, base: tree.Expression
) -> Iterator[Owner]:
    for each in members(inference.type(where, base), inference):
        for ancestor in ancestry(each, inference):
            match ancestor:
                case model.Named(name=known):
                    name = inference.described.classes.declared(known)
                    yield index.canonical(Owner("class", name), where.file.file)
                case model.Shape(identity=Variable() as variable):
                    owner = _of_variable(inference, variable)
                    here = variable.file == where.file.file
                    if owner is not None and (here or owner.kind != "local"):
                        yield index.canonical(owner, variable.file)
                case model.StringLiteral() | model.STRING:
                    yield index.canonical(Owner("class", "string"), where.file.file)


def _of_variable(inference: Inference, variable: Variable) -> Owner | None:
    """A variable or field by the name that other files can use, too."""
    keys = tuple(key for key in variable.keys if isinstance(key, str))
    if len(keys) != len(variable.keys):
        return None
    if variable.is_global:
        return Owner("global", "", (str(variable.root), *keys))
    source = inference.file(variable.file)
    declared = source.declaration(variable)
    if declared is None:
        return None
    piece, local = declared
    owner = naming_of(source.snapshot).owner_of(local, piece)
    for key in keys:
        owner = owner.down(key) if owner is not None else None
    return owner
