"""Requests in any order with any arguments: each gets exactly one answer, and the session ends."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import llmspell_debug_adapter.requests  # noqa: F401 - registers the handlers
from llmspell_debug_adapter.session.registry import handlers
from tests.debug_adapter.client import Spell
from tests.debug_adapter.in_process import InProcess

NUMBERS = st.integers(-2, 5) | st.sampled_from([2**31, 2**63, 2**70, None, "x", 1.5])
TEXTS = st.sampled_from(["t", "t.a", "1 +", "", "f(1)", "error('x')", "\ud800", "\x00", None, 3])

# What arguments are made of: by the names that the protocol has for them.
VALUES: dict[str, Any] = {
    **dict.fromkeys(
        ["threadId", "frameId", "variablesReference", "startFrame", "levels", "start", "count",
         "line", "endLine", "column", "targetId", "sourceReference", "requestId", "startModule",
         "locationReference"],
        NUMBERS,
    ),
    **dict.fromkeys(
        ["expression", "value", "name", "text", "context", "filter", "progressId"], TEXTS
    ),
    "source": st.fixed_dictionaries({"path": st.sampled_from(["spell.lua", "", "/x", None])})
    | st.none(),
    "breakpoints": st.lists(
        st.fixed_dictionaries(
            {"line": NUMBERS, "name": TEXTS, "dataId": TEXTS | st.sampled_from(["1", "2"])},
            optional={"accessType": st.sampled_from(["read", "write", "readWrite", "x"]), "condition": TEXTS, "hitCondition": TEXTS, "logMessage": TEXTS},
        ),
        max_size=3,
    ),
    "filters": st.lists(st.sampled_from(["uncaught", "pcall", "all", "x"]), max_size=2),
    "threadIds": st.lists(NUMBERS, max_size=2),
    "terminateDebuggee": st.booleans(),
}  # fmt: skip

COMMANDS = [*sorted(set(handlers()) - {"initialize", "launch", "disconnect"}), "nonsense"]
REQUESTS = st.tuples(st.sampled_from(COMMANDS), st.fixed_dictionaries({}, optional=VALUES))

TEXT = """\
local t = { a = 1 }
local function f(x)
  t.a = x
  coroutine.yield(t.a)
  return x
end
local one, two = coroutine.wrap(f), coroutine.wrap(f)
print(one(1), two(2))
print(pcall(one), pcall(two))
"""


@settings(
    max_examples=40,
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),  # shrinking what hangs takes hours
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    st.lists(REQUESTS, min_size=1, max_size=25),
    st.booleans(),
    st.sampled_from(["auto", "hook", "compiled"]),
)
def test_every_request_is_answered_once_whatever_it_is(
    tmp_path: Path, requests: list[tuple[str, dict[str, Any]]], stop: bool, mode: str
) -> None:
    client = InProcess()
    with contextlib.chdir(tmp_path):
        ask_all(client, tmp_path, requests, stop, mode)


def ask_all(
    client: InProcess,
    tmp_path: Path,
    requests: list[tuple[str, dict[str, Any]]],
    stop: bool,
    mode: str,
) -> None:
    """Asks, and looks that each request is answered once."""
    try:
        client.launch(Spell(tmp_path / "spell.lua", TEXT), stopOnEntry=True, breakpoints=mode)
        if stop:
            client.go()
            client.stopped()
        asked = [client.ask(command, checked=False, **args) for command, args in requests]
        asked.append(client.ask("disconnect", terminateDebuggee=True))
        client.ended()
        answered = [
            m["request_seq"]
            for m in client.timeline
            if m["type"] == "response" and m["request_seq"] >= asked[0]
        ]
        assert sorted(answered) == asked
        internal = [m for m in client.timeline if "internal error" in str(m.get("message", ""))]
        assert not internal
    finally:
        client.close()
