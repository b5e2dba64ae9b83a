"""Other ways to write the same: quotes, calls, inlined locals, annotations."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from llmspell_server.analysis.binding.variables import Local
from llmspell_server.analysis.inference.annotated import block_of_function
from llmspell_server.analysis.inference.expressions import Where
from llmspell_server.analysis.inference.flow import parents_of
from llmspell_server.analysis.inference.inference import Inference
from llmspell_server.analysis.inference.writes import Path, path_of
from llmspell_server.analysis.syntax import tree
from llmspell_server.analysis.syntax.pieces import Piece
from llmspell_server.analysis.types import model
from llmspell_server.analysis.types.display import display

from .action import Action, Change

if TYPE_CHECKING:
    from llmspell_server.analysis.completion.complete import Place

_CONSTANT = (
    tree.Number,
    tree.String,
    tree.Boolean,
    tree.Nil,
    tree.Binary,
    tree.Unary,
    tree.Paren,
)
_ATOMS = (tree.Name, tree.Nil, tree.Boolean, tree.Number, tree.String, tree.Call, tree.Member)


def rewritings(place: Place) -> Iterator[Action]:
    """What can be written otherwise at a place."""
    begin = place.where.file.snapshot.pieces.start_of[place.where.piece]
    for node in reversed(place.path):
        match node:
            case tree.String():
                yield from _quotes(node, begin)
            case tree.Call() | tree.MethodCall():
                yield from _parentheses(place, node, begin)
                yield from _colon(place, node, begin)
            case tree.Name():
                yield from _inlined(place, node)
            case tree.Function():
                yield from _annotated(place, node, begin)
                return
            case tree.LocalFunction() | tree.FunctionStatement():
                yield from _annotated(place, node.function, begin)
                return
            case tree.LocalStatement():
                yield from _typed(place, node, begin)
                return


def _quotes(string: tree.String, begin: int) -> Iterator[Action]:
    """`'a'` to `"a"` and back, where that needs no escape."""
    quote, content = string.text[0], string.text[1:-1]
    other = {"'": '"', '"': "'"}.get(quote)
    if other is None or not string.closed or other in content or f"\\{quote}" in content:
        return
    name = "double" if other == '"' else "single"
    change = Change(begin + string.start, begin + string.end, f"{other}{content}{other}")
    yield Action(f"Use {name} quotes", "refactor.rewrite", (change,))


def _parentheses(place: Place, call: tree.Call | tree.MethodCall, begin: int) -> Iterator[Action]:
    """`f "x"` to `f("x")` and back."""
    arguments, text = call.arguments, place.where.piece.text
    if len(arguments.values) != 1 or not isinstance(arguments.values[0], (tree.String, tree.Table)):
        return
    inner = text[arguments.values[0].start : arguments.values[0].end]
    start, end = begin + arguments.start, begin + arguments.end
    if text[arguments.start] != "(":
        before = len(text[: arguments.start]) - len(text[: arguments.start].rstrip())
        change = Change(start - before, end, f"({inner})")
        yield Action("Write parentheses around the argument", "refactor.rewrite", (change,))
    elif arguments.closed and text[arguments.start + 1 : arguments.end - 1].strip() == inner:
        yield Action(
            "Leave out the parentheses", "refactor.rewrite", (Change(start, end, f" {inner}"),)
        )


def _colon(place: Place, call: tree.Call | tree.MethodCall, begin: int) -> Iterator[Action]:
    """`a.b(a, x)` to `a:b(x)` and back."""
    text, arguments = place.where.piece.text, call.arguments
    if text[arguments.start : arguments.start + 1] != "(" or not arguments.closed:
        return
    if isinstance(call, tree.MethodCall):
        if path_of(call.base) is None:
            return
        base = text[call.base.start : call.base.end]
        given = text[arguments.start + 1 : arguments.end - 1]
        new = f"{base}.{call.method.text}({base}{', ' if given.strip() else ''}{given})"
        change = Change(begin + call.start, begin + call.end, new)
        yield Action("Call with a dot", "refactor.rewrite", (change,))
        return
    callee = call.callee
    if not isinstance(callee, tree.Member) or not arguments.values:
        return
    first = arguments.values[0]
    base = text[callee.base.start : callee.base.end]
    if path_of(callee.base) is None or text[first.start : first.end] != base:
        return
    behind = arguments.commas[0] + 1 if arguments.commas else first.end
    rest = text[behind : arguments.end - 1].lstrip()
    change = Change(begin + call.start, begin + call.end, f"{base}:{callee.key.text}({rest})")
    yield Action("Call with a colon", "refactor.rewrite", (change,))


def _inlined(place: Place, name: tree.Name) -> Iterator[Action]:
    """A local that is set once is replaced by its value."""
    snapshot = place.where.file.snapshot
    local = snapshot.local(place.where.piece, name)
    if local is None or local.attribute is not None or local.kind != "local" or local.writes:
        return
    home = snapshot.piece_of(local, place.where.piece)
    statement = local.statement
    if not isinstance(statement, tree.LocalStatement):
        return
    if len(statement.names) != 1 or len(statement.values) != 1:
        return
    uses = list(snapshot.uses(local, home))
    value = statement.values[0]
    if any(snapshot.is_written(piece, use) for piece, use in uses):
        return
    if not uses or (len(uses) > 1 and not _may_be_repeated(value)):
        return
    if not _is_safe(place, home, local, value, uses):
        return
    begin = snapshot.pieces.start_of[home]
    text = home.text[value.start : value.end]
    changes = [_without_line(place, begin + statement.start, begin + statement.end)]
    for piece, use in uses:
        parent = parents_of(piece).get(use)
        plain = isinstance(value, _ATOMS) and not _is_base(parent, use, value)
        start = snapshot.pieces.start_of[piece]
        changes.append(Change(start + use.start, start + use.end, text if plain else f"({text})"))
    yield Action(f"Inline `{local.name}`", "refactor.inline", tuple(changes))


def _may_be_repeated(value: tree.Expression) -> bool:
    return isinstance(value, (tree.Name, tree.Nil, tree.Boolean, tree.Number, tree.String))


def _is_base(parent: tree.Node | None, use: tree.Node, value: tree.Expression) -> bool:
    """Whether a literal would stand before `.`, `:` or parentheses."""
    is_literal = not isinstance(value, (tree.Name, tree.Call, tree.Member))
    return is_literal and (
        (isinstance(parent, (tree.Member, tree.Index, tree.MethodCall)) and parent.base is use)
        or (isinstance(parent, tree.Call) and parent.callee is use)
    )


def _is_safe(
    place: Place,
    home: Piece,
    local: Local,
    value: tree.Expression,
    uses: list[tuple[Piece, tree.Name]],
) -> bool:
    """Whether the value is the same where it is used: nothing in it is set in between."""
    if all(isinstance(node, _CONSTANT) for node in tree.walk(value)):
        return True
    if any(piece is not home for piece, _ in uses) or local.captured:
        return False
    last = max(use.start for _, use in uses)
    for node in tree.walk(value):
        if isinstance(node, tree.Name):
            known = node.local
            if known is not None and any(value.end < w.start < last for w in known.writes):
                return False
        if isinstance(node, (tree.Call, tree.MethodCall)):
            statement = local.statement
            between = place.where.piece.text[statement.end : uses[0][1].start]
            if "(" in between.split("\n", 2)[-1] and between.count("\n") > 1:
                return False
    return True


def _without_line(place: Place, start: int, end: int) -> Change:
    """Removes a statement, with its line if nothing else is on it."""
    text = place.where.file.snapshot.text
    line = text.line_at(start)
    first, last = text.line_start(line), text.line_end(text.line_at(end))
    if text.source[first:start].strip() or text.source[end:last].strip():
        return Change(start, end, "")
    return Change(first, min(last + 1, len(text.source)), "")


def _annotated(place: Place, function: tree.Function, begin: int) -> Iterator[Action]:
    """Writes `@param` and `@return` above a function that has none, with what is known."""
    inference, where = place.inference, place.where
    block = block_of_function(where.piece, function)
    if block.tags:
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


def _typed(place: Place, statement: tree.LocalStatement, begin: int) -> Iterator[Action]:
    """Writes `@type` above a local."""
    local = statement.names[0].name.local
    if len(statement.names) != 1 or local is None:
        return
    owner = place.where.file.owner(place.where.piece, Path(local))
    if place.inference.variables.is_declared(owner):
        return
    type_ = place.inference.variables.value(owner)
    if type_ is model.UNKNOWN or isinstance(type_, (model.Function, model.Shape)):
        return
    lines = [f"---@type {display(type_)}"]
    yield Action(
        "Add a type annotation",
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
