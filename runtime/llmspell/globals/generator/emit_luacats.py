"""Writes the LuaCATS definition files that language servers load (editor-anchors §2.2-2.4)."""

from __future__ import annotations

import json
from typing import Any

from llmspell.globals.generator.emit_border import HEADER
from llmspell.globals.generator.model import Api, Class, Member, Namespace, Parameter, Type

KIND_PREFIX = "llmspell."
"""What the aliases of string kinds begin with."""

_NAMES = {
    "bytes": "string",
    "any": "any",
    "json": "any",
    "value": "any",
    "function": "function",
    "nil": "nil",
}


def definition_files(api: Api) -> dict[str, str]:
    """File name -> text: one file for each namespace, one for kinds and plain variables."""
    files = {f"{n.name}.lua": _namespace(n) for n in api.namespaces}
    files["globals.lua"] = _globals(api)
    return files


def type_text(type_: Type, *, own: str = "") -> str:
    """A type in LuaCATS notation, without the question mark of optional ones."""
    if type_.kind:
        return kind_alias(type_.kind)
    if type_.schema and type_.schema["argument"] is None:
        return schema_type(type_.schema["schemas"][""])
    if type_.name == "array":
        inner = type_text(type_.items or Type("any"), own=own)
        return f"({inner})[]" if "|" in inner else f"{inner}[]"
    if type_.name == "map":
        return f"table<string, {type_text(type_.items or Type('any'), own=own)}>"
    if type_.name in ("class", "instance"):
        return type_.ref or "table"
    if type_.name == "self":
        return own
    if type_.name == "literal":
        return "|".join(f'"{value}"' for value in type_.values)
    if type_.name == "union":
        return "|".join(type_text(arm, own=own) for arm in type_.members)
    if type_.takes:
        return _function_type(type_, own)
    return _NAMES.get(type_.name, type_.name)


def _function_type(type_: Type, own: str) -> str:
    takes = ", ".join(
        f"{each.name}{'?' if each.type.optional else ''}: {type_text(each.type, own=own)}"
        for each in type_.takes
    )
    if type_.gives is None:
        return f"fun({takes})"
    gives = type_text(type_.gives, own=own)
    return f"fun({takes}): {f'({gives})' if '|' in gives else gives}"


def kind_alias(kind: str) -> str:
    """The LuaCATS alias of a string kind: `event-pattern` -> `llmspell.EventPattern`."""
    return KIND_PREFIX + "".join(word.capitalize() for word in kind.split("-"))


def schema_type(schema: Any) -> str:
    """A JSON Schema in LuaCATS notation (table literals for objects)."""
    if not isinstance(schema, dict):
        return "any"
    if "enum" in schema:
        return "|".join(json.dumps(value) for value in schema["enum"])
    kind = schema.get("type")
    if kind == "object" and schema.get("properties"):
        required = set(schema.get("required", ()))
        fields = ", ".join(
            f"{key}{'' if key in required else '?'}: {schema_type(value)}"
            for key, value in schema["properties"].items()
        )
        return f"{{ {fields} }}"
    if kind == "object":
        return "table<string, any>"
    if kind == "array":
        inner = schema_type(schema.get("items", {}))
        return f"({inner})[]" if "|" in inner else f"{inner}[]"
    if isinstance(kind, list):
        return "|".join(schema_type({"type": name}) for name in kind)
    return {"null": "nil"}.get(str(kind), str(kind)) if kind else "any"


def _comment(text: str) -> list[str]:
    return [f"---{line}" if line else "---" for line in text.split("\n")] if text else []


def _documentation(summary: str, details: str) -> list[str]:
    return _comment(f"{summary}\n\n{details}" if details else summary)


def _namespace(namespace: Namespace) -> str:
    lines = ["---@meta _", f"-- {HEADER}", ""]
    for cls in namespace.classes:
        lines += [*_class(cls), ""]
    for member in namespace.members:
        if member.options and not member.private:
            lines += [*_options_class(namespace.name, member), ""]
    lines += _documentation(namespace.summary, namespace.details)
    if namespace.only:
        lines += ["---", f"---It exists under `{namespace.only}` only."]
    lines.append(f"---@class {namespace.name}lib")
    if namespace.index is not None:
        key, value = namespace.index
        lines.append(f"---@field [{type_text(key.type)}] {type_text(value)} {key.description}")
    lines += [f"{namespace.name} = {{}}", ""]
    for member in namespace.members:
        if not member.private:
            lines += [*_function(namespace.name, ".", member, ""), ""]
    return "\n".join(lines)


