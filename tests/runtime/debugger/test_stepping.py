"""Stepping: into, over and out of calls, loops, errors and coroutines; pausing."""

from __future__ import annotations

from typing import Any

import pytest

from llmspell.debugger.debugger import DebugError
from llmspell.debugger.model import BreakpointSpec
from tests.runtime.debugger.conftest import MakeSession, Session

CALLS = """
local function inner(n)
  local y = n * 2 -- inner
  return y -- inner return
end
local function outer(a)
  local r = inner(a) -- outer
  r = r + 1 -- after
  return r -- outer return
end
print(outer(5)) -- call
print("end") -- end
"""


def started(session: Session, mark: str) -> Session:
    session.break_at(mark)
    session.start()
    session.thread = session.stop().thread
    return session


def lines(session: Session, *ways: str) -> list[int]:
    """The lines at which the program stands after each step."""
    found = []
    for way in ways:
        assert session.go(way) is not None
        found.append(session.at(session.thread))
    return found


def test_step_over_stays_in_the_frame(make_session: MakeSession, mode: str) -> None:
    session = started(make_session(CALLS, mode), "outer")
    assert lines(session, "over", "over") == [session.line("after"), session.line("outer return")]
    session.finish()


def test_step_in_enters_the_call(make_session: MakeSession, mode: str) -> None:
    session = started(make_session(CALLS, mode), "outer")
    assert lines(session, "in", "over") == [session.line("inner"), session.line("inner return")]
    session.finish()


def test_step_out_lands_in_the_caller(make_session: MakeSession, mode: str) -> None:
    session = started(make_session(CALLS, mode), "inner")
    # The result goes into a local: on the line of the call there is nothing left to do.
    assert lines(session, "out") == [session.line("after")]
    assert session.frames()[0].name == "outer"
    session.finish()


def test_step_over_at_the_end_lands_in_the_caller(make_session: MakeSession, mode: str) -> None:
    session = started(make_session(CALLS, mode), "inner return")
    assert lines(session, "over") == [session.line("after")]
    session.finish()


def test_a_step_that_leaves_the_program_ends_it(make_session: MakeSession, mode: str) -> None:
    session = started(make_session(CALLS, mode), "end")
    assert session.go("over") is None
    assert session.output == "11\nend\n"


def test_a_breakpoint_ends_a_step_over(make_session: MakeSession, mode: str) -> None:
    session = make_session(CALLS, mode)
    session.break_at("call", "inner")
    session.start()
    session.stop()
    stop = session.go("over")
    assert stop is not None
    assert (stop.reason, session.at()) == ("breakpoint", session.line("inner"))
    session.finish()


def test_a_step_onto_a_breakpoint_stops_once(make_session: MakeSession, mode: str) -> None:
    session = make_session(CALLS, mode)
    session.break_at("outer", "after")
    session.start()
    session.stop()
    assert lines(session, "over") == [session.line("after")]
    assert lines(session, "over") == [session.line("outer return")]
    session.finish()


@pytest.mark.parametrize("how", [{"condition": "r > 0"}, {"hit_condition": ">= 1"}, {}])
def test_a_step_onto_a_breakpoint_that_is_tested_stops_once(
    make_session: MakeSession, mode: str, how: dict[str, Any]
) -> None:
    session = make_session(CALLS, mode)
    spec = BreakpointSpec(session.line("after"), **how)
    session.debugger.set_breakpoints(
        str(session.path), [BreakpointSpec(session.line("outer")), spec]
    )
    session.start()
    session.stop()
    assert lines(session, "over") == [session.line("after")]
    assert lines(session, "over") == [session.line("outer return")]
    session.finish()


LOOP = """
local n = 0 -- first
for i = 1, 3 do
  n = n + 1 -- inside
  n = n + 1 -- next
end
print(n)
"""


def test_a_step_onto_a_line_whose_condition_fails_does_not_hide_a_later_pass(
    make_session: MakeSession, mode: str
) -> None:
    session = make_session(LOOP, mode)
    session.debugger.set_breakpoints(
        str(session.path),
        [
            BreakpointSpec(session.line("first")),
            BreakpointSpec(session.line("inside"), condition="i == 2"),
        ],
    )
    session.start()
    session.stop()
    assert lines(session, "over", "over")[-1] == session.line("inside")
    stop = session.go("continue")
    assert stop is not None
    assert stop.reason == "breakpoint"
    assert session.debugger.evaluate("i", session.frames()[0].id).value == "2"
    session.finish()


