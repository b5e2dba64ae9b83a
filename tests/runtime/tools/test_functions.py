"""Python functions as tools."""

from __future__ import annotations

import asyncio
import sys
import textwrap
from pathlib import Path
from typing import Any, Literal

import pytest

from llmspell.errors import ToolError, ValidationError
from llmspell.tools.functions import schema_of_function, tool
from llmspell.tools.service import Tools


@tool(category="text")
def word_counter(text: str, shortest: int = 1, mode: Literal["all", "first"] = "all") -> int:
    """Counts words.

    Args:
        text: what is read.
        shortest: letters that a word has at least.
        mode: which words.
    """
    return sum(len(word) >= shortest for word in text.split())


def test_hints_and_docstring_describe_it(tools: Tools) -> None:
    tools.register(word_counter)
    entry = tools.info("word_counter")
    assert entry is not None
    assert (entry.name, entry.category) == ("word-counter", "text")
    assert entry.description == "Counts words."
    assert entry.schema == {
        "type": "object",
        "properties": {
            "text": {"type": "string", "description": "what is read."},
            "shortest": {
                "type": "integer",
                "description": "letters that a word has at least.",
                "default": 1,
            },
            "mode": {
                "type": "string",
                "enum": ["all", "first"],
                "description": "which words.",
                "default": "all",
            },
        },
        "required": ["text"],
    }


def test_it_is_called_and_checked(tools: Tools) -> None:
    tools.register(word_counter)
    params = {"text": "a bb ccc", "shortest": 2, "timeout_ms": 1}
    assert tools.invoke("word-counter", params).result == 2
    with pytest.raises(ValidationError, match="'text' is needed"):
        tools.invoke("word-counter", {})
    assert word_counter("a b") == 2


def test_a_coroutine_function_runs_on_the_loop(tools: Tools) -> None:
    @tool()
    async def waiter(seconds: float = 0) -> str:
        """Waits."""
        await asyncio.sleep(seconds)
        return "done"

    tools.register(waiter)
    assert tools.invoke("waiter").text == "done"


def test_its_error_is_a_failure(tools: Tools) -> None:
    @tool("failing")
    def function() -> None:
        """Fails."""
        raise ToolError("out of ink")

    tools.register(function)
    with pytest.raises(ToolError, match="out of ink"):
        tools.invoke("failing")


@pytest.mark.parametrize(
    ("hint", "expected"),
    [
        (list[int], {"type": "array", "items": {"type": "integer"}}),
        (str | None, {"type": "string"}),
        (int | str, {"type": ["integer", "string"]}),
        (dict[str, Any], {"type": "object"}),
    ],
)
def test_types_of_parameters(hint: Any, expected: dict[str, Any]) -> None:
    def function(value: Any) -> None:
        """Nothing."""

    function.__annotations__["value"] = hint
    assert schema_of_function(function)["properties"]["value"] == {**expected, "description": ""}


def test_a_type_that_has_no_schema_is_refused() -> None:
    def function(value: object) -> None:
        """Nothing."""

    with pytest.raises(TypeError, match="function: value: a tool's parameter cannot be"):
        tool()(function)


def test_an_installed_package_brings_tools(
    make_runtime: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "brewery.py").write_text(
        textwrap.dedent("""
        from llmspell.tools.functions import tool

        @tool(category="kitchen")
        def brew(potion: str) -> str:
            '''Brews a potion.'''
            return f"a cup of {potion}"
        """)
    )
    metadata = tmp_path / "brewery-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: brewery\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text("[llmspell.tools]\nbrew = brewery:brew\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    try:
        runtime = make_runtime()
        code = 'return Tool.execute("brew", { potion = "tea" }).text'
        assert runtime.run(code).value == "a cup of tea"
    finally:
        sys.modules.pop("brewery", None)
