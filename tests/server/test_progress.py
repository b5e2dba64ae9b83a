"""Work done progress: a token of the client or of the server, and window/workDoneProgress/cancel."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import pytest

from tests.server.raw import RawClient

WORKING_SERVER = [sys.executable, "-m", "tests.server.busy_server"]
SYMBOL = {"query": "until the user ends it"}


@pytest.fixture
def client(profile: str) -> Iterator[RawClient]:
    """A server whose workspace/symbol works until the user ends it, and shows that."""
    with RawClient.of_stdio(WORKING_SERVER, profile) as client:
        yield client


def value(client: RawClient, token: object) -> Any:
    found = client.notification("$/progress")
    assert found["token"] == token
    return found["value"]


def ends(client: RawClient, token: object, number: int) -> None:
    client.notify("window/workDoneProgress/cancel", {"token": token})
    while (shown := value(client, token))["kind"] == "report":
        assert shown["message"] == "on and on"
    assert shown == {"kind": "end"}
    assert client.answer(number)["error"]["code"] == -32800


def test_work_is_shown_at_the_token_of_the_request(client: RawClient) -> None:
    client.initialize()
    number = client.ask("workspace/symbol", {**SYMBOL, "workDoneToken": 7})
    begin = value(client, 7)
    assert (begin["kind"], begin["title"], begin["cancellable"]) == ("begin", "Working", True)
    ends(client, 7, number)


def test_the_server_asks_for_a_place_first(client: RawClient) -> None:
    client.initialize()
    number = client.ask("workspace/symbol", SYMBOL)
    request = client.asked("window/workDoneProgress/create")
    token = request["params"]["token"]
    client.respond(request, None)
    assert value(client, token)["kind"] == "begin"
    ends(client, token, number)


@pytest.mark.one_client("all three show it")
def test_nothing_is_shown_to_a_client_that_cannot(client: RawClient) -> None:
    client.initialize()
    number = client.ask("workspace/symbol", SYMBOL)
    client.notification("window/logMessage")  # it has begun
    client.notify("$/cancelRequest", {"id": number})
    assert client.receive()["error"]["code"] == -32800


def test_cancelling_what_is_unknown_does_nothing(client: RawClient) -> None:
    client.initialize()
    client.notify("window/workDoneProgress/cancel", {"token": "unknown"})
    assert client.request("shutdown")["result"] is None
