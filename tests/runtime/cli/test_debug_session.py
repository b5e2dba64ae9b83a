"""A debugging session in this process: what waits for what can be seen here."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import pytest

from llmspell.cli.debug.screen import Screen
from llmspell.cli.debug.session import Leave, Session
from llmspell.cli.signals import Reason, Terminated
from llmspell.lua.outcome import Interrupted

WAIT = 30  # seconds until a test gives up


class Recorded(Screen):
    """Keeps what the debugger says; what the spell writes goes nowhere."""

    def __init__(self) -> None:
        super().__init__(colored=False)
        self.said: SimpleQueue[str] = SimpleQueue()

    def say(self, text: str) -> None:
        self.said.put(text)

    def of_spell(self, descriptor: int) -> Callable[[bytes], None]:
        return lambda _: None

    def next(self) -> str:
        return self.said.get(timeout=WAIT)


class Silence:
    """An input in which nobody types: `asked` is set once the spell waits for it."""

    def __init__(self) -> None:
        self.asked = threading.Event()
        self._over = threading.Event()

    def read(self, most: int) -> bytes:
        self.asked.set()
        self._over.wait(WAIT)
        return b""

    def end(self) -> None:
        self._over.set()


class Waiting:
    """A session that waits on a thread of its own for a spell that reads."""

    def __init__(self, folder: Path, code: str, **options: Any) -> None:
        path = folder / "spell.lua"
        path.write_text(code)
        self.input = Silence()
        self.screen = Recorded()
        defaults: dict[str, Any] = {
            "config": None,
            "config_profile": None,
            "strict_config": False,
            "trace": "warn",
            "output": "text",
            "timeout": None,
        }
        self.session = Session(
            {**defaults, **options}, str(path), (), self.screen, lambda: self.input
        )
        self.error: BaseException | None = None
        self._thread = threading.Thread(target=self._wait)

    def start(self, early: Reason | None) -> None:
        self.session.run()
        if early is not None:
            self.session.receive(early)
        self._thread.start()

    def _wait(self) -> None:
        try:
            self.session.wait()
        except BaseException as error:
            self.error = error

    def over(self) -> None:
        """Waits until the session does not wait any more."""
        self._thread.join(WAIT)
        assert not self._thread.is_alive()


@pytest.fixture
def waiting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Waiting]]:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.chdir(tmp_path)
    made: list[Waiting] = []

    def make(code: str, early: Reason | None = None, **options: Any) -> Waiting:
        made.append(Waiting(tmp_path, code, **options))
        made[-1].start(early)
        return made[-1]

    yield make
    for item in made:
        item.session.abandon()


READS = "local line = io.read()\nprint(line)\n"


def test_a_pause_that_has_to_wait_is_explained_and_a_second_signal_ends(
    waiting: Callable[..., Waiting], capfd: pytest.CaptureFixture[str]
) -> None:
    made = waiting(READS)
    assert made.input.asked.wait(WAIT)
    made.session.receive(Interrupted())
    assert "it pauses at its next line. Ctrl-C again ends it" in made.screen.next()
    made.session.receive(Interrupted())
    made.over()
    assert made.screen.next() == "The spell has ended with exit code 130: interrupted."
    assert (made.session.code, made.session.started) == (130, False)
    assert capfd.readouterr().err == ""


def test_a_pause_comes_when_the_call_is_over(waiting: Callable[..., Waiting]) -> None:
    made = waiting(READS)
    assert made.input.asked.wait(WAIT)
    made.session.receive(Interrupted())
    made.screen.next()
    made.input.end()
    made.over()
    assert made.screen.next().startswith("Paused: spell.lua:")
    assert made.session.started


def test_a_signal_that_comes_too_early_is_not_lost(waiting: Callable[..., Waiting]) -> None:
    made = waiting("while true do end", early=Interrupted())
    made.over()
    assert made.screen.next().startswith("Paused: spell.lua:1 in main chunk")


def test_sigterm_leaves(waiting: Callable[..., Waiting], capfd: pytest.CaptureFixture[str]) -> None:
    made = waiting(READS)
    assert made.input.asked.wait(WAIT)
    made.session.receive(Terminated())
    made.over()
    assert isinstance(made.error, Leave)
    assert made.session.code == 143
    assert "terminated" in capfd.readouterr().err


def test_the_time_limit_ends_a_spell_that_waits(
    waiting: Callable[..., Waiting], capfd: pytest.CaptureFixture[str]
) -> None:
    made = waiting(READS, timeout=0.3)
    made.over()
    assert made.session.code == 124
    assert "longer than its limit of 0.3 s" in capfd.readouterr().err


def test_an_engine_that_does_not_end_is_left_behind(
    waiting: Callable[..., Waiting], monkeypatch: pytest.MonkeyPatch
) -> None:
    left: list[int] = []
    monkeypatch.setattr("llmspell.cli.debug.session.leave", left.append)
    made = waiting("string.find(('a'):rep(40), ('.-'):rep(40) .. 'b')")
    made.session.receive(Interrupted())
    if made.screen.next().startswith("Paused"):  # it had not come to the call yet
        made.session.go("continue")
    else:
        made.session.receive(Interrupted())
        made.over()
    made.session.close(5)
    assert left == [5]
