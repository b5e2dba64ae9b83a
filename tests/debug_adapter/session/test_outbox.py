"""The outbox by itself, with a client that reads when told to."""

from __future__ import annotations

import threading
from typing import Any

from llmspell_debug_adapter.session.outbox import Outbox
from tests.debug_adapter.client import PATIENCE


class SlowClient:
    """Takes one message for each permit."""

    def __init__(self) -> None:
        self.taken: list[dict[str, Any]] = []
        self.permits = threading.Semaphore(0)
        self.asked = threading.Semaphore(0)

    def write(self, message: dict[str, Any]) -> None:
        self.asked.release()
        assert self.permits.acquire(timeout=PATIENCE)
        self.taken.append(message)

    def take(self, count: int) -> None:
        for _ in range(count):
            self.permits.release()


def started(write: Any) -> Outbox:
    outbox = Outbox(write)
    outbox.start()
    return outbox


def texts(taken: list[dict[str, Any]]) -> list[str]:
    return [m["body"]["output"] for m in taken if m.get("event") == "output"]


def test_what_waits_is_joined_by_category_and_place() -> None:
    client = SlowClient()
    outbox = started(client.write)
    outbox.send({"type": "event", "event": "initialized"})
    assert client.asked.acquire(timeout=PATIENCE)  # the writer is busy with the first
    for text in "abc":
        outbox.output("stdout", text, {"line": 1})
    outbox.output("stdout", "d", {"line": 2})
    outbox.output("stderr", "e", {"line": 2})
    outbox.close()
    client.take(100)
    outbox.join(PATIENCE)
    assert texts(client.taken) == ["abc", "d", "e"]
    assert [m["seq"] for m in client.taken] == [1, 2, 3, 4]


def test_many_places_are_joined_without_places() -> None:
    client = SlowClient()
    outbox = started(client.write)
    outbox.send({"type": "event", "event": "initialized"})
    assert client.asked.acquire(timeout=PATIENCE)
    for line in range(5000):
        outbox.output("stdout", f"{line}\n", {"line": line})
    outbox.close()
    client.take(10_000)
    outbox.join(PATIENCE)
    assert "".join(texts(client.taken)) == "".join(f"{line}\n" for line in range(5000))
    assert len(client.taken) < 200
    assert "line" not in client.taken[-1]["body"]


def test_who_writes_too_much_waits_for_the_client() -> None:
    client = SlowClient()
    outbox = started(client.write)
    outbox.send({"type": "event", "event": "initialized"})
    assert client.asked.acquire(timeout=PATIENCE)
    written = threading.Semaphore(0)

    def flood() -> None:
        for _ in range(200):
            outbox.output("stdout", "x" * 100_000)
            written.release()

    threading.Thread(target=flood, daemon=True).start()
    for _ in range(41):  # up to the limit of four million characters
        assert written.acquire(timeout=PATIENCE)
    client.take(10_000)
    for _ in range(159):
        assert written.acquire(timeout=PATIENCE)
    outbox.close()
    outbox.join(PATIENCE)
    assert sum(map(len, texts(client.taken))) == 20_000_000


def test_a_client_that_has_gone_holds_nobody_up() -> None:
    def write(_: object) -> None:
        raise BrokenPipeError

    outbox = started(write)
    for _ in range(100):
        outbox.output("stdout", "x" * 1_000_000)
    outbox.send({"type": "event", "event": "terminated"})
    outbox.close()
    outbox.join(PATIENCE)
    assert not outbox.thread.is_alive()


def test_a_message_knows_its_number_before_it_goes() -> None:
    order: list[str] = []
    outbox = started(lambda message: order.append(f"wrote {message['seq']}"))
    outbox.send({"type": "event", "event": "initialized"})
    outbox.send({"type": "request"}, numbered=lambda seq: order.append(f"numbered {seq}"))
    outbox.close()
    outbox.join(PATIENCE)
    assert order == ["wrote 1", "numbered 2", "wrote 2"]
