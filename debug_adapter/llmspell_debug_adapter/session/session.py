"""One debug session: takes messages, answers requests one after another, tells what happens.

It knows no transport: `receive` takes messages from wherever they come, and `write` is called with
those for the client. It runs beside the program that it debugs, on threads of its own.
"""

from __future__ import annotations

import queue
import sys
import threading
import traceback
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from typing import Any

from llmspell.debugger.debugger import NotStanding, Silent
from llmspell.errors import LLMSpellError
from llmspell.lua.outcome import EngineLost
from llmspell_debug_adapter.debuggee import Debugger, Program
from llmspell_debug_adapter.protocol.framing import Message
from llmspell_debug_adapter.protocol.messages import (
    DEFECT,
    EARLY,
    LATE,
    UNKNOWN,
    Refused,
    Request,
    event,
    refusal,
    request_of,
    response,
    seq_of,
    stray,
)
from llmspell_debug_adapter.protocol.structuring import structured
from llmspell_debug_adapter.session.client import Client
from llmspell_debug_adapter.session.listener import SessionListener
from llmspell_debug_adapter.session.locations import Locations
from llmspell_debug_adapter.session.outbox import Outbox
from llmspell_debug_adapter.session.progress import Progress
from llmspell_debug_adapter.session.pydevd_threads import hide_from_pydevd
from llmspell_debug_adapter.session.registry import (
    WITH_PROGRAM,
    Handler,
    Phase,
    Reply,
    handlers,
)
from llmspell_debug_adapter.session.render import Renderer
from llmspell_debug_adapter.session.thread_events import ThreadEvents

_FLUSH = 5.0  # seconds that a client may take to read the last messages


