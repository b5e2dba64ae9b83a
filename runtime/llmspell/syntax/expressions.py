"""The expression under a cursor, for hovers over live values."""

from __future__ import annotations

from attrs import frozen
from tree_sitter import Node

from .chunk import Chunk

_INDEX = ("dot_index_expression", "method_index_expression", "bracket_index_expression")
_NAMES = ("identifier", "vararg_expression")
_NOT_VALUES = ("attribute", "label_statement", "goto_statement")
_CONSTANT_KEYS = ("identifier", "string", "number", "true", "false")


@frozen
class Expression:
    """An expression that calls nothing of its own: names, fields and constant keys.

    text: Lua that gives the value; a method `a:b` is the field `a.b`. start, end: in the text.
    """

    text: str
    start: int
    end: int


def expression_at(chunk: Chunk, offset: int) -> Expression | None:
    """The variable or field that is named at an offset: in `a.b.c`, `a.b` when it is on `b`.

    None where nothing is named (strings, comments, keys of a table), and where the value of the
    name depends on a call, which a hover must not make.
    """
    node = _name_at(chunk, offset)
    parent = node.parent if node else None
    if node is None or parent is None or parent.type in _NOT_VALUES:
        return None
    if parent.type == "field" and _is_field(parent, "name", node) and _names_key(parent):
        return None
    if parent.type in _INDEX[:2] and not _is_field(parent, "table", node):
        node = parent
    text = value_text(chunk, node)
    return None if text is None else Expression(text, node.start_byte, node.end_byte)


def value_text(chunk: Chunk, node: Node) -> str | None:
    """Lua that gives the value of a chain of names and fields; None where it would call."""
    inner = node
    while inner.type in _INDEX:
        key = inner.child_by_field_name("field")
        constant = key is not None and key.type in _CONSTANT_KEYS
        table = inner.child_by_field_name("table")
        if table is None or (inner.type == "bracket_index_expression" and not constant):
            return None
        inner = table
    if inner.type not in _NAMES:
        return None
    text = chunk.text(node)
    if node.type == "method_index_expression":
        table, method = node.child_by_field_name("table"), node.child_by_field_name("method")
        text = f"{chunk.text(table)}.{chunk.text(method)}" if table and method else text
    return text


def _name_at(chunk: Chunk, offset: int) -> Node | None:
    """The name that an offset is in or right behind."""
    for begin in (offset, offset - 1):
        node = chunk.root.named_descendant_for_byte_range(max(begin, 0), offset)
        if node is not None and node.type in _NAMES and not node.is_missing:
            return node
    return None


def _is_field(parent: Node, field: str, node: Node) -> bool:
    child = parent.child_by_field_name(field)
    return child is not None and child.start_byte == node.start_byte


def _names_key(field: Node) -> bool:
    return bool(field.children) and field.children[0].type != "["
