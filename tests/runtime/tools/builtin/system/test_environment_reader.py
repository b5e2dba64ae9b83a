"""`environment-reader`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from llmspell.app import Runtime
from llmspell.errors import SecurityError, ValidationError
from llmspell.tools.service import Tools

ENVIRON = {
    "HOME": "/home/me",
    "PATH": "/bin",
    "LC_ALL": "C",
    "LC_TIME": "de",
    "DATABASE": "postgres://me:secret@host/db",
    "AWS_REGION": "eu",
    "MY_API_KEY": "secret",
    "my_password": "secret",
    "MONKEYS": "3",
    "EMPTY": "",
}


@pytest.fixture
def variables(make_runtime: Callable[..., Runtime]) -> Tools:
    """Tools of a runtime with known variables."""
    return make_runtime(environ=ENVIRON).tools


def ask(tools: Tools, operation: str, **params: Any) -> Any:
    return tools.invoke("environment-reader", {"operation": operation, **params}).result


def test_a_variable_is_read(variables: Tools) -> None:
    found = ask(variables, "get", variable_name="HOME")
    assert found == {"variable_name": "HOME", "value": "/home/me", "found": True}
    assert ask(variables, "get", variable_name="EMPTY")["found"] is True


def test_one_that_is_not_set_is_no_failure(variables: Tools) -> None:
    found = ask(variables, "get", variable_name="NONE")
    assert found == {"variable_name": "NONE", "value": None, "found": False}


@pytest.mark.parametrize(
    "name",
    [
        *("MY_API_KEY", "my_password", "AWS_REGION", "MONKEYS", "DATABASE"),
        *("NO_SUCH_TOKEN", "SSH_NONE", "GITHUB_TOKEN", "API_BASE", "gcp_project"),
    ],
)
def test_secret_names_and_values_are_refused_whether_set_or_not(
    variables: Tools, name: str
) -> None:
    with pytest.raises(SecurityError, match="not allowed") as raised:
        ask(variables, "get", variable_name=name)
    assert raised.value.details["violation_type"] == "env_access_denied"


def test_lists_leave_out_what_is_refused(variables: Tools) -> None:
    assert ask(variables, "list") == {
        "variables": {
            "HOME": "/home/me",
            "PATH": "/bin",
            "LC_ALL": "C",
            "LC_TIME": "de",
            "EMPTY": "",
        },
        "count": 5,
    }


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        ("*", ["EMPTY", "HOME", "LC_ALL", "LC_TIME", "PATH"]),
        ("LC_*", ["LC_ALL", "LC_TIME"]),
        ("*ME", ["HOME", "LC_TIME"]),
        ("*M*", ["EMPTY", "HOME", "LC_TIME"]),
        ("PATH", ["PATH"]),
        ("path", []),
        ("?ATH", []),
        ("[HP]*", []),
        ("*KEY*", []),
    ],
)
def test_patterns(variables: Tools, pattern: str, names: list[str]) -> None:
    found = ask(variables, "pattern", pattern=pattern)
    assert sorted(found["variables"]) == names
    assert (found["pattern"], found["count"]) == (pattern, len(names))


def test_a_hundred_variables_are_given(make_runtime: Callable[..., Runtime]) -> None:
    tools = make_runtime(environ={f"V{number}": "x" for number in range(103)}).tools
    found = ask(tools, "list")
    assert (found["count"], len(found["variables"]), found["left_out"]) == (100, 100, 3)


def test_what_the_configuration_names_is_shown(make_runtime: Callable[..., Runtime]) -> None:
    config = '[tools.system]\nallowed_env_vars = ["MY_API_KEY"]\n'
    tools = make_runtime(config, environ=ENVIRON).tools
    assert ask(tools, "get", variable_name="MY_API_KEY")["value"] == "secret"
    assert "MY_API_KEY" in ask(tools, "list")["variables"]


def test_under_safe_only_harmless_ones(make_runtime: Callable[..., Runtime]) -> None:
    tools = make_runtime(environ=ENVIRON, security="safe").tools
    assert sorted(ask(tools, "list")["variables"]) == ["HOME", "LC_ALL", "PATH"]


def test_nothing_is_set(variables: Tools) -> None:
    with pytest.raises(SecurityError) as raised:
        ask(variables, "set", variable_name="HOME", value="x")
    assert raised.value.details["violation_type"] == "env_set_disabled"
    assert ask(variables, "get", variable_name="HOME")["value"] == "/home/me"


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({}, "operation"),
        ({"operation": "read"}, "operation"),
        ({"operation": "get"}, "variable_name"),
        ({"operation": "pattern"}, "pattern"),
        ({"operation": "set", "variable_name": "A"}, "value"),
    ],
)
def test_mistakes_name_the_parameter(variables: Tools, params: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as raised:
        variables.invoke("environment-reader", params)
    assert raised.value.details["field"] == field
