"""What editors learn of kinds of strings only by looking: run in a process of its own.

    python -m llmspell.globals.providing kinds
    python -m llmspell.globals.providing values MODULE:FUNCTION FOLDER
    python -m llmspell.globals.providing entry-points GROUP
    python -m llmspell.globals.providing remedy MODULE:FUNCTION FOLDER VALUE

The first writes the kinds that installed packages describe (the entry-point group
`llmspell.kinds`: a `Kind` or several), the second what a `Background` of a kind gives, the third
the names of entry points, all as JSON; what values have in common stands under an empty one. The
last does what a `Remedy` says, and writes lines of JSON: `text` and `percent` while it is under
way, and `done` or `error` at the end. An editor's server starts it with a time-out, so nothing
here can hold an editor up.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from llmspell.errors import LLMSpellError
from llmspell.globals.describe import Kind, Looked

GROUP = "llmspell.kinds"


def installed_kinds() -> list[dict[str, Any]]:
    """The kinds of installed packages as plain data; a package that fails is left out."""
    found = []
    for entry in entry_points(group=GROUP):
        try:
            loaded: Kind | Iterable[Kind] = entry.load()
            kinds = [loaded] if isinstance(loaded, Kind) else list(loaded)
            found += [kind.described() for kind in kinds]
        except Exception as error:  # noqa: BLE001 - anything may go wrong in foreign code
            print(f"{entry.name}: {error}", file=sys.stderr)  # noqa: T201
    return found


def values(function: str, folder: Path) -> dict[str, str | dict[str, Any]]:
    """What a background function (`module:name`) finds for a folder: value -> a line about it.

    Or value -> a table with that (`text`) and a JSON Schema (`schema`).
    """
    provide: Callable[[Path], Mapping[str, Any] | Looked] = _function(function)
    found = provide(folder)
    looked = found if isinstance(found, Looked) else Looked(found)
    told = {
        str(value): dict(said) if isinstance(said, Mapping) else str(said)
        for value, said in looked.values.items()
    }
    if looked.remarks or looked.until:
        about = {"remarks": [vars(each) for each in looked.remarks], "until": list(looked.until)}
        told[""] = about
    return told


def remedied(function: str, folder: Path, value: str) -> Iterator[dict[str, Any]]:
    """Does what a remedy says: how far it is, then `done`, or the `error` that ended it."""
    do: Callable[[Path, str], Iterable[tuple[str, int | None]]] = _function(function)
    try:
        for text, percent in do(folder, value):
            yield {"text": text, "percent": percent}
    except LLMSpellError as error:
        yield {"error": str(error)}
        return
    yield {"done": True}


def _function(name: str) -> Any:
    module, _, function = name.partition(":")
    return getattr(importlib.import_module(module), function)


def tools(_folder: Path) -> dict[str, dict[str, Any]]:
    """The tools of installed packages, and the built-in ones whose libraries are not installed."""
    from llmspell.tools.catalogue import told_of, tool_details
    from llmspell.tools.registry import Registry

    registry, found = Registry(), {}
    for entry in registry:
        if entry.source == "package" and entry.tool is not None:
            told = told_of(entry.tool)
            found[entry.name] = {
                "text": entry.description,
                "schema": entry.schema,
                "details": tool_details(told),
                "place": told["class"],
            }
    for entry in registry.all():
        if entry.available:
            continue
        lacks = f"Not installed: {', '.join(entry.missing)}. `{entry.install}`"
        found[entry.name] = {"text": entry.description, "details": lacks}
    return found


def state_scopes(folder: Path) -> dict[str, str]:
    """The scopes that the project's state file has entries of."""
    from llmspell.state.location import default_path, open_store

    path = default_path(folder, None, os.environ)
    if not path.is_file():
        return {}
    store = open_store("sqlite", path)
    try:
        return {scope.text: "has entries in the project's state" for scope in store.scopes()}
    finally:
        store.close()


def main(arguments: list[str]) -> None:
    """Writes what is asked for to standard output."""
    if arguments[:1] == ["kinds"]:
        json.dump(installed_kinds(), sys.stdout)
    elif arguments[:1] == ["entry-points"]:
        json.dump(
            {entry.name: entry.value for entry in entry_points(group=arguments[1])}, sys.stdout
        )
    elif arguments[:1] == ["remedy"]:
        _, function, folder, value = arguments
        for step in remedied(function, Path(folder), value):
            print(json.dumps(step), flush=True)  # noqa: T201
    else:
        _, function, folder = arguments
        json.dump(values(function, Path(folder)), sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1:])
