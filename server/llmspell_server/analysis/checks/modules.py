"""Modules that cannot be found, or are required by several names."""

from __future__ import annotations

from collections.abc import Iterator

from llmspell_server.analysis.inference.global_names import called_name
from llmspell_server.analysis.inference.inference import Inference
from llmspell_server.analysis.inference.sources import FileSources
from llmspell_server.analysis.remembering import remembered
from llmspell_server.analysis.syntax import tree
from llmspell_server.analysis.syntax.literals import string_value
from llmspell_server.analysis.syntax.pieces import Piece

from .context import Context
from .finding import Finding, Related

_OF_LUA = frozenset(
    ("_G", "coroutine", "debug", "io", "math", "os", "package", "string", "table", "utf8")
)
"""Modules that are loaded before a program begins (Lua 5.4 §6.3, `package.loaded`)."""


def unresolved(context: Context, node: tree.Call) -> Iterator[Finding]:
    """`unresolved-require`: no file is found for a module, unless the code is ready for that."""
    name = required(context.where.file, context.piece, node)
    if name is None:
        name = _required_by_another_name(context, node)
    if name is None or name in _OF_LUA or _is_tried(context, node):
        return
    if context.inference.queries.get("module missing", name, context.where.file.file):
        place = node.arguments.values[0]
        message = f"There is no module `{name}` where `require` looks."
        if name in context.rules.compiled_modules:
            message += " Modules written in C are never loaded."
        yield context.finding("unresolved-require", place, message, name=name)


def required(file: FileSources, piece: Piece, node: tree.Call) -> str | None:
    """The name in `require("name")`."""
    callee, values = node.callee, node.arguments.values
    if not isinstance(callee, tree.Name) or callee.text != "require" or len(values) != 1:
        return None
    if not isinstance(values[0], tree.String) or file.local(piece, callee) is not None:
        return None
    return string_value(values[0].text)


def _required_by_another_name(context: Context, node: tree.Call) -> str | None:
    """The name in `load("name")`, where a local `load` is `require`."""
    values = node.arguments.values
    if len(values) != 1 or not isinstance(values[0], tree.String):
        return None
    if not isinstance(node.callee, tree.Name) or context.local(node.callee) is None:
        return None
    if called_name(context.inference, context.where, node) != "require":
        return None
    return string_value(values[0].text)


def _is_tried(context: Context, node: tree.Node) -> bool:
    """Whether a failure is caught: within a function that is given to `pcall` or `xpcall`."""
    around: tree.Node | None = node
    while around is not None:
        match around:
            case tree.Call(callee=tree.Name(text="pcall" | "xpcall")) if around is not node:
                return True
        around = context.parents.get(around)
    return False


def different_names(inference: Inference, file: FileSources) -> Iterator[tuple[Piece, Finding]]:
    """`different-requires`: one file is required by two names, so it runs twice."""
    first: dict[str, tuple[str, Related]] = {}
    for piece, _ in file.snapshot.pieces.placed():
        for node in _calls_of_require(piece):
            name = required(file, piece, node)
            if name is None:
                continue
            found = inference.queries.get("module file", name, file.file)
            if found is None:
                continue
            place = node.arguments.values[0]
            related = Related(file.file, piece, place.start, place.end, "required here before")
            before, there = first.setdefault(found, (name, related))
            if before != name:
                message = f"The same file is required as `{before}` above, and so it runs twice."
                data = {"name": name, "other": before}
                yield (
                    piece,
                    Finding("different-requires", message, place.start, place.end, (there,), data),
                )


@remembered
def _calls_of_require(piece: Piece) -> tuple[tree.Call, ...]:
    """The calls of something that is named so; what the name means is another question."""
    if "require" not in piece.text or piece.statement is None:
        return ()
    return tuple(
        node
        for node in tree.walk(piece.statement)
        if isinstance(node, tree.Call)
        and isinstance(node.callee, tree.Name)
        and node.callee.text == "require"
    )
