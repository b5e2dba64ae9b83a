"""What the debugger tells, turned into events for the client. Called on the Lua thread."""

from __future__ import annotations

from typing import TYPE_CHECKING

from llmspell.debugger.model import Breakpoint, Source, Stop
from llmspell_debug_adapter.protocol.framing import Message

if TYPE_CHECKING:
    from llmspell_debug_adapter.session.session import Session


class SessionListener:
    """The debugger's listener for one session. Nothing here waits for the client's answer."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._asked_to_run = False

    def expect_continue(self) -> None:
        """The client asked for it, so it knows, and is not told."""
        self._asked_to_run = True

    def stopped(self, stop: Stop) -> None:
        """A `stopped` event."""
        self._asked_to_run = False
        body: Message = {
            "reason": stop.reason,
            "threadId": stop.thread,
            "allThreadsStopped": True,
            "preserveFocusHint": False,
        }
        if stop.description:
            body["description"] = stop.description
        if stop.text:
            body["text"] = stop.text
        if stop.hit_ids:
            body["hitBreakpointIds"] = list(stop.hit_ids)
        self._session.threads.started(stop.thread)
        self._session.emit("stopped", body)

    def continued(self, thread: int) -> None:
        """A `continued` event, unless the client asked for it."""
        if self._asked_to_run:
            self._asked_to_run = False
            return
        self._session.emit("continued", {"threadId": thread, "allThreadsContinued": True})

    def output(self, category: str, text: str, source: Source | None, line: int | None) -> None:
        """An `output` event, unless the text can be seen in a terminal anyway."""
        session = self._session
        if category in ("stdout", "stderr") and session.program.writes_itself:
            return
        session.outbox.output(category, text, session.render.place(source, line))

    def breakpoint_changed(self, breakpoint: Breakpoint) -> None:  # noqa: A002 - its subject
        """A `breakpoint` event."""
        body = self._session.render.breakpoint(breakpoint)
        self._session.emit("breakpoint", {"reason": "changed", "breakpoint": body})

    def source_loaded(self, source: Source) -> None:
        """A `loadedSource` event, and `module` if it is a file."""
        session = self._session
        session.emit("loadedSource", {"reason": "new", "source": session.render.source(source)})
        if source.path is not None:
            session.emit("module", {"reason": "new", "module": session.render.module(source)})

    def thread_ended(self, thread: int) -> None:
        """A `thread` event, if the client knows of the thread."""
        self._session.threads.ended(thread)
