"""`text-manipulator` (spec tools §8.8), on the standard library."""

from __future__ import annotations

import json
import re

from llmspell.errors import ValidationError
from llmspell.tools.answer import Answer
from llmspell.tools.description import MIB, Example, Limits, Operation, Parameter
from llmspell.tools.tool import Tool

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from llmspell.tools.call import Call

_OPTIONS = {
    "from": {"type": "string", "description": "replace: what is replaced."},
    "to": {"type": "string", "description": "replace: what takes its place."},
    "start": {"type": "integer", "minimum": 0, "description": "substring: first byte, from 0."},
    "end": {"type": "integer", "minimum": 0, "description": "substring: byte behind the last."},
    "delimiter": {"type": "string", "default": " ", "description": "split, join: in between."},
    "max_length": {"type": "integer", "minimum": 0, "default": 100, "description": "truncate."},
    "spaces": {"type": "integer", "minimum": 0, "default": 4, "description": "indent."},
    "width": {"type": "integer", "minimum": 0, "default": 80, "description": "word_wrap."},
}


class TextManipulator(Tool):
    """Changes texts: case, spaces, parts, replacement, wrapping, counting."""

    name = "text-manipulator"
    limits = Limits(seconds=5, output_bytes=20 * MIB)
    parameters = (
        Parameter("input", "string", "The text.", required=True, aliases=("text",)),
        Parameter(
            "options", "object", "What one operation needs.", schema={"properties": _OPTIONS}
        ),
    )
    operations = {
        "uppercase": Operation("all upper case"),
        "lowercase": Operation("all lower case"),
        "reverse": Operation("last character first"),
        "trim": Operation("without spaces around it"),
        "replace": Operation("`options.from` by `options.to`", needs=("options",)),
        "substring": Operation("bytes `options.start` to `options.end`", needs=("options",)),
        "split": Operation("a JSON list of the parts"),
        "join": Operation("a JSON list of texts as one"),
        "snake_case": Operation("`someName` as `some_name`"),
        "camel_case": Operation("`some_name` as `someName`"),
        "pascal_case": Operation("`some_name` as `SomeName`"),
        "sanitize": Operation("printable ASCII only"),
        "truncate": Operation("at most `options.max_length` bytes, with `...`"),
        "indent": Operation("`options.spaces` before each line"),
        "dedent": Operation("without the space that all lines begin with"),
        "normalize_whitespace": Operation("one space for each run of white space"),
        "word_wrap": Operation("lines of `options.width` characters"),
        "count": Operation("characters, bytes, words and lines"),
    }
    examples = (
        Example({"operation": "uppercase", "input": "héllo"}, {"result": {"result": "HÉLLO"}}),
        Example(
            {"operation": "replace", "input": "a-b", "options": {"from": "-", "to": "+"}},
            {"result": {"result": "a+b", "original_length": 3}},
        ),
        Example({"operation": "count", "input": "one two"}, {"result": {"words": 2, "lines": 1}}),
        Example({"operation": "replace", "input": "a", "options": {"to": "b"}}, fails="from"),
    )

    def run(self, call: Call) -> Answer:
        """One transformation; `result.result` is always a text."""
        text = str(call.params["input"])
        options: dict[str, Any] = call.get("options", {})
        if call.operation == "count":
            return _count(text)
        changed = _CHANGES[call.operation](text, options)
        told = {
            "result": changed,
            "operation": call.operation,
            "original_length": len(text.encode()),
            "result_length": len(changed.encode()),
        }
        return Answer(call.operation, told, text=changed)


def _count(text: str) -> Answer:
    counts = {
        "characters": len(text),
        "bytes": len(text.encode()),
        "words": len(text.split()),
        "lines": len(text.splitlines()),
    }
    words = str(counts["words"])
    lengths = {"original_length": counts["bytes"], "result_length": len(words)}
    told = {"result": words, "operation": "count", **counts, **lengths}
    return Answer("count", told, text=words)


def _needed(options: dict[str, Any], name: str) -> Any:
    if options.get(name) is None:
        raise ValidationError(f"'options.{name}' is needed", field=name)
    return options[name]


def _replace(text: str, options: dict[str, Any]) -> str:
    old, new = _needed(options, "from"), _needed(options, "to")
    if not old:
        raise ValidationError("'options.from' is empty", field="from")
    return text.replace(old, new)


