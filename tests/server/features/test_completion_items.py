"""What items of completion look like to clients that can show more, through a real server."""

from __future__ import annotations

from typing import Any

import pytest

from tests.server.raw import RawClient

SHOWS_DETAILS = {"completionItem": {"snippetSupport": True, "labelDetailsSupport": True}}


def offered(raw: RawClient, text: str, capabilities: object) -> dict[str, dict[str, Any]]:
    raw.initialize(capabilities={"textDocument": {"completion": capabilities}})
    uri = raw.open(text)
    place = {"line": text.count("\n"), "character": len(text.rpartition("\n")[2])}
    found = raw.request(
        "textDocument/completion", {"textDocument": {"uri": uri}, "position": place}
    )
    return {item["label"]: item for item in found["result"]["items"]}


def test_parameters_stand_beside_the_label_where_the_client_shows_them(raw: RawClient) -> None:
    found = offered(raw, "State.", SHOWS_DETAILS)
    assert found["save"]["labelDetails"] == {"detail": "(scope, key, value)"}


def test_other_clients_get_labels_only(raw: RawClient) -> None:
    assert "labelDetails" not in offered(raw, "State.", {})["save"]


def test_clients_that_ask_for_nothing_later_get_types_and_documentation_at_once(
    raw: RawClient,
) -> None:
    found = offered(raw, "local prices = {tea = 1}\nlocal price = prices.tea\np", {})
    assert found["price"]["detail"] == "local price: integer"
    assert found["print"]["documentation"]


def test_clients_that_ask_later_get_neither_at_once(raw: RawClient) -> None:
    later = {"completionItem": {"resolveSupport": {"properties": ["detail", "documentation"]}}}
    found = offered(raw, "local price = 1\np", later)
    assert "detail" not in found["price"]
    assert "documentation" not in found["print"]


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
