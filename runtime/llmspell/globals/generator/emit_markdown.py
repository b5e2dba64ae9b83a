"""Writes the API reference (docs/api.md) from the description."""

from __future__ import annotations

from typing import Any

from llmspell.globals.generator.emit_border import HEADER
from llmspell.globals.generator.emit_luacats import type_text
from llmspell.globals.generator.model import Api, Class, Member, Namespace, Parameter


def reference(api: Api) -> str:
    """The whole reference as one Markdown page."""
    lines = [
        f"<!-- {HEADER} -->",
        "",
        "# Script API",
        "",
        "The globals that spells have. No import is needed. Functions are called with a dot,",
        "methods of objects with a colon or a dot. A failing call raises a Lua error, which is a",
        "string that `pcall` can catch.",
        "",
    ]
    lines += [f"- [`{n.name}`](#{n.name.lower()}): {n.summary}" for n in api.namespaces]
    lines += [
        f"- [`{v.name}`](#{v.name.lower()}): {v.description.splitlines()[0]}" for v in api.variables
    ]
    lines.append("")
    for namespace in api.namespaces:
        lines += _namespace(namespace)
    for variable in api.variables:
        lines += _variable(variable)
    if api.kinds:
        lines += ["## Kinds of strings", ""]
        for kind in api.kinds:
            lines += [f"### {kind['name']}", "", kind["description"], ""]
            lines += _values(kind)
            lines.append("")
    return _text(lines)


def reference_of(api: Api, name: str) -> str | None:
    """The part about one global, function (`State.save`) or class; None where there is none."""
    for namespace in api.namespaces:
        if namespace.name == name:
            return _text(_namespace(namespace))
        for member in namespace.members:
            if name == f"{namespace.name}.{member.name}" and not member.private:
                return _text(_member(f"{namespace.name}.", member))
        for cls in namespace.classes:
            if cls.name == name:
                return _text(_class(cls))
    for variable in api.variables:
        if variable.name == name:
            return _text(_variable(variable))
    return None


def _text(lines: list[str]) -> str:
    return "\n".join(lines).rstrip() + "\n"


def _variable(variable: Parameter) -> list[str]:
    return [f"## {variable.name}", "", f"`{variable.type.name}`", "", variable.description, ""]


def _values(kind: dict[str, Any]) -> list[str]:
    """The values of a kind, unless another page explains them."""
    if kind["link"]:
        return [f"The values stand in [{kind['link']}]({kind['link']})."]
    return [f"- `{value}`: {text}" for value, text in kind["values"].items()]


def _namespace(namespace: Namespace) -> list[str]:
    lines = [f"## {namespace.name}", "", namespace.summary, ""]
    if namespace.only:
        lines += [f"It exists under `{namespace.only}` only.", ""]
    if namespace.details:
        lines += [namespace.details, ""]
    for member in namespace.members:
        if not member.private:
            lines += _member(f"{namespace.name}.", member)
    for cls in namespace.classes:
        lines += _class(cls)
    return lines


def _member(prefix: str, member: Member) -> list[str]:
    arguments = [p.name + ("?" if p.type.optional else "") for p in member.parameters]
    if member.options:
        arguments.append("options?")
    signature = f"{prefix}{member.name}" + (
        "" if member.is_property else f"({', '.join(arguments)})"
    )
    lines = [f"### `{signature}`", "", member.summary, ""]
    if member.details:
        lines += [member.details, ""]
    if member.parameters or member.options:
        lines += ["| argument | type | meaning |", "| --- | --- | --- |"]
        lines += [_row(p.name, p) for p in member.parameters]
        lines += [_row(f"options.{p.name}", p) for p in member.options]
        lines.append("")
    if member.result.name != "nil":
        optional = " or nil" if member.result.optional else ""
        text = f": {member.result_description}" if member.result_description else ""
        lines += [
            f"Returns `{_cell(type_text(member.result, own=prefix.rstrip(':.')))}`{optional}{text}",
            "",
        ]
    for sentence in member.raises:
        name, _, text = sentence.partition(":")
        lines += [f"Raises `{name}`:{text}", ""]
    return lines


def _class(cls: Class) -> list[str]:
    lines = [f"### Class `{cls.name}`", "", cls.summary, ""]
    if cls.details:
        lines += [cls.details, ""]
    if cls.fields:
        lines += ["| field | type | meaning |", "| --- | --- | --- |"]
        lines += [_row(field.name, field) for field in cls.fields]
        if cls.others:
            lines.append(f"| other keys | `any` | {_cell(cls.others)} |")
        lines.append("")
    for method in cls.methods:
        prefix = f"{cls.name}." if method.is_property else f"{cls.name}:"
        lines += [
            "#" + line if line.startswith("###") else line for line in _member(prefix, method)
        ]
    return lines


def _row(name: str, parameter: Parameter) -> str:
    optional = "?" if parameter.type.optional else ""
    type_ = _cell(type_text(parameter.type))
    return f"| `{name}` | `{type_}{optional}` | {_cell(parameter.description)} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
