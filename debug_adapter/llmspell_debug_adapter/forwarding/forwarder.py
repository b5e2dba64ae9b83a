"""The forwarder: one client, and one debuggee after another.

Everything happens on one thread, in the order in which it comes in (`Inbox`); other threads only
read, and hand over what they have read.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from enum import IntEnum
from functools import partial

import attrs

from llmspell_debug_adapter.forwarding.arrival import Arrival
from llmspell_debug_adapter.forwarding.breakpoints import Breakpoints
from llmspell_debug_adapter.forwarding.client import ClientLink
from llmspell_debug_adapter.forwarding.debuggee import Debuggee
from llmspell_debug_adapter.forwarding.inbox import Inbox
from llmspell_debug_adapter.forwarding.launching import Launcher
from llmspell_debug_adapter.forwarding.starting import GoToRunning, Start
from llmspell_debug_adapter.protocol.arguments import (
    AttachArguments,
    CancelArguments,
    DisconnectArguments,
    InitializeArguments,
    LaunchArguments,
    RestartArguments,
)
from llmspell_debug_adapter.protocol.framing import Connection, Message
from llmspell_debug_adapter.protocol.messages import (
    EARLY,
    LATE,
    UNKNOWN,
    Refused,
    Request,
    refusal,
    request_of,
    response,
    stray,
)
from llmspell_debug_adapter.protocol.structuring import structured
from llmspell_debug_adapter.session.progress import Progress
from llmspell_debug_adapter.session.registry import capabilities, handlers

_GRACE = 5.0  # seconds that a debuggee may take to end before it is killed
_MOVES = frozenset({"continue", "next", "stepIn", "stepOut"})
_LASTING = frozenset(
    {
        "breakpointLocations",
        "setBreakpoints",
        "setFunctionBreakpoints",
        "setExceptionBreakpoints",
    }
)
"""What does not depend on one debuggee: during a restart it waits for the next."""


class Phase(IntEnum):
    """How far the forwarder has come."""

    NEW = 0
    READY = 1
    """initialized: launch or attach comes next."""
    STARTING = 2
    """A debuggee is on its way."""
    LIVE = 3
    OVER = 4
    """The debuggee has ended."""


def adapter_capabilities() -> Message:
    """What a session can, and what needs the process around it to be started anew."""
    return capabilities() | {"supportsRestartRequest": True}


class Forwarder:
    """Serves one client until it disconnects or goes away."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._client = ClientLink(connection)
        self._inbox = Inbox()
        self._progress = Progress(self._emit_from_thread, "adapter")
        self._launcher = Launcher(self._client, self._inbox)
        self._breakpoints = Breakpoints()
        self._phase = Phase.NEW
        self._can = InitializeArguments("")
        self._initialize = Request(0, "initialize")
        self._launch: tuple[LaunchArguments, Request] | None = None
        self._start: Start | None = None
        self._arrival: Arrival | None = None
        self._debuggee: Debuggee | None = None
        self._configured = False
        self._stopped = False
        self._leaving = False
        self._restart: Request | None = None
        self._replaced: Debuggee | None = None
        self._held: list[Request] = []
        self._own: dict[str, Callable[[Request], None]] = {
            "initialize": self._on_initialize,
            "launch": self._on_launch,
            "attach": self._on_attach,
            "restart": self._on_restart,
            "cancel": self._on_cancel,
            "terminate": self._on_terminate,
            "disconnect": self._on_disconnect,
        }

    def serve(self) -> None:
        """Serves the client to its end, and leaves no debuggee behind that nobody wants."""
        threading.Thread(target=self._read_client, name="llmspell-client", daemon=True).start()
        try:
            self._inbox.run()
        finally:
            self._inbox.close()
            if self._arrival is not None:
                self._arrival.abandon()
            if self._debuggee is not None and not self._leaving:  # by a defect of ours
                self._debuggee.kill()
            self._connection.close()

    # What the client sends -----------------------------------------------------------------

    def _read_client(self) -> None:
        post = self._inbox.post

        def malformed(sentence: str) -> None:
            post(partial(self._client.send, stray(None, sentence)))

        for message in self._connection.messages(malformed):
            post(partial(self._from_client, message))
        post(self._client_gone)

    def _from_client(self, message: Message) -> None:
        if message.get("type") == "response":
            self._client.answered(message)
            return
        try:
            request = request_of(message)
        except Refused as refused:
            self._client.send(stray(message, refused.sentence))
            return
        self._handle(request)

    def _handle(self, request: Request) -> None:
        try:
            self._own.get(request.command, self._relay)(request)
        except Refused as refused:
            self._client.refuse(request, refused)

    def _relay(self, request: Request) -> None:
        """Passes a request on to the session."""
        command = request.command
        if command not in handlers():
            raise Refused(f"Unknown command: {command}", UNKNOWN)
        if self._phase == Phase.NEW:
            raise Refused(f"{command}: initialize first", EARLY)
        if self._phase == Phase.READY:
            raise Refused(f"{command}: launch or attach first", EARLY)
        if self._restart is not None:
            if command not in _LASTING:  # about the last run, as editors ask before they know
                raise Refused.not_stopped()
            self._held.append(request)
            return
        if self._phase == Phase.STARTING:
            raise Refused(f"{command}: the debuggee is not there yet", EARLY)
        if self._phase == Phase.OVER or self._debuggee is None:
            raise Refused.late(command)
        if command == "configurationDone":
            self._configured = True
        self._pass_on(self._debuggee, request)

    def _pass_on(self, debuggee: Debuggee, request: Request) -> None:
        debuggee.request(request, lambda message: self._give(request, message))

    def _give(self, request: Request, message: Message) -> None:
        """Passes an answer of the session on."""
        if request.command in _MOVES and message.get("success") is True:
            self._stopped = False
        answer = self._breakpoints.answer(request, message)
        self._client.send({**answer, "request_seq": request.seq})

    # Starting ------------------------------------------------------------------------------

    def _on_initialize(self, request: Request) -> None:
        if self._phase != Phase.NEW:
            raise Refused("initialize was answered already", LATE)
        self._can = structured(request.arguments, InitializeArguments)
        self._progress.enable(self._can.supports_progress_reporting)
        self._initialize = request
        self._phase = Phase.READY
        self._client.answer(request, adapter_capabilities())

    def _on_launch(self, request: Request) -> None:
        self._check_ready(request)
        self._launch = self._launcher.understood(request, self._can)
        self._begin(self._launcher.way(self._launch[0], self._exited), request)

    def _on_attach(self, request: Request) -> None:
        self._check_ready(request)
        start = GoToRunning(structured(request.arguments, AttachArguments))
        self._launch = None
        self._begin(start, request)

    def _check_ready(self, request: Request) -> None:
        if self._phase == Phase.NEW:
            raise Refused(f"{request.command}: initialize first", EARLY)
        if self._phase != Phase.READY:
            raise Refused(f"{request.command}: a spell is being debugged already", LATE)

    def _begin(self, start: Start, request: Request) -> None:
        """Fetches a debuggee and passes `launch` or `attach` on to it."""
        post = self._inbox.post
        self._phase = Phase.STARTING
        self._start = start
        self._arrival = Arrival(
            start,
            self._progress,
            lambda debuggee: post(lambda: self._arrived(debuggee, request)),
            lambda refused: post(lambda: self._failed(request, refused)),
        )
        self._arrival.begin()

    def _arrived(self, debuggee: Debuggee, request: Request) -> None:
        assert self._arrival is not None
        self._arrival.claim()
        self._arrival = None
        self._debuggee = debuggee
        post = self._inbox.post
        debuggee.listen(
            lambda message: post(lambda: self._from_debuggee(debuggee, message)),
            lambda: post(lambda: self._hung_up(debuggee)),
        )
        if self._restart is None:
            self._phase = Phase.LIVE
        if request.command == "launch" and self._launch is not None:
            passed = self._launch[1]
        else:
            passed = request
        debuggee.request(self._initialize, lambda _: None)
        debuggee.request(passed, lambda message: self._begun(request, message))

    def _begun(self, request: Request, message: Message) -> None:
        """The session has answered `launch` or `attach`."""
        if message.get("success") is not True:
            if self._debuggee is not None:
                self._debuggee.kill()
            self._debuggee = self._start = None
            if self._restart is None:
                self._phase = Phase.READY
                self._give(request, message)
            else:
                self._failed(request, Refused(str(message.get("message"))))
            return
        if self._restart is not None:
            return
        self._give(request, message)
        if request.command == "attach":
            self._client.emit("capabilities", {"capabilities": {"supportsRestartRequest": False}})

    def _failed(self, request: Request, refused: Refused) -> None:
        """There is no debuggee; the client may try again."""
        self._arrival = self._start = None
        if self._restart is None:
            self._phase = Phase.READY
            self._client.refuse(request, refused)
        else:
            self._give_up_restart(refused.sentence)
            self._end(None)

    # What the debuggee sends ---------------------------------------------------------------

    def _from_debuggee(self, debuggee: Debuggee, message: Message) -> None:
        if debuggee is not self._debuggee:
            return
        kind = message.get("type")
        if kind == "response":
            debuggee.answer(message)
        elif kind == "request":
            self._ask_for(debuggee, message)
        elif message.get("event") == "exited":
            debuggee.told_code = message["body"]["exitCode"]
        elif message.get("event") == "initialized" and self._restart is not None:
            self._configure_again(debuggee)
        elif message.get("event") != "terminated":  # that comes when all output is through
            self._stopped = self._stopped or message.get("event") == "stopped"
            self._client.send(self._breakpoints.event(message))

    def _ask_for(self, debuggee: Debuggee, message: Message) -> None:
        """Passes a request of the session on to the client, and the answer back."""
        request = request_of(message)

        def back(answer: Message) -> None:
            with suppress(OSError):  # it may have ended meanwhile
                debuggee.connection.write({**answer, "request_seq": request.seq})

        self._client.ask(request.command, request.arguments, back)

    def _exited(self, start: Start) -> None:
        """The debuggee's process has ended."""
        if start is self._start and self._debuggee is not None:
            self._perhaps_over(self._debuggee)

    def _hung_up(self, debuggee: Debuggee) -> None:
        """The session has closed its connection: the spell has ended, or crashed, or was left."""
        debuggee.has_hung_up = True
        if debuggee is self._debuggee:
            self._inbox.alarm(_GRACE, debuggee.kill)
            self._perhaps_over(debuggee)

    def _perhaps_over(self, debuggee: Debuggee) -> None:
        if not debuggee.is_over:
            return
        self._inbox.calm()
        self._debuggee = self._start = None
        for request, answered in debuggee.unanswered():
            if request.command in ("disconnect", "terminate"):
                answered(response(request))
            else:
                answered(refusal(request, Refused.late(request.command)))
        if debuggee is self._replaced and self._restart is not None:
            self._start_again()
            return
        self._give_up_restart("the debuggee has ended")
        self._end(debuggee.exit_code)

    def _end(self, code: int | None) -> None:
        """Tells the client, once, that it is over."""
        if code is not None:
            self._client.emit("exited", {"exitCode": code})
        self._client.emit("terminated")
        self._phase = Phase.OVER
        if self._leaving:
            self._inbox.close()

    # Ending --------------------------------------------------------------------------------

    def _on_terminate(self, request: Request) -> None:
        if self._phase in (Phase.NEW, Phase.READY):
            raise Refused("terminate: launch or attach first", EARLY)
        if self._debuggee is not None:
            self._give_up_restart("terminated")
            if self._debuggee is not self._replaced:  # that one has been told already
                self._phase = Phase.LIVE
                self._relay(request)
                return
        if self._arrival is not None:
            self._arrival.give_up("terminated")
        self._client.answer(request)

    def _on_disconnect(self, request: Request) -> None:
        terminate = structured(request.arguments, DisconnectArguments).terminate_debuggee
        if self._debuggee is None:
            self._client.answer(request)
            self._inbox.close()
            return
        self._give_up_restart("disconnected")
        self._leaving = True
        debuggee = self._debuggee
        if terminate is False:
            debuggee.process = None  # it goes on without us
        debuggee.request(request, lambda message: self._give(request, message))
        self._inbox.alarm(_GRACE, debuggee.kill)

    def _client_gone(self) -> None:
        self._client.is_gone = True
        debuggee = self._debuggee
        if debuggee is None:
            self._inbox.close()
            return
        if self._leaving:  # it has taken its leave; the session is still at that
            return
        self._leaving, self._restart = True, None
        debuggee.connection.close()  # the session there ends the spell, or lets it go on
        self._inbox.alarm(_GRACE, debuggee.kill)

    def _on_cancel(self, request: Request) -> None:
        arguments = structured(request.arguments, CancelArguments)
        if arguments.progress_id is not None and self._progress.cancel(arguments.progress_id):
            self._client.answer(request)
            return
        if self._debuggee is None:
            if self._phase == Phase.NEW:
                raise Refused("cancel: initialize first", EARLY)
            self._client.answer(request)
            return
        passed = dict(request.arguments or {})
        if arguments.request_id is not None:
            passed["requestId"] = self._debuggee.number_of(arguments.request_id)
        self._debuggee.request(
            attrs.evolve(request, arguments=passed), lambda message: self._give(request, message)
        )

    # Restarting ----------------------------------------------------------------------------

    def _on_restart(self, request: Request) -> None:
        if self._launch is None or self._phase not in (Phase.LIVE, Phase.OVER):
            raise Refused("restart: only a spell that was launched can be restarted", EARLY)
        if not self._configured:
            raise Refused("restart: configurationDone first", EARLY)
        changed = structured(request.arguments, RestartArguments).arguments
        if changed is not None:
            self._launch = self._launcher.understood(Request(0, "launch", changed), self._can)
        self._restart = request
        self._phase = Phase.STARTING
        if self._debuggee is None:
            self._start_again()
            return
        self._replaced = self._debuggee
        farewell = {"restart": True, "terminateDebuggee": True}
        self._debuggee.request(Request(0, "disconnect", farewell), lambda _: None)
        self._inbox.alarm(_GRACE, self._debuggee.kill)

    def _start_again(self) -> None:
        assert self._launch is not None
        self._replaced = None
        if self._stopped:
            self._stopped = False
            self._client.emit("continued", {"threadId": 1, "allThreadsContinued": True})
        self._breakpoints.new_debuggee()
        for lost in self._breakpoints.forget_data():
            self._client.emit("breakpoint", {"reason": "changed", "breakpoint": lost})
        self._begin(self._launcher.way(self._launch[0], self._exited), self._launch[1])

    def _configure_again(self, debuggee: Debuggee) -> None:
        """Sets the client's breakpoints in a new debuggee, and lets it run."""
        for request, key in self._breakpoints.to_repeat():
            debuggee.request(request, partial(self._repeated, key))
        for request in self._released():
            self._pass_on(debuggee, request)
        debuggee.request(Request(0, "configurationDone"), self._restarted)

    def _repeated(self, key: str, message: Message) -> None:
        for changed in self._breakpoints.repeated(key, message):
            self._client.emit("breakpoint", {"reason": "changed", "breakpoint": changed})

    def _restarted(self, message: Message) -> None:
        if self._restart is not None and message.get("success") is True:
            self._client.answer(self._restart)
            self._restart = None
            self._phase = Phase.LIVE
            for request in self._released():
                self._handle(request)

    def _released(self) -> list[Request]:
        held, self._held = self._held, []
        return held

    def _give_up_restart(self, reason: str) -> None:
        if self._restart is not None:
            self._client.refuse(self._restart, Refused(f"restart: {reason}"))
            self._restart = None
            for request in self._released():
                self._client.refuse(request, Refused(f"{request.command}: {reason}"))

    # On other threads ----------------------------------------------------------------------

    def _emit_from_thread(self, name: str, body: Message) -> None:
        self._inbox.post(lambda: self._client.emit(name, body))
