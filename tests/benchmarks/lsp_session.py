"""A session with any language server, as an editor has it, that knows when each message came."""

from __future__ import annotations

import json
import os
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Self

_PATIENCE = 120  # seconds
_CAPABILITIES = {
    "window": {"workDoneProgress": True},
    "workspace": {"configuration": True, "workspaceFolders": True},
    "textDocument": {
        "publishDiagnostics": {"versionSupport": True},
        "completion": {
            "contextSupport": True,
            "completionItem": {
                "snippetSupport": True,
                "resolveSupport": {"properties": ["detail", "documentation"]},
            },
        },
        "semanticTokens": {
            "requests": {"range": True, "full": {"delta": True}},
            "tokenTypes": ["variable", "parameter", "function", "method", "property", "keyword"],
            "tokenModifiers": ["declaration", "readonly"],
            "formats": ["relative"],
        },
    },
}


class Message(NamedTuple):
    """What the server sent, and when (`time.perf_counter`)."""

    at: float
    body: dict[str, Any]


class NoAnswer(Exception):
    """The server has not answered in two minutes, or has left."""


class Session:
    """A server process and all that it has sent."""

    def __init__(
        self, command: Sequence[str], environment: Mapping[str, str] | None = None
    ) -> None:
        self.began = time.perf_counter()
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**_surroundings(), **(environment or {})},
        )
        self.messages: list[Message] = []
        self.capabilities: dict[str, Any] = {}
        self._news = threading.Condition()
        self._writing = threading.Lock()
        self._number = 0
        self._left = False
        threading.Thread(target=self._read, daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()

    def initialize(self, folder: Path) -> float:
        """Begins the session with a folder; the seconds from the start of the process."""
        number = self.ask(
            "initialize",
            {
                "processId": os.getpid(),
                "rootUri": folder.as_uri(),
                "workspaceFolders": [{"uri": folder.as_uri(), "name": folder.name}],
                "capabilities": _CAPABILITIES,
            },
        )
        answer = self.answer(number)
        self.capabilities = answer.body["result"]["capabilities"]
        self.notify("initialized", {})
        return answer.at - self.began

    def open(self, uri: str, text: str) -> float:
        """Opens a document; the time at which that was sent."""
        document = {"uri": uri, "languageId": "lua", "version": 1, "text": text}
        sent = time.perf_counter()
        self.notify("textDocument/didOpen", {"textDocument": document})
        return sent

    def notify(self, method: str, params: object) -> None:
        """Sends a notification."""
        self._send({"method": method, "params": params})

    def ask(self, method: str, params: object) -> int:
        """Sends a request; its number."""
        self._number += 1
        self._send({"id": self._number, "method": method, "params": params})
        return self._number

    def answer(self, number: int) -> Message:
        """The answer to a request."""
        return self.wait(lambda body: body.get("id") == number and "method" not in body)

    def seconds(self, method: str, params: object) -> float:
        """How long a request takes."""
        begin = time.perf_counter()
        return self.answer(self.ask(method, params)).at - begin

    def result(self, method: str, params: object) -> Any:
        """The result of a request; None where there is an error."""
        return self.answer(self.ask(method, params)).body.get("result")

    def wait(
        self, wanted: Callable[[dict[str, Any]], bool], begin: int = 0, patience: float = _PATIENCE
    ) -> Message:
        """The first message from a place in `messages` that is wanted."""
        deadline = time.perf_counter() + patience
        with self._news:
            while True:
                for message in self.messages[begin:]:
                    if wanted(message.body):
                        return message
                begin = len(self.messages)
                rest = deadline - time.perf_counter()
                if self._left or rest <= 0 or not self._news.wait(rest):
                    raise NoAnswer(f"{self.process.args!r}")

    def memory(self) -> float:
        """MB of all its processes; what they share is counted once (`Pss`)."""
        return sum(map(_proportional, _family(self.process.pid))) / 1024

    def _send(self, message: dict[str, Any]) -> None:
        data = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self.process.stdin
        with self._writing:
            self.process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(data), data))
            self.process.stdin.flush()

    def _read(self) -> None:
        reader = self.process.stdout
        assert reader
        while (line := reader.readline()).lower().startswith(b"content-"):
            length = 0
            while line not in (b"\r\n", b""):
                if line.lower().startswith(b"content-length:"):
                    length = int(line[15:])
                line = reader.readline()
            data = reader.read(length)
            at = time.perf_counter()
            body = json.loads(data)
            if "id" in body and "method" in body:
                self._send({"id": body["id"], "result": _reply(body)})
            with self._news:
                self.messages.append(Message(at, body))
                self._news.notify_all()
        with self._news:
            self._left = True
            self._news.notify_all()


def _surroundings() -> dict[str, str]:
    """The environment, in which Python keeps what it has compiled, as it does for a user."""
    return {key: it for key, it in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}


def _reply(request: dict[str, Any]) -> object:
    if request["method"] == "workspace/configuration":
        return [None] * len(request["params"]["items"])
    return None


def _family(pid: int) -> list[int]:
    found = [pid]
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in task.read_text().split():
            found += _family(int(child))
    return found


def _proportional(pid: int) -> float:
    """KB of a process."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return float(line.split()[1])
    return 0.0
