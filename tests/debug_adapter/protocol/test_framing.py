"""Messages on byte streams."""

from __future__ import annotations

import io
import socket
import threading
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmspell_debug_adapter.protocol.framing import (
    MAX_BODY,
    BadMessage,
    Connection,
    MessageReader,
    Unreadable,
    encoded,
)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


def reader(data: bytes) -> MessageReader:
    return MessageReader(io.BytesIO(data))


@given(st.lists(st.dictionaries(st.text(), JSON, max_size=4), max_size=5))
def test_what_is_written_is_read(messages: list[dict[str, Any]]) -> None:
    source = reader(b"".join(map(encoded, messages)))
    assert [source.read() for _ in messages] == messages
    assert source.read() is None


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    source = reader(data)
    for _ in range(300):
        try:
            if source.read() is None:
                return
        except BadMessage:
            continue
        except Unreadable:
            return
    raise AssertionError("it does not end")


@given(st.dictionaries(st.text(), JSON, max_size=3), st.data())
def test_a_message_that_breaks_off_is_the_end(message: dict[str, Any], data: st.DataObject) -> None:
    whole = encoded(message)
    cut = data.draw(st.integers(0, len(whole) - 1))
    assert reader(whole[:cut]).read() is None


@pytest.mark.parametrize(
    "header",
    [
        b"Content-Length: 2\r\nContent-Type: application/json\r\n\r\n",
        b"content-length:2\r\n\r\n",
        b"Content-Length: 2\n\n",
    ],
)
def test_headers_that_are_understood(header: bytes) -> None:
    assert reader(header + b"{}").read() == {}


@pytest.mark.parametrize(
    "header",
    [
        b"Content-Length: -2\r\n\r\n",
        b"Content-Length: two\r\n\r\n",
        b"Content-Length: \xb2\r\n\r\n",
        b"Content-Length: %d\r\n\r\n" % (MAX_BODY + 1),
        b"Content-Length: 1" + b"0" * 5000 + b"\r\n\r\n",
        b"X: y\r\n\r\n",
        b"\r\n",
        b"no colon\r\n\r\n",
        b"X: " + b"y" * 9000,
        b"X: y\r\n" * 3000,
    ],
)
def test_headers_that_cannot_be_followed(header: bytes) -> None:
    with pytest.raises(Unreadable):
        reader(header + b"{}").read()


@pytest.mark.parametrize("body", [b"[]", b"1", b"{", b'"x"', b"\xff\xff", b"[" * 100_000])
def test_a_bad_message_does_not_harm_the_next(body: bytes) -> None:
    source = reader(b"Content-Length: %d\r\n\r\n%b" % (len(body), body) + encoded({"seq": 1}))
    with pytest.raises(BadMessage):
        source.read()
    assert source.read() == {"seq": 1}


def test_closing_wakes_the_thread_that_reads() -> None:
    ours, theirs = socket.socketpair()
    connection = Connection.of_socket(ours)
    got: list[Any] = ["nothing yet"]
    thread = threading.Thread(target=lambda: got.append(connection.read()))
    thread.start()
    connection.close()
    thread.join(60)
    assert got[-1] is None
    with pytest.raises(OSError):
        connection.write({"seq": 1})
    theirs.close()


def test_many_threads_may_write() -> None:
    ours, theirs = socket.socketpair()
    connection, other = Connection.of_socket(ours), Connection.of_socket(theirs)

    def write(number: int) -> None:
        for _ in range(50):
            connection.write({"number": number, "filler": "x" * 5000})

    threads = [threading.Thread(target=write, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    got = [other.read() for _ in range(200)]
    assert sorted(m["number"] for m in got if m) == sorted([0, 1, 2, 3] * 50)
    for thread in threads:
        thread.join()
    connection.close()
    other.close()
