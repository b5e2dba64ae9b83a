"""The answer to `initialize`, given before the server is there.

Reading the protocol's types and the analysis takes most of a second at a cold start; the client can
get its own things ready meanwhile. What it sends until then waits in the pipe.
"""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from llmspell.version import __version__

from .advertised import prepared, suited_to

NAME = "llmspell-language-server"


class Greeting(NamedTuple):
    """The number of an `initialize`, its answer, and the process that the client names."""

    number: int | str
    answer: bytes
    process: int | None


def greeting(body: bytes) -> Greeting | None:
    """What to say to a message, if it is an `initialize` that is in order."""
    try:
        message = json.loads(body)
        params, number = message["params"], message["id"]
        proper = message["jsonrpc"] == "2.0" and message["method"] == "initialize"
        client = params["capabilities"]
    except (ValueError, LookupError, TypeError, RecursionError):
        return None
    if not (proper and isinstance(client, dict) and isinstance(number, int | str)):
        return None
    answer = {"jsonrpc": "2.0", "id": number, "result": result(suited_to(client, prepared()))}
    process = params.get("processId")
    return Greeting(
        number,
        json.dumps(answer, separators=(",", ":")).encode(),
        process if isinstance(process, int) else None,
    )


def result(capabilities: dict[str, Any]) -> dict[str, Any]:
    """An `InitializeResult`."""
    return {
        "capabilities": capabilities,
        "serverInfo": {"name": NAME, "version": __version__},
    }
