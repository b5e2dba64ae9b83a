"""Builders: objects whose methods give the object again, until `build` makes something of it.

A class is one by its shape: it has a `build`, and a method that gives what has that, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from difflib import get_close_matches

from llmspell_server.analysis.inference.expressions import Where
from llmspell_server.analysis.inference.flow import parents_of
from llmspell_server.analysis.inference.global_names import called_name
from llmspell_server.analysis.inference.inference import Inference
from llmspell_server.analysis.inference.sources import FileSources, Source
from llmspell_server.analysis.syntax import tree
from llmspell_server.analysis.syntax.pieces import Piece
from llmspell_server.analysis.types import model
from llmspell_server.analysis.types.fields import ancestry, members, table_of
from llmspell_server.analysis.types.members import field_names
from llmspell_server.analysis.types.model import Function, Type

from .context import Context
from .finding import Finding

_BUILD = "build"
_MOST_FIELDS = 60  # that are looked at for a method which gives the builder again


def set_twice(context: Context, node: tree.MethodCall) -> Iterator[Finding]:
    """`builder-set-twice`: a setter of a chain is called again; only the last value counts."""
    if isinstance(context.parents.get(node), tree.MethodCall):
        return  # the outermost call looks at the whole chain
    chain = _chain(node)
    if len({call.method.text for call in chain}) == len(chain):
        return
    if not is_builder(context, context.type(chain[0].base)):
        return
    later: dict[str, tree.MethodCall] = {}
    for call in reversed(chain):
        name = call.method.text
        if name in later and _is_setter(context, call):
            message = f"`{name}` is set again further on, and only that value counts."
            related = context.related(later[name].method, "set again here")
            yield context.finding("builder-set-twice", call.method, message, related)
        later.setdefault(name, call)


def unknown_setter(context: Context, node: tree.MethodCall) -> Iterator[Finding]:
    """`undefined-field`: a builder that code makes has no such method.

    Of other tables that nothing declares this is not told: a field may come from anywhere.
    """
    base, name = context.type(node.base), node.method.text
    alternatives = members(base, context.inference)
    if not name or not all(isinstance(each, model.Shape) for each in alternatives):
        return
    if context.inference.field_type(base, name) is not None or not is_builder(context, base):
        return
    names = field_names(base, context.inference)
    near = get_close_matches(name, names, 2)
    hint = f" Did you mean `{near[0]}`?" if near else ""
    message = f"This builder has no `{name}`.{hint}"
    yield context.finding("undefined-field", node.method, message, name=name, near=near)


def unfinished(context: Context, node: tree.ExpressionStatement) -> Iterator[Finding]:
    """`builder-not-built`, `builder-result-unused`: a chain that ends as a statement."""
    call = node.expression
    if not isinstance(call, tree.MethodCall):
        return
    chain = _chain(call)
    base = context.type(chain[0].base)
    if not is_builder(context, base):
        return
    if call.method.text == _BUILD:
        message = "What is built here is not used."
        yield context.finding("builder-result-unused", call, message)
    elif not isinstance(chain[0].base, (tree.Name, tree.Member, tree.Index)):
        message = f"Nothing is made of this: `:{_BUILD}()` is missing at the end."
        yield context.finding("builder-not-built", call, message, insert=f":{_BUILD}()")


def never_built(context: Context, node: tree.LocalStatement) -> Iterator[Finding]:
    """`builder-not-built`: a local within a statement holds a builder of which nothing is made."""
    yield from _never_built(context, node, of_chunk=False)


def never_built_in_chunk(
    inference: Inference, file: FileSources
) -> Iterator[tuple[Piece, Finding]]:
    """The same for the locals of the chunk, which other statements use."""
    for piece, _ in file.snapshot.pieces.placed():
        if isinstance(piece.statement, tree.LocalStatement):
            context = Context(inference, Where(file, piece))
            for finding in _never_built(context, piece.statement, of_chunk=True):
                yield piece, finding


def _never_built(
    context: Context, node: tree.LocalStatement, *, of_chunk: bool
) -> Iterator[Finding]:
    for declared, value in zip(node.names, node.values, strict=False):
        local = declared.name.local
        if local is None or local.is_of_chunk is not of_chunk:
            continue
        if not isinstance(value, (tree.Call, tree.MethodCall)):
            continue
        uses = context.snapshot.uses(local, context.piece)
        if not _are_set_only(uses, without_any=isinstance(value, tree.MethodCall)):
            continue
        if is_builder(context, context.type(value)):
            message = f"Nothing is made of `{local.name}`: `:{_BUILD}()` is never called."
            yield context.finding("builder-not-built", declared.name, message)


def is_built_first(context: Context, type_: Type, name: str) -> bool:
    """Whether what a builder makes has a field that the builder lacks."""
    if not is_builder(context, type_):
        return False
    build = context.inference.field_type(type_, _BUILD)
    made = build.returns.at(0) if isinstance(build, Function) and build.returns else None
    return made is not None and context.inference.field_type(made, name) is not None


def is_builder(context: Context, type_: Type) -> bool:
    """Whether a type is that of a builder."""
    alternatives = members(type_, context.inference)
    return bool(alternatives) and all(_is_builder(context, each) for each in alternatives)


def _is_builder(context: Context, type_: Type) -> bool:
    if not isinstance(type_, (model.Named, model.Shape)):
        return False
    if context.inference.field_type(type_, _BUILD) is None:
        return False
    names = list(field_names(type_, context.inference))[:_MOST_FIELDS]
    if _BUILD not in names:
        return False  # some computed key may be that
    return any(name != _BUILD and _gives_itself(context, type_, name) for name in names)


def _gives_itself(context: Context, type_: Type, name: str) -> bool:
    field = context.inference.field_type(type_, name)
    if not isinstance(field, Function) or field.returns is None:
        return False
    given = field.returns.at(0)
    if given in (model.SELF, type_):
        return True
    is_table = isinstance(given, (model.Named, model.Shape))
    return is_table and context.inference.field_type(given, _BUILD) is not None


def _chain(node: tree.MethodCall) -> list[tree.MethodCall]:
    """The calls of a chain, from the first; what is built begins a chain of its own."""
    found = [node]
    while isinstance(base := found[-1].base, tree.MethodCall) and base.method.text != _BUILD:
        found.append(base)
    return found[::-1]


def _is_setter(context: Context, call: tree.MethodCall) -> bool:
    """Whether a call gives the builder one value, rather than adding to what it has."""
    name = call.method.text
    if len(call.arguments.values) != 1 or name.startswith(("add", "with_", "on")):
        return False
    if called_name(context.inference, context.where, call) in context.rules.adding:
        return False
    builder = context.type(call.base)
    if any(map(_reads_own_fields, _code_of(context, builder, name))):
        return False
    return _gives_itself(context, builder, name)


def _code_of(context: Context, type_: Type, name: str) -> Iterator[tree.Function]:
    """The functions that a method may be, where they are written out."""
    for each in members(type_, context.inference):
        for ancestor in ancestry(each, context.inference):
            definition = table_of(ancestor, context.inference)
            field = definition.fields.get(name) if definition is not None else None
            place = field.place if field is not None else None
            if isinstance(place, Source) and isinstance(place.value, tree.Function):
                yield place.value


def _reads_own_fields(method: tree.Function) -> bool:
    """Whether a method does more with fields of its object than to write them.

    Then what it is given may come to what is there already: `table.insert(self.items, item)`.
    """
    objects = {"self", *(each.text for each in method.parameters[:1])}
    nodes = list(tree.walk(method.body))
    written = {
        target for node in nodes if isinstance(node, tree.Assignment) for target in node.targets
    }
    return any(
        isinstance(node, (tree.Member, tree.Index))
        and node not in written
        and isinstance(node.base, tree.Name)
        and node.base.text in objects
        for node in nodes
    )


def _are_set_only(uses: Iterable[tuple[Piece, tree.Name]], *, without_any: bool) -> bool:
    """Whether all uses only set something. Looks no further than it must.

    without_any: what to say where there are none: a chain has been written, a builder alone is
    perhaps still being worked on.
    """
    found = without_any
    for piece, use in uses:
        if not _is_set_only(piece, use):
            return False
        found = True
    return found


def _is_set_only(piece: Piece, use: tree.Name) -> bool:
    """Whether a use is the beginning of a chain that is a statement and builds nothing."""
    parents = parents_of(piece)
    node: tree.Node = use
    parent = parents.get(node)
    while isinstance(parent, tree.MethodCall) and parent.base is node:
        if parent.method.text == _BUILD:
            return False
        node, parent = parent, parents.get(parent)
    return node is not use and isinstance(parent, tree.ExpressionStatement)
