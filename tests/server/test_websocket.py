"""Sessions over a WebSocket (`--ws`)."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from tests.server import sent
from tests.server.conftest import SERVER

pytestmark = pytest.mark.one_client("the transport; messages are the same as over standard streams")

PARAMS: dict[str, Any] = {"processId": None, "rootUri": None, "capabilities": {}}


class WebSocketServer:
    """A server that waits for a client."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.process = process
        assert process.stdout
        self.address = process.stdout.readline().decode().split()[-1]

    def connect(self, **options: Any) -> ClientConnection:
        client: ClientConnection = connect(f"ws://{self.address}", **options)
        return client


@pytest.fixture
def server() -> Iterator[WebSocketServer]:
    command = [*SERVER, "--ws", "127.0.0.1:0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        yield WebSocketServer(process)
        process.kill()


def send(client: ClientConnection, method: str, number: int | None = None, **more: Any) -> None:
    identified = {} if number is None else {"id": number}
    client.send(json.dumps({"jsonrpc": "2.0", **identified, "method": method, **more}))
    sent.note(method)


def answer(client: ClientConnection, number: int) -> Any:
    while (message := json.loads(client.recv())).get("id") != number:
        pass
    return message["result"]


def session(client: ClientConnection) -> None:
    send(client, "initialize", 1, params=PARAMS)
    assert answer(client, 1)["serverInfo"]["name"] == "llmspell-language-server"
    send(client, "initialized", params={})
    send(client, "shutdown", 2)
    assert answer(client, 2) is None


def test_a_session_that_ends_in_order(server: WebSocketServer) -> None:
    with server.connect() as client:
        session(client)
        send(client, "exit")
        with pytest.raises(ConnectionClosed):
            client.recv()
    assert server.process.wait(timeout=20) == 0


def test_a_client_that_hangs_up_gives_1(server: WebSocketServer) -> None:
    with server.connect():
        pass
    assert server.process.wait(timeout=20) == 1


def test_large_documents(server: WebSocketServer) -> None:
    with server.connect() as client:
        send(client, "initialize", 1, params=PARAMS)
        text = "x = = 1" + " " * 2_000_000
        document = {"uri": "file:///x.lua", "languageId": "lua", "version": 1, "text": text}
        send(client, "initialized", params={})
        send(client, "textDocument/didOpen", params={"textDocument": document})
        while (message := json.loads(client.recv())).get("method") != (
            "textDocument/publishDiagnostics"
        ):
            pass
    codes = [each["code"] for each in message["params"]["diagnostics"]]
    assert "syntax-error" in codes


def test_pages_from_elsewhere_are_refused(server: WebSocketServer) -> None:
    with pytest.raises(InvalidStatus):
        server.connect(origin="https://example.org")
    with server.connect(origin="http://localhost:8080") as client:
        session(client)


def test_a_second_client_is_sent_away(server: WebSocketServer) -> None:
    with server.connect() as first:
        send(first, "initialize", 1, params=PARAMS)
        answer(first, 1)
        with server.connect() as second, pytest.raises(ConnectionClosed):
            second.recv()
        send(first, "shutdown", 2)
        assert answer(first, 2) is None
