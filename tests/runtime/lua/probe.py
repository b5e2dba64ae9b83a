"""A namespace for tests of the border: described and generated as the real ones are."""

from __future__ import annotations

import threading

from llmspell.errors import ValidationError
from llmspell.globals.describe import instance, member, namespace
from llmspell.lua.waiting import Waiting

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated, Any, Self

    from llmspell.globals.types import Gives, Json, JsonText, LuaFunction


@instance("Counter", debug_view=("count",))
class Counter:
    """Counts, as a builder does."""

    def __init__(self) -> None:
        self._count = 0

    @property
    @member()
    def count(self) -> int:
        """What was counted so far."""
        return self._count

    @member()
    def add(self, amount: int = 1) -> Self:
        """Counts on.

        Args:
            amount: by how much.
        """
        self._count += amount
        return self

    @member()
    def total(self) -> int:
        """The count."""
        return self._count


@namespace("Probe")
class Probe:
    """Shows what crosses the border."""

    def __init__(self, services: Any) -> None:
        self.kept: LuaFunction | None = None
        self.errors: list[BaseException] = []
        self.services = services
        services.probe = self

    @member()
    def scalars(self, text: str, number: int) -> int:
        """The number."""
        return number + len(text)

    @member()
    def half(self, number: float) -> float:
        """The number."""
        return number

    @member()
    def raw(self, data: bytes) -> bytes:
        """The bytes, the other way round."""
        return data[::-1]

    @member()
    def upper(self, text: str, suffix: str = "!") -> str:
        """The text in capitals, with a suffix."""
        return text.upper() + suffix

    @member()
    def echo(self, value: Json) -> Json:
        """The value."""
        return value

    @member()
    def echo_text(self, value: JsonText) -> JsonText:
        """The value."""
        return value

    @member()
    def named(self, title: str, *, depth: int = 1, label: str | None = None) -> str:
        """The arguments as a sentence."""
        return f"{title} depth={depth} label={label}"

    @member()
    def refuse(self, value: Json) -> None:
        """Fails, and keeps the exception."""
        error = ValidationError(f"refused {value!r}")
        self.errors.append(error)
        raise error

    @member()
    def crash(self) -> None:
        """Fails as a bug would."""
        raise KeyError("bug")

    @member()
    def keep(self, function: LuaFunction) -> None:
        """Keeps a function for later."""
        self.kept = function

    @member()
    def call_kept(self, value: Json) -> Json:
        """Calls the function that was kept."""
        assert self.kept is not None
        result: Json = self.kept(value)
        return result

    @member()
    def call(self, function: LuaFunction, value: Json) -> Json:
        """Calls a function."""
        result: Json = function(value)
        return result

    @member()
    def start(self, function: LuaFunction, value: Json) -> int:
        """Queues a call of a function; gives its number for `result`."""
        started: list[Waiting] = self.services.started
        started.append(function.submit(value))
        return len(started) - 1

    @member()
    def result(self, number: int) -> Annotated[Waiting, Gives(Json)]:
        """Waits for a queued call."""
        waiting: Waiting = self.services.started[number]
        return waiting

    @member()
    def signal(self, name: str) -> Annotated[Waiting, Gives(Json)]:
        """Waits until the test says go."""
        waiting = Waiting()
        self.services.signals[name] = waiting
        self.services.arrived.set()
        return waiting

    @member()
    def release(self, name: str) -> None:
        """Says go, as another thread would."""
        waiting = self.services.signals[name]
        threading.Thread(target=waiting.complete, args=(name,)).start()

    @member()
    def nothing(self, seconds: float) -> Annotated[Waiting, Gives(str | None)]:
        """Waits in vain."""
        return Waiting(seconds, "late")

    @member()
    def half_later(self, number: float) -> Annotated[Waiting, Gives(float)]:
        """The number, waited for."""
        return _done(number / 2)

    @member()
    def is_later(self) -> Annotated[Waiting, Gives(bool)]:
        """True, waited for."""
        return _done(True)

    @member()
    def awaited(self, name: str) -> Annotated[Waiting, Gives(None)]:
        """Waits until somebody says go, for nothing."""
        return self.signal(name)

    @member()
    def counter(self) -> Counter:
        """A new counter."""
        return Counter()

    @member()
    def measure(self, counter: Counter) -> int:
        """The count of a counter."""
        return counter.total()

    @member()
    def big(self, megabytes: int) -> bytes:
        """That many megabytes."""
        return b"x" * (megabytes << 20)

    @member()
    def big_table(self, entries: int) -> Json:
        """A table with that many entries."""
        return {"rows": [{"number": i, "name": "row"} for i in range(entries)]}


def _done(value: Any) -> Waiting:
    waiting = Waiting()
    waiting.complete(value)
    return waiting
