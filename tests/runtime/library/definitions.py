"""Reads the definition files: functions and values with the annotations above them.

Just as much LuaCATS as our own files use. That names and values are right is not decided here:
the tests execute the files in Lua for that.
"""

import re
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

from attrs import frozen

LUA54 = Path(str(files("llmspell"))) / "library" / "lua54"
PATHS = sorted(LUA54.glob("*.lua"))

_FUNCTION = re.compile(r"function ([\w.:]+)\((.*)\) end")
_VALUE = re.compile(r"(?:local )?([\w.]+) = ")
_FIELD = re.compile(r"---@field (\w+) (.+)")
_LITERAL = re.compile(r'---\| ("[^"]*"|string)( # .+)?')


@frozen
class Parameter:
    """One parameter; `name` is `...` for any number of arguments.

    `name?` can be left out; `type?` only says that the value may be nil.
    """

    name: str
    type: str
    optional: bool


@frozen
class Definition:
    """A function (then `names` are its parameters) or a value, with its annotation lines."""

    path: Path
    name: str
    names: tuple[str, ...] | None
    doc: tuple[str, ...]

    def __str__(self) -> str:
        return self.name

    @property
    def text(self) -> list[str]:
        """The description: all lines before the first tag."""
        return [line[3:] for line in self.doc if not line.startswith(("---@", "---|"))]

    def tags(self, tag: str) -> list[str]:
        prefix = f"---@{tag} "
        return [line.removeprefix(prefix) for line in self.doc if line.startswith(prefix)]

    @property
    def parameters(self) -> list[Parameter]:
        return [_parameter(*rest.split(" ", 1)) for rest in self.tags("param")]

    @property
    def signatures(self) -> list[list[Parameter]]:
        """The parameters of the definition itself, then those of its overloads."""
        return [self.parameters, *self.overloads]

    @property
    def overloads(self) -> list[list[Parameter]]:
        """The parameters of each overload, without `self`."""
        return [
            [
                _parameter(*part.split(": ", 1))
                for part in split(re.sub(r"^self: [^,]+,? ?", "", inside(rest)))
            ]
            for rest in self.tags("overload")
        ]


@frozen
class Alias:
    """A list of allowed values with a line on each."""

    name: str
    entries: tuple[tuple[str, str], ...]

    @property
    def literals(self) -> list[str]:
        return [value for value, _ in self.entries if value != "string"]


def definitions() -> list[Definition]:
    """Everything that the files define, in their order; fields of a class as `class.field`."""
    return [found for path in PATHS for found in _definitions_of(path)]


def aliases() -> dict[str, Alias]:
    found = {}
    for path in PATHS:
        for block in path.read_text(encoding="utf-8").split("\n\n"):
            head, *rest = block.splitlines()
            if head.startswith("---@alias "):
                entries = [m.groups("") for line in rest if (m := _LITERAL.fullmatch(line))]
                assert len(entries) == len(rest), f"odd line in alias: {block}"
                name = head.removeprefix("---@alias ")
                found[name] = Alias(name, tuple((value, note[3:]) for value, note in entries))
    return found


def type_in(text: str) -> str:
    """The type that `text` begins with; what follows it is a description."""
    depth = 0
    for at, char in enumerate(text):
        depth += (char in "([{<") - (char in ")]}>")
        if char == " " and depth == 0 and text[at - 1] not in ":,|" and text[at + 1] != "|":
            if text[:at] == "async":
                continue
            return text[:at]
    return text


def inside(text: str) -> str:
    """What stands in the first pair of parentheses."""
    start = text.index("(") + 1
    depth = 1
    for at in range(start, len(text)):
        depth += (text[at] == "(") - (text[at] == ")")
        if depth == 0:
            return text[start:at]
    raise ValueError(f"unbalanced: {text}")


def split(text: str) -> list[str]:
    """The parts between the commas that stand in no brackets."""
    parts, depth = [""], 0
    for char in text:
        depth += (char in "([{<") - (char in ")]}>")
        if char == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += char
    return [part.strip() for part in parts if part]


def _definitions_of(path: Path) -> Iterator[Definition]:
    for block in path.read_text(encoding="utf-8").split("\n\n"):
        *doc, code = block.splitlines()
        if m := _FUNCTION.fullmatch(code):
            yield Definition(path, m[1], tuple(split(m[2])), tuple(doc))
        elif m := _VALUE.match(code):
            yield Definition(path, m[1], None, tuple(doc))
            fields = [found for line in doc if (found := _FIELD.match(line))]
            for field in fields:
                note = field[2].removeprefix(type_in(field[2])).strip()
                yield Definition(path, f"{m[1]}.{field[1]}", None, (f"---{note}",))
        else:
            assert code.startswith(("---@", "---|")), f"{path.name}: unexpected code: {code}"


def _parameter(name: str, rest: str) -> Parameter:
    return Parameter(name.removesuffix("?"), type_in(rest), name.endswith("?"))
