"""Mixed debugging: a real debugpy session beside ours, for Python code that a spell calls."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

import pytest

from llmspell.state.store import StateStore
from tests.debug_adapter.conftest import MakeSpell
from tests.debug_adapter.connections import OverStdio
from tests.debug_adapter.python_client import PythonClient, python_sessions

SPELL = """\
print("before")
State.save("global", "answer", 42) --@call
print("after") --@after
"""


@pytest.fixture
def python(adapter: OverStdio) -> Iterator[list[PythonClient]]:
    """Opens Python sessions for the adapter, with a breakpoint where the state store is written."""
    code = StateStore.set_text.__code__
    lines = [line for _, _, line in code.co_lines() if line is not None]
    body = min(line for line in lines if line > code.co_firstlineno)
    with python_sessions(adapter, inspect.getfile(StateStore), body) as opened:
        yield opened


def test_from_lua_into_python_and_back(
    adapter: OverStdio, spell: MakeSpell, python: list[PythonClient]
) -> None:
    it = spell(SPELL)
    adapter.initialize(supportsStartDebuggingRequest=True, supportsProgressReporting=True)
    adapter.launch(it, python=True)
    adapter.break_at(it, "call", "after")
    adapter.go()
    adapter.stopped(reason="breakpoint")
    assert adapter.line() == it.line("call")
    adapter.request("continue", threadId=1)
    (debugpy,) = python
    stop = debugpy.stopped(reason="breakpoint")
    frame = debugpy.frames(stop["threadId"])[0]
    assert frame["source"]["path"] == inspect.getfile(StateStore)
    # Our session answers while Python stands still: its threads are not debugpy's business.
    assert adapter.request("threads")["threads"]
    now = adapter.now
    debugpy.request("continue", threadId=stop["threadId"])
    adapter.stopped(now, reason="breakpoint")
    assert adapter.line() == it.line("after")
    adapter.request("continue", threadId=1)
    adapter.event("terminated")
    assert adapter.output() == "before\nafter\n"
    assert adapter.events("exited") == [{"exitCode": 0}]
    titles = [start["title"] for start in adapter.events("progressStart")]
    assert "Waiting for the Python debugger" in titles


def test_a_client_without_sessions_is_told_where_debugpy_listens(
    adapter: OverStdio, spell: MakeSpell
) -> None:
    adapter.launch(spell("print('ran')\n"), python=True)
    adapter.go()
    adapter.event("terminated")
    assert "debugpy listens on 127.0.0.1:" in adapter.output("console")
    assert adapter.output() == "ran\n"


def test_a_client_that_refuses_the_session_still_gets_its_spell(
    adapter: OverStdio, spell: MakeSpell
) -> None:
    adapter.initialize(supportsStartDebuggingRequest=True)
    adapter.launch(spell("print('ran')\n"), python=True)
    adapter.go()
    adapter.event("terminated")
    assert "no Python session: not supported" in adapter.output("important")
    assert adapter.output() == "ran\n"


@pytest.mark.parametrize("answers", [True, False])
def test_the_wait_for_python_can_be_cut_short(
    adapter: OverStdio, spell: MakeSpell, answers: bool
) -> None:
    if answers:
        adapter.reverse["startDebugging"] = lambda _: {}  # and never attaches
    else:
        adapter.silent_about.add("startDebugging")
    adapter.initialize(supportsStartDebuggingRequest=True, supportsProgressReporting=True)
    adapter.launch(spell("print('ran')\n"), python=True)
    adapter.go()
    wait = adapter.event("progressStart", title="Waiting for the Python debugger")
    adapter.request("cancel", progressId=wait["progressId"])
    adapter.event("terminated")
    assert adapter.output() == "ran\n"
