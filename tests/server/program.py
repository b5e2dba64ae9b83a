"""A program that is open in a server, and asked about while its text changes."""

from __future__ import annotations

from typing import Any

from tests.server.marks import cursor
from tests.server.raw import RawClient


class Program:
    """A document of an address, in the server of a client; empty at first."""

    def __init__(self, client: RawClient, uri: str) -> None:
        self.client, self.uri, self._version = client, uri, 1
        client.open("", uri)

    def say(self, source: str) -> None:
        """Gives it another text."""
        self._version += 1
        self.client.edit(source, self._version, self.uri)

    def request(self, method: str, **params: Any) -> Any:
        """What is answered about the document."""
        params = {"textDocument": {"uri": self.uri}, **params}
        return self.client.request(f"textDocument/{method}", params).get("result")

    def ask(self, method: str, marked: str, **more: Any) -> Any:
        """What is answered about the place of the cursor."""
        text, offset = cursor(marked)
        self.say(text.source)
        line, character = text.position(offset, self.client.units)
        position = {"line": line, "character": character}
        return self.request(method, position=position, **more)

    def items(self, marked: str) -> list[dict[str, Any]]:
        """What is offered at the cursor."""
        answer = self.ask("completion", marked)
        found: list[dict[str, Any]] = answer["items"] if answer else []
        return found

    def offered(self, marked: str) -> dict[str, dict[str, Any]]:
        """The same by label."""
        return {each["label"]: each for each in self.items(marked)}

    def labels(self, marked: str) -> set[str]:
        """The labels alone."""
        return set(self.offered(marked))

    def problems(self, source: str) -> list[dict[str, Any]]:
        """What is wrong with a text."""
        self.say(source)
        found: list[dict[str, Any]] = self.request("diagnostic")["items"]
        return found

    def actions(self, problem: dict[str, Any], **context: Any) -> list[dict[str, Any]]:
        """What is offered for a problem, with the edits, for which some clients have to ask."""
        context = {"diagnostics": [problem], **context}
        found = self.request("codeAction", range=problem["range"], context=context)
        return [
            self.client.request("codeAction/resolve", each)["result"] if "data" in each else each
            for each in found
        ]
