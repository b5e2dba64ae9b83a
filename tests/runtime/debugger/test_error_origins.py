"""An error that the spell API raises carries what has raised it."""

from __future__ import annotations

from typing import ClassVar

import pytest

from llmspell.debugger.model import ExceptionFilter, ExceptionInfo
from llmspell.errors import LLMSpellError, NetworkError, ValidationError
from llmspell.tools.answer import Answer
from llmspell.tools.call import Call
from llmspell.tools.description import Parameter
from llmspell.tools.tool import Tool
from tests.runtime.debugger.conftest import MakeSession, Session


class Failing(Tool):
    """Always fails."""

    name: ClassVar[str] = "failing"
    parameters: ClassVar[tuple[Parameter, ...]] = (Parameter("size", "integer", "Unused."),)

    def run(self, call: Call) -> Answer:
        raise NetworkError("nobody answers")


def at_error(session: Session) -> tuple[str, ExceptionInfo]:
    """What is said of the error at which the session stops: on stopping, and when asked."""
    session.start()
    stop = session.stop()
    assert stop.reason == "exception"
    return stop.description, session.debugger.exception_info(stop.thread)


@pytest.mark.parametrize(
    ("code", "origin"),
    [
        ("Event.publish('', {})", "Event.publish"),
        ("JSON.parse('{')", "JSON.parse"),
        ("JSON.parse({})", "JSON.parse"),  # refused before Python is asked
        ("State.save('global', ('k'):rep(1000), 1)", "State.save"),
        ("local timer = Debug.timer('x')\ntimer:lap({})", "Timer:lap"),
        ("local timer = Debug.timer('x')\ntimer.lap(nil)", "Timer:lap"),
        ("local parse = JSON.parse\nlocal value = parse('{')", "JSON.parse"),
        ("table.sort({ '{', '}' }, JSON.parse)", "JSON.parse"),
    ],
)
def test_an_error_of_the_api_names_its_function(
    make_session: MakeSession, mode: str, code: str, origin: str
) -> None:
    session = make_session(code + "\n", mode)
    description, info = at_error(session)
    assert description == f"Paused on error of {origin}"
    assert info.id == f"uncaught error of {origin}"
    session.finish()


@pytest.mark.parametrize(
    "code",
    [
        "error('mine')",
        "local t\nprint(t.x)",
        "pcall(JSON.parse, '{')\nerror('mine')",
        "string.rep()",
        "require('nowhere')",
    ],
)
def test_an_error_of_the_program_names_nobody(make_session: MakeSession, code: str) -> None:
    session = make_session(code + "\n")
    description, info = at_error(session)
    assert (description, info.id) == ("Paused on error", "uncaught error")
    session.finish()


@pytest.mark.parametrize("kind", ["pcall", "xpcall"])
def test_a_caught_error_names_it_too(make_session: MakeSession, kind: str) -> None:
    session = make_session(f"{kind}(function() JSON.parse('{{') end, print)\n")
    session.debugger.set_exception_filters([ExceptionFilter(kind)])
    assert at_error(session)[1].id == f"error of JSON.parse caught by {kind}"
    session.finish()


def test_an_error_that_ended_a_coroutine_names_it(make_session: MakeSession) -> None:
    session = make_session("coroutine.wrap(function() JSON.parse('{') end)()\n")
    assert at_error(session)[1].id == "uncaught error of JSON.parse"
    session.finish()


@pytest.mark.parametrize(
    "code",
    [
        "Tool.execute('failing', {})",
        "Tool.get('failing').execute({})",
        "Tool.execute('failing', { size = 'large' })",
        "local ok, problem = pcall(Tool.execute, 'failing', {})\nerror(problem)",
    ],
)
def test_an_error_of_a_tool_names_the_tool(make_session: MakeSession, code: str) -> None:
    session = make_session(code + "\n")
    session.runtime.tools.register(Failing())
    assert at_error(session)[1].id == "uncaught error of tool failing"
    session.finish()


def test_whoever_raises_an_error_can_be_named_in_it() -> None:
    assert NetworkError("away", provider="somewhere").raised_by == "provider somewhere"
    assert ValidationError("wrong", tool="failing", field="path").raised_by == "tool failing"
    assert LLMSpellError("none").raised_by == ""
