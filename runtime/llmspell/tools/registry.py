"""Which tools there are. Names and schemas come from `catalogue.json`, without importing a tool.

`python -m llmspell.tools.catalogue` writes that file from the classes below `builtin`. Tools of
installed packages come from the entry-point group `llmspell.tools`, tools of spells and programs
from `register`.
"""

from __future__ import annotations

import os
import sys

from llmspell.errors import ToolError, ValidationError
from llmspell.tools.description import parameter_list

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    from llmspell.tools.tool import Tool

CATALOGUE = os.path.join(os.path.dirname(__file__), "catalogue.json")  # noqa: PTH118, PTH120
GROUP = "llmspell.tools"


class UnknownToolError(ToolError):
    """There is no tool of that name; `name` as it was asked for."""

    prefix = ""

    def __init__(self, name: str, near: Iterable[str] = ()) -> None:
        meant = [f"'{each}'" for each in near]
        hint = f"; did you mean {' or '.join(meant)}?" if meant else ""
        super().__init__(f"Tool '{name}' not found{hint}", name=name)


class Entry:
    """What is known of a tool without importing it (a line of the catalogue)."""

    def __init__(self, told: dict[str, Any], *, source: str, tool: Tool | None = None) -> None:
        self.name: str = told["name"]
        self.description: str = told["description"]
        self.category: str = told["category"]
        self.security: str = told["security"]
        self.permissions: tuple[str, ...] = tuple(told["permissions"])
        self.version: str = told["version"]
        self.schema: dict[str, Any] = told["schema"]
        self.aliases: tuple[str, ...] = tuple(told.get("aliases", ()))
        self.extra: str = told.get("extra", "")
        self.target: str = told.get("class", "")
        self.source = source
        self.tool = tool
        self.missing = tuple(name for name in told.get("requires", ()) if not _importable(name))

    @property
    def available(self) -> bool:
        """Whether the libraries that it needs are installed."""
        return not self.missing

    @property
    def install(self) -> str:
        """The command that installs what it needs; "" where nothing is missing."""
        return f"pip install 'llmspell[{self.extra}]'" if self.missing else ""

    @property
    def parameters(self) -> list[dict[str, Any]]:
        """Name, type, description, `required` and default of each parameter."""
        return parameter_list(self.schema)

    def told(self) -> dict[str, Any]:
        """What lists show."""
        return {
            "name": self.name,
            "description": self.description,
            "category": self.category,
            "security_level": self.security,
            "version": self.version,
        }

    def details(self) -> dict[str, Any]:
        """All that is known of it but its schema; `missing` are modules to be installed."""
        return self.told() | {
            "permissions": list(self.permissions),
            "aliases": list(self.aliases),
            "source": self.source,
            "missing": list(self.missing),
            "install": self.install,
        }


class Registry:
    """The tools of one runtime; all methods are thread safe."""

    def __init__(self) -> None:
        self._entries: dict[str, Entry] | None = None
        self._aliases: dict[str, str] = {}

    def register(self, tool: Tool, *, source: str = "program") -> None:
        """Adds a tool. Raises ValidationError when its name is taken or is none."""
        from llmspell.tools.catalogue import told_of

        name = tool.name
        if not name or name != name.strip():
            raise ValidationError("a tool needs a name", field="tool_name")
        if name in self._all:
            raise ValidationError(f"there is a tool '{name}' already", field="tool_name")
        self._add(Entry(told_of(tool), source=source, tool=tool))

    def unregister(self, name: str) -> bool:
        """Takes away a tool that `register` added; gives whether there was one."""
        entry = self._all.get(name)
        if entry is None or entry.source in {"built-in", "package"}:
            return False
        del self._all[name]
        return True

    def __iter__(self) -> Iterator[Entry]:
        """The tools that can be called, by name."""
        return (entry for entry in self.all() if entry.available)

    def all(self) -> list[Entry]:
        """The tools by name, also those whose libraries are not installed."""
        return [entry for _, entry in sorted(self._all.items())]

    def find(self, name: str) -> Entry | None:
        """The tool of a name or alias, also one whose libraries are missing."""
        entries = self._all
        for candidate in (name, self._aliases.get(name), name.replace("_", "-")):
            if candidate in entries:
                return entries[candidate]
        return entries.get(self._aliases.get(name.replace("_", "-"), ""))

    def entry(self, name: str) -> Entry:
        """The tool of a name or alias; raises ToolError if there is none, or it lacks its extra."""
        entry = self.find(name)
        if entry is None:
            from difflib import get_close_matches

            raise UnknownToolError(name, get_close_matches(name, self._all, 2, 0.7))
        if entry.missing:
            raise ToolError(
                f"'{entry.name}' needs {', '.join(entry.missing)}; install the extra with "
                f"`{entry.install}`"
            )
        return entry

    def tool(self, entry: Entry) -> Tool:
        """The tool itself, imported now if it was not."""
        if entry.tool is None:
            from importlib import import_module

            module, _, name = entry.target.partition(":")
            made = getattr(import_module(module), name)
            entry.tool = made() if isinstance(made, type) else made
        return entry.tool

    @property
    def _all(self) -> dict[str, Entry]:
        if self._entries is None:
            self._entries = {}
            for told in built_in_tools():
                self._add(Entry(told, source="built-in"))
            for entry in _installed():
                self._add(entry)
        return self._entries

    def _add(self, entry: Entry) -> None:
        self._all.setdefault(entry.name, entry)
        for alias in entry.aliases:
            self._aliases[alias] = entry.name


def built_in_tools() -> list[dict[str, Any]]:
    """The lines of `catalogue.json`: what is known of the built-in tools without importing them."""
    import json

    with open(CATALOGUE, encoding="utf-8") as file:  # noqa: PTH123 - pathlib costs start-up time
        found: list[dict[str, Any]] = json.load(file)
    return found


def _installed() -> Iterator[Entry]:
    """Tools of installed packages; of one that fails to load, a warning is given."""
    if not _any_installed():
        return
    from importlib.metadata import entry_points

    from llmspell.tools.catalogue import told_of

    for point in entry_points(group=GROUP):
        try:
            made = point.load()
            tool = made() if isinstance(made, type) else made
            yield Entry(told_of(tool), source="package", tool=tool)
        except Exception as error:  # noqa: BLE001 - anything may go wrong in foreign code
            import warnings

            warnings.warn(f"the tool {point.name} cannot be loaded: {error}", stacklevel=2)


def _any_installed() -> bool:
    """Whether some package has tools: to import `importlib.metadata` takes 60 ms, this does 1."""
    for folder in sys.path:
        try:
            found = [each.path for each in os.scandir(folder or ".") if _is_metadata(each.name)]
        except OSError:
            continue
        for path in found:
            try:
                with open(f"{path}/entry_points.txt", encoding="utf-8") as file:  # noqa: PTH123
                    if f"[{GROUP}]" in file.read():
                        return True
            except (OSError, UnicodeDecodeError):
                continue
    return False


def _is_metadata(name: str) -> bool:
    return name.endswith((".dist-info", ".egg-info"))


def _importable(module: str) -> bool:
    from importlib.util import find_spec

    try:
        return find_spec(module) is not None
    except (ImportError, ValueError):
        return False
