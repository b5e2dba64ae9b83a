"""What is no proper message is answered, and the session goes on."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.server.raw import RawClient

pytestmark = pytest.mark.one_client("what is no message is answered below the methods")

HOVER = {"textDocument": {"uri": "file:///spell.lua"}, "position": {"line": 0, "character": 0}}


@pytest.fixture
def started(raw: RawClient) -> RawClient:
    raw.initialize()
    return raw


def goes_on(client: RawClient) -> bool:
    return bool(client.request("textDocument/hover", HOVER)["result"] is None)


@pytest.mark.parametrize("body", [b"{", b"\xff\xfe", b"[" * 100_000])
def test_what_is_not_json(started: RawClient, body: bytes) -> None:
    started.send(body)
    error = started.answer(None)["error"]
    assert error["code"] == -32700
    assert error["message"].startswith("this is not JSON")
    assert goes_on(started)


@pytest.mark.parametrize(
    "message",
    [
        [],
        7,
        {"method": "textDocument/hover"},
        {"jsonrpc": "1.0", "method": "textDocument/hover"},
        {"jsonrpc": "2.0"},
        {"jsonrpc": "2.0", "method": 7},
        {"jsonrpc": "2.0", "id": [], "method": "textDocument/hover"},
    ],
)
def test_what_is_json_and_no_message(started: RawClient, message: Any) -> None:
    started.send(json.dumps(message).encode())
    assert started.receive()["error"]["code"] == -32600
    assert goes_on(started)


def test_a_header_without_a_length(started: RawClient) -> None:
    started.write(b"Content-Length: many\r\n\r\n")
    assert started.answer(None)["error"]["message"] == "a header without a valid Content-Length"
    assert goes_on(started)


def test_headers_that_lsp_allows(started: RawClient) -> None:
    body = json.dumps(
        {"jsonrpc": "2.0", "id": "a", "method": "textDocument/hover", "params": HOVER}
    )
    kind = "application/vscode-jsonrpc; charset=utf-8"
    started.write(f"Content-Type: {kind}\r\ncontent-length: {len(body)}\r\n\r\n{body}".encode())
    assert started.receive() == {"jsonrpc": "2.0", "id": "a", "result": None}


def test_a_message_in_pieces(started: RawClient) -> None:
    body = json.dumps({"jsonrpc": "2.0", "id": 77, "method": "shutdown"}).encode()
    for byte in b"Content-Length: %d\r\n\r\n%s" % (len(body), body):
        started.write(bytes([byte]))
    assert started.answer(77)["result"] is None


def test_parameters_of_another_method_are_explained(started: RawClient) -> None:
    error = started.request("textDocument/hover", {"position": 1})["error"]
    assert error["code"] == -32602
    assert error["message"].startswith("textDocument/hover: ")
    assert "params.textDocument" in error["message"]
    assert goes_on(started)


def test_a_malformed_notification_is_a_line_in_the_log(started: RawClient) -> None:
    started.notify("textDocument/didOpen", {"textDocument": {"uri": 7}})
    message = started.notification("window/logMessage")["message"]
    assert message.startswith("textDocument/didOpen is malformed and was left out: ")
    assert goes_on(started)


def test_a_change_of_a_document_that_is_not_open(started: RawClient) -> None:
    started.edit("X = = 1", 2)
    assert goes_on(started)


def test_an_answer_that_nobody_asked_for(started: RawClient) -> None:
    started.send(b'{"jsonrpc": "2.0", "id": 99, "result": null}')
    started.send(b'{"jsonrpc": "2.0", "id": 99, "error": {"code": 1, "message": "no"}}')
    assert goes_on(started)


def test_unknown_notifications_are_dropped(started: RawClient) -> None:
    started.notify("$/unheard/of", {"a": 1})
    started.notify("textDocument/unheardOf")
    assert goes_on(started)
