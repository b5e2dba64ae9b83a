"""The session of LSP 3.17 "Server lifecycle", and how a server is started and ends."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest

from llmspell.version import __version__
from tests.server.raw import RawClient

pytestmark = pytest.mark.one_client(
    "starting, order and exit codes; what each client is told is in test_greeting.py"
)

SERVER = [sys.executable, "-m", "llmspell_server"]  # as editors start it
HOVER = {"textDocument": {"uri": "file:///spell.lua"}, "position": {"line": 0, "character": 0}}


@pytest.fixture
def raw() -> Iterator[RawClient]:
    with RawClient.of_stdio(SERVER) as client:
        yield client


def test_a_request_before_initialize_is_refused(raw: RawClient) -> None:
    assert raw.request("textDocument/hover", HOVER)["error"]["code"] == -32002
    assert raw.request("shutdown")["error"]["code"] == -32002


def test_a_notification_before_initialize_is_dropped(raw: RawClient) -> None:
    raw.open("X = = 1")
    raw.initialize()
    assert raw.request("textDocument/hover", HOVER)["result"] is None


def test_initialize_names_the_server(raw: RawClient) -> None:
    info = raw.initialize()["serverInfo"]
    assert info == {"name": "llmspell-language-server", "version": __version__}


def test_a_second_initialize_is_refused(raw: RawClient) -> None:
    raw.initialize()
    assert (
        raw.request("initialize", {"processId": None, "rootUri": None, "capabilities": {}})[
            "error"
        ]["code"]
        == -32600
    )


def test_what_has_no_handler_is_not_advertised(raw: RawClient) -> None:
    advertised = raw.initialize()["capabilities"]
    assert "hoverProvider" in advertised
    assert not {"monikerProvider", "inlineCompletionProvider"} & set(advertised)
    assert "fileOperations" not in advertised["workspace"]


def test_an_unknown_request_is_refused(raw: RawClient) -> None:
    raw.initialize()
    assert raw.request("textDocument/moniker", HOVER)["error"]["code"] == -32601


def test_a_malformed_request_is_answered(raw: RawClient) -> None:
    raw.initialize()
    assert raw.request("textDocument/hover", {"position": 1})["error"]["code"] == -32602
    assert raw.request("textDocument/hover", HOVER)["result"] is None


def test_shutdown_gives_null_and_exit_then_0(raw: RawClient) -> None:
    raw.initialize()
    answer = raw.request("shutdown")
    assert "error" not in answer and answer["result"] is None
    raw.notify("exit")
    assert raw.exit_code() == 0


def test_a_request_after_shutdown_is_refused(raw: RawClient) -> None:
    raw.initialize()
    raw.request("shutdown")
    assert raw.request("textDocument/hover", HOVER)["error"]["code"] == -32600
    raw.notify("exit")
    assert raw.exit_code() == 0


def test_exit_without_shutdown_gives_1(raw: RawClient) -> None:
    raw.initialize()
    raw.notify("exit")
    assert raw.exit_code() == 1


def test_exit_before_initialize_gives_1(raw: RawClient) -> None:
    raw.notify("exit")
    assert raw.exit_code() == 1


def test_the_end_of_input_gives_1(raw: RawClient) -> None:
    raw.initialize()
    raw.hang_up()
    assert raw.exit_code() == 1


def test_the_server_ends_with_its_parent_process(raw: RawClient) -> None:
    parent = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    raw.initialize(processId=parent.pid)
    parent.communicate(b"\n")
    assert raw.exit_code() == 1


def test_a_parent_that_cannot_be_seen_is_not_waited_for(raw: RawClient) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    raw.initialize(processId=gone.pid)
    assert raw.request("shutdown")["result"] is None


def test_a_client_on_a_port() -> None:
    process = subprocess.Popen([*SERVER, "--tcp", "127.0.0.1:0"], stdout=subprocess.PIPE)
    assert process.stdout
    port = int(process.stdout.readline().rpartition(b":")[2])
    with (
        socket.create_connection(("127.0.0.1", port)) as connection,
        RawClient.of_port(process, connection) as client,
    ):
        client.initialize()
        assert client.request("shutdown")["result"] is None
        client.notify("exit")
        assert client.exit_code() == 0


def test_a_client_on_a_port_that_hangs_up_gives_1() -> None:
    process = subprocess.Popen([*SERVER, "--tcp", "127.0.0.1:0"], stdout=subprocess.PIPE)
    assert process.stdout
    port = int(process.stdout.readline().rpartition(b":")[2])
    with socket.create_connection(("127.0.0.1", port)):
        pass
    with process:
        assert process.wait(timeout=20) == 1


def test_a_taken_port_is_said_in_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        run = subprocess.run([*SERVER, "--tcp", address], capture_output=True, text=True)
    assert run.returncode == 1
    (line,) = run.stderr.splitlines()
    expected = f"llmspell-language-server: cannot listen on {address}: Address already in use"
    assert line.startswith(expected)


@pytest.mark.parametrize("address", ["6009", ":6009", "localhost:", "localhost:99999"])
def test_what_is_no_address_is_refused(address: str) -> None:
    run = subprocess.run([*SERVER, "--tcp", address], capture_output=True, text=True)
    assert run.returncode == 2
    assert "is not HOST:PORT" in run.stderr


def test_version() -> None:
    run = subprocess.run([*SERVER, "--version"], capture_output=True, text=True)
    assert run.stdout.strip().endswith(__version__)


def test_the_server_needs_no_second_parser() -> None:
    code = "import llmspell_server.server, sys; sys.exit('tree_sitter' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def test_a_start_does_not_read_the_schema_of_configurations() -> None:
    code = "import llmspell_server.server, sys; sys.exit('llmspell.config.schema' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
