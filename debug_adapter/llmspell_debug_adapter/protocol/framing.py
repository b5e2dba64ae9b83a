"""Messages on byte streams: JSON objects behind a `Content-Length` (DAP, "Base Protocol")."""

from __future__ import annotations

import json
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any, BinaryIO, Self

Message = dict[str, Any]

MAX_HEADER, MAX_BODY = 8 * 1024, 64 * 1024 * 1024  # bytes


class Unreadable(Exception):
    """The stream cannot be followed any further: a header that is none, or an absurd length."""


class BadMessage(Exception):
    """A whole message came that is no JSON object; the stream goes on behind it."""


class MessageReader:
    """Takes messages from a byte stream."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def read(self) -> Message | None:
        """The next message, None at the end (also one in mid-message).

        Raises BadMessage, Unreadable and OSError.
        """
        length = self._header()
        if length is None:
            return None
        body = self._stream.read(length)
        if len(body) < length:
            return None
        return _decoded(body)

    def _header(self) -> int | None:
        """The length of the body that follows, None at the end."""
        length: int | None = None
        left = MAX_HEADER
        while True:
            line = self._stream.readline(left)
            left -= len(line)
            if left <= 0:
                raise Unreadable("the header of a message does not end")
            if not line.endswith(b"\n"):
                return None
            if not line.strip():
                if length is None:
                    raise Unreadable("a message without Content-Length")
                return length
            name, colon, value = line.partition(b":")
            if not colon:
                raise Unreadable("a line without a colon in the header of a message")
            if name.strip().lower() == b"content-length":
                length = _length(value)


def _length(value: bytes) -> int:
    digits = value.strip()
    if not digits.isdigit() or len(digits) > 12 or int(digits) > MAX_BODY:
        raise Unreadable(f"Content-Length must be a number up to {MAX_BODY}")
    return int(digits)


def _decoded(body: bytes) -> Message:
    try:
        message = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise BadMessage(f"a message that is not JSON: {error}") from None
    if not isinstance(message, dict):
        raise BadMessage("a message that is not a JSON object")
    return message


def encoded(message: Message) -> bytes:
    """A message as it travels."""
    body = json.dumps(message, separators=(",", ":")).encode("ascii")
    return b"Content-Length: %d\r\n\r\n%b" % (len(body), body)


class Connection:
    """One end of a conversation. Any thread may write; one thread reads."""

    def __init__(self, source: BinaryIO, sink: BinaryIO, close: Callable[[], None]) -> None:
        self._reader = MessageReader(source)
        self._sink = sink
        self._close = close
        self._lock = threading.Lock()

    @classmethod
    def of_socket(cls, sock: socket.socket) -> Self:
        """Over a connected socket, which it takes over."""
        with suppress(OSError):  # not every socket is one of TCP
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

        def close() -> None:
            with suppress(OSError):  # shutdown is what wakes a thread that reads
                sock.shutdown(socket.SHUT_RDWR)
            sock.close()

        return cls(sock.makefile("rb"), sock.makefile("wb"), close)

    @classmethod
    def of_stdio(cls) -> Self:
        """Over this process's standard input and output."""
        return cls(sys.stdin.buffer, sys.stdout.buffer, lambda: None)

    def read(self) -> Message | None:
        """The next message, None at the end; raises BadMessage and Unreadable."""
        try:
            return self._reader.read()
        except (OSError, ValueError):  # closed or reset: nobody is there any more
            return None

    def messages(self, malformed: Callable[[str], object]) -> Iterator[Message]:
        """What arrives, to the end; `malformed` is told of what was no message."""
        while True:
            try:
                message = self.read()
            except BadMessage as error:
                malformed(str(error))
                continue
            except Unreadable as error:
                malformed(str(error))
                return
            if message is None:
                return
            yield message

    def write(self, message: Message) -> None:
        """Sends a message; raises OSError when nobody is there."""
        data = encoded(message)
        with self._lock:
            try:
                self._sink.write(data)
                self._sink.flush()
            except ValueError as error:  # closed by us
                raise BrokenPipeError(str(error)) from None

    def close(self) -> None:
        """Ends the conversation; a thread in `read` gets None."""
        self._close()