def test_stepping_over_a_caught_error(make_session: MakeSession, mode: str) -> None:
    session = make_session(
        """
        local function fail(n) if n == 0 then error("deep") end fail(n - 1) end
        local ok = pcall(fail, 20) -- call
        ok = not ok -- next
        print(ok)
        """,
        mode,
    )
    started(session, "call")
    assert lines(session, "over") == [session.line("next")]
    session.finish()


def test_stepping_over_deep_recursion_and_tail_calls(make_session: MakeSession, mode: str) -> None:
    session = make_session(
        """
        local function count(n) if n == 0 then return 0 end return count(n - 1) end
        local function fib(n) if n < 2 then return n end return fib(n - 1) + fib(n - 2) end
        local a = count(1000) -- tail
        local b = fib(12) -- fib
        print(a, b) -- end
        """,
        mode,
    )
    started(session, "tail")
    assert lines(session, "over", "over") == [session.line("fib"), session.line("end")]
    session.finish()


def test_stepping_through_a_loop(make_session: MakeSession, mode: str) -> None:
    session = make_session(
        "for i = 1, 2 do -- head\n  print(i) -- body\nend\nprint('end') -- end\n", mode
    )
    started(session, "body")
    head, body, end = session.line("head"), session.line("body"), session.line("end")
    assert lines(session, "over", "over", "over", "over") == [head, body, head, end]
    session.finish()


COROUTINE = """
local co = coroutine.create(function(p)
  local q = p + 1 -- first
  coroutine.yield(q) -- yield
  q = q + 1 -- second
  return q -- return
end)
local _, a = coroutine.resume(co, 1) -- resume
a = a + 1 -- between
coroutine.resume(co) -- again
print(a) -- end
"""


def test_stepping_over_a_resume_does_not_stop_inside(make_session: MakeSession, mode: str) -> None:
    session = started(make_session(COROUTINE, mode), "resume")
    assert lines(session, "over", "over", "over") == [
        session.line("between"), session.line("again"), session.line("end"),
    ]  # fmt: skip
    session.finish()


def test_stepping_into_a_resume_and_over_a_yield(make_session: MakeSession, mode: str) -> None:
    session = started(make_session(COROUTINE, mode), "resume")
    assert lines(session, "in", "over") == [session.line("first"), session.line("yield")]
    assert session.thread > 1
    assert lines(session, "over")[0] in (session.line("resume"), session.line("between"))
    assert session.thread == 1
    session.finish()


def test_stepping_out_of_a_coroutine_lands_in_its_resumer(
    make_session: MakeSession, mode: str
) -> None:
    session = started(make_session(COROUTINE, mode), "second")
    assert lines(session, "out")[0] in (session.line("again"), session.line("end"))
    assert session.thread == 1
    session.finish()


def test_stepping_past_the_death_of_a_coroutine(make_session: MakeSession, mode: str) -> None:
    session = make_session(
        """
        local w = coroutine.wrap(function()
          error("inside") -- raise
        end)
        local ok = pcall(w) -- call
        print(ok) -- end
        """,
        mode,
    )
    started(session, "raise")
    assert lines(session, "over")[0] in (session.line("call"), session.line("end"))
    session.finish()


def test_a_callback_that_python_calls_can_be_stepped_into(
    make_session: MakeSession, mode: str
) -> None:
    session = make_session(
        """
        local s = Streaming.create(function()
          coroutine.yield(1) -- yield
        end)
        local v = s:next() -- next
        print(v) -- end
        """,
        mode,
    )
    started(session, "next")
    assert lines(session, "in") == [session.line("yield")]
    session.finish()


def test_a_chosen_call_is_entered(make_session: MakeSession, mode: str) -> None:
    session = make_session(
        """
        local t = {}
        local function first(n)
          return n -- first
        end
        function t.second(n)
          return n -- second
        end
        print(t.second(first(1))) -- call
        """,
        mode,
    )
    started(session, "call")
    targets = session.debugger.step_in_targets(session.frames()[0].id)
    labels = {target.label: target.id for target in targets}
    assert {"first()", "t.second()"} <= set(labels)
    session.debugger.step_in(1, labels["t.second()"])
    session.stop()
    assert session.at() == session.line("second")
    session.finish()


def test_pause_stops_a_call_free_loop(make_session: MakeSession, mode: str) -> None:
    session = make_session(
        "go = true\nlocal ready = true -- start\nwhile go do end -- loop\nprint('ended')\n", mode
    )
    session.break_at("start")
    session.start()
    session.stop()
    session.debugger.resume()
    session.debugger.pause()
    stop = session.stop()
    assert stop.reason == "pause"
    session.value("go = false")
    session.finish()
    assert session.output == "ended\n"


