"""What holds for every built-in tool: its description, its examples, what its import costs."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from llmspell.app import Runtime
from llmspell.errors import LLMSpellError
from llmspell.tools.catalogue import built_in, catalogue
from llmspell.tools.description import Example
from llmspell.tools.registry import CATALOGUE
from llmspell.tools.service import Tools
from llmspell.tools.tool import Tool

TOOLS = list(built_in())
EXAMPLES = [
    pytest.param(tool, example, id=f"{tool.name}-{number}")
    for tool in TOOLS
    for number, example in enumerate(tool.examples, 1)
]


def test_the_catalogue_is_current() -> None:
    assert Path(CATALOGUE).read_text(encoding="utf-8") == catalogue()


def test_a_list_of_tools_imports_none_of_them() -> None:
    code = (
        "import sys, llmspell; r = llmspell.Runtime(); assert r.tools.available();"
        "print([m for m in sys.modules if m.startswith('llmspell.tools.builtin.')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
def test_it_describes_itself(tool: type[Tool]) -> None:
    made = tool()
    assert made.description.endswith(".")
    assert made.examples
    jsonschema.Draft202012Validator.check_schema(made.schema)
    known = set(made.schema["properties"])
    for operation in made.operations.values():
        assert {*operation.needs, *(operation.takes or ())} <= known


@pytest.mark.parametrize(("tool", "example"), EXAMPLES)
def test_its_examples_are_true(
    tool: type[Tool], example: Example, tools: Tools, tmp_path: Path
) -> None:
    if tools.info(tool.name) is None:
        pytest.fail(f"{tool.name} needs {tool.requires}, which the extra `dev` should bring")
    for name, text in example.files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    params = _placed(example.params, tmp_path)
    if example.fails:
        try:
            result = tools.invoke(tool.name, params)
        except LLMSpellError as error:
            assert example.fails in error.lua_message
        else:
            assert not result.success
            assert example.fails in result.envelope["error"]["message"]
        return
    table = tools.invoke(tool.name, params).table()
    assert _contains(table, _placed(example.gives, tmp_path)), json.dumps(table, indent=1)


def test_examples_of_the_runtime_are_offered_by_name(make_runtime: Any) -> None:
    runtime: Runtime = make_runtime()
    assert runtime.run("return #Tool.list()").value == len(runtime.tools.available())


def _placed(value: Any, folder: Path) -> Any:
    if isinstance(value, str) and value.startswith("@/"):
        return str(folder / value[2:])
    if isinstance(value, dict):
        return {key: _placed(each, folder) for key, each in value.items()}
    if isinstance(value, list):
        return [_placed(each, folder) for each in value]
    return value


def _contains(whole: Any, part: Any) -> bool:
    if isinstance(part, dict):
        return isinstance(whole, dict) and all(
            key in whole and _contains(whole[key], value) for key, value in part.items()
        )
    if isinstance(part, float):
        return bool(whole == pytest.approx(part))
    return bool(whole == part)