class Session:
    """The conversation with one client about one program."""

    def __init__(
        self,
        program: Program,
        write: Callable[[Message], object],
        hang_up: Callable[[], object] = lambda: None,
    ) -> None:
        import llmspell_debug_adapter.requests  # noqa: F401 - registers all handlers

        self.program = program
        self.client = Client()
        self.locations = Locations()
        self.render = Renderer(self.client, self.locations)
        self.outbox = Outbox(write)
        self.threads = ThreadEvents(self.emit)
        self.progress = Progress(self.emit, "session")
        self.listener = SessionListener(self)
        self.phase = Phase.NEW
        self._hang_up = hang_up
        self._inbox: queue.SimpleQueue[Request | None] = queue.SimpleQueue()
        self._waiting: set[int] = set()  # requests that are not answered yet
        self._cancelled: set[int] = set()
        self._current = 0  # the request that is being answered
        self._questions: dict[int, Future[Message]] = {}
        self._thread = threading.Thread(target=self._serve, name="llmspell-dap", daemon=True)

    def start(self) -> None:
        """Starts the session's threads."""
        for thread in (self._thread, self.outbox.thread):
            hide_from_pydevd(thread)
        self.outbox.start()
        self._thread.start()

    # From the client -----------------------------------------------------------------------

    def receive(self, message: Message) -> None:
        """Takes a message from the client; any thread."""
        if message.get("type") == "response":
            self._take_answer(message)
            return
        try:
            request = request_of(message)
        except Refused as refused:
            self.outbox.send(stray(message, refused.sentence))
            return
        if request.command == "cancel":  # it has to overtake what it cancels
            self._answer(request)
        else:
            self._waiting.add(request.seq)
            self._inbox.put(request)

    def malformed(self, sentence: str) -> None:
        """Something came that is no message."""
        self.outbox.send(stray(None, sentence))

    def client_lost(self) -> None:
        """The client has gone without a word: what it launched ends, the rest goes on."""
        if self.phase != Phase.ENDED:
            self.take_leave(terminate=self.program.started_by == "launch")
        self.close()

    def cancel(self, seq: int) -> None:
        """The client does not want the answer to a request any more; others are none of its."""
        if seq in self._waiting:
            self._cancelled.add(seq)

    def is_cancelled(self) -> bool:
        """Whether the client does not want the answer to the request that is being answered."""
        return self._current in self._cancelled

    def is_given_up(self) -> bool:
        """Whether nobody waits for that answer, because it is cancelled or the client has gone."""
        return self.is_cancelled() or self.phase == Phase.ENDED

    # From the program ----------------------------------------------------------------------

    def program_ended(self, code: int | None) -> None:
        """The program is over; tells the client. Any thread but the Lua thread."""
        if self.phase != Phase.ENDED:
            self.phase = Phase.ENDED
            if code is not None:
                self.emit("exited", {"exitCode": code})
            self.emit("terminated")

    # To the client -------------------------------------------------------------------------

    def emit(self, name: str, body: Message | None = None) -> None:
        """Sends an event; any thread."""
        self.outbox.send(event(name, body))

    def say(self, text: str, *, important: bool = False) -> None:
        """A line of ours for the debug console."""
        self.outbox.output("important" if important else "console", text + "\n")

    def values_changed(self) -> None:
        """Something was assigned: other variables may look different now."""
        if self.client.can.supports_invalidated_event:
            self.emit("invalidated", {"areas": ["variables"]})

    def ask(self, command: str, arguments: Message) -> Future[Message]:
        """Sends a request to the client; the future gives the body of its answer, or Refused."""
        future: Future[Message] = Future()

        def remember(seq: int) -> None:
            self._questions[seq] = future

        self.outbox.send(
            {"type": "request", "command": command, "arguments": arguments}, numbered=remember
        )
        return future

    # States --------------------------------------------------------------------------------

    @property
    def debugger(self) -> Debugger:
        """The program's debugger; raises Refused while there is none."""
        debugger = self.program.debugger
        if debugger is None:
            raise Refused("launch or attach first", EARLY)
        return debugger

    def begin(self) -> None:
        """There is a program now: the client may set breakpoints."""
        self.phase = Phase.CONFIGURING
        self.debugger.attach(self.listener)

    def take_leave(self, *, terminate: bool) -> None:
        """Ends the client's part: the program ends, or runs on without it."""
        self.phase = Phase.ENDED
        debugger = self.program.debugger
        if debugger is not None:
            debugger.listener = Silent()
        with suppress(LLMSpellError):
            if terminate:
                self.program.terminate()
            else:
                self.program.leave()

    def close(self) -> None:
        """Delivers the last messages, hangs up and stops. Any thread but the Lua thread."""
        self._inbox.put(None)
        self.outbox.close()
        self.outbox.join(_FLUSH)
        self._hang_up()

    # Answering -----------------------------------------------------------------------------

    def _serve(self) -> None:
        while (request := self._inbox.get()) is not None:
            self._current = request.seq
            self._answer(request)
            self._waiting.discard(request.seq)
            self._cancelled.discard(request.seq)

    def _answer(self, request: Request) -> None:
        reply = Reply()
        try:
            reply = self._perform(request)
            answer = response(request, reply.body)
        except Refused as refused:
            answer = refusal(request, refused)
        except NotStanding:
            answer = refusal(request, Refused.not_stopped())
        except EngineLost:  # the spell has ended, and nobody has said so yet
            answer = refusal(request, Refused.late(request.command))
        except LLMSpellError as error:
            cancelled = request.command != "cancel" and self.is_cancelled()
            answer = refusal(request, Refused.cancelled() if cancelled else Refused(str(error)))
        except Exception as error:  # noqa: BLE001 - a defect of ours must not end the session
            traceback.print_exc(file=sys.stderr)
            answer = refusal(request, Refused(f"internal error: {error!r}", DEFECT))
        self.outbox.send(answer)
        if reply.then is not None:
            try:
                reply.then()
            except NotStanding:  # it went on while the answer was on its way
                pass
            except (LLMSpellError, Refused) as error:
                self.say(str(error), important=True)

    def _perform(self, request: Request) -> Reply:
        handler = handlers().get(request.command)
        if handler is None:
            raise Refused(f"Unknown command: {request.command}", UNKNOWN)
        self._check_phase(handler)
        if request.seq in self._cancelled:
            raise Refused.cancelled()
        arguments: Any = structured(request.arguments, handler.arguments)
        if handler.stopped and not self.debugger.is_stopped:
            raise Refused.not_stopped()
        answer = handler.function(self, arguments)
        return answer if isinstance(answer, Reply) else Reply(answer)

    def _check_phase(self, handler: Handler) -> None:
        phase = self.phase
        if phase in handler.phases:
            return
        if phase == Phase.NEW:
            raise Refused(f"{handler.command}: initialize first", EARLY)
        if phase == Phase.ENDED:
            raise Refused.late(handler.command)
        if phase > max(handler.phases):
            raise Refused(f"{handler.command} was answered already", LATE)
        if phase == Phase.CONFIGURING:
            raise Refused(f"{handler.command}: configurationDone first", EARLY)
        if self.program.debugger is None or handler.phases != WITH_PROGRAM:
            raise Refused(f"{handler.command}: launch or attach first", EARLY)
        # Before launch, but in a process whose debugger is there anyway (a kernel).

    def _take_answer(self, message: Message) -> None:
        future = self._questions.pop(seq_of(message, "request_seq"), None)
        if future is None or not future.set_running_or_notify_cancel():
            return
        body = message.get("body")
        if message.get("success") is True:
            future.set_result(body if isinstance(body, dict) else {})
        else:
            future.set_exception(Refused(str(message.get("message") or "the client refused")))
