"""Texts in YAML, TOML and JSON: read as plain data, changed with their comments, written.

YAML is that of version 1.2 (`no` is a text), without tags that make objects. What is read is
counted: an alias is small in the text and may stand for gigabytes of data.
"""

from __future__ import annotations

import base64
import datetime
import io
import json
import math
import re

from llmspell.errors import ResourceError, ValidationError
from llmspell.tools.builtin.data.expansion import MOST_CHARACTERS, MOST_VALUES, counting

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

FORMATS = ("yaml", "toml", "json")
_START = re.compile(r"(?:[ \t]*(?:#[^\n]*)?\n)*---[ \t]*\n")
_BLOCK = re.compile(r"(?:[^\n]*\S\n)+(?:[^\n]*\S)?")
_WIDE = 10_000  # columns, before a line of YAML is broken


class Broken(Exception):
    """A text that is not of its format. line and column: where, from 1; 0 where that is unknown."""

    def __init__(self, message: str, line: int = 0, column: int = 0) -> None:
        super().__init__(message)
        self.line = line
        self.column = column


def loaded(text: str, format_: str) -> list[Any]:
    """The documents of a text, with the types of the library; raises Broken."""
    if format_ == "json":
        return [_from_json(text)]
    if format_ == "toml":
        return [_from_toml(text)]
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    yaml = YAML(typ="safe", pure=True)
    yaml.Constructor = counting(yaml.Constructor)
    try:
        return list(yaml.load_all(text))
    except (YAMLError, ValueError) as error:
        raise _broken_yaml(error) from None


def format_of(text: str) -> str:
    """The format that a text seems to have: all JSON is YAML, but no YAML of any use is TOML."""
    for name in ("json", "toml"):
        try:
            loaded(text, name)
        except Broken:
            continue
        return name
    return "yaml"


class Plain:
    """Makes plain data of what a library gives. depth: how far it may be nested.

    moments: whether dates and times stay what they are, for formats that have them.
    """

    def __init__(self, depth: int, *, moments: bool = False) -> None:
        self._depth = depth
        self._moments = moments
        self._values = 0
        self._characters = 0

    def of(self, value: Any, depth: int = 0) -> Any:
        """The plain value; raises ResourceError for too much of it."""
        self._values += 1
        if depth > self._depth or self._values > MOST_VALUES or self._characters > MOST_CHARACTERS:
            raise ResourceError(
                f"the data are nested more than {self._depth} deep"
                if depth > self._depth
                else "the data are too many; are aliases of aliases in the text?",
                resource="data",
            )
        if isinstance(value, dict):
            return {self._key(k): self.of(v, depth + 1) for k, v in value.items()}
        if isinstance(value, (list, tuple, set, frozenset)):
            return [self.of(each, depth + 1) for each in value]
        return self._scalar(value)

    def _scalar(self, value: Any) -> Any:
        if isinstance(value, str):
            self._characters += len(value)
            return str(value)
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, int):
            return _boolean(value) if "Boolean" in type(value).__name__ else int(value)
        if isinstance(value, float):
            return float(value) if math.isfinite(value) else str(float(value))
        if isinstance(value, bytes):
            return base64.b64encode(value).decode()
        if isinstance(value, (datetime.date, datetime.time)):
            return _native(value) if self._moments else value.isoformat()
        return str(value)

    def _key(self, value: Any) -> str:
        if isinstance(value, str):
            return str(value)
        plain = Plain(self._depth).of(value)
        return plain if isinstance(plain, str) else json.dumps(plain)


def written(data: Any, format_: str) -> str:
    """Plain data as a text; raises ValidationError for what the format has not."""
    if format_ == "json":
        return json.dumps(data, indent=2, ensure_ascii=False) + "\n"
    if format_ == "toml":
        import tomli_w

        if not isinstance(data, dict):
            raise ValidationError("TOML is a table; this is none", field="input")
        check_no_null(data)
        return tomli_w.dumps(data, multiline_strings=False)
    from ruamel.yaml import YAML

    yaml = YAML()
    yaml.width = _WIDE
    yaml.indent(mapping=2, sequence=4, offset=2)
    stream = io.StringIO()
    yaml.dump(_with_blocks(data), stream)
    return stream.getvalue().removesuffix("...\n")


