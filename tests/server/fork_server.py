"""Makes language servers by forking a process that has imported all of one, which spares each test that.

Everything else is as in a process of its own: arguments, folder, environment, standard streams, exit
code. Each server has a keeper, which ends it when whoever asked for it (`forked.py`) is killed.
"""

from __future__ import annotations

import gc
import json
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NoReturn

from llmspell_server.main import main as serve
from llmspell_server.serving import make_server

VARIABLE = "FORK_SERVER"
COMMAND = [sys.executable, "-I", "-S", str(Path(__file__).with_name("forked.py"))]


@contextmanager
def fork_server(folder: Path) -> Iterator[None]:
    """Has `COMMAND` work in this process and those that it starts."""
    address = folder / "fork-server"
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.server.fork_server", address],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    )
    with process:
        assert process.stdin and process.stdout
        process.stdout.readline()
        os.environ[VARIABLE] = str(address)
        yield
        del os.environ[VARIABLE]


def main(address: str) -> None:
    """Serves until standard input ends."""
    make_server().close()
    gc.collect()
    gc.freeze()  # pages that are not written to are shared
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for keepers
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(address)
        door.listen(16)
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        while door in select.select([door, sys.stdin], [], [])[0]:
            connection, _ = door.accept()
            with connection:
                if os.fork() == 0:
                    door.close()
                    keep(connection)


def keep(connection: socket.socket) -> NoReturn:
    """Starts a server, and ends with it or with whoever asked for it."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    head, streams, _, _ = socket.recv_fds(connection, 4, 3)
    order = json.loads(connection.recv(int.from_bytes(head, "big"), socket.MSG_WAITALL))
    server = os.fork()
    if server == 0:
        connection.close()
        begin(order, streams)
    for stream in (0, 1, 2, *streams):
        os.close(stream)
    ended = os.pidfd_open(server)
    if connection.fileno() in select.select([connection.fileno(), ended], [], [])[0]:
        os.kill(server, signal.SIGKILL)
    _, status = os.waitpid(server, 0)
    code = os.waitstatus_to_exitcode(status)
    with suppress(ConnectionError):
        connection.sendall((code if code >= 0 else 128 - code).to_bytes(4, "big"))
    os._exit(0)


def begin(order: dict[str, Any], streams: list[int]) -> NoReturn:
    """Is the server from here on."""
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    os.chdir(order["folder"])
    os.environ.clear()
    os.environ.update(order["environ"])
    sys.path[:0] = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    sys.argv = ["llmspell-language-server", *order["arguments"]]
    serve()
    sys.exit()


if __name__ == "__main__":
    main(sys.argv[1])