def _substring(text: str, options: dict[str, Any]) -> str:
    """Bytes from `start` to `end`, with the whole of the characters at both ends."""
    data = text.encode()
    start, end = _needed(options, "start"), _needed(options, "end")
    if start >= len(data) or end > len(data) or start >= end:
        return ""
    while start > 0 and _inside_a_character(data[start]):
        start -= 1
    while end < len(data) and _inside_a_character(data[end]):
        end += 1
    return data[start:end].decode()


def _inside_a_character(byte: int) -> bool:
    return byte & 0b1100_0000 == 0b1000_0000


def _split(text: str, options: dict[str, Any]) -> str:
    delimiter = options.get("delimiter", " ")
    parts = text.split(delimiter) if delimiter else list(text)
    return json.dumps(parts, ensure_ascii=False, separators=(",", ":"))


def _join(text: str, options: dict[str, Any]) -> str:
    try:
        parts = json.loads(text)
    except ValueError as error:
        raise ValidationError(f"no JSON: {error}", field="text") from error
    if not isinstance(parts, list) or not all(isinstance(part, str) for part in parts):
        raise ValidationError("a JSON list of texts is needed", field="text")
    return str(options.get("delimiter", " ")).join(parts)


def _snake_case(text: str, _: dict[str, Any]) -> str:
    found = ""
    for before, letter in zip(" " + text, text, strict=False):
        first = not found
        found += "_" if letter.isupper() and not before.isupper() and not first else ""
        found += letter.lower()
    return found


def _pascal_case(text: str, _: dict[str, Any]) -> str:
    raised = re.sub(r"[_-]+(.?)", lambda match: match[1].upper(), text)
    return raised[:1].upper() + raised[1:]


def _camel_case(text: str, options: dict[str, Any]) -> str:
    raised = _pascal_case(text, options)
    return raised[:1].lower() + raised[1:]


def _sanitize(text: str, _: dict[str, Any]) -> str:
    return "".join(c for c in text.strip() if " " <= c <= "~" or c in "\t\n")


def _truncate(text: str, options: dict[str, Any]) -> str:
    most, data = options.get("max_length", 100), text.encode()
    if len(data) <= most:
        return text
    if most < 3:
        return "..."[:most]
    return data[: most - 3].decode(errors="ignore") + "..."


def _indent(text: str, options: dict[str, Any]) -> str:
    prefix = " " * min(options.get("spaces", 4), 1000)
    return "\n".join(prefix + line for line in text.split("\n"))


def _dedent(text: str, _: dict[str, Any]) -> str:
    lines = text.split("\n")
    depths = [len(line) - len(line.lstrip()) for line in lines if line.strip()]
    common = min(depths, default=0)
    return "\n".join(line[common:] if line.strip() else "" for line in lines)


def _word_wrap(text: str, options: dict[str, Any]) -> str:
    width = options.get("width", 80)
    if width == 0:
        return ""
    return "\n".join(part for line in text.split("\n") for part in _wrapped(line, width))


def _wrapped(line: str, width: int) -> list[str]:
    rows = [""]
    for word in line.split():
        if rows[-1] and len(rows[-1]) + 1 + len(word) > width:
            rows.append("")
        rest = f"{rows[-1]} {word}" if rows[-1] else word
        while len(rest) > width:
            rows[-1] = rest[:width]
            rows.append("")
            rest = rest[width:]
        rows[-1] = rest
    return rows


_CHANGES: dict[str, Callable[[str, dict[str, Any]], str]] = {
    "uppercase": lambda text, _: text.upper(),
    "lowercase": lambda text, _: text.lower(),
    "reverse": lambda text, _: text[::-1],
    "trim": lambda text, _: text.strip(),
    "replace": _replace,
    "substring": _substring,
    "split": _split,
    "join": _join,
    "snake_case": _snake_case,
    "camel_case": _camel_case,
    "pascal_case": _pascal_case,
    "sanitize": _sanitize,
    "truncate": _truncate,
    "indent": _indent,
    "dedent": _dedent,
    "normalize_whitespace": lambda text, _: " ".join(text.split()),
    "word_wrap": _word_wrap,
}
