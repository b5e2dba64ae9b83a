"""What items of completion look like to clients that can show more, through a real server."""

from __future__ import annotations

from typing import Any

import pytest

from tests.server.profiles import capabilities_of
from tests.server.raw import RawClient

SHOWS_DETAILS = {"completionItem": {"snippetSupport": True, "labelDetailsSupport": True}}


def offered(
    raw: RawClient, text: str, capabilities: object, uri: str = "file:///spell.lua"
) -> dict[str, dict[str, Any]]:
    """What is offered at the end of a text, asked for until the server has had time for all."""
    raw.initialize(capabilities={"textDocument": {"completion": capabilities}})
    raw.open(text, uri)
    place = {"line": text.count("\n"), "character": len(text.rpartition("\n")[2])}
    asked = {"textDocument": {"uri": uri}, "position": place}
    while (found := raw.request("textDocument/completion", asked)["result"])["isIncomplete"]:
        pass
    return {item["label"]: item for item in found["items"]}


@pytest.mark.one_client("what is tested is what a client says of its lists")
def test_parameters_stand_beside_the_label_where_the_client_shows_them(raw: RawClient) -> None:
    found = offered(raw, "State.", SHOWS_DETAILS)
    assert found["save"]["labelDetails"] == {"detail": "(scope, key, value)"}


@pytest.mark.one_client("what is tested is what a client says of its lists")
def test_other_clients_get_labels_only(raw: RawClient) -> None:
    assert "labelDetails" not in offered(raw, "State.", {})["save"]


@pytest.mark.one_client("what is tested is what a client says of its lists")
def test_clients_that_ask_for_nothing_later_get_types_and_documentation_at_once(
    raw: RawClient,
) -> None:
    found = offered(raw, "local prices = {tea = 1}\nlocal price = prices.tea\np", {})
    assert found["price"]["detail"] == "local price: integer"
    assert found["print"]["documentation"]


@pytest.mark.one_client("what is tested is what a client says of its lists")
def test_clients_that_ask_later_get_neither_at_once(raw: RawClient) -> None:
    later = {"completionItem": {"resolveSupport": {"properties": ["detail", "documentation"]}}}
    found = offered(raw, "local price = 1\np", later)
    assert "detail" not in found["price"]
    assert "documentation" not in found["print"]


def test_each_client_gets_what_it_says(raw: RawClient, profile: str) -> None:
    said = capabilities_of(profile)["textDocument"]["completion"]["completionItem"]
    found = offered(raw, "local list = {}\nlist.", {})
    assert ("ifor" in found) == said["snippetSupport"]
    formats = {item.get("insertTextFormat", 1) for item in found.values()}
    assert (2 in formats) == said["snippetSupport"]
    assert not any("labelDetails" in item for item in found.values())  # none shows them
    assert not any("insert" in item.get("textEdit", {}) for item in found.values())


def test_each_client_gets_documentation_when_it_asks(raw: RawClient) -> None:
    save = offered(raw, "State.", {})["save"]
    assert "documentation" not in save  # all three ask for it later
    resolved = raw.request("completionItem/resolve", save)["result"]
    assert "scope" in str(resolved["documentation"])
    assert resolved["detail"]


def test_code_around_a_value_replaces_the_word_and_removes_what_is_before_the_dot(
    raw: RawClient,
) -> None:
    found = offered(raw, "local list = {}\nlist.ifo", SHOWS_DETAILS)["ifor"]
    assert found["textEdit"]["range"] == {
        "start": {"line": 1, "character": 5},
        "end": {"line": 1, "character": 8},
    }
    assert found["additionalTextEdits"] == [
        {
            "range": {
                "start": {"line": 1, "character": 0},
                "end": {"line": 1, "character": 5},
            },
            "newText": "",
        }
    ]
    assert found["insertTextFormat"] == 2


@pytest.mark.one_client("what is tested is what a client says of its lists")
def test_code_around_a_value_needs_a_client_with_snippets(raw: RawClient) -> None:
    assert "ifor" not in offered(raw, "local list = {}\nlist.ifo", {})


@pytest.mark.parametrize(("text", "expected"), [("--", False), ("---", True)])
def test_the_third_dash_brings_annotations_and_a_minus_nothing(
    raw: RawClient, text: str, expected: bool
) -> None:
    raw.initialize(capabilities={"textDocument": {"completion": SHOWS_DETAILS}})
    uri = raw.open(f"{text}\nlocal function f(a) end")
    found = raw.request(
        "textDocument/completion",
        {
            "textDocument": {"uri": uri},
            "position": {"line": 0, "character": len(text)},
            "context": {"triggerKind": 2, "triggerCharacter": "-"},
        },
    )
    assert bool(found["result"]) is expected


def test_what_only_tests_have_is_offered_in_tests(raw: RawClient) -> None:
    found = offered(raw, "T", {}, "file:///greet_test.lua")
    resolved = raw.request("completionItem/resolve", found["Test"])["result"]
    assert "It exists under `llmspell test` only." in str(resolved["documentation"])
    assert "Tool" in found


def test_what_only_tests_have_is_not_offered_in_other_spells(raw: RawClient) -> None:
    found = offered(raw, "T", {})
    assert "Test" not in found
    assert "Tool" in found


def test_members_of_what_tests_have_are_offered(raw: RawClient) -> None:
    found = offered(raw, "Test.", SHOWS_DETAILS, "file:///tests/greet.lua")
    assert found["equal"]["labelDetails"] == {"detail": "(actual, expected, message)"}
