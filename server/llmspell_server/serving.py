"""How clients reach the server: standard input and output, a TCP connection, or a WebSocket.

The main thread reads and the worker works; there is no event loop between them. All messages that
have arrived together are looked at before any of them is worked on, so that a request with its
cancellation behind it costs nothing.
"""

from __future__ import annotations

import os
import re
import select
import socket
import sys
import threading
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from .generated_code import generated_code
from .greeting import Greeting, greeting
from .transport import Channel, Frames, Malformed, send_to
from .work.memory import starting

if TYPE_CHECKING:
    from websockets.sync.server import ServerConnection

    from .server import SpellServer

_CHUNK = 1 << 16

# A page from elsewhere that runs in the user's browser is no editor.
_ORIGINS = re.compile(r"https?://(localhost|127\.0\.0\.1|\[::1\])(:\d+)?|vscode-webview://.*")

Arrived = Iterable[bytes | Malformed]


def make_server() -> SpellServer:
    """The server, whose parts are read only now."""
    with starting():
        generated_code().serve()
        from .server import SpellServer

        return SpellServer()


def serve_stdio(make: Callable[[], SpellServer] = make_server) -> int:
    """Serves the client at the other end of standard input and output; gives the exit code.

    Ends at once when the process ends that the client names in `initialize`.
    """
    out = os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # nothing but messages may come out
    source = sys.stdin.fileno()
    receive = _framed(lambda: os.read(source, _CHUNK))
    return _converse(make, receive, Channel(send_to(out)), end_with)


def serve_port(door: socket.socket, make: Callable[[], SpellServer] = make_server) -> int:
    """Serves the first client that connects, and no other; gives the exit code."""
    with door:
        client, _ = door.accept()
    with client:
        receive = _framed(lambda: client.recv(_CHUNK))
        return _converse(make, receive, Channel(client.sendall))


def serve_websocket(door: socket.socket, make: Callable[[], SpellServer] = make_server) -> int:
    """Serves the first client that opens a WebSocket, and no other; gives the exit code.

    Browsers are let in only with pages that came from this machine.
    """
    from websockets.exceptions import ConnectionClosed
    from websockets.sync.server import serve

    codes: list[int] = []
    taken, finished = threading.Lock(), threading.Event()

    def converse(client: ServerConnection) -> None:
        if not taken.acquire(blocking=False):
            client.close(1013, "there is a client already")
            return

        def receive() -> Arrived | None:
            try:
                return [client.recv(decode=False)]
            except ConnectionClosed:
                return None

        def send(body: bytes) -> None:
            try:
                client.send(body, text=True)
            except ConnectionClosed as error:
                raise ConnectionError from error

        try:
            codes.append(_converse(make, receive, Channel(send, headers=False)))
        finally:
            finished.set()

    with serve(
        converse, sock=door, origins=[None, _ORIGINS], max_size=None, compression=None
    ) as server:
        threading.Thread(target=server.serve_forever, name="door", daemon=True).start()
        finished.wait()
    return codes[0] if codes else 1


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


def _framed(read: Callable[[], bytes]) -> Callable[[], Arrived | None]:
    """What is in the next bytes of a stream: no, one, or several messages; None at its end."""
    frames = Frames()

    def receive() -> Arrived | None:
        try:
            data = read()
        except ConnectionError:
            return None
        return list(frames.feed(data)) if data else None

    return receive


def _converse(
    make: Callable[[], SpellServer],
    receive: Callable[[], Arrived | None],
    channel: Channel,
    on_parent: Callable[[int], None] = lambda _: None,
) -> int:
    """Reads and answers messages until the client leaves."""
    arrived = _first(receive)
    greeted: Greeting | None = None
    if arrived and isinstance(arrived[0], bytes):
        greeted = greeting(arrived[0])
        if greeted is not None:
            if greeted.process is not None:
                on_parent(greeted.process)  # it may be gone before the server is there
            channel.write(greeted.answer)
    server = make()
    protocol = server.protocol
    if greeted is None:
        protocol.begin(channel, on_parent)
    else:
        protocol.begin(channel, greeted=greeted.number)
    waiting: Arrived | None = arrived
    try:
        while waiting is not None:
            with server.worker.held():
                for each in waiting:
                    if isinstance(each, bytes):
                        protocol.receive(each)
                    else:
                        protocol.refuse(each.why)
            if protocol.finished:
                break
            waiting = receive()
    finally:
        server.close()
    return protocol.exit_code


def _first(receive: Callable[[], Arrived | None]) -> list[bytes | Malformed] | None:
    """The first messages that arrive; None if none ever does."""
    while (arrived := receive()) is not None:
        found = list(arrived)
        if found:
            return found
    return None
