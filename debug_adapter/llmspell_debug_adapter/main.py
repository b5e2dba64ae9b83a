"""`llmspell-debug-adapter`: what editors start, over standard input and output or on a port."""

from __future__ import annotations

import argparse
import ipaddress
import json
import os
import sys
import threading
import traceback

from llmspell.version import __version__
from llmspell_debug_adapter.addresses import running
from llmspell_debug_adapter.forwarding.forwarder import Forwarder
from llmspell_debug_adapter.protocol.door import Door
from llmspell_debug_adapter.protocol.framing import Connection


def main() -> None:
    """Entry point."""
    parser = argparse.ArgumentParser(
        "llmspell-debug-adapter",
        description="Debug llmspell spells with an editor that speaks DAP. Without options it "
        "speaks over standard input and output, as editors start it.",
    )
    parser.add_argument(
        "--listen",
        type=_address,
        metavar="[HOST:]PORT",
        help="wait for clients on a port of this machine (0: a free one, which is printed)",
    )
    parser.add_argument(
        "--running",
        action="store_true",
        help="print, as JSON, the spells of this machine that can be attached to",
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    options = parser.parse_args()
    if options.running:
        print(json.dumps(list(running()), ensure_ascii=False))  # noqa: T201
    elif options.listen is None:
        _serve_stdio()
    else:
        _serve_port(*options.listen)


def _serve_stdio() -> None:
    connection = Connection.of_stdio()
    code = 1
    try:
        Forwarder(connection).serve()
        code = 0
    except Exception:  # noqa: BLE001 - said before the process ends
        traceback.print_exc()
    os._exit(code)  # a thread still waits for standard input, and would hold up the interpreter


def _serve_port(host: str, port: int) -> None:
    try:
        door = Door(host, port)
    except OSError as error:
        sys.exit(f"llmspell-debug-adapter: cannot listen on {host}:{port}: {error}")
    sys.stdout.write(f"listening on {door.host}:{door.port}\n")
    sys.stdout.flush()
    try:
        while (client := door.accept()) is not None:
            forwarder = Forwarder(Connection.of_socket(client))
            threading.Thread(target=forwarder.serve, name="llmspell-forward").start()
    except KeyboardInterrupt:
        door.close()
        os._exit(130)


def _address(text: str) -> tuple[str, int]:
    """Host and port; only of this machine, because whoever connects can run programs."""
    host, _, port = text.rpartition(":")
    host = host.strip("[]") or "127.0.0.1"
    if not port.isdigit() or int(port) > 65535:
        raise argparse.ArgumentTypeError(f"'{text}' has no port number")
    try:
        local = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        local = False
    if not local:
        raise argparse.ArgumentTypeError(
            f"'{host}' is not this machine: whoever connects can run programs, and there is no "
            "password. Listen on 127.0.0.1 and come in through an SSH tunnel"
        )
    return host, int(port)


if __name__ == "__main__":
    main()
