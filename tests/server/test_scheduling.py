"""Who waits for whom: cancelled, stale and more urgent requests while the worker is busy."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import pytest

from tests.server.raw import RawClient

pytestmark = pytest.mark.one_client(
    "who waits is decided before anything asks what a client can do"
)

BUSY_SERVER = [sys.executable, "-m", "tests.server.busy_server"]
URI = "file:///spell.lua"
DOCUMENT: dict[str, Any] = {"textDocument": {"uri": URI}}
HERE = {**DOCUMENT, "position": {"line": 0, "character": 0}}
ALL = {**DOCUMENT, "range": {"start": HERE["position"], "end": {"line": 9, "character": 0}}}


@pytest.fixture
def busy() -> Iterator[RawClient]:
    """A server with a document on which some handlers work for ever."""
    with RawClient.of_stdio(BUSY_SERVER) as client:
        client.initialize(capabilities={"textDocument": {"diagnostic": {}}})
        client.open("-- busy")
        yield client


def begun(client: RawClient) -> Any:
    return client.notification("window/logMessage")["message"]


def test_a_request_cancelled_right_behind_it_is_never_begun(busy: RawClient) -> None:
    with busy.together():
        number = busy.ask("textDocument/definition", HERE)
        busy.notify("$/cancelRequest", {"id": number})
    assert busy.receive()["error"]["code"] == -32800
    busy.ask("textDocument/documentSymbol", DOCUMENT)
    assert "documentSymbol" in begun(busy)


def test_a_request_cancelled_while_it_runs_is_answered_and_ends(busy: RawClient) -> None:
    number = busy.ask("textDocument/definition", HERE)
    assert begun(busy) == "began textDocument/definition -- busy"
    busy.notify("$/cancelRequest", {"id": number})
    assert busy.answer(number)["error"]["code"] == -32800
    assert busy.request("textDocument/hover", HERE)["result"] is None


def test_cancelling_what_is_answered_or_unknown_does_nothing(busy: RawClient) -> None:
    number = busy.request("textDocument/hover", HERE)["id"]
    busy.notify("$/cancelRequest", {"id": number})
    busy.notify("$/cancelRequest", {"id": "never sent"})
    assert busy.request("textDocument/hover", HERE)["id"] == number + 1


def test_what_is_about_the_whole_text_ends_when_the_text_changes(busy: RawClient) -> None:
    number = busy.ask("textDocument/documentSymbol", DOCUMENT)
    assert begun(busy)
    busy.edit("-- quiet", 2)
    assert busy.answer(number)["error"]["code"] == -32801


def test_a_diagnostics_request_is_to_be_sent_again_when_the_text_changes(busy: RawClient) -> None:
    blocking = busy.ask("textDocument/definition", HERE)
    assert begun(busy)
    number = busy.ask("textDocument/diagnostic", DOCUMENT)
    busy.edit("-- quiet", 2)
    busy.notify("$/cancelRequest", {"id": blocking})
    error = busy.answer(number)["error"]
    assert error["code"] == -32802
    assert error["data"] == {"retriggerRequest": True}


def test_what_is_about_a_place_is_answered_for_the_text_that_was_asked_about(
    busy: RawClient,
) -> None:
    with busy.together():
        number = busy.ask(
            "textDocument/references", {**HERE, "context": {"includeDeclaration": True}}
        )
        busy.edit("-- later", 2)
    (found,) = busy.answer(number)["result"]
    assert found["uri"] == "-- busy"


def test_urgent_requests_overtake_and_what_they_interrupt_begins_anew(busy: RawClient) -> None:
    tokens = busy.ask("textDocument/semanticTokens/range", ALL)
    assert "semanticTokens" in begun(busy)
    assert busy.request("textDocument/hover", HERE)["result"] is None
    assert "semanticTokens" in begun(busy)
    busy.notify("$/cancelRequest", {"id": tokens})
    assert busy.answer(tokens)["error"]["code"] == -32800


def test_urgent_requests_that_came_together_go_first(busy: RawClient) -> None:
    with busy.together():
        busy.ask("textDocument/definition", HERE)
        hover = busy.ask("textDocument/hover", HERE)
    assert busy.receive()["id"] == hover
    assert "definition" in begun(busy)


def test_shutdown_answers_what_is_still_running(busy: RawClient) -> None:
    number = busy.ask("textDocument/definition", HERE)
    assert begun(busy)
    shutdown = busy.ask("shutdown")
    assert busy.answer(number)["error"]["code"] == -32800
    assert busy.answer(shutdown)["result"] is None
    busy.notify("exit")
    assert busy.exit_code() == 0


def test_the_server_leaves_although_a_handler_runs(busy: RawClient) -> None:
    busy.ask("textDocument/definition", HERE)
    assert begun(busy)
    busy.notify("exit")
    assert busy.exit_code() == 1


def test_a_handler_that_fails_is_an_error_in_one_sentence(busy: RawClient) -> None:
    error = busy.request("textDocument/declaration", HERE)["error"]
    assert error["code"] == -32603
    assert error["message"] == "textDocument/declaration failed: LookupError: not today"
    assert "data" not in error


def test_a_failed_notification_is_a_line_in_the_log(busy: RawClient) -> None:
    busy.notify("textDocument/willSave", {**DOCUMENT, "reason": 1})
    message = busy.notification("window/logMessage")
    assert message == {"type": 1, "message": "textDocument/willSave failed: LookupError: not today"}
