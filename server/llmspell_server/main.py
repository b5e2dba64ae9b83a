"""`llmspell-language-server`: what editors start, over standard input and output or on a port."""

from __future__ import annotations

import argparse
import socket
import sys

from llmspell.version import __version__

from .serving import serve_port, serve_stdio, serve_websocket


def main() -> None:
    """Entry point."""
    parser = argparse.ArgumentParser(
        "llmspell-language-server",
        description="Checks, completes and explains llmspell spells in an editor that speaks LSP. "
        "Without options it speaks over standard input and output, as editors start it.",
    )
    parser.add_argument(
        "--tcp",
        type=_address,
        metavar="HOST:PORT",
        help="wait for one client on a port instead (0: a free one, which is printed)",
    )
    parser.add_argument(
        "--ws", type=_address, metavar="HOST:PORT", help="the same for a client with a WebSocket"
    )
    parser.add_argument(
        "--stdio", action="store_true", help="the default; some editors always pass it"
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    options = parser.parse_args()

    try:
        if options.tcp is not None:
            sys.exit(serve_port(_listen(*options.tcp)))
        if options.ws is not None:
            sys.exit(serve_websocket(_listen(*options.ws)))
        sys.exit(serve_stdio())
    except KeyboardInterrupt:
        sys.exit(130)


def _listen(host: str, port: int) -> socket.socket:
    try:
        door = socket.create_server((host, port))
    except OSError as error:
        sys.exit(f"llmspell-language-server: cannot listen on {host}:{port}: {error.strerror}")
    bound = door.getsockname()
    sys.stdout.write(f"listening on {bound[0]}:{bound[1]}\n")
    sys.stdout.flush()
    return door


def _address(text: str) -> tuple[str, int]:
    host, separator, port = text.rpartition(":")
    if not separator or not host or not port.isdecimal() or int(port) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not HOST:PORT, such as 127.0.0.1:6009")
    return host, int(port)
