"""A client for tests: speaks DAP, checks every message both ways against the schema.

What arrives is kept in order (`timeline`). Waiting is always for a message, never for a time;
the time limit is there for a broken adapter only.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

from llmspell_debug_adapter.protocol.framing import Message
from tests.debug_adapter import schema

PATIENCE = 60.0  # seconds; a test that needs them has failed


class RequestFailed(Exception):
    """The adapter has answered `success: false`."""

    def __init__(self, response: Message) -> None:
        super().__init__(response.get("message"))
        self.response = response
        self.error = response["body"]["error"]


class Disconnected(Exception):
    """The adapter has gone before what was waited for came."""


class Client:
    """One client. `send` puts a message on the way, `received` is called with what arrives."""

    def __init__(self, send: Callable[[Message], object]) -> None:
        self._send = send
        self._seq = 0
        self._changed = threading.Condition()
        self._ended = False
        self.timeline: list[Message] = []
        self.reverse: dict[str, Callable[[Message], Message]] = {}
        self.silent_about: set[str] = set()
        self.faults: list[str] = []

    # What arrives --------------------------------------------------------------------------

    def received(self, message: Message | None) -> None:
        """A message, or None at the end."""
        if message is not None:
            try:
                schema.check(message)
            except (AssertionError, KeyError) as error:
                self.faults.append(f"{error!s}")
        with self._changed:
            if message is None:
                self._ended = True
            else:
                self.timeline.append(message)
            self._changed.notify_all()
        if message is None or message["type"] != "request":
            return
        if message["command"] not in self.silent_about:
            self._answer(message)

    def _answer(self, request: Message) -> None:
        handler = self.reverse.get(request["command"])
        answer: Message = {
            "type": "response",
            "request_seq": request["seq"],
            "command": request["command"],
            "success": handler is not None,
        }
        if handler is None:
            answer["message"] = "not supported"
        else:
            answer["body"] = handler(request["arguments"])
        self.put(answer, checked=handler is not None)

    def wait_for(self, wanted: Callable[[Message], bool], after: int = 0) -> Message:
        """The first message from an index of the timeline on that is wanted."""
        at = after
        with self._changed:
            while True:
                while at < len(self.timeline):
                    if wanted(self.timeline[at]):
                        return self.timeline[at]
                    at += 1
                if self._ended:
                    raise Disconnected(self.story())
                if not self._changed.wait(PATIENCE):
                    raise AssertionError(f"waited in vain\n{self.story()}")

    def event(self, name: str, after: int = 0, **body: Any) -> Message:
        """The body of the first event of a name with such a body."""

        def wanted(message: Message) -> bool:
            return (
                message["type"] == "event"
                and message["event"] == name
                and all(message.get("body", {}).get(key) == value for key, value in body.items())
            )

        found: Message = self.wait_for(wanted, after).get("body", {})
        return found

    def ended(self) -> None:
        """Waits until the adapter has hung up."""
        with self._changed:
            assert self._changed.wait_for(lambda: self._ended, PATIENCE), self.story()

    @property
    def now(self) -> int:
        """The index of what arrives next."""
        with self._changed:
            return len(self.timeline)

    def events(self, name: str) -> list[Message]:
        """The bodies of all events of a name so far."""
        return [
            m.get("body", {})
            for m in list(self.timeline)
            if m["type"] == "event" and m["event"] == name
        ]

    def index(self, wanted: Callable[[Message], bool]) -> int:
        """Where in the timeline the first such message is."""
        return next(at for at, message in enumerate(self.timeline) if wanted(message))

    def output(self, category: str = "stdout") -> str:
        """What the program has written so far."""
        return "".join(
            body["output"] for body in self.events("output") if body.get("category") == category
        )

    def wait_for_output(self, text: str, category: str = "stdout") -> None:
        """Waits until a text has been written."""
        self.wait_for(lambda _: text in self.output(category))

    def story(self) -> str:
        """The timeline, to be read."""
        return "\n".join(str(message) for message in self._lines())

    def _lines(self) -> Iterator[Message]:
        for message in list(self.timeline):
            yield {k: v for k, v in message.items() if k != "type"}

    # What is asked -------------------------------------------------------------------------

    def put(self, message: Message, *, checked: bool = True) -> int:
        """Sends a message as it is; gives its number."""
        self._seq += 1
        message = {"seq": self._seq, **message}
        if checked:
            schema.check(message)
        self._send(message)
        return int(message["seq"])

    def ask(self, command: str, *, checked: bool = True, **arguments: Any) -> int:
        """Sends a request; gives its number."""
        message: Message = {"type": "request", "command": command, "arguments": arguments}
        return self.put(message, checked=checked)

    def answer_to(self, seq: int) -> Message:
        """The response to a request; raises RequestFailed."""
        found = self.wait_for(lambda m: m["type"] == "response" and m["request_seq"] == seq)
        if not found["success"]:
            raise RequestFailed(found)
        return found

    def request(self, command: str, *, checked: bool = True, **arguments: Any) -> Message:
        """Sends a request and gives the body of its answer; raises RequestFailed."""
        body: Message = self.answer_to(self.ask(command, checked=checked, **arguments)).get(
            "body", {}
        )
        return body

    # What one does all the time ------------------------------------------------------------

    def initialize(self, **can: Any) -> Message:
        """`initialize` as VS Code does it, with changes."""
        usual = {
            "adapterID": "llmspell",
            "clientID": "tests",
            "linesStartAt1": True,
            "columnsStartAt1": True,
            "pathFormat": "path",
            "supportsVariableType": True,
            "supportsVariablePaging": True,
        }
        return self.request("initialize", **{**usual, **can})

    def launch(self, spell: Spell, **arguments: Any) -> None:
        """`initialize`, `launch`, and waits for `initialized`."""
        if not self.timeline:
            self.initialize()
        self.request("launch", program=str(spell.path), **arguments)
        self.event("initialized")

    def break_at(self, spell: Spell, *marks: str | dict[str, Any]) -> list[Message]:
        """`setBreakpoints` at marks, or at `{"mark": ..., "condition": ...}`."""
        wishes = []
        for mark in marks:
            wish = {"mark": mark} if isinstance(mark, str) else dict(mark)
            wishes.append({"line": spell.line(wish.pop("mark")), **wish})
        body = self.request("setBreakpoints", source={"path": str(spell.path)}, breakpoints=wishes)
        found: list[Message] = body["breakpoints"]
        return found

    def latest(self, breakpoint_: Message) -> Message:
        """A breakpoint as the last `breakpoint` event about it says, or as it was."""
        changes = [e["breakpoint"] for e in self.events("breakpoint")]
        return next(
            (change for change in reversed(changes) if change["id"] == breakpoint_["id"]),
            breakpoint_,
        )

    def go(self) -> None:
        """`configurationDone`."""
        self.request("configurationDone")

    def stopped(self, after: int = 0, **body: Any) -> Message:
        """Waits for a stop."""
        return self.event("stopped", after, **body)

    def move(self, command: str = "continue", thread: int = 1, **arguments: Any) -> Message:
        """Goes on and waits for the next stop."""
        now = self.now
        self.request(command, threadId=thread, **arguments)
        return self.stopped(now)

    def frames(self, thread: int = 1) -> list[Message]:
        """The stack of a thread."""
        found: list[Message] = self.request("stackTrace", threadId=thread)["stackFrames"]
        return found

    def line(self, thread: int = 1) -> int:
        """Where a thread stands."""
        return int(self.frames(thread)[0]["line"])

    def scope(self, name: str, frame: int | None = None) -> dict[str, Message]:
        """The variables of a scope of the innermost frame, by name."""
        at = self.frames()[0]["id"] if frame is None else frame
        scopes = self.request("scopes", frameId=at)["scopes"]
        reference = next(s["variablesReference"] for s in scopes if s["name"] == name)
        return self.children(reference)

    def children(self, reference: int, **arguments: Any) -> dict[str, Message]:
        """What is inside, by name."""
        body = self.request("variables", variablesReference=reference, **arguments)
        return {variable["name"]: variable for variable in body["variables"]}

    def evaluate(self, expression: str, context: str = "watch", **arguments: Any) -> str:
        """The value of an expression in the innermost frame."""
        frame = self.frames()[0]["id"]
        body = self.request(
            "evaluate", expression=expression, frameId=frame, context=context, **arguments
        )
        return str(body["result"])


class Spell:
    """A spell on disk, with marks: `--@name` at the end of a line names that line."""

    def __init__(self, path: Any, text: str) -> None:
        self.path = path
        self.text = text
        path.write_text(text)

    def line(self, mark: str) -> int:
        """The line of a mark."""
        for number, line in enumerate(self.text.split("\n"), 1):
            if line.rstrip().endswith(f"--@{mark}"):
                return number
        raise KeyError(mark)
