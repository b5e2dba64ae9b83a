"""A client that sends whatever it is told, also what no proper client would send."""

from __future__ import annotations

import io
import itertools
import json
import socket
import subprocess
import threading
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from llmspell_server.analysis.text import Units
from tests.server import sent
from tests.server.profiles import BARE, capabilities_of, merged

_LIMIT = 60  # seconds


class RawClient:
    """Messages as JSON, over a pair of streams."""

    def __init__(
        self,
        process: subprocess.Popen[bytes],
        reader: IO[bytes],
        writer: IO[bytes],
        capabilities: Mapping[str, Any] | None = None,
    ) -> None:
        """capabilities: what it can do, whatever else a test has it say."""
        self.process = process
        self._capabilities = dict(capabilities or {})
        self.settings: Mapping[str, Any] | None = None  # for a server that asks
        self.units: Units = "utf-16"
        self._reader, self._writer = reader, writer
        self._ids = itertools.count(1)
        self._asked: dict[int, str] = {}
        # What a test waits for in vain would keep it for ever.
        self._limit = threading.Timer(_LIMIT, process.kill)
        self._limit.daemon = True
        self._limit.start()

    @classmethod
    def of_stdio(cls, command: Sequence[str], profile: str = BARE) -> RawClient:
        """A client that says what a recorded one does, and what a test has it say."""
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=Path(__file__).parents[2],
        )
        assert process.stdout and process.stdin
        return cls(process, process.stdout, process.stdin, capabilities_of(profile))

    @classmethod
    def of_port(cls, process: subprocess.Popen[bytes], connection: socket.socket) -> RawClient:
        return cls(process, connection.makefile("rb"), connection.makefile("wb"))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._limit.cancel()
        self.process.kill()
        self.process.wait()
        streams = {self._reader, self._writer, self.process.stdin, self.process.stdout}
        for stream in streams:
            with suppress(OSError):
                if stream is not None:
                    stream.close()

    def notify(self, method: str, params: object = None) -> None:
        self._send({"method": method, **({} if params is None else {"params": params})})
        sent.note(method)

    def request(self, method: str, params: object = None) -> dict[str, Any]:
        """The answer to a request: a message with `result` or `error`."""
        return self.answer(self.ask(method, params))

    def ask(self, method: str, params: object = None) -> int:
        """Sends a request; gives its number."""
        number = next(self._ids)
        self._asked[number] = method
        body = {} if params is None else {"params": params}
        self._send({"id": number, "method": method, **body})
        return number

    def answer(self, number: int | None) -> dict[str, Any]:
        """The answer to the request with a number; what comes before it is read and forgotten."""
        while not _answers(message := self.receive(), number):
            self._agree(message)
        return message

    @contextmanager
    def together(self) -> Iterator[None]:
        """Sends what the block sends in one piece, so that it arrives together."""
        writer, self._writer = self._writer, io.BytesIO()
        try:
            yield
        finally:
            writer.write(self._writer.getvalue())
            writer.flush()
            self._writer = writer

    def notification(self, method: str) -> Any:
        """The parameters of the next notification of that method."""
        while (message := self.receive()).get("method") != method:
            self._agree(message)
        return message["params"]

    def problems(self, uri: str) -> list[dict[str, Any]]:
        """What is wrong with a document: asked for, or waited for where it comes by itself."""
        return self.problems_of(uri)[uri]

    def problems_of(self, *uris: str) -> dict[str, list[dict[str, Any]]]:
        """The same of several documents, in whatever order they are told of."""
        found: dict[str, list[dict[str, Any]]] = {}
        if "diagnostic" in self._capabilities.get("textDocument", {}):
            for uri in uris:
                asked = {"textDocument": {"uri": uri}}
                found[uri] = self.request("textDocument/diagnostic", asked)["result"]["items"]
        while not found.keys() >= set(uris):
            report = self.notification("textDocument/publishDiagnostics")
            found[report["uri"]] = report["diagnostics"]
        return found

    def asked(self, method: str) -> dict[str, Any]:
        """The next request of that method from the server."""
        while (message := self.receive()).get("method") != method or "id" not in message:
            self._agree(message)
        return message

    def asked_all(self, methods: Collection[str]) -> None:
        """Agrees to all that the server asks until it has asked each of some methods."""
        left = set(methods)
        while left:
            message = self.receive()
            self._agree(message)
            left.discard(message.get("method", ""))

    def _agree(self, message: dict[str, Any]) -> None:
        """Answers what the server asks and no test waits for: yes, and the settings."""
        if "id" in message and "method" in message:
            asked = message.get("params", {}).get("items")
            settings = [self.settings] * len(asked) if isinstance(asked, list) else None
            self.respond(message, settings)

    def respond(self, request: dict[str, Any], result: object) -> None:
        self._send({"id": request["id"], "result": result})

    def receive(self) -> dict[str, Any]:
        length = 0
        while (line := self._reader.readline()) not in (b"\r\n", b""):
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        assert length, "the server has left"
        message: dict[str, Any] = json.loads(self._reader.read(length))
        if "result" in message and message.get("id") in self._asked:
            sent.note_result(self._asked[message["id"]], message["result"])
        return message

    def initialize(self, **params: object) -> dict[str, Any]:
        """The result of `initialize`."""
        said = params.get("capabilities")
        if isinstance(said, Mapping):
            self._capabilities = merged(self._capabilities, said)
        answer = self.request(
            "initialize",
            {"processId": None, "rootUri": None, **params, "capabilities": self._capabilities},
        )
        self.notify("initialized", {})
        result: dict[str, Any] = answer["result"]
        self.units = result["capabilities"]["positionEncoding"]
        return result

    def change_settings(self, settings: Mapping[str, Any]) -> None:
        """Changes settings of the user, as the client does it: it tells them, or is asked."""
        self.settings = settings
        self.notify("workspace/didChangeConfiguration", {"settings": {"llmspell": settings}})
        self.request("workspace/symbol", {"query": ""})  # until then the server has asked

    def registered(self, method: str) -> dict[str, Any]:
        """The next registration of a method by the server."""
        while True:
            request = self.asked("client/registerCapability")
            self._agree(request)
            for each in request["params"]["registrations"]:
                if each["method"] == method:
                    found: dict[str, Any] = each
                    return found

    def open(self, text: str, uri: str = "file:///spell.lua") -> str:
        document = {"uri": uri, "languageId": "lua", "version": 1, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": document})
        return uri

    def edit(self, text: str, version: int, uri: str = "file:///spell.lua") -> None:
        """Puts another text in place of a document's."""
        document = {"uri": uri, "version": version}
        self.notify(
            "textDocument/didChange",
            {"textDocument": document, "contentChanges": [{"text": text}]},
        )

    def hang_up(self) -> None:
        self._writer.close()

    def exit_code(self) -> int:
        return self.process.wait(timeout=20)

    def send(self, body: bytes) -> None:
        """Sends what may be no message at all, with a proper header."""
        self.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))

    def write(self, data: bytes) -> None:
        """Sends bytes as they are."""
        self._writer.write(data)
        self._writer.flush()

    def _send(self, message: dict[str, Any]) -> None:
        self.send(json.dumps({"jsonrpc": "2.0", **message}).encode())


def edits_by_uri(edit: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """What an edit of the workspace does to each document, in whichever way it says so."""
    by_uri: dict[str, list[dict[str, Any]]] = dict(edit.get("changes") or {})
    for each in edit.get("documentChanges") or ():
        if "textDocument" in each:
            by_uri.setdefault(each["textDocument"]["uri"], []).extend(each["edits"])
    return by_uri


def locations(answer: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Where a client goes, whether it is told in locations or in links."""
    return [
        {
            "uri": each.get("targetUri") or each["uri"],
            "range": each.get("targetSelectionRange") or each["range"],
        }
        for each in answer
    ]


def _answers(message: dict[str, Any], number: int | None) -> bool:
    return "id" in message and "method" not in message and message["id"] == number