def test_pause_stops_inside_a_coroutine(make_session: MakeSession, mode: str) -> None:
    session = make_session(
        "go = true\nlocal ready = true -- co\nlocal co = coroutine.wrap(function()\n  while go do end\nend)\nco()\n",
        mode,
    )
    session.break_at("co")
    session.start()
    session.stop()
    session.debugger.resume()
    session.debugger.pause()
    stop = session.stop()
    assert stop.reason == "pause"
    session.value("go = false", thread=stop.thread)
    session.finish()


def test_entry_stops_at_the_first_line(make_session: MakeSession, mode: str) -> None:
    session = make_session("\n-- comment\nlocal a = 1 -- first\nprint(a)\n", mode)
    session.debugger.stop_on_entry = True
    session.start()
    assert session.stop().reason == "entry"
    assert session.at() == session.line("first")
    session.finish()


def test_code_of_others_is_stepped_over(make_session: MakeSession, mode: str) -> None:
    session = make_session(
        "local f = load('local x = 1\\nreturn x', '=text')\nlocal v = f() -- call\nprint(v) -- end\n",
        mode,
    )
    started(session, "call")
    assert lines(session, "in") == [session.line("end")]
    session.finish()


def test_a_spell_can_be_ended_while_it_stands(make_session: MakeSession, mode: str) -> None:
    session = started(make_session(CALLS, mode), "inner")
    session.debugger.terminate()
    session.ended()
    assert type(session.error).__name__ == "Interrupted"


def test_a_spell_can_be_ended_while_it_runs(make_session: MakeSession, mode: str) -> None:
    session = make_session("local a = 1 -- start\nwhile true do end\n", mode)
    started(session, "start")
    session.debugger.resume()
    session.debugger.terminate()
    session.ended()
    assert type(session.error).__name__ == "Interrupted"


PINGPONG = """
local function body()
  local n = 1
  coroutine.yield() -- yields
  n = n + 1 -- resumed
  return n
end
local co = coroutine.create(body)
local other = coroutine.create(body)
coroutine.resume(co)
coroutine.resume(other)
print("start") -- start
coroutine.resume(other)
coroutine.resume(co)
print("end")
"""


def test_a_step_in_another_thread_waits_until_that_goes_on(
    make_session: MakeSession, mode: str
) -> None:
    session = make_session(PINGPONG, mode)
    session.break_at("start")
    session.start()
    session.stop()
    first = next(t.id for t in session.debugger.threads() if t.id != 1)
    session.debugger.step_over(first)
    stop = session.stop()
    assert (stop.reason, stop.thread) == ("step", first)
    assert session.at(first) in (session.line("yields"), session.line("resumed"))
    session.finish()


def test_a_step_in_a_thread_that_does_not_exist_is_refused(make_session: MakeSession) -> None:
    session = make_session(PINGPONG)
    session.break_at("start")
    session.start()
    session.stop()
    with pytest.raises(DebugError, match="no thread 99"):
        session.debugger.step_in(99)
    assert session.debugger.is_stopped
    session.finish()


def test_a_breakpoint_in_a_coroutine_ends_a_step_over_its_resume(
    make_session: MakeSession, mode: str
) -> None:
    session = make_session(PINGPONG, mode)
    session.break_at("start", "resumed")
    session.start()
    session.stop()
    session.go("over")
    stop = session.go("over")
    assert stop is not None
    assert (stop.reason, session.at(stop.thread)) == ("breakpoint", session.line("resumed"))
    assert stop.thread > 1
    session.finish()


def test_a_script_s_count_hook_is_not_called_for_what_a_step_counts(
    make_session: MakeSession, mode: str
) -> None:
    session = make_session(
        """
        local calls = 0
        debug.sethook(function() calls = calls + 1 end, "", 1000000000)
        local co = coroutine.create(function()
          return 1 -- in
        end)
        coroutine.resume(co) -- resume
        debug.sethook()
        print(calls)
        """,
        mode,
    )
    session.break_at("in")
    session.start()
    session.thread = session.stop().thread
    session.go("out")
    session.finish()
    assert session.output == "0\n"


def test_a_program_that_was_left_stops_no_more_until_somebody_is_there(
    make_session: MakeSession, mode: str
) -> None:
    session = make_session("go = true\nlocal ready = true -- start\nwhile go do end\n", mode)
    started(session, "start").debugger.detach()
    session.debugger.pause()  # returns once the program has taken notice
    assert session.seen.stops.empty()
    session.debugger.attach(session.seen)
    session.debugger.pause()
    assert session.stop().reason == "pause"
    session.value("go = false")
    session.finish()
