"""Completion in the debug console: the names of a frame and what its values hold."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from llmspell.debugger.model import Completion
from llmspell.syntax.cursor import KEYWORDS, reference_at

_KINDS = {"function": "function", "table": "module"}


def complete(
    call: Callable[..., Any], text: str, column: int, thread: int, level: int
) -> list[Completion]:
    """Names that fit before a column (from 1) of console text, in order."""
    cursor = max(column - 1, 0)
    reference = reference_at(text, cursor)
    if reference is None:
        return []
    keys = [key.encode() if isinstance(key, str) else key for key in reference.path]
    found = json.loads(call("list_names", thread, level, packed=keys).decode("utf-8", "replace"))
    names: dict[str, str] = found if isinstance(found, dict) else {}
    if not reference.separator:
        names = {**dict.fromkeys(KEYWORDS, "keyword"), **names}
    if reference.separator == ":":
        names = {name: kind for name, kind in names.items() if kind == "function"}
    length = cursor - reference.start
    return [
        Completion(name, name, _kind(kind, reference.separator), kind, reference.start + 1, length)
        for name, kind in sorted(names.items(), key=lambda item: (item[0].startswith("_"), item[0]))
        if name.lower().startswith(reference.word.lower())
    ]


def _kind(type_: str, separator: str) -> str:
    if type_ == "keyword":
        return "keyword"
    if separator == ":":
        return "method"
    return _KINDS.get(type_, "field" if separator else "variable")
