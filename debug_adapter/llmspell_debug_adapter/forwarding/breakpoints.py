"""The client's breakpoints, remembered for restarts, under ids that outlive a debuggee."""

from __future__ import annotations

from typing import Any

from attrs import define

from llmspell_debug_adapter.protocol.framing import Message
from llmspell_debug_adapter.protocol.messages import Request

_SETTERS = frozenset(
    {
        "setBreakpoints",
        "setFunctionBreakpoints",
        "setExceptionBreakpoints",
        "setDataBreakpoints",
    }
)


@define
class _Set:
    """A request that set breakpoints, and what the client was answered."""

    command: str
    arguments: Any
    breakpoints: list[Message]


class Breakpoints:
    """Translates ids of a debuggee to ids for the client, and repeats what was set."""

    def __init__(self) -> None:
        self._sets: dict[str, _Set] = {}
        self._ids: dict[int, int] = {}  # of the debuggee -> for the client
        self._last = 0

    # Ids -----------------------------------------------------------------------------------

    def new_debuggee(self) -> None:
        """Its ids have nothing to do with those of the one before."""
        self._ids.clear()

    def _id(self, theirs: int) -> int:
        if theirs not in self._ids:
            self._last += 1
            self._ids[theirs] = self._last
        return self._ids[theirs]

    def _translated(self, breakpoint: Message) -> Message:  # noqa: A002 - its subject
        theirs = breakpoint.get("id")
        return breakpoint if theirs is None else {**breakpoint, "id": self._id(theirs)}

    def event(self, message: Message) -> Message:
        """An event of the debuggee as the client is to see it."""
        body = message.get("body")
        if not isinstance(body, dict):
            return message
        if message["event"] == "breakpoint":
            changed = self._translated(body["breakpoint"])
            return {**message, "body": {**body, "breakpoint": changed}}
        if message["event"] == "stopped" and "hitBreakpointIds" in body:
            hit = [self._id(theirs) for theirs in body["hitBreakpointIds"]]
            return {**message, "body": {**body, "hitBreakpointIds": hit}}
        return message

    def answer(self, request: Request, message: Message) -> Message:
        """An answer of the debuggee as the client is to see it; remembers what it sets."""
        if request.command not in _SETTERS or message.get("success") is not True:
            return message
        body = message.get("body") or {}
        translated = [self._translated(item) for item in body.get("breakpoints", ())]
        self._remember(request, translated)
        return {**message, "body": {**body, "breakpoints": translated}}

    def _remember(self, request: Request, answered: list[Message]) -> None:
        key = request.command
        if key == "setBreakpoints":
            source = request.arguments["source"]
            if source.get("sourceReference"):
                return  # means nothing to the next debuggee
            key += " " + str(source.get("path"))
        self._sets[key] = _Set(request.command, request.arguments, answered)

    # Restarting ----------------------------------------------------------------------------

    def to_repeat(self) -> list[tuple[Request, str]]:
        """What to ask of the next debuggee, with the key for `repeated`."""
        return [
            (Request(0, item.command, item.arguments), key)
            for key, item in self._sets.items()
            if item.command != "setDataBreakpoints"
        ]

    def forget_data(self) -> list[Message]:
        """Drops data breakpoints, whose variables are gone; gives them as they are now."""
        item = self._sets.pop("setDataBreakpoints", None)
        lost = {"verified": False, "message": "its variable belonged to the run before"}
        return [{**known, **lost} for known in (item.breakpoints if item else ())]

    def repeated(self, key: str, message: Message) -> list[Message]:
        """Takes the answer of the next debuggee; gives the breakpoints that have changed."""
        item = self._sets[key]
        if message.get("success") is not True:
            return []
        changed = []
        answered = (message.get("body") or {}).get("breakpoints", ())
        for at, (known, new) in enumerate(zip(item.breakpoints, answered, strict=False)):
            if "id" in known and "id" in new:
                self._ids[new["id"]] = known["id"]
            now = self._translated(new)
            if now != known:
                item.breakpoints[at] = now
                changed.append(now)
        return changed