def _class(cls: Class) -> list[str]:
    lines = _documentation(cls.summary, cls.details)
    exact = "" if cls.instance or cls.others else "(exact) "
    extended = f" : {cls.extends}" if cls.extends else ""
    lines.append(f"---@class {exact}{cls.name}{extended}")
    lines += [_field(parameter) for parameter in cls.fields]
    if cls.others:
        lines.append(f"---@field [string] any {cls.others}")
    for method in cls.methods:
        if method.is_property:
            lines.append(_field(Parameter(method.name, method.result, method.summary)))
    if not cls.instance:
        return lines
    lines.append(f"local {cls.name} = {{}}")
    for method in cls.methods:
        if method.options:
            lines[0:0] = [*_options_class(cls.name, method), ""]
        if not method.is_property:
            lines += ["", *_function(cls.name, ":", method, cls.name)]
    return lines


def _options_class(owner: str, member: Member) -> list[str]:
    lines = [
        f"---Options of `{owner}.{member.name}`.",
        f"---@class (exact) {owner}.{member.name}.options",
    ]
    return lines + [_field(option) for option in member.options]


def _field(parameter: Parameter) -> str:
    mark = "?" if parameter.type.optional else ""
    text = f"---@field {parameter.name}{mark} {type_text(parameter.type)} {parameter.description}"
    return text.rstrip()


def _function(owner: str, separator: str, member: Member, own: str) -> list[str]:
    lines = _documentation(member.summary, member.details)
    for sentence in member.raises:
        lines += ["---", f"---Raises `{sentence.partition(':')[0]}`:{sentence.partition(':')[2]}"]
    if member.waits:
        lines.append("---@async")
    if member.deprecated:
        lines.append(f"---@deprecated {member.deprecated}")
    names = []
    for parameter in member.parameters:
        mark = "?" if parameter.type.optional else ""
        names.append(parameter.name)
        described = f"{type_text(parameter.type)} {parameter.description}".rstrip()
        lines.append(f"---@param {parameter.name}{mark} {described}")
    if member.options:
        names.append("options")
        lines.append(f"---@param options? {owner}.{member.name}.options")
    if member.result.name != "nil":
        mark = "?" if member.result.optional else ""
        result = type_text(member.result, own=own)
        lines.append(f"---@return {result}{mark} # {member.result_description}".rstrip(" #"))
    lines += _overloads(member)
    lines += _orders(member, own)
    return [*lines, f"function {owner}{separator}{member.name}({', '.join(names)}) end"]


def _overloads(member: Member) -> list[str]:
    """One `@overload` for each literal that a dependent schema lists."""
    lines = []
    for parameter in member.parameters:
        schema = parameter.type.schema
        if not schema or schema["argument"] is None:
            continue
        for literal, table in schema["schemas"].items():
            arguments = []
            for other in member.parameters:
                type_ = type_text(other.type)
                if other.name == schema["argument"]:
                    type_ = json.dumps(literal)
                elif other is parameter:
                    type_ = schema_type(table)
                arguments.append(f"{other.name}{'?' if other.type.optional else ''}: {type_}")
            result = "" if member.result.name == "nil" else f": {type_text(member.result)}"
            lines.append(f"---@overload fun({', '.join(arguments)}){result}")
    return lines


def _orders(member: Member, own: str) -> list[str]:
    """One `@overload` for each further order of the parameters."""
    lines = []
    parameters = {each.name: each for each in member.parameters}
    for order in member.orders:
        stand = [parameters[name] for name in order]
        arguments = [f"{each.name}: {type_text(each.type, own=own)}" for each in stand]
        if own:
            arguments.insert(0, f"self: {own}")
        result = "" if member.result.name == "nil" else f": {type_text(member.result, own=own)}"
        lines.append(f"---@overload fun({', '.join(arguments)}){result}")
    return lines


def _globals(api: Api) -> str:
    lines = ["---@meta _", f"-- {HEADER}", ""]
    for kind in api.kinds:
        lines += _comment(kind["description"])
        lines.append(f"---@alias {kind_alias(kind['name'])}")
        fixed = {value: text for value, text in kind["values"].items() if "<" not in value}
        if not kind["closed"] or len(fixed) < len(kind["values"]):
            lines.append("---| string")
        lines += [f"---| '\"{value}\"' # {text}" for value, text in fixed.items()]
        lines.append("")
    for variable in api.variables:
        lines += _comment(variable.description)
        lines += [f"---@type {variable.type.name}", f"{variable.name} = {{}}", ""]
    return "\n".join(lines)