def check_no_null(data: Any, place: str = "") -> None:
    """Raises ValidationError for a null, which TOML has not, naming its place."""
    if data is None:
        raise ValidationError(f"TOML has no null, which is at '{place}'", field="input")
    if isinstance(data, dict):
        for key, value in data.items():
            check_no_null(value, f"{place}.{key}" if place else key)
    elif isinstance(data, list):
        for number, value in enumerate(data):
            check_no_null(value, f"{place}[{number}]")


class Editable:
    """A text that is changed with its comments. `data` is changed in place; `text()` writes it."""

    def __init__(self, text: str, format_: str) -> None:
        self._format = format_
        self._begin = ""
        self._yaml: Any = None
        if format_ == "json":
            self.data = _from_json(text)
        elif format_ == "toml":
            import tomlkit

            _from_toml(text)
            self.data = tomlkit.parse(text)
        else:
            self.data = self._load_yaml(text)
        if self.data is None:
            self.data = {}

    def text(self) -> str:
        """The changed text."""
        if self._format == "json":
            return written(self.data, "json")
        if self._format == "toml":
            import tomlkit

            return tomlkit.dumps(self.data)
        stream = io.StringIO()
        self._yaml.dump(self.data, stream)
        return self._begin + stream.getvalue()

    def _load_yaml(self, text: str) -> Any:
        from ruamel.yaml import YAML
        from ruamel.yaml.error import YAMLError
        from ruamel.yaml.util import load_yaml_guess_indent

        self._yaml = YAML()
        self._yaml.Constructor = counting(self._yaml.Constructor)
        self._yaml.preserve_quotes = True
        self._yaml.width = _WIDE
        # Comments before the mark of a document are thrown away by the library.
        start = _START.match(text)
        self._begin, text = (start[0], text[start.end() :]) if start else ("", text)
        try:
            found = self._yaml.load(text)
            _, step, offset = load_yaml_guess_indent(text)
        except (YAMLError, ValueError) as error:
            raise _broken_yaml(error) from None
        sequence, offset = step or 2, offset or 0
        mapping = sequence if offset == 0 else max(sequence - offset, 2)
        self._yaml.indent(mapping=mapping, sequence=max(sequence, offset + 2), offset=offset)
        return found


def _from_json(text: str) -> Any:
    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            keys = [key for key, _ in pairs]
            twice = next(key for key in keys if keys.count(key) > 1)
            raise Broken(f"the key '{twice}' is there twice")
        return found

    try:
        return json.loads(text, object_pairs_hook=once)
    except json.JSONDecodeError as error:
        raise Broken(error.msg, error.lineno, error.colno) from None


def _from_toml(text: str) -> Any:
    import tomllib

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = re.search(r" \(at line (\d+), column (\d+)\)$", str(error))
        if place is None:
            raise Broken(str(error).removesuffix(" (at end of document)")) from None
        message = str(error)[: place.start()]
        raise Broken(message, int(place[1]), int(place[2])) from None


def _broken_yaml(error: Exception) -> Broken:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    problem = getattr(error, "problem", None) or str(error).partition("\n")[0]
    if "could not determine a constructor" in problem:
        problem = f"tags make no objects here: {problem.rpartition(' ')[2]}"
    return Broken(problem, mark.line + 1, mark.column + 1) if mark else Broken(problem)


def _with_blocks(data: Any) -> Any:
    """Texts of several lines as blocks of YAML, and those with unusual characters in quotes."""
    from ruamel.yaml.scalarstring import DoubleQuotedScalarString, LiteralScalarString

    if isinstance(data, dict):
        return {_with_blocks(key): _with_blocks(value) for key, value in data.items()}
    if isinstance(data, list):
        return [_with_blocks(each) for each in data]
    if isinstance(data, datetime.time):
        return data.isoformat()
    if isinstance(data, str) and not data.replace("\n", "").isprintable():
        return DoubleQuotedScalarString(data)
    if isinstance(data, str) and _BLOCK.fullmatch(data):
        return LiteralScalarString(data)
    return data


def _boolean(value: Any) -> bool:
    return bool(value)


def _native(value: datetime.date | datetime.time) -> datetime.date | datetime.time:
    """A moment of a library as one of Python's."""
    if isinstance(value, datetime.datetime):
        return datetime.datetime.fromisoformat(value.isoformat())
    return value
