"""Fixes of functions and calls that do not keep to what a signature says."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from llmspell_server.analysis.binding.binder import binding_of
from llmspell_server.analysis.syntax import tree
from llmspell_server.analysis.types import model
from llmspell_server.analysis.types.fields import members

from .action import Action
from .indentation import indentation
from .mending_annotations import plainest_value
from .scene import Scene

_ADVICE = re.compile(r"\b(?:use|call)\s+`?([A-Za-z_]\w*(?:[.:][A-Za-z_]\w*)*)`?", re.IGNORECASE)
_WORDS = frozenset(("a", "an", "another", "instead", "it", "one", "other", "that", "the", "this"))


def _return(scene: Scene) -> Iterator[Action]:
    """`missing-return`: with the plainest values of what is promised."""
    end = scene.finding.end - scene.begin
    function = next((each for each in _functions(scene) if each.end == end), None)
    values = _promised(scene, function, 0)
    if function is None or not values:
        return
    text = f"return {', '.join(values)}"
    at = end - len("end")
    line = scene.piece.text.rfind("\n", 0, at) + 1
    indent = scene.piece.text[line:at]
    if indent.strip():
        change = scene.inserted(at, f"{text} ")
    else:
        step = indentation(scene.snapshot.text.source)
        change = scene.inserted(line, f"{indent}{step}{text}\n")
    yield Action(f"Write `{text}` at the end", "quickfix", (change,))


def _return_values(scene: Scene) -> Iterator[Action]:
    """`missing-return-value`: the plainest values for those that are missing."""
    node = scene.node(tree.Return)
    function = binding_of(scene.piece).in_function.get(node) if node is not None else None
    if node is None:
        return
    values = _promised(scene, function, len(node.values))
    if values:
        text = ", ".join(values)
        at = node.values[-1].end if node.values else node.start + len("return")
        change = scene.inserted(at, f", {text}" if node.values else f" {text}")
        yield Action(f"Write `{text}`", "quickfix", (change,))


def _functions(scene: Scene) -> Iterator[tree.Function]:
    statement = scene.piece.statement
    for node in tree.walk(statement) if statement is not None else ():
        if isinstance(node, tree.Function):
            yield node


def _promised(scene: Scene, function: tree.Function | None, first: int) -> list[str]:
    """Values for what a function promises from one result on, up to the last that must be there."""
    if function is None:
        return []
    annotated = scene.inference.annotated.function(scene.where, function)
    items = annotated.returns.items if annotated is not None and annotated.returns else ()
    while items and model.NIL in members(items[-1], scene.inference):
        items = items[:-1]
    return [plainest_value(scene, each) for each in items[first:]]


def _arguments(scene: Scene) -> Iterator[Action]:
    """`missing-parameter`: the plainest values of what is missing."""
    arguments = scene.node(tree.Arguments)
    call = scene.parent(arguments) if arguments is not None else None
    names = scene.finding.data.get("names", ())
    if arguments is None or not isinstance(call, (tree.Call, tree.MethodCall)):
        return
    if scene.piece.text[arguments.start] != "(" or not arguments.closed:
        return
    for signature in scene.inference.calls.signatures(scene.where, call):
        types = {each.name: each.type for each in signature.parameters}
        if names and all(name in types for name in names):
            text = ", ".join(plainest_value(scene, types[name]) for name in names)
            before = ", " if arguments.values else ""
            at = arguments.values[-1].end if arguments.values else arguments.start + 1
            yield Action(f"Write `{text}`", "quickfix", (scene.inserted(at, before + text),))
            return


def _other_function(scene: Scene) -> Iterator[Action]:
    """`deprecated`: what is to be used in its place, where that is said."""
    advice = _ADVICE.search(str(scene.finding.data.get("advice", "")))
    if advice is None or advice[1].lower() in _WORDS:
        return
    name, node = advice[1], scene.node(tree.Node)
    around = scene.parent(node) if node is not None else None
    if node is None:
        return
    change = scene.replaced(node.start, node.end, name)
    if isinstance(around, tree.Member) and around.key is node and re.search("[.:]", name):
        change = scene.replaced(around.start, around.end, name)
    elif isinstance(around, tree.MethodCall) and re.search("[.:]", name):
        if ":" not in name:
            return  # it takes its object otherwise
        change = scene.replaced(node.start, node.end, name.rpartition(":")[2])
    yield Action(f"Use `{name}`", "quickfix", (change,), preferred=True)


def _declare_async(scene: Scene) -> Iterator[Action]:
    """`await-in-sync`: the function around may wait as well."""
    node = scene.node(tree.Node)
    if node is None:
        return
    for around in scene.around(node):
        if isinstance(around, tree.Function):
            statement = scene.parent(around)
            is_statement = isinstance(statement, (tree.FunctionStatement, tree.LocalFunction))
            if statement is not None and is_statement and scene.begins_line(statement):
                change = scene.line_above(statement, "---@async")
                yield Action("Mark the function as `---@async`", "quickfix", (change,))
            return


OF_PROMISES: dict[str, Callable[[Scene], Iterator[Action]]] = {
    "missing-return": _return,
    "missing-return-value": _return_values,
    "missing-parameter": _arguments,
    "deprecated": _other_function,
    "await-in-sync": _declare_async,
}
