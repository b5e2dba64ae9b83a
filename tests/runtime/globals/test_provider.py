"""The `Provider` global, from Lua (spec lua-globals §14)."""

from __future__ import annotations

from pathlib import Path

import pytest

from llmspell.app import Runtime
from llmspell.models import registry
from llmspell.testing import Echo
from tests.runtime.conftest import MakeProject, Project


@pytest.fixture
def project(make_project: MakeProject) -> Project:
    """A project with an `echo` provider, and without a key for `openai`."""
    project = make_project("[providers.openai]\nmodel = 'gpt-4o-mini'\n")
    project.runtime.models.register("echo", Echo)
    return project


def test_entries_are_tables_and_strings(project: Project) -> None:
    code = """
    local all, found = Provider.list(), nil
    for _, each in ipairs(all) do if each.name == "echo" then found = each end end
    return { found.enabled, found.capabilities.supports_streaming, found .. "!", "is " .. found,
      tostring(found), table.concat(all, ","):find("echo", 1, true) ~= nil,
      table.concat({ 1, "b" }, "-"), found == Provider.get("echo") }
    """
    assert project.value(code) == [True, True, "echo!", "is echo", "echo", True, "1-b", True]


def test_an_entry_has_the_methods_of_strings(project: Project) -> None:
    code = """
    local found = Provider.get("echo")
    return { found:upper(), found:sub(1, 2), found:gsub("o", "0"), found.nothing == nil,
      found.type, JSON.parse(JSON.stringify(found)).name }
    """
    assert project.value(code) == ["ECHO", "ec", "ech0", True, "echo", "echo"]


def test_entries_are_joined_by_the_first_call_too(make_project: MakeProject) -> None:
    assert "local" in make_project().value('return table.concat(Provider.list(), ", ")')


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ("table.concat()", "bad argument #1 to 'concat' (table expected, got no value)"),
        ("table.concat({ 1, {} })", "invalid value (table) at index 2 in table for 'concat'"),
        ("table.concat(setmetatable({}, { __len = function() error('boom') end }))", "boom"),
    ],
)
def test_the_errors_of_joining_are_those_of_lua(
    make_project: MakeProject, call: str, message: str
) -> None:
    code = f"local ok, message = pcall(function()\nlocal x = {call}\nend) return message"
    assert make_project().value(code) == f"/spell.lua:2: {message}"


def test_an_entry_has_the_name_to_show(make_project: MakeProject) -> None:
    project = make_project('[providers.local]\nname = "My models"\n')
    assert project.value('return Provider.get("local").label') == "My models"


def test_an_entry_is_a_provider_for_a_builder(project: Project) -> None:
    code = """
    local entry = Provider.get("echo")
    return Agent.builder():provider(entry):model("m"):build():complete("hi")
    """
    assert project.value(code) == "hi"


def test_what_has_no_key_is_not_available_and_says_why(project: Project) -> None:
    code = """
    return { Provider.isAvailable("openai"), Provider.whyNot("openai"), Provider.get("openai") == nil,
      Provider.isAvailable("local"), Provider.isAvailable("nope"), Provider.isAvailable("rig/echo/m") }
    """
    openai, why, absent, local, unknown, original = project.value(code)
    assert "OPENAI_API_KEY" in why
    assert (openai, absent, local, unknown, original) == (False, True, True, False, True)


def test_capabilities_are_those_of_the_default_model(project: Project) -> None:
    capabilities = project.value('return Provider.getCapabilities("echo")')
    assert capabilities["max_context_tokens"] == 8192
    assert project.value('return Provider.getCapabilities("openai") == nil') is True


def test_an_entry_is_a_name(project: Project) -> None:
    code = """
    local entry = Provider.get("echo")
    return { Provider.get(entry).name, Provider.isAvailable(entry), Provider.whyNot(entry) == nil,
      Provider.getCapabilities(entry).supports_tools }
    """
    assert project.value(code) == ["echo", True, True, True]


def test_the_usual_model_of_a_vendor_is_known_without_configuration(tmp_path: Path) -> None:
    environ = {"HOME": str(tmp_path), "OPENAI_API_KEY": "k"}
    with Runtime(environ=environ) as runtime:
        code = "local e = Provider.get('openai') return { e.default_model, e.capabilities ~= nil }"
        model, known = runtime.run(code).value
    assert model == registry.TYPES["openai"].default_model
    assert known is True


def test_entries_can_be_returned(project: Project) -> None:
    entry = project.value('return { Provider.get("echo") }')[0]
    assert (entry["name"], entry["type"]) == ("echo", "echo")
