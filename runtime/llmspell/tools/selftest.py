"""Runs the examples of a tool: each is a call that works offline, with what it has to give."""

from __future__ import annotations

import math
import shutil
import tempfile
from pathlib import Path

from llmspell.errors import LLMSpellError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from llmspell.tools.description import Example
    from llmspell.tools.service import Tools


class Outcome:
    """How an example went. problem: what was wrong, "" where it went as it should."""

    def __init__(self, title: str, params: dict[str, Any], problem: str) -> None:
        self.title = title
        self.params = params
        self.problem = problem


def run_examples(tools: Tools, name: str) -> Iterator[Outcome]:
    """Runs the examples of a tool one after the other, each in a folder of its own.

    Raises ToolError for an unknown tool or one whose extra is missing.
    """
    entry = tools.registry.entry(name)
    for number, example in enumerate(tools.registry.tool(entry).examples, 1):
        folder = Path(tempfile.mkdtemp(prefix="llmspell-example-"))
        try:
            problem = _problem(tools, entry.name, example, folder)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        title = example.title or f"example {number}"
        yield Outcome(title, example.params, problem)


def _problem(tools: Tools, name: str, example: Example, folder: Path) -> str:
    for path, text in example.files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    try:
        result = tools.invoke(name, _placed(example.params, folder))
    except LLMSpellError as error:
        failure = error.lua_message
    else:
        failure = "" if result.success else str(result.envelope["error"]["message"])
        if not failure and not example.fails:
            return _difference(result.table(), _placed(example.gives, folder), "")
    if not example.fails:
        return failure
    return "" if example.fails in failure else f"it should fail with '{example.fails}': {failure}"


def _placed(value: Any, folder: Path) -> Any:
    """A value in which paths that begin with `@/` are in the example's folder."""
    if isinstance(value, str) and value.startswith("@/"):
        return str(folder.resolve() / value[2:])
    if isinstance(value, dict):
        return {key: _placed(each, folder) for key, each in value.items()}
    if isinstance(value, list):
        return [_placed(each, folder) for each in value]
    return value


def _difference(given: Any, wanted: Any, place: str) -> str:
    """The first place where what was wanted is not there; "" if it all is."""
    if isinstance(wanted, dict) and isinstance(given, dict):
        for key, value in wanted.items():
            found = _difference(given.get(key), value, f"{place}.{key}" if place else key)
            if found:
                return found
        return ""
    numbers = isinstance(wanted, float) and isinstance(given, int | float)
    if given == wanted or (numbers and math.isclose(given, wanted, rel_tol=1e-9)):
        return ""
    return f"{place} is {given!r}, not {wanted!r}"
