"""The calls that stand on a line, for stepping into one of them."""

from __future__ import annotations

from attrs import frozen
from tree_sitter import Node

from .chunk import Chunk, Function, captures
from .expressions import value_text


@frozen
class Call:
    """A call.

    callee: what is called, as a Lua programmer names it: `name`, `a.b` or `a:b`; what is computed
    before the last name is `…`. value: an expression that gives the called function without
    calling anything; None where there is none. start, end: the whole call in the text. line: where
    the called thing is named. function: what makes the call.
    """

    callee: str
    value: str | None
    start: int
    end: int
    line: int
    function: Function


def calls_on_lines(chunk: Chunk, first: int, last: int) -> list[Call]:
    """The calls whose names stand on some lines, in the order in which they are made.

    Those of functions that are only defined there are among them; `function` tells.
    """
    found = []
    start, end = chunk.lines.start(first), chunk.lines.end(last)
    for node in captures(chunk.root, "(function_call) @call").get("call", ()):
        callee = node.child_by_field_name("name")
        if callee is None or callee.start_byte > end or callee.end_byte < start:
            continue
        line = chunk.lines.line(_last_name(callee).start_byte)
        if first <= line <= last:
            call = Call(
                callee=_label(chunk, callee),
                value=value_text(chunk, callee),
                start=node.start_byte,
                end=node.end_byte,
                line=line,
                function=chunk.function_at(node.start_byte),
            )
            found.append(call)
    return sorted(found, key=lambda call: (call.end, -call.start))


def _label(chunk: Chunk, node: Node) -> str:
    names: list[str] = []
    while node.type in ("dot_index_expression", "method_index_expression"):
        separator = ":" if node.type == "method_index_expression" else "."
        names.append(separator + chunk.text(_last_name(node)))
        table = node.child_by_field_name("table")
        if table is None:
            break
        node = table
    names.append(chunk.text(node) if node.type == "identifier" else "…")
    return "".join(reversed(names))


def _last_name(callee: Node) -> Node:
    field = callee.child_by_field_name("field")
    return field or callee.child_by_field_name("method") or callee
