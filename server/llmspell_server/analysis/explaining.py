"""Values, variables and types in words: a line of Lua as title, and what is said of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from attrs import frozen

from .annotations.attached import all_blocks
from .inference.expressions import Where
from .inference.inference import Inference
from .inference.sources import Owner
from .inference.writes import Path
from .types import model
from .types.display import display, display_call
from .types.fields import members
from .types.members import field_named, field_names
from .types.model import Documentation, Function, Type

_FIELDS = 16  # of a table that are listed


@frozen
class Explanation:
    """title: Lua, may have several lines. text: Markdown."""

    title: str
    text: str = ""


def explained_value(
    inference: Inference,
    prefix: str,
    name: str,
    type_: Type,
    documentation: Documentation | None,
    on_object: bool = False,
) -> Explanation:
    """A variable or field of some type: `local name: T`, or `function name(a: T): R`.

    on_object: whether it is called with a colon, so that the first parameter is not shown.
    """
    functions = [each for each in members(type_, inference) if isinstance(each, Function)]
    if functions:
        function = functions[0]
        shown = [function, *function.overloads]
        mark = ":" if (function.is_method or on_object) and "." in name else "."
        called = mark.join(name.rsplit(".", 1))
        words = f"{prefix} function" if prefix == "local" else "function"
        title = "\n".join(
            f"{words} {display_call(called, each, skip_self=each.is_method or on_object)}"
            for each in shown
        )
        return Explanation(title, written(documentation or function.documentation, function))
    title = f"{prefix} {name}: {display(type_)}".lstrip()
    fields = "".join(_fields(inference, type_))
    return Explanation(title + fields, written(documentation or _of_type(inference, type_)))


def _fields(inference: Inference, type_: Type) -> Iterator[str]:
    """The fields of a table below its title."""
    type_ = model.without_nil(type_)
    tables = [each for each in model.members_of(type_) if each is not model.UNKNOWN]
    is_found = all(isinstance(each, (model.Shape, model.Record)) for each in tables)
    if not is_found and not _is_small_class(inference, type_):
        return
    names = list(field_names(type_, inference))
    if not names:
        return
    yield " {\n"
    for name in names[:_FIELDS]:
        found = [field_named(each, name, inference) for each in tables]
        known = [each for each in found if each is not None]
        if known:
            is_optional = len(known) < len(found) or any(each.optional for each in known)
            shown = display(model.union(*(each.type for each in known)), 60)
            yield f"    {name}{'?' * is_optional}: {shown},\n"
    if len(names) > _FIELDS:
        yield f"    … {len(names) - _FIELDS} more\n"
    yield "}"


def _is_small_class(inference: Inference, type_: Type) -> bool:
    if not isinstance(type_, model.Named):
        return False
    definition = inference.class_named(type_.name)
    return definition is not None and len(definition.fields) <= _FIELDS


def _of_type(inference: Inference, type_: Type) -> Documentation | None:
    """What is said of the class or alias that a value is of."""
    type_ = model.without_nil(type_)
    if not isinstance(type_, model.Named):
        return None
    definition = inference.class_named(type_.name) or inference.alias_named(type_.name)
    return definition.documentation if definition is not None else None


def written(documentation: Documentation | None, function: Function | None = None) -> str:
    """What is said of something, as Markdown."""
    if documentation is None:
        return ""
    parts = []
    if documentation.deprecated is not None:
        parts.append(f"**Deprecated.** {documentation.deprecated}".rstrip())
    parts.append(documentation.text)
    if documentation.parameters:
        parts.append(
            "\n".join(f"- `{name}`: {text}" for name, text in documentation.parameters.items())
        )
    names = function.return_names if function is not None else ()
    returns = [
        f"- {f'`{names[i]}`: ' if i < len(names) and names[i] else ''}{text}"
        for i, text in enumerate(documentation.returns)
        if text
    ]
    if returns:
        parts.append("Gives\n" + "\n".join(returns))
    parts += [f"See {text}" for text in documentation.see]
    return "\n\n".join(part for part in parts if part)


def explained_variable(inference: Inference, where: Where, path: Path) -> Explanation:
    """A local or a global."""
    owner = where.file.owner(where.piece, path)
    name = owner.root if isinstance(owner.root, str) else path.root
    shown = name if isinstance(name, str) else getattr(name, "name", "")
    return explained_owner(inference, owner, str(shown))


def explained_owner(
    inference: Inference, owner: Owner, name: str, type_: Type | None = None
) -> Explanation:
    """What a variable holds. type: at the place that is asked about, if that is known better."""
    prefix = "global" if owner.is_global else "local"
    kind = getattr(owner.root, "kind", None)
    if kind == "parameter":
        prefix = "(parameter)"
    elif kind == "self":
        prefix = "(self)"
    found = inference.variables.value(owner) if type_ is None else type_
    documentation = inference.annotated.documentation(inference.values_of(owner))
    return explained_value(inference, prefix, name, found, documentation)


def explained_field(
    inference: Inference, base: Type, name: str, shown: str, on_object: bool = False
) -> Explanation | None:
    """A field of a type. shown: how it is called in the text."""
    field = field_named(base, name, inference)
    if field is None:
        return None
    type_ = model.optional(field.type) if field.optional else field.type
    return explained_value(inference, "(field)", shown, type_, field.documentation, on_object)


def explained_type(inference: Inference, name: str) -> Explanation | None:
    """A class, alias or enum."""
    definition = inference.class_named(name)
    if definition is not None:
        parents = ", ".join(display(each, 60) for each in definition.parents)
        title = f"class {name}" + (f": {parents}" if parents else "")
        fields = "".join(_fields(inference, model.Named(name)))
        return Explanation(title + fields, written(definition.documentation))
    alias = inference.alias_named(name)
    if alias is not None:
        choices = "\n".join(
            f"- `{display(each.type)}`{f': {each.description}' if each.description else ''}"
            for each in alias.choices
        )
        text = "\n\n".join(filter(None, (written(alias.documentation), choices)))
        return Explanation(f"alias {name} = {display(alias.type)}", text)
    enum = inference.enum_named(name)
    if enum is not None:
        values = "\n".join(f"    {key} = {display(each)}" for key, each in enum.members.items())
        return Explanation(f"enum {name}\n{values}", written(enum.documentation))
    return None


def explained_candidate(inference: Inference, where: Where, of: Any) -> Explanation | None:
    """What a candidate of completion stands for."""
    if not isinstance(of, tuple):
        return None
    base, name = of
    if isinstance(base, Type):
        return explained_field(inference, base, name, name)
    if base == "local":
        local = where.file.snapshot.chunk_locals(where.piece).get(name)
        inner = [each for each in where.file.snapshot.binding(where.piece).all if each.name == name]
        return explained_variable(inference, where, Path(inner[-1] if inner else local or name))
    if base == "global":
        return explained_owner(inference, Owner("", name), name)
    if base == "type":
        return explained_type(inference, name)
    if base == "module":
        return _explained_module(inference, where, name)
    return None


def _explained_module(inference: Inference, where: Where, name: str) -> Explanation | None:
    """A module that can be required, with what is said at the top of its file."""
    file = inference.world.module(name, where.file.file)
    snapshot = inference.world.snapshot(file) if file is not None else None
    if snapshot is None:
        return None
    blocks = all_blocks(snapshot.pieces.all[0])
    text = (blocks[0].text or blocks[0].plain) if blocks else ""
    return Explanation(f'require("{name}")', text)
