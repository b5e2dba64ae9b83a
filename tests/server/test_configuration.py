"""workspace/configuration and workspace/didChangeConfiguration; what settings do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.server.raw import RawClient

ASKS = {"workspace": {"configuration": True, "workspaceFolders": True}}


def answer(client: RawClient, *settings: object) -> list[Any]:
    """Answers the next question for settings; gives for which scopes it was asked."""
    request = client.asked("workspace/configuration")
    client.respond(request, list(settings))
    items = request["params"]["items"]
    assert {item["section"] for item in items} == {"llmspell"}
    return [item.get("scopeUri") for item in items]


def codes(client: RawClient) -> tuple[str, list[str]]:
    found = client.notification("textDocument/publishDiagnostics")
    return found["uri"], [each["code"] for each in found["diagnostics"]]


def test_settings_are_asked_for_each_folder(raw: RawClient, tmp_path: Path) -> None:
    a, b = (tmp_path / "a").as_uri(), (tmp_path / "b").as_uri()
    folders = [{"uri": a, "name": "a"}, {"uri": b, "name": "b"}]
    raw.initialize(capabilities=ASKS, workspaceFolders=folders)
    off = {"diagnostics": {"enable": False}}
    assert answer(raw, None, off, {}) == [None, a, b]
    raw.open("X = = 1", f"{a}/x.lua")
    raw.open("X = = 1", f"{b}/x.lua")
    found = dict([codes(raw), codes(raw)])
    assert found == {f"{a}/x.lua": [], f"{b}/x.lua": ["syntax-error"]}


def test_changed_settings_are_asked_for_and_all_is_looked_at_again(raw: RawClient) -> None:
    raw.initialize(capabilities=ASKS)
    answer(raw, {})
    uri = raw.open("X = = 1")
    assert codes(raw) == (uri, ["syntax-error"])
    raw.notify("workspace/didChangeConfiguration", {"settings": None})
    answer(raw, {"diagnostics.disable": ["syntax-error"]})
    assert codes(raw) == (uri, [])


@pytest.mark.one_client("all three can be asked")
def test_a_client_that_cannot_be_asked_tells(raw: RawClient) -> None:
    raw.initialize()
    uri = raw.open("X = = 1")
    assert codes(raw) == (uri, ["syntax-error"])
    settings = {"llmspell": {"diagnostics": {"severity": {"syntax-error": "hint"}}}}
    raw.notify("workspace/didChangeConfiguration", {"settings": settings})
    found = raw.notification("textDocument/publishDiagnostics")["diagnostics"]
    assert [each["severity"] for each in found] == [4]


def test_initialization_options_are_settings(raw: RawClient) -> None:
    raw.initialize(initializationOptions={"diagnostics": {"enable": False}})
    uri = raw.open("X = = 1")
    assert codes(raw) == (uri, [])


def test_what_the_client_answers_counts_more(raw: RawClient) -> None:
    options = {"llmspell": {"diagnostics": {"enable": False}}}
    raw.initialize(capabilities=ASKS, initializationOptions=options)
    answer(raw, {"diagnostics": {"enable": True}})
    uri = raw.open("X = = 1")
    assert codes(raw) == (uri, ["syntax-error"])


def test_mistakes_are_said_once_and_the_rest_counts(raw: RawClient) -> None:
    raw.initialize(capabilities=ASKS)
    wrong = {"diagnostics": {"enabel": True, "enable": "no", "disable": ["syntax-error"]}}
    answer(raw, wrong)
    said = [raw.notification("window/showMessage")["message"] for _ in range(2)]
    assert sorted(said) == [
        "llmspell.diagnostics.enabel is not a setting. Did you mean llmspell.diagnostics.enable?",
        "llmspell.diagnostics.enable must be true or false, not 'no'.",
    ]
    raw.notify("workspace/didChangeConfiguration", {"settings": None})
    answer(raw, wrong)
    uri = raw.open("X = = 1")
    while (message := raw.receive()).get("method") != "textDocument/publishDiagnostics":
        assert message.get("method") != "window/showMessage"
    assert message["params"] == {"uri": uri, "version": 1, "diagnostics": []}


def test_changed_settings_are_registered_where_the_client_lets_servers(raw: RawClient) -> None:
    raw.initialize(
        capabilities={"workspace": {"didChangeConfiguration": {"dynamicRegistration": True}}}
    )
    (registered,) = raw.asked("client/registerCapability")["params"]["registrations"]
    assert registered["method"] == "workspace/didChangeConfiguration"
    assert registered["registerOptions"] == {"section": "llmspell"}


def test_a_client_that_pulls_is_told_to_pull_again(raw: RawClient) -> None:
    capabilities = {
        "workspace": {"configuration": True, "diagnostics": {"refreshSupport": True}},
        "textDocument": {"diagnostic": {}},
    }
    raw.initialize(capabilities=capabilities)
    answer(raw, {"diagnostics": {"enable": False}})
    assert raw.asked("workspace/diagnostic/refresh")


def test_the_configuration_of_other_tools_is_honoured(raw: RawClient, tmp_path: Path) -> None:
    (tmp_path / ".luarc.json").write_text('{"diagnostics": {"disable": ["syntax-error"]}}')
    raw.initialize(workspaceFolders=[{"uri": tmp_path.as_uri(), "name": "w"}])
    raw.open("X = = 1", (tmp_path / "x.lua").as_uri())
    assert codes(raw)[1] == []


def test_a_changed_configuration_of_another_tool_counts(raw: RawClient, tmp_path: Path) -> None:
    raw.initialize(workspaceFolders=[{"uri": tmp_path.as_uri(), "name": "w"}])
    raw.open("X = = 1", (tmp_path / "x.lua").as_uri())
    assert codes(raw)[1] == ["syntax-error"]
    (tmp_path / ".luarc.json").write_text('{"diagnostics": {"disable": ["syntax-error"]}}')
    event = {"uri": (tmp_path / ".luarc.json").as_uri(), "type": 1}
    raw.notify("workspace/didChangeWatchedFiles", {"changes": [event]})
    assert codes(raw)[1] == []


def test_a_configuration_file_that_is_no_json_is_told(raw: RawClient, tmp_path: Path) -> None:
    (tmp_path / ".luarc.json").write_text("{")
    raw.initialize(workspaceFolders=[{"uri": tmp_path.as_uri(), "name": "w"}])
    told = raw.notification("window/showMessage")["message"]
    assert told.startswith(".luarc.json is left out, because it is no JSON")
