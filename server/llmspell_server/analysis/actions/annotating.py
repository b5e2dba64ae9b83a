"""Annotations are written above functions and locals, with what is known of their types."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from llmspell_server.analysis.annotations.nodes import Block, ParamTag
from llmspell_server.analysis.inference.annotated import block_of_function
from llmspell_server.analysis.inference.expressions import Where
from llmspell_server.analysis.inference.flow import parents_of
from llmspell_server.analysis.inference.inference import Inference
from llmspell_server.analysis.inference.writes import Path
from llmspell_server.analysis.syntax import tree
from llmspell_server.analysis.types import model
from llmspell_server.analysis.types.display import display

from .action import Action, Change

if TYPE_CHECKING:
    from llmspell_server.analysis.completion.complete import Place


def annotated(place: Place, function: tree.Function, begin: int) -> Iterator[Action]:
    """Writes `@param` and `@return` above a function that has none, with what is known."""
    inference, where = place.inference, place.where
    block = block_of_function(where.piece, function)
    if block.tags:
        yield from _completed(place, function, block, begin)
        return
    statement = parents_of(where.piece).get(function)
    if not isinstance(statement, (tree.LocalFunction, tree.FunctionStatement, tree.LocalStatement)):
        return
    lines = annotation_lines(inference, where, function)
    if not lines:
        return
    yield Action(
        "Add annotations",
        "refactor.rewrite",
        (_line_above(place, where, begin + statement.start, lines),),
    )


def _completed(place: Place, function: tree.Function, block: Block, begin: int) -> Iterator[Action]:
    """Writes the `@param`s that are missing behind those that are there."""
    said = [tag for tag in block.tags if isinstance(tag, ParamTag) and tag.name is not None]
    names = {tag.name.text for tag in said if tag.name is not None}
    lines = [
        line
        for line in annotation_lines(place.inference, place.where, function)
        if line.startswith("---@param ") and line.split()[1] not in names
    ]
    if not said or not lines:
        return
    text = place.where.file.snapshot.text
    line = text.line_at(begin + said[-1].start)
    start, end = text.line_start(line), text.line_end(line)
    content = text.source[start:end]
    indent = content[: len(content) - len(content.lstrip())]
    change = Change(end, end, "".join(f"\n{indent}{each}" for each in lines))
    yield Action("Add the missing annotations", "refactor.rewrite", (change,))


def annotation_lines(inference: Inference, where: Where, function: tree.Function) -> list[str]:
    """`@param` and `@return` for a function, with what is known of its types."""
    lines = [
        f"---@param {name.text} {_shown(inference.functions.parameter(where, function, i))}"
        for i, name in enumerate(function.parameters)
    ]
    if function.vararg is not None:
        lines.append("---@param ... any")
    returns = inference.functions.inferred_returns(where, function)
    if returns.items:
        lines.append("---@return " + ", ".join(map(_shown, returns.items)))
    return lines


def typed(place: Place, statement: tree.LocalStatement, begin: int) -> Iterator[Action]:
    """Writes `@type` above a local."""
    local = statement.names[0].name.local
    if len(statement.names) != 1 or local is None:
        return
    owner = place.where.file.owner(place.where.piece, Path(local))
    if place.inference.variables.is_declared(owner):
        return
    type_ = place.inference.variables.value(owner)
    if type_ is model.UNKNOWN or isinstance(type_, model.Function):
        return
    title, lines = "Add a type annotation", [f"---@type {display(type_)}"]
    if isinstance(type_, model.Shape):
        if not statement.values or not isinstance(statement.values[0], tree.Table):
            return
        title, lines = f"Make it the class `{local.name}`", [f"---@class {local.name}"]
    yield Action(
        title,
        "refactor.rewrite",
        (_line_above(place, place.where, begin + statement.start, lines),),
    )


def _line_above(place: Place, _: Where, offset: int, lines: list[str]) -> Change:
    text = place.where.file.snapshot.text
    start = text.line_start(text.line_at(offset))
    source = text.source[start:offset]
    indent = source[: len(source) - len(source.lstrip())]
    return Change(start, start, "".join(f"{indent}{line}\n" for line in lines))


def _shown(type_: model.Type) -> str:
    return "any" if type_ is model.UNKNOWN else display(model.widened(type_))
