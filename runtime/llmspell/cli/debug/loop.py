"""The loop of a session, whatever reads the input: wait, read, perform."""

from __future__ import annotations

import signal
import sys
import threading
from types import FrameType
from typing import Any, Protocol, Self

from llmspell.cli.debug.commands import perform, split
from llmspell.cli.debug.session import Leave, Session
from llmspell.cli.execution import INTERRUPTED, TERMINATED, fail
from llmspell.cli.signals import Reason, Terminated
from llmspell.errors import LLMSpellError
from llmspell.lua.outcome import Interrupted

PROMPT = "(debug) > "


class Reader(Protocol):
    """Where inputs come from."""

    repeats: bool
    """Whether an empty line does the last command again: somebody sits there."""

    def read(self) -> str | None:
        """The next input, None at the end; raises KeyboardInterrupt when it is abandoned."""


class Signals:
    """Hands Ctrl-C and SIGTERM to the session.

    Handlers raise only at the prompt, where SIGTERM ends the process and Ctrl-C abandons what was
    typed. Elsewhere that could leave anything half done.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._earlier: dict[int, Any] = {}
        self.reading = False

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                self._earlier[number] = signal.signal(number, self._take)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._earlier.items():
            signal.signal(number, handler)

    def _take(self, number: int, _: FrameType | None) -> None:
        if not self.reading:
            reason: Reason = Interrupted() if number == signal.SIGINT else Terminated()
            self._session.receive(reason)
        elif number == signal.SIGINT:
            raise KeyboardInterrupt
        else:
            sys.exit(TERMINATED)


def talk(session: Session, reader: Reader) -> int:
    """Runs a session to its end; gives the exit code."""
    with Signals(session) as signals:
        try:
            return _talk(session, reader, signals)
        except Leave:
            return session.close()
        except KeyboardInterrupt:
            return session.close(INTERRUPTED)
        except BaseException:  # the program must not outlive its debugger
            session.abandon()
            raise


def _talk(session: Session, reader: Reader, signals: Signals) -> int:
    last = ""
    while True:
        if session.running:
            session.wait()
        if isinstance(session.signal, Terminated):
            return session.close(TERMINATED)
        session.signal = None
        signals.reading = True
        try:
            text = reader.read()
        finally:
            signals.reading = False
        if text is None:
            return session.close()
        text = text.strip() or (last if reader.repeats else "")
        if text:
            last = text if _repeats(text) else ""
            _do(session, text)


def _do(session: Session, text: str) -> None:
    try:
        said = perform(session, text)
    except LLMSpellError as error:
        session.screen.end_line()
        fail(session.options, LLMSpellError(str(error)))
        return
    if said:
        session.screen.say(said)


def _repeats(text: str) -> bool:
    try:
        known = split(text)
    except LLMSpellError:
        return False
    return known is not None and known[0].repeats
