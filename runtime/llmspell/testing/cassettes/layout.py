"""How cassettes are written: JSON in which everything that fits stands on one line.

So a piece of an answer is a line, a change of one is a change of one line, and texts of several
lines are lists of their lines.
"""

from __future__ import annotations

import json
from typing import Any

WIDTH = 100


LINES = "text_lines"
"""The key under which a `text` of several lines stands."""


def written(value: Any, indent: str = "", before: int = 0) -> str:
    """Plain data as such JSON. before: characters that stand on the line already."""
    text = _one_line(value)
    if len(indent) + before + len(text) <= WIDTH or not isinstance(value, dict | list) or not value:
        return text
    deeper = indent + "  "
    if isinstance(value, dict):
        members = [_lines(key, member) for key, member in value.items()]
        return _block("{}", [_member(key, member, deeper) for key, member in members], indent)
    if all(isinstance(member, int | float) for member in value):
        return _block("[]", _filled(value, WIDTH - len(deeper)), indent)
    return _block("[]", [written(member, deeper) for member in value], indent)


def read(text: str) -> Any:
    """What such JSON says; raises ValueError."""
    return json.loads(text, object_hook=_with_texts)


def _member(key: str, member: Any, indent: str) -> str:
    name = _one_line(key)
    if key == LINES:
        return f"{name}: " + _block("[]", [_one_line(line) for line in member], indent)
    return f"{name}: {written(member, indent, len(name) + 2)}"


def _lines(key: str, member: Any) -> tuple[str, Any]:
    if key == "text" and isinstance(member, str) and "\n" in member[:-1]:
        return LINES, member.splitlines(keepends=True)
    return key, member


def _with_texts(table: dict[str, Any]) -> dict[str, Any]:
    if LINES not in table:
        return table
    return {
        ("text" if key == LINES else key): "".join(member) if key == LINES else member
        for key, member in table.items()
    }


def _one_line(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "backslashreplace").decode()


def _block(brackets: str, members: list[str], indent: str) -> str:
    inner = ",\n".join(f"{indent}  {member}" for member in members)
    return f"{brackets[0]}\n{inner}\n{indent}{brackets[1]}"


def _filled(numbers: list[Any], width: int) -> list[str]:
    """Numbers, as many as fit on each line."""
    lines, line = [], ""
    for text in map(_one_line, numbers):
        if line and len(line) + len(text) + 3 > width:
            lines.append(line)
            line = ""
        line += f", {text}" if line else text
    return [*lines, line]
