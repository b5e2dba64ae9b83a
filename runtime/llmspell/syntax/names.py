"""What functions are called, as a Lua programmer would say it."""

from __future__ import annotations

from tree_sitter import Node

from .chunk import Chunk, Function


def function_name(chunk: Chunk, function: Function) -> str:
    """The name of a function: as declared, or what it is assigned to; empty where it has none.

    `function t.f()`, `t.f = function()` and `local t = { f = function() end }` are all `t.f`.
    """
    if function.parent is None:
        return ""
    if function.name:
        return "".join(function.name.split())
    return _assigned_name(chunk, function.node)


def names_function(wished: str, name: str) -> bool:
    """Whether somebody who writes `wished` means the function `name`.

    `.` and `:` are the same; the end of a longer name is enough (`f` for `t.f`).
    """
    wished_parts = "".join(wished.split()).replace(":", ".").split(".")
    parts = name.replace(":", ".").split(".")
    return bool(wished_parts[0]) and parts[-len(wished_parts) :] == wished_parts


def _assigned_name(chunk: Chunk, value: Node) -> str:
    parent = value.parent
    if parent is None:
        return ""
    if parent.type == "field":
        name = parent.child_by_field_name("name")
        if name is None or name.type != "identifier" or parent.children[0].type == "[":
            return ""
        table = parent.parent
        owner = _assigned_name(chunk, table) if table is not None else ""
        return f"{owner}.{chunk.text(name)}" if owner else chunk.text(name)
    assignment = parent.parent
    if parent.type != "expression_list" or assignment is None:
        return ""
    if assignment.type != "assignment_statement":
        return ""
    values = [child.start_byte for child in parent.named_children if child.type != "comment"]
    targets = assignment.children[0].children_by_field_name("name")
    index = values.index(value.start_byte)
    return "".join(chunk.text(targets[index]).split()) if index < len(targets) else ""
