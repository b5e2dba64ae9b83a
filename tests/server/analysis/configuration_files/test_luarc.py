from __future__ import annotations

import pytest

from llmspell_server.analysis.configuration_files.luarc import settings_of
from llmspell_server.settings import read


@pytest.mark.parametrize(
    "text",
    [
        '{"workspace.library": ["lib"], "diagnostics.globals": ["vim"]}',
        '{"workspace": {"library": ["lib"]}, "diagnostics": {"globals": ["vim"]}}',
        '{"Lua": {"workspace": {"library": {"lib": true, "no": false}}, "diagnostics.globals": ["vim"]}}',
        '{"Lua.workspace.library": ["lib", "${3rd}/luv"], "Lua.diagnostics.globals": ["vim"]}',
        '{ // comment\n"workspace.library": ["lib",], /* "x" */ "diagnostics.globals": ["vim"],}',
    ],
)
def test_however_it_is_written(text: str) -> None:
    assert settings_of(text) == {"workspace.library": ["lib"], "diagnostics.globals": ["vim"]}


def test_comments_in_strings_are_none() -> None:
    assert settings_of('{"runtime.path": ["//x/?.lua", "/*,]"]}') == {
        "runtime.path": ["//x/?.lua", "/*,]"]
    }


def test_what_is_wanted_in_no_file_is_disabled() -> None:
    text = (
        '{"diagnostics.disable": ["a"], "diagnostics.neededFileStatus": {"b": "None", "c": "Any"}}'
    )
    assert settings_of(text) == {"diagnostics.disable": ["a", "b"]}


def test_what_it_gives_are_settings() -> None:
    text = """{
      "diagnostics": {"severity": {"a": "Error!", "b": "Hint", "c": 1}, "enable": false},
      "workspace.ignoreDir": ["build"], "hint.enable": true, "runtime.version": "LuaJIT", "x": {}
    }"""
    settings, problems = read(settings_of(text))
    assert not problems
    assert settings.diagnostics_severity == {"a": "error", "b": "hint"}
    assert (settings.diagnostics_enable, settings.workspace_ignore) == (False, ("build",))


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000])
def test_what_is_no_json_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"Expecting|nested"):
        settings_of(text)


@pytest.mark.parametrize("text", ["[]", "1", '{"workspace.library": 1}'])
def test_other_shapes_say_nothing(text: str) -> None:
    assert settings_of(text) == {}


def test_parts_of_the_library_that_are_not_there() -> None:
    text = '{"runtime.builtin": {"io": "disable", "os": "default", "x": 1}}'
    assert settings_of(text) == {"runtime.builtin": {"io": "disable", "os": "default"}}
