"""Messages as bytes: how they are cut out of a stream, and how they are put on it."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from typing import NamedTuple

_LIMIT = 1 << 16  # bytes of a header; more is no header


class Malformed(NamedTuple):
    """What is no message. why: a sentence."""

    why: str


class Frames:
    """Cuts bodies out of bytes as they arrive (LSP 3.17, "Base Protocol")."""

    def __init__(self) -> None:
        self._bytes = bytearray()

    def feed(self, arrived: bytes) -> Iterator[bytes | Malformed]:
        """The bodies that are complete with these bytes; half ones wait for more.

        Headers that say no length are skipped.
        """
        self._bytes += arrived
        while (end := self._bytes.find(b"\r\n\r\n")) >= 0:
            length = _content_length(bytes(self._bytes[:end]))
            begin = end + 4
            if length is None:
                del self._bytes[:begin]
                yield Malformed("a header without a valid Content-Length")
                continue
            if len(self._bytes) < begin + length:
                return
            body = bytes(self._bytes[begin : begin + length])
            del self._bytes[: begin + length]
            yield body
        if len(self._bytes) > _LIMIT:
            self._bytes.clear()
            yield Malformed(f"a header of more than {_LIMIT} bytes")


def _content_length(header: bytes) -> int | None:
    for line in header.splitlines():
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length" and value.strip().isdigit():
            return int(value)
    return None


class Channel:
    """Where messages go to. Whole messages, whichever thread sends them."""

    def __init__(self, send: Callable[[bytes], object], *, headers: bool = True) -> None:
        """send: sends all bytes it is given. headers: whether the stream needs a length first."""
        self._send = send
        self._headers = headers
        self._lock = threading.Lock()

    def write(self, body: bytes) -> None:
        """Sends a message. One for a client that has left goes nowhere."""
        header = b"Content-Length: %d\r\n\r\n" % len(body) if self._headers else b""
        with self._lock:
            try:
                self._send(header + body)
            except OSError:
                return


def send_to(descriptor: int) -> Callable[[bytes], None]:
    """Writes all of some bytes to a file descriptor."""

    def send(message: bytes) -> None:
        left = memoryview(message)
        while left:
            left = left[os.write(descriptor, left) :]

    return send
