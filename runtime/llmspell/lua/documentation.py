"""What the descriptions say of the names that scripts can use, for people.

Read from the same data that editors use: `library/api.json`, and the definition files of the
Lua library beside it.
"""

from __future__ import annotations

import functools
import json
import re
from pathlib import Path
from typing import Any

from attrs import field, frozen

_LIBRARY = Path(__file__).parent.parent / "library"
_DEFINED = re.compile(r"^function ([\w.]+)\(([^)]*)\) end$|^([\w.]+) = ", re.MULTILINE)


@frozen
class Documentation:
    """One name: its parameters (None for what is no function), one line about it, and the rest."""

    name: str
    summary: str
    parameters: tuple[str, ...] | None = None
    details: str = ""

    @property
    def signature(self) -> str:
        """The call as one writes it, or the bare name."""
        return (
            self.name if self.parameters is None else f"{self.name}({', '.join(self.parameters)})"
        )

    @property
    def text(self) -> str:
        """Summary and details."""
        return f"{self.summary}\n\n{self.details}" if self.details else self.summary


@frozen
class ClassDocumentation:
    """A class whose objects scripts hold: its members, and the properties that show an object."""

    name: str
    summary: str
    methods: dict[str, Documentation] = field(factory=dict)
    debug_view: tuple[str, ...] = ()


@frozen
class Library:
    """All that is described: names with dots (`JSON.parse`, `string.format`, `print`), classes."""

    names: dict[str, Documentation]
    classes: dict[str, ClassDocumentation]
    namespaces: tuple[str, ...]


@functools.cache
def library() -> Library:
    """The description of this version."""
    api = json.loads((_LIBRARY / "api.json").read_text(encoding="utf-8"))
    names = _lua_library()
    classes = {}
    # What only a command such as `llmspell test` gives is not there in others.
    namespaces = [each for each in api["namespaces"] if not each.get("only")]
    for namespace in namespaces:
        own = namespace["name"]
        names[own] = Documentation(
            own, namespace.get("summary", ""), details=namespace.get("details", "")
        )
        for member in namespace["members"]:
            names[f"{own}.{member['name']}"] = _member(f"{own}.{member['name']}", member)
        for described in namespace.get("classes", ()):
            if described.get("instance"):
                classes[described["name"]] = _class(described)
    for variable in api["variables"]:
        summary, _, details = variable.get("description", "").partition("\n\n")
        names[variable["name"]] = Documentation(variable["name"], _line(summary), details=details)
    return Library(names, classes, tuple(namespace["name"] for namespace in namespaces))


def _class(described: dict[str, Any]) -> ClassDocumentation:
    own = described["name"]
    members = described.get("methods", ())
    methods = {m["name"]: _member(f"{own}:{m['name']}", m) for m in members}
    return ClassDocumentation(
        own, described.get("summary", ""), methods, tuple(described.get("debug_view", ()))
    )


def _member(name: str, member: dict[str, Any]) -> Documentation:
    parameters = None
    if not member.get("is_property"):
        parameters = tuple(
            p["name"] + ("?" if p["type"].get("optional") else "")
            for p in member.get("parameters", ())
        )
        if member.get("options"):
            parameters += ("options?",)
    return Documentation(name, member["summary"], parameters, member.get("details", ""))


def _lua_library() -> dict[str, Documentation]:
    names = {}
    for path in sorted((_LIBRARY / "lua54").glob("*.lua")):
        text = path.read_text(encoding="utf-8")
        for found in _DEFINED.finditer(text):
            documentation = _defined(found, text[: found.start()])
            names[documentation.name] = documentation
    return names


def _defined(found: re.Match[str], before: str) -> Documentation:
    """The documentation of a definition, from the comment above it."""
    comment: list[str] = []
    optional: set[str] = set()
    for line in reversed(before.splitlines()):
        if not line.startswith("---"):
            break
        content = line[3:].strip()
        if content.startswith("@param") and "?" in content.split()[1]:
            optional.add(content.split()[1].rstrip("?"))
        if not content.startswith(("@", "[View manual]", "|")):
            comment.insert(0, content)
    summary, _, details = "\n".join(comment).strip().partition("\n\n")
    if found[1] is None:
        return Documentation(found[3], _line(summary), details=details.strip())
    parameters = tuple(p + "?" * (p in optional) for p in found[2].split(", ") if p)
    return Documentation(found[1], _line(summary), parameters, details.strip())


def _line(text: str) -> str:
    return " ".join(text.split())
