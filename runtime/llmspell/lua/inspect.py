"""Looks at the live values of an engine: completion, inspection, what the script has defined.

Shared by the REPL, the kernel and the debug console. Nothing here runs code of the script.
"""

from __future__ import annotations

import json
import os
from typing import Any

from attrs import frozen

from llmspell.lua.documentation import Documentation, Library, library
from llmspell.lua.engine import Engine
from llmspell.lua.state import read_bytes
from llmspell.syntax.cursor import KEYWORDS, Key, declared_names, path_at, reference_at

_PRELUDE = os.path.join(os.path.dirname(__file__), "prelude", "inspect.lua")  # noqa: PTH118, PTH120
_ALWAYS_SHOWN = ("_G", "_VERSION")


@frozen
class Completion:
    """A candidate: the whole name, what it is, and one line about it.

    kind: `variable`, `field`, `function`, `method`, `property`, `module` or `keyword`.
    """

    text: str
    kind: str
    description: str = ""


@frozen
class Completions:
    """Candidates for the text from `start` to the cursor."""

    start: int
    candidates: list[Completion]


@frozen
class Description:
    """A live value: its type (or class), how it shows itself, and what is written about it."""

    name: str
    type: str
    shown: str
    signature: str = ""
    documentation: str = ""


@frozen
class Variable:
    """A global that the script defined, with one line that shows it."""

    name: str
    type: str
    shown: str


class Inspector:
    """What can be asked of one engine. Its methods wait for the Lua thread."""

    def __init__(self, engine: Engine) -> None:
        """Remembers the globals there are: later ones are the script's own."""
        self._engine = engine
        self._library: Library = library()
        engine.on_lua_thread(self._load)

    def complete(self, code: str, cursor: int) -> Completions:
        """The names that may stand at a cursor, in order, those with a leading `_` last."""
        reference = reference_at(code, cursor)
        if reference is None:
            return Completions(cursor, [])
        if reference.separator:
            found = self._members(reference.path, reference.separator)
        else:
            found = self._bare(code)
        chosen = [c for c in found.values() if _fits(c.text, reference.word)]
        chosen.sort(key=lambda c: (c.text.startswith("_"), c.text.lower(), c.text))
        return Completions(reference.start, chosen)

    def inspect(self, name: str, cursor: int | None = None) -> Description | None:
        """A global or member by its name (`string.format`), or the one at a cursor in code.

        None where nothing is named; a name without a value has the type `nil`.
        """
        path = path_at(name, len(name) if cursor is None else cursor)
        if path is None:
            return None
        spelled = ".".join(map(str, path))
        entry = json.loads(self._ask("describe", *path))
        described = self._described({**entry, "name": spelled}, top=len(path) == 1)
        if described is None and len(path) > 1:
            described = self._method(path)
        if entry["type"] == "nil" and described is not None:
            kind = "property" if described.parameters is None else "method"
            return Description(spelled, kind, "", described.signature, described.text)
        return Description(
            spelled,
            entry["type"],
            entry["shown"],
            described.signature if described else _own_signature(spelled, entry),
            described.text if described else "",
        )

    def variables(self) -> list[Variable]:
        """The globals that the script made or changed, by name."""
        entries = json.loads(self._ask("variables"))
        found = [Variable(e["name"], e["type"], e["shown"]) for e in entries or ()]
        return sorted(found, key=lambda v: v.name)

    def json_of(self, name: str) -> str | None:
        """A global as JSON text; None for what is no data."""
        answer = self._ask("json", name)
        return None if answer is None else answer.decode()

    def unset(self, name: str) -> bool:
        """Removes a global; False if there was none."""
        return bool(self._ask("unset", name))

    def record_chunks(self) -> None:
        """From now on remembers which chunks are compiled."""
        self._ask("record")

    def recorded_files(self) -> list[str]:
        """The files whose chunks were compiled since `record_chunks`."""
        names: bytes = self._ask("recorded")
        return sorted(os.fsdecode(name[1:]) for name in names.split(b"\n") if name.startswith(b"@"))

    def _load(self) -> None:
        state = self._engine.state
        state.load_prelude(read_bytes(_PRELUDE))
        state.call_host("inspect", b"names", *(n.encode() for n in self._library.namespaces))
        for name, described in self._library.classes.items():
            view = (member.encode() for member in described.debug_view)
            state.call_host("inspect", b"view", name.encode(), *view)

    def _ask(self, operation: str, *keys: Key) -> Any:
        arguments = [
            key if isinstance(key, int) else os.fsencode(key) for key in (operation, *keys)
        ]
        return self._engine.on_lua_thread(
            lambda: self._engine.state.call_host("inspect", *arguments)
        )

    def _bare(self, code: str) -> dict[str, Completion]:
        found = {word: Completion(word, "keyword") for word in KEYWORDS}
        found |= {name: Completion(name, "variable", "local") for name in declared_names(code)}
        live = json.loads(self._ask("members"))["members"]
        return found | self._entries(live, top=True)

    def _members(self, path: tuple[Key, ...], separator: str) -> dict[str, Completion]:
        owner = json.loads(self._ask("members", *path))
        if owner.get("class") in self._library.classes:
            return self._class_members(owner["class"], separator)
        found = self._entries(owner["members"])
        if separator == ":":
            callable_ = [c for c in found.values() if c.kind == "function"]
            return {c.text: Completion(c.text, "method", c.description) for c in callable_}
        return found

    def _class_members(self, name: str, separator: str) -> dict[str, Completion]:
        found = {}
        for member, described in self._library.classes[name].methods.items():
            kind = "property" if described.parameters is None else "method"
            if kind == "method" or separator == ".":
                found[member] = Completion(member, kind, _explained(described))
        return found

    def _entries(
        self, entries: list[dict[str, Any]], *, top: bool = False
    ) -> dict[str, Completion]:
        return {entry["name"]: self._completion(entry, top=top) for entry in entries or ()}

    def _completion(self, entry: dict[str, Any], *, top: bool) -> Completion:
        described = self._described(entry, top=top)
        if entry["type"] == "function":
            text = _explained(described) if described else _own_signature(entry["name"], entry)
            return Completion(entry["name"], "function", text)
        if described is not None:
            kind = "module" if entry["type"] == "table" else "variable"
            return Completion(entry["name"], kind, described.summary)
        return Completion(entry["name"], "variable", entry["type"])

    def _described(self, entry: dict[str, Any], *, top: bool) -> Documentation | None:
        """By what the value is; a global that is no function (`ARGS`) by its name."""
        if entry.get("canonical") or not top:
            return self._library.names.get(entry.get("canonical", ""))
        described = self._library.names.get(entry["name"])
        return described if described and described.parameters is None else None

    def _method(self, path: tuple[Key, ...]) -> Documentation | None:
        owner = json.loads(self._ask("members", *path[:-1])).get("class")
        described = self._library.classes.get(owner)
        return described.methods.get(str(path[-1])) if described else None


def _fits(name: str, word: str) -> bool:
    if name.startswith("_") and not word.startswith("_") and name not in _ALWAYS_SHOWN:
        return False
    return name.startswith(word)


def _explained(described: Documentation) -> str:
    return f"{described.signature}  {described.summary}"


def _own_signature(name: str, entry: dict[str, Any]) -> str:
    parameters = entry.get("parameters")
    return "" if parameters is None else f"{name}({parameters})"
