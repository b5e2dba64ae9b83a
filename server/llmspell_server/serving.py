"""How clients reach the server: standard input and output, a TCP connection, or a WebSocket.

The main thread reads and the worker works; there is no event loop between them. All messages that
have arrived together are looked at before any of them is worked on, so that a request with its
cancellation behind it costs nothing.
"""

from __future__ import annotations

import os
import select
import socket
import sys
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from .transport import Channel, Frames, send_to

if TYPE_CHECKING:
    from .server import SpellServer

_CHUNK = 1 << 16


def serve_stdio(server: SpellServer) -> int:
    """Serves the client at the other end of standard input and output; gives the exit code.

    Ends at once when the process ends that the client names in `initialize`.
    """
    out = os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # nothing but messages may come out
    source = sys.stdin.fileno()
    server.protocol.on_parent = end_with
    return _converse(server, lambda: os.read(source, _CHUNK), Channel(send_to(out)))


def serve_port(server: SpellServer, door: socket.socket) -> int:
    """Serves the first client that connects, and no other; gives the exit code."""
    with door:
        client, _ = door.accept()
    with client:
        return _converse(server, lambda: client.recv(_CHUNK), Channel(client.sendall))


def end_with(process: int) -> None:
    """Ends this process once another has ended.

    One that cannot be seen from here (it lives in another container) is not waited for: the end of
    standard input says as much.
    """
    try:
        handle = os.pidfd_open(process)
    except OSError:
        return

    def wait() -> None:
        poll = select.poll()
        poll.register(handle, select.POLLIN)
        poll.poll()
        os._exit(1)  # the main thread waits for standard input, which others may hold open

    threading.Thread(target=wait, name="parent-watch", daemon=True).start()


def _converse(server: SpellServer, receive: Callable[[], bytes], channel: Channel) -> int:
    """Reads and answers messages until the client leaves."""
    protocol = server.protocol
    protocol.channel = channel
    frames = Frames(protocol.refuse)
    try:
        while not protocol.finished and (arrived := _arrived(receive)):
            with server.worker.held():
                for body in frames.feed(arrived):
                    protocol.receive(body)
    finally:
        server.close()
    return protocol.exit_code


def _arrived(receive: Callable[[], bytes]) -> bytes:
    try:
        return receive()
    except ConnectionError:
        return b""
