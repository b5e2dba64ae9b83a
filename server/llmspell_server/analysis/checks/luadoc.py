"""Annotations that name what there is not, say things twice, or cannot be read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from llmspell_server.analysis.annotations.attached import all_blocks
from llmspell_server.analysis.annotations.nodes import (
    AliasTag,
    Block,
    CastTag,
    ClassTag,
    FieldTag,
    FunctionNode,
    GenericTag,
    OperatorTag,
    ParameterNode,
    ParamTag,
    UnreadableNode,
)
from llmspell_server.analysis.annotations.type_grammar import names_in
from llmspell_server.analysis.annotations.vocabulary import OPERATORS
from llmspell_server.analysis.inference.annotated import block_of_function
from llmspell_server.analysis.inference.sources import Owner
from llmspell_server.analysis.syntax import tree
from llmspell_server.analysis.syntax.pieces import nodes_of
from llmspell_server.analysis.types import model

from .context import Context, did_you_mean, near
from .finding import Finding

_WORDS = frozenset((*model.BASICS, "true", "false", "void", "fun", "..."))


def of_piece(context: Context) -> Iterator[Finding]:
    """All that is wrong with the annotations of a piece."""
    if "@" not in context.piece.text:
        return
    functions = dict(_functions(context))
    for block in all_blocks(context.piece):
        for problem in block.problems:
            data: dict[str, Any] = {"near": [problem.suggestion]} if problem.suggestion else {}
            if problem.missing:
                data["missing"] = problem.missing
            code = problem.code if problem.code == "unknown-doc-tag" else "luadoc-syntax"
            message = problem.message[:1].upper() + problem.message[1:] + "."
            yield Finding(code, message, problem.start, problem.end, (), data)
        if block.tags:
            yield from _names(context, block)
            yield from _repeated(context, block)
            yield from _stray_fields(context, block)
            yield from _operators(context, block)
            yield from _classes(context, block)
            yield from _casts(context, block)
            if id(block) in functions:
                yield from _parameters(context, block, functions[id(block)])


def _functions(context: Context) -> Iterator[tuple[int, tree.Function]]:
    """The functions that blocks describe."""
    for node in nodes_of(context.piece):
        if isinstance(node, tree.Function):
            block = block_of_function(context.piece, node)
            yield id(block), node


def _names(context: Context, block: Block) -> Iterator[Finding]:
    """`undefined-doc-name`, `undefined-doc-class`: a type that nothing declares."""
    generics = {each.name.text for tag in block.tags for each in _generics(tag)}
    for tag in block.tags:
        inner = {
            parameter.name.text
            for node in tree.walk(tag)
            if isinstance(node, FunctionNode)
            for parameter in node.generics
        }
        parents = set(tag.parents) if isinstance(tag, ClassTag) else set()
        unread = {
            name
            for node in tree.walk(tag)
            if isinstance(node, UnreadableNode)  # which is reported itself
            for name in names_in(node)
        }
        for node in names_in(tag):
            name = node.name.text
            if node in unread or name in generics or name in inner or _is_known(context, name):
                continue
            meant = near(name, context.inference.queries.get("type names"))
            code = "undefined-doc-class" if node in parents else "undefined-doc-name"
            message = f"There is no type `{name}`.{did_you_mean(meant)}"
            yield context.finding(code, node.name, message, name=name, near=meant)


def _generics(tag: tree.Node) -> tuple[ParameterNode, ...]:
    return tag.generics if isinstance(tag, (GenericTag, ClassTag, AliasTag)) else ()


def _is_known(context: Context, name: str) -> bool:
    inference = context.inference
    if not name or name in _WORDS or name in context.where.file.type_parameters:
        return True  # of a generic class, its methods know the type parameters
    return (
        inference.class_named(name) is not None
        or inference.alias_named(name) is not None
        or inference.enum_named(name) is not None
        or name in inference.queries.get("types of kinds", context.where.file.file)
    )


def _parameters(context: Context, block: Block, function: tree.Function) -> Iterator[Finding]:
    """`undefined-doc-param`: a parameter that the function below has not."""
    names = [name.text for name in function.parameters]
    if function.vararg is not None:
        names.append("...")
    if function.receiver is not None:
        names.append("self")
    for tag in block.tags:
        if isinstance(tag, ParamTag) and tag.name is not None and tag.name.text not in names:
            meant = near(tag.name.text, names)
            message = f"The function has no parameter `{tag.name.text}`.{did_you_mean(meant)}"
            yield context.finding("undefined-doc-param", tag.name, message, near=meant)


def _repeated(context: Context, block: Block) -> Iterator[Finding]:
    """`duplicate-doc-param`, `duplicate-doc-field`: the same is described twice."""
    seen: Counter[tuple[str, str]] = Counter()
    for tag in block.tags:
        if isinstance(tag, ClassTag):
            seen.clear()
        if not isinstance(tag, (ParamTag, FieldTag)) or tag.name is None:
            continue
        is_function = isinstance(tag.type, FunctionNode)
        what = "param" if isinstance(tag, ParamTag) else "field"
        seen[what, tag.name.text] += 1
        if seen[what, tag.name.text] > 1 and not (what == "field" and is_function):
            message = f"`{tag.name.text}` is described above already."
            yield context.finding(f"duplicate-doc-{what}", tag.name, message)


def _stray_fields(context: Context, block: Block) -> Iterator[Finding]:
    """`doc-field-no-class`: a field is declared before any class."""
    is_class = False
    for tag in block.tags:
        is_class = is_class or isinstance(tag, ClassTag)
        if isinstance(tag, FieldTag) and not is_class and len(block.tags) > 1:
            message = "There is no `@class` above that this field could belong to."
            yield context.finding("doc-field-no-class", tag.word, message)


def _operators(context: Context, block: Block) -> Iterator[Finding]:
    """`unknown-operator`."""
    for tag in block.tags:
        if isinstance(tag, OperatorTag) and tag.name and tag.name.text not in OPERATORS:
            meant = near(tag.name.text, OPERATORS)
            message = f"There is no operator `{tag.name.text}`.{did_you_mean(meant)}"
            yield context.finding("unknown-operator", tag.name, message, near=meant)


def _classes(context: Context, block: Block) -> Iterator[Finding]:
    """`circle-doc-class`, `duplicate-doc-alias`."""
    for tag in block.tags:
        if isinstance(tag, ClassTag) and tag.name is not None:
            if _is_circular(context, tag.name.text):
                message = f"`{tag.name.text}` is made from itself."
                yield context.finding("circle-doc-class", tag.name, message)
        elif isinstance(tag, AliasTag) and tag.name is not None:
            places = context.inference.queries.get("types", tag.name.text)
            first = next((each.tag for _, each in places if isinstance(each.tag, AliasTag)), tag)
            if first is not tag:
                message = f"There is another alias `{tag.name.text}`."
                yield context.finding("duplicate-doc-alias", tag.name, message)


def _is_circular(context: Context, name: str) -> bool:
    seen: set[str] = set()
    waiting = [name]
    while waiting:
        definition = context.inference.class_named(waiting.pop())
        for parent in definition.parents if definition is not None else ():
            if isinstance(parent, model.Named) and parent.name == name:
                return True
            if isinstance(parent, model.Named) and parent.name not in seen:
                seen.add(parent.name)
                waiting.append(parent.name)
    return False


def _casts(context: Context, block: Block) -> Iterator[Finding]:
    """`unknown-cast-variable`."""
    for tag in block.tags:
        if not isinstance(tag, CastTag) or tag.name is None:
            continue
        name = tag.name.text.split(".")[0]
        known = context.visible_locals(tag.start)
        if name not in known and not context.inference.is_written(Owner("", name)):
            meant = near(name, known)
            message = f"There is no variable `{name}` here.{did_you_mean(meant)}"
            yield context.finding("unknown-cast-variable", tag.name, message, near=meant)
