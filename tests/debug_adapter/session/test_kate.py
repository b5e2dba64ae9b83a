"""A session as Kate 22.12 holds it, recorded, with what docs/editors/kate.md says to launch."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from tests.debug_adapter.conftest import MakeSpell
from tests.debug_adapter.in_process import InProcess

PAGE = Path(__file__).parents[3] / "docs" / "editors" / "kate.md"


def _launch(program: Path) -> dict[str, Any]:
    """The arguments that Kate makes of the page's configuration, its own `command` among them."""
    blocks = re.findall(r"^```json\n(.*?)^```", PAGE.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    (configurations,) = (each["configurations"] for each in json.loads(blocks[1])["dap"].values())
    return {
        name: str(program) if value == "${file}" else value
        for name, value in configurations["launch"]["request"].items()
    }


def test_kate_launches_stops_evaluates_steps_and_ends(client: InProcess, spell: MakeSpell) -> None:
    it = spell("local function twice(n)\n  return n * 2 --@here\nend\nprint(twice(4)) --@out\n")
    sent = -1

    def say(command: str, arguments: object) -> dict[str, Any]:
        nonlocal sent
        sent += 1  # the first request has the number 0
        body = {"seq": sent, "type": "request", "command": command, "arguments": arguments}
        client.put(body, checked=False)
        answer: dict[str, Any] = client.answer_to(sent).get("body", {})
        return answer

    say(
        "initialize",
        {
            "adapterID": "qdap",
            "columnsStartAt1": True,
            "linesStartAt1": True,
            "locale": "C",
            "path": "path",  # not the protocol's name for it
            "supportsInvalidatedEvent": False,
            "supportsMemoryEvent": False,
            "supportsRunInTerminalRequest": False,
            "supportsVariableType": True,
        },
    )
    say("launch", _launch(it.path))
    client.event("initialized")
    found = say(
        "setBreakpoints",
        {
            "breakpoints": [{"line": it.line("here")}],
            "source": {"path": str(it.path)},
            "sourceModified": True,
        },
    )
    assert found["breakpoints"][0]["line"] == it.line("here")
    say("configurationDone", None)  # when the user continues
    client.event("stopped", reason="breakpoint")
    assert say("threads", None)["threads"][0]["id"] == 1
    all_frames = {"levels": 0, "startFrame": 0, "threadId": 1}
    frames = say("stackTrace", all_frames)["stackFrames"]
    assert [frame["line"] for frame in frames] == [it.line("here"), it.line("out")]
    watched = {"context": "watch", "expression": "n + 40", "frameId": frames[0]["id"]}
    assert say("evaluate", watched)["result"] == "44"
    say("stepOut", {"threadId": 1})
    client.event("stopped", reason="step")
    assert say("stackTrace", all_frames)["stackFrames"][0]["line"] == it.line("out")
    say("continue", {"threadId": 1})
    client.event("terminated")
    assert client.output() == "8\n"
    say("disconnect", {})
