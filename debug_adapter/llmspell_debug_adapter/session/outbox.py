"""What goes to the client, in order, without swamping it.

Answers and events go at once. Output may wait a moment, so that what a program writes in a loop is
joined. What goes at once takes along all that waits before it: the order is that of the program.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any

from attrs import define, field

from llmspell_debug_adapter.protocol.framing import Message
from llmspell_debug_adapter.protocol.messages import event

MOMENT = 0.02  # seconds between two deliveries of output
_PIECE = 32 * 1024  # characters in one output event
_DISTINCT = 100  # output of that many places waits: join it without naming places
_MOST = 4 * 1024 * 1024  # characters that may wait before whoever writes has to


@define
class _Output:
    category: str
    place: dict[str, Any]
    texts: list[str] = field(factory=list)
    size: int = 0

    def message(self) -> Message:
        body = {"category": self.category, "output": "".join(self.texts), **self.place}
        return event("output", body)


@define
class _AtOnce:
    content: Message
    numbered: Callable[[int], None] | None = None

    def message(self) -> Message:
        return self.content


class Outbox:
    """Numbers messages and delivers them through `write` on a thread of its own."""

    def __init__(self, write: Callable[[Message], object]) -> None:
        self._write = write
        self._items: deque[_Output | _AtOnce] = deque()
        self._changed = threading.Condition()
        self._urgent = False
        self._waiting = 0
        self._outputs = 0
        self._closed = False
        self._broken = False
        self._seq = 0
        self.thread = threading.Thread(target=self._deliver, name="llmspell-dap-out", daemon=True)

    def start(self) -> None:
        """Starts the thread."""
        self.thread.start()

    def send(self, message: Message, numbered: Callable[[int], None] | None = None) -> None:
        """A message that goes at once; `numbered` is told its `seq` before it goes."""
        with self._changed:
            if self._closed or self._broken:
                return
            self._items.append(_AtOnce(message, numbered))
            self._urgent = True
            self._changed.notify_all()

    def output(self, category: str, text: str, place: dict[str, Any] | None = None) -> None:
        """Output of the program; blocks while far too much of it waits."""
        place = place or {}
        with self._changed:
            while self._waiting > _MOST and not (self._closed or self._broken):
                self._changed.wait()
            if self._closed or self._broken or not text:
                return
            last = self._items[-1] if self._items else None
            if not (isinstance(last, _Output) and self._joins(last, category, place)):
                last = _Output(category, place)
                self._items.append(last)
                self._outputs += 1
            last.texts.append(text)
            last.size += len(text)
            self._waiting += len(text)
            self._changed.notify_all()

    def _joins(self, last: _Output, category: str, place: dict[str, Any]) -> bool:
        if last.category != category or last.size >= _PIECE:
            return False
        if last.place == place:
            return True
        if self._outputs < _DISTINCT:
            return False
        last.place = {}
        return True

    def close(self) -> None:
        """Delivers what there is, and then nothing any more."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def join(self, timeout: float) -> None:
        """Waits until all is delivered after `close`."""
        if threading.current_thread() is not self.thread:
            self.thread.join(timeout)

    def _deliver(self) -> None:
        last = 0.0
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._items or self._closed)
                self._changed.wait_for(
                    lambda: self._urgent or self._closed, last + MOMENT - time.monotonic()
                )
                batch, self._items = self._items, deque()
                self._urgent, self._waiting, self._outputs = False, 0, 0
                self._changed.notify_all()
                if not batch:
                    return
            for item in batch:
                self._deliver_one(item)
            last = time.monotonic()

    def _deliver_one(self, item: _Output | _AtOnce) -> None:
        if self._broken:
            return
        self._seq += 1
        if isinstance(item, _AtOnce) and item.numbered is not None:
            item.numbered(self._seq)
        try:
            self._write({"seq": self._seq, **item.message()})
        except OSError:
            with self._changed:  # the client has gone: let go of whoever waits to write
                self._broken = True
                self._changed.notify_all()
