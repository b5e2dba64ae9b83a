"""What holds for every built-in tool: its description, its examples, what its import costs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from llmspell.app import Runtime
from llmspell.security.policy import Policy
from llmspell.tools.catalogue import built_in, catalogue
from llmspell.tools.reference import PLACE, reference
from llmspell.tools.registry import CATALOGUE
from llmspell.tools.selftest import run_examples
from llmspell.tools.service import Tools
from llmspell.tools.tool import Tool

TOOLS = list(built_in())


def test_the_catalogue_is_current() -> None:
    assert Path(CATALOGUE).read_text(encoding="utf-8") == catalogue()


def test_the_reference_is_current() -> None:
    assert PLACE.read_text(encoding="utf-8") == reference()


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


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
def test_its_examples_are_true(tool: type[Tool], tools: Tools) -> None:
    if tools.info(tool.name) is None:
        pytest.fail(f"{tool.name} needs {tool.requires}, which the extra `dev` should bring")
    outcomes = list(run_examples(tools, tool.name))
    assert [each.problem for each in outcomes] == [""] * len(outcomes)


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
def test_its_examples_ask_for_no_permission_that_it_does_not_name(
    tool: type[Tool], tools: Tools, asked: set[str]
) -> None:
    list(run_examples(tools, tool.name))
    assert asked <= set(tool.permissions)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The permissions that the policy is asked for, as they are asked for."""
    found: set[str] = set()
    check_path, network_for, getenv = Policy.check_path, Policy.network_for, Policy.getenv
    commands = vars(Policy)["commands"].fget
    recipients = vars(Policy)["recipients"].fget

    def recorded(permission: str, value: Any) -> Any:
        found.add(permission)
        return value

    for name, replacement in {
        "check_path": lambda self, path, mode: recorded(mode, check_path(self, path, mode)),
        "network_for": lambda self, purpose: recorded("network", network_for(self, purpose)),
        "getenv": lambda self, name: recorded("variable", getenv(self, name)),
        "recipients": property(lambda self: recorded("mail", recipients(self))),
        "commands": property(lambda self: recorded("command", commands(self))),
    }.items():
        monkeypatch.setattr(Policy, name, replacement)
    return found


def test_examples_of_the_runtime_are_offered_by_name(make_runtime: Any) -> None:
    runtime: Runtime = make_runtime()
    assert runtime.run("return #Tool.list()").value == len(runtime.tools.available())
