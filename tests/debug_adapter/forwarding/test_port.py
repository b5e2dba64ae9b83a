"""The adapter on a port, for editors that connect instead of starting it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest

from llmspell.version import __version__
from tests.debug_adapter.conftest import MakeSpell
from tests.debug_adapter.connections import OverPort, debuggee_of, wait_for_end


@pytest.fixture
def connect() -> Iterator[Callable[[], OverPort]]:
    command = [sys.executable, "-m", "llmspell_debug_adapter.main", "--listen", "127.0.0.1:0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        host, _, port = process.stdout.readline().split()[-1].rpartition(":")
        clients: list[OverPort] = []

        def make() -> OverPort:
            clients.append(OverPort(host, int(port)))
            return clients[-1]

        yield make
        for client in clients:
            client.vanish()
        process.kill()
    faults = [fault for client in clients for fault in client.faults]
    assert not faults, "\n".join(faults)


def test_clients_one_after_another(connect: Callable[[], OverPort], spell: MakeSpell) -> None:
    it = spell("print('ran') --@here\n")
    for _ in range(2):
        client = connect()
        client.launch(it)
        client.break_at(it, "here")
        client.go()
        client.stopped()
        client.request("continue", threadId=1)
        client.event("terminated")
        assert client.output() == "ran\n"
        client.request("disconnect")
        client.ended()


def test_clients_side_by_side(connect: Callable[[], OverPort], spell: MakeSpell) -> None:
    it = spell("print('ran') --@here\n")
    clients = [connect(), connect()]
    for client in clients:
        client.launch(it)
        client.break_at(it, "here")
        client.go()
    for client in clients:
        client.stopped()
    first, second = (debuggee_of(client) for client in clients)
    assert first != second
    clients[0].vanish()
    wait_for_end(first)
    clients[1].request("continue", threadId=1)
    clients[1].event("terminated")


def test_a_client_that_vanishes_leaves_room_for_the_next(
    connect: Callable[[], OverPort], spell: MakeSpell
) -> None:
    it = spell("while true do end\n")
    client = connect()
    client.launch(it)
    client.go()
    debuggee = debuggee_of(client)
    client.vanish()
    wait_for_end(debuggee)
    connect().initialize()


def adapter(*options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "llmspell_debug_adapter.main", *options]
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize("address", ["0.0.0.0:1234", "example.org:1234", "[::]:1234"])
def test_other_machines_cannot_be_let_in(address: str) -> None:
    ended = adapter("--listen", address)
    assert ended.returncode == 2
    assert "whoever connects can run programs" in ended.stderr


@pytest.mark.parametrize("address", ["", "port", "127.0.0.1:99999"])
def test_a_port_must_be_one(address: str) -> None:
    ended = adapter("--listen", address)
    assert ended.returncode == 2
    assert "has no port number" in ended.stderr


def test_the_version() -> None:
    assert adapter("--version").stdout == f"llmspell-debug-adapter {__version__}\n"
