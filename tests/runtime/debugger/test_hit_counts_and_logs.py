"""Passes that the program counts itself, and log messages that are left out."""

from __future__ import annotations

import re

import pytest

from llmspell.debugger.instrument import Wish
from llmspell.debugger.model import BreakpointSpec

from .conftest import MakeSession
from .marks import placed

LOOP = "for i = 1, 6 do\n  print(i) -- body\nend\n"


def test_a_lone_hit_condition_is_counted_by_the_program() -> None:
    result = placed(LOOP, Wish(1, 2, hit_condition="> 3"))
    assert b"__llmspell_[19]=__llmspell_[19]-1 if __llmspell_[19]<0 then" in result.source


def test_a_hit_condition_that_lets_nothing_go_adds_nothing_to_the_program() -> None:
    result = placed(LOOP, Wish(1, 2, hit_condition="<= 3"))
    assert b"__llmspell_" not in result.source


@pytest.mark.parametrize(
    ("text", "passes"),
    [
        ("3", [3]),
        ("== 3", [3]),
        ("= 3", [3]),
        (" ==3 ", [3]),
        ("> 3", [4, 5, 6]),
        (">= 3", [3, 4, 5, 6]),
        ("< 3", [1, 2]),
        ("<= 3", [1, 2, 3]),
        ("~= 3", [1, 2, 4, 5, 6]),
        ("!= 3", [1, 2, 4, 5, 6]),
        ("% 3", [3, 6]),
        ("%2", [2, 4, 6]),
        ("0", []),
        ("> 0", [1, 2, 3, 4, 5, 6]),
    ],
)
def test_the_passes_at_which_a_hit_condition_stops(
    make_session: MakeSession, mode: str, text: str, passes: list[int]
) -> None:
    session = make_session(LOOP, mode)
    session.break_at("body", hit_condition=text)
    session.start()
    assert session.values_at_stops("i") == [str(number) for number in passes]


@pytest.mark.parametrize(
    ("condition", "stops"),
    [("i ~= 2", ["3", "5"]), ("i > 1", ["3", "5"]), ("tostring(i) ~= '1'", ["3", "5"])],
)
def test_only_passes_where_the_condition_holds_are_counted(
    make_session: MakeSession, mode: str, condition: str, stops: list[str]
) -> None:
    session = make_session(LOOP, mode)
    session.break_at("body", condition=condition, hit_condition="% 2")
    session.start()
    assert session.values_at_stops("i") == stops


def test_counting_goes_on_in_each_function_and_thread(make_session: MakeSession) -> None:
    code = """
local function pass(i)
  print(i) -- body
end
pass(1)
coroutine.wrap(function() pass(2) end)()
local again = pass
again(3)
"""
    session = make_session(code)
    session.break_at("body", hit_condition="2")
    session.start()
    assert session.stop().thread != 1
    session.debugger.resume()
    session.ended()


def test_a_breakpoint_that_is_set_anew_counts_from_the_start(make_session: MakeSession) -> None:
    session = make_session(LOOP)
    session.break_at("body", hit_condition="2")
    session.start()
    session.stop()
    session.debugger.set_breakpoints(str(session.path), [BreakpointSpec(2, hit_condition="3")])
    session.debugger.resume()
    session.stop()
    assert session.value("i") == "5"
    session.finish()


def test_a_removed_breakpoint_counts_no_more(make_session: MakeSession) -> None:
    session = make_session(LOOP)
    session.break_at("body", hit_condition=">= 2")
    session.start()
    session.stop()
    session.finish()
    assert session.output.split() == ["1", "2", "3", "4", "5", "6"]


def test_every_message_is_written_or_counted(make_session: MakeSession) -> None:
    passes = 300_000
    session = make_session(f"for i = 1, {passes} do\n  local x = i -- body\nend\n")
    session.break_at("body", log_message="at {i}")
    session.start()
    session.ended()
    last, written = 0, 0
    texts = [text for category, text, _ in session.seen.outputs if category == "console"]
    for text in texts:
        if left_out := re.fullmatch(r"\((\d+) messages left out\)\n", text):
            last += int(left_out[1])
        else:
            last, written = last + 1, written + 1
            assert text == f"at {last}\n"
    assert 100 <= written < passes


def test_a_few_messages_are_never_left_out(make_session: MakeSession, mode: str) -> None:
    session = make_session("for i = 1, 99 do\n  print(i) -- body\nend\n", mode)
    session.break_at("body", log_message="{i}", condition="i ~= 0")
    session.start()
    session.ended()
    assert [text for _, text, _ in session.seen.outputs] == [f"{i}\n" for i in range(1, 100)]


def test_a_trusted_spell_finds_its_upvalues_by_the_numbers_that_they_have_without_a_debugger(
    make_session: MakeSession,
) -> None:
    session = make_session(
        """
        local first, second = 1, 2
        local function f()
          first = second -- in
          return first
        end
        print(debug.getupvalue(f, 1))
        print(debug.setupvalue(f, 2, 5))
        print(debug.getupvalue(f, 3))
        print(f(), first)
        debug.upvaluejoin(f, 1, f, 2)
        print(debug.upvalueid(f, 1) == debug.upvalueid(f, 2))
        """,
        security="trusted",
    )
    session.break_at("in", hit_condition="> 100")
    session.start()
    session.ended()
    assert session.output == "first\t1\nsecond\n\n5\t5\ntrue\n"
