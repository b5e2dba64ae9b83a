"""How clients reach the server: standard input and output, or a TCP connection."""

from __future__ import annotations

import asyncio
import os
import select
import socket
import sys
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

from lsprotocol import types
from pygls.io_ import StdinAsyncReader, StdoutWriter, run_async

if TYPE_CHECKING:
    from pygls.io_ import AsyncReader, AsyncWriter, Writer

    from .server import SpellServer


def serve_stdio(server: SpellServer) -> int:
    """Serves the client at the other end of standard input and output; gives the exit code.

    Ends at once when the process ends that the client names in `initialize`.
    """
    reader = StdinAsyncReader(sys.stdin.buffer, server.thread_pool)
    writer = StdoutWriter(sys.stdout.buffer)
    sys.stdout = sys.stderr  # nothing but messages may come out

    @server.feature(types.INITIALIZE)
    def watch(params: types.InitializeParams) -> None:
        if params.process_id is not None:
            end_with(params.process_id)

    asyncio.run(_converse(server, reader, writer))
    return server.protocol.exit_code


def serve_port(server: SpellServer, door: socket.socket) -> int:
    """Serves the first client that connects, and no other; gives the exit code."""
    with door:
        client, _ = door.accept()
    asyncio.run(_converse_over(server, client))
    return server.protocol.exit_code


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
        os._exit(1)  # a thread still waits for standard input, and would hold up the interpreter

    threading.Thread(target=wait, name="parent-watch", daemon=True).start()


async def _converse_over(server: SpellServer, client: socket.socket) -> None:
    reader, writer = await asyncio.open_connection(sock=client)
    await _converse(server, reader, writer)
    writer.close()
    with suppress(ConnectionError):
        await writer.wait_closed()


async def _converse(server: SpellServer, reader: AsyncReader, writer: AsyncWriter | Writer) -> None:
    """Reads and answers messages until the client leaves."""
    protocol = server.protocol
    protocol.set_writer(writer)
    try:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            await run_async(
                stop_event=protocol.finished,
                reader=reader,
                protocol=protocol,
                error_handler=server.report_server_error,
            )
    finally:
        server.close()
