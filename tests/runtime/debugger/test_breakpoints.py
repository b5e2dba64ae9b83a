"""Breakpoints on lines: where they stop, what they cost a program, what they say."""

from __future__ import annotations

import pytest

from llmspell.debugger.model import BreakpointSpec, FunctionBreakpointSpec
from tests.runtime.debugger.conftest import MakeSession, Session

LOOP = """
local total = 0
for i = 1, 5 do
  total = total + i -- body
end
print(total) -- end
"""


def test_it_stops_before_the_line_is_executed(make_session: MakeSession, mode: str) -> None:
    session = make_session(LOOP, mode)
    (point,) = session.break_at("end")
    session.start()
    stop = session.stop()
    assert (stop.reason, stop.hit_ids, session.at()) == (
        "breakpoint",
        [point.id],
        session.line("end"),
    )
    assert session.output == ""
    session.debugger.resume()
    session.ended()
    assert session.output == "15\n"


def test_it_stops_each_time_the_line_is_reached(make_session: MakeSession, mode: str) -> None:
    session = make_session(LOOP, mode)
    session.break_at("body")
    session.start()
    seen = []
    for _ in range(5):
        session.stop()
        seen.append(session.value("i"))
        session.debugger.resume()
    session.ended()
    assert seen == ["1", "2", "3", "4", "5"]


@pytest.mark.parametrize(
    ("condition", "stops"),
    [
        ("i == 3", ["3"]),
        ("i > 3", ["4", "5"]),
        ("total > 5 and i < 5", ["4"]),
        ("tostring(i) == '2'", ["2"]),
        ("i % 2 == 0", ["2", "4"]),
        ("false", []),
        ("missing.field", []),
    ],
)
def test_a_condition_chooses(
    make_session: MakeSession, mode: str, condition: str, stops: list[str]
) -> None:
    session = make_session(LOOP, mode)
    session.break_at("body", condition=condition)
    session.start()
    assert session.values_at_stops("i") == stops


def test_an_error_in_a_condition_is_reported_once(make_session: MakeSession, mode: str) -> None:
    session = make_session(LOOP, mode)
    session.break_at("body", condition="missing.field > 1")
    session.start()
    session.ended()
    (remark,) = session.seen.outputs
    assert remark[0] == "stderr"
    assert "condition: " in remark[1]
    assert "attempt to index a nil value" in remark[1]


def test_an_error_in_a_condition_is_said_once_for_all_places_of_a_breakpoint(
    make_session: MakeSession, mode: str
) -> None:
    session = make_session(
        """
function twice() return 1 end
twice()
function twice() return 2 end
twice()
for _ = 1, 2 do dofile("other.lua") end
""",
        mode,
    )
    other = session.write("local n = 1\nreturn n + 1\n", "other.lua")
    session.debugger.set_breakpoints(str(other), [BreakpointSpec(2, condition="n.x.y")])
    session.debugger.set_function_breakpoints([FunctionBreakpointSpec("twice", "missing.x")])
    session.start()
    session.ended()
    assert len(session.seen.outputs) == 2


TWO_LINES = """
for i = 1, 4 do
  local x = i -- one
  x = x + 1 -- two
end
print("end") -- end
"""


def test_an_error_is_said_again_for_a_breakpoint_that_is_set_anew_only(
    make_session: MakeSession, mode: str
) -> None:
    session = make_session(TWO_LINES, mode)
    failing = BreakpointSpec(session.line("one"), condition="missing.field")
    two, end = BreakpointSpec(session.line("two")), BreakpointSpec(session.line("end"))
    session.debugger.set_breakpoints(str(session.path), [failing, two])
    session.start()
    for others, said in (([two, end], 1), ([two], 1)):
        session.stop()
        assert len(session.seen.outputs) == said
        session.debugger.set_breakpoints(str(session.path), [failing, *others])
        session.debugger.resume()
    session.stop()
    assert len(session.seen.outputs) == 1
    session.debugger.set_breakpoints(str(session.path), [two])
    session.debugger.set_breakpoints(str(session.path), [failing])
    session.debugger.resume()
    session.ended()
    assert len(session.seen.outputs) == 2


def test_hits_are_counted_on_when_a_file_is_loaded_again(
    make_session: MakeSession, mode: str
) -> None:
    session = make_session('for i = 1, 4 do dofile("other.lua") end', mode)
    other = session.write("for n = 1, 2 do\n  last = n\nend\n", "other.lua")
    session.debugger.set_breakpoints(str(other), [BreakpointSpec(2, hit_condition="% 5")])
    session.start()
    session.stop()
    assert (session.value("n"), session.value("i", frame=1)) == ("1", "3")
    session.finish()


def test_hits_of_a_function_are_counted_on_when_another_one_is_set(
    make_session: MakeSession, mode: str
) -> None:
    session = make_session(
        """
function f() return 1 end
for i = 1, 3 do
  f()
  local x = i -- here
end
""",
        mode,
    )
    third = FunctionBreakpointSpec("f", hit_condition="3")
    (point,) = session.debugger.set_function_breakpoints([third])
    session.break_at("here")
    session.start()
    session.stop()
    (same, _) = session.debugger.set_function_breakpoints([third, FunctionBreakpointSpec("g")])
    assert same.id == point.id
    session.debugger.set_breakpoints(str(session.path), [])
    session.debugger.resume()
    assert session.stop().hit_ids == [point.id]
    assert session.value("i", frame=1) == "3"


def test_hits_are_counted_on_when_another_breakpoint_is_set(
    make_session: MakeSession, mode: str
) -> None:
    session = make_session(TWO_LINES, mode)
    third = BreakpointSpec(session.line("one"), hit_condition="3")
    two, end = BreakpointSpec(session.line("two")), BreakpointSpec(session.line("end"))
    session.debugger.set_breakpoints(str(session.path), [third, two])
    session.start()
    session.stop()
    session.debugger.set_breakpoints(str(session.path), [third, end])
    session.debugger.resume()
    session.stop()
    assert (session.at(), session.value("i")) == (third.line, "3")


def test_a_condition_that_is_no_lua_is_not_verified(make_session: MakeSession, mode: str) -> None:
    session = make_session(LOOP, mode)
    (point,) = session.break_at("body", condition="i ==")
    assert not point.verified
    assert "unexpected symbol" in (point.message or "")
    session.start()
    session.ended()


@pytest.mark.parametrize(
    ("hits", "stops"),
    [("3", ["3"]), ("== 2", ["2"]), (">= 4", ["4", "5"]), ("% 2", ["2", "4"]), ("> 4", ["5"])],
)
def test_a_hit_condition_counts(
    make_session: MakeSession, mode: str, hits: str, stops: list[str]
) -> None:
    session = make_session(LOOP, mode)
    session.break_at("body", hit_condition=hits)
    session.start()
    assert session.values_at_stops("i") == stops


def test_a_log_message_does_not_stop(make_session: MakeSession, mode: str) -> None:
    session = make_session(LOOP, mode)
    session.break_at("body", log_message="i is {i}, total {total * 2} {({7})[1]}")
    session.start()
    session.ended()
    texts = [text for category, text, _ in session.seen.outputs if category == "console"]
    assert texts[0].startswith("i is 1, total 0 7")
    assert len(texts) == 5
    assert session.seen.outputs[0][2] == session.line("body")


def test_breakpoints_set_while_running_are_reached(make_session: MakeSession, mode: str) -> None:
    session = make_session(
        """
        local go = true -- start
        local n = 0
        while go do
          n = n + 1 -- late
        end
        print("ended")
        """,
        mode,
    )
    session.break_at("start")
    session.start()
    session.stop()
    session.debugger.resume()
    session.break_at("late")
    session.stop()
    assert session.at() == session.line("late")
    session.value("go = false")
    session.finish()
    assert session.output == "ended\n"


def test_breakpoints_set_while_standing_are_reached(make_session: MakeSession, mode: str) -> None:
    session = make_session(LOOP, mode)
    session.break_at("body")
    session.start()
    session.stop()
    session.break_at("end")
    session.debugger.resume()
    session.stop()
    assert session.at() == session.line("end")
    session.finish()


def test_a_removed_breakpoint_does_not_stop(make_session: MakeSession, mode: str) -> None:
    session = make_session(LOOP, mode)
    session.break_at("body")
    session.start()
    session.stop()
    session.break_at()
    session.debugger.resume()
    session.ended()


def test_a_breakpoint_on_an_empty_line_moves_down(make_session: MakeSession, mode: str) -> None:
    session = make_session("local a = 1\n\n-- nothing here\nprint(a) -- target\n", mode)
    (point,) = session.debugger.set_breakpoints(str(session.path), [BreakpointSpec(2)])
    assert (point.verified, point.line) == (True, session.line("target"))
    session.start()
    session.stop()
    assert session.at() == session.line("target")
    session.finish()


def test_a_file_that_is_missing_is_not_verified(make_session: MakeSession) -> None:
    session = make_session(LOOP)
    (point,) = session.debugger.set_breakpoints(str(session.folder / "no.lua"), [BreakpointSpec(1)])
    assert not point.verified
    assert "not found" in (point.message or "")


def test_breakpoints_in_modules_and_coroutines(make_session: MakeSession, mode: str) -> None:
    session = make_session(
        """
        local work = require("module")
        local co = coroutine.wrap(function() return work(2) end)
        print(co())
        """,
        mode,
    )
    module = session.write("return function(n)\n  return n * 2 -- inside\nend\n", "module.lua")
    session.break_at("inside", path=module)
    session.start()
    stop = session.stop()
    assert stop.thread > 1
    assert session.value("n", thread=stop.thread) == "2"
    session.finish()
    assert session.output == "4\n"


def test_chunks_from_strings_can_be_stopped_in(make_session: MakeSession, mode: str) -> None:
    session = make_session(
        'local f = load("local a = 1\\nreturn a + 1", "=text") -- load\nprint(f()) -- call\n', mode
    )
    session.break_at("call")
    session.start()
    session.stop()
    (source,) = [s for s in session.debugger.loaded_sources() if s.path is None]
    assert session.debugger.source_text(source.reference) == "local a = 1\nreturn a + 1"
    session.debugger.set_breakpoints_in(source, [BreakpointSpec(2)])
    session.debugger.resume()
    session.stop()
    assert session.value("a") == "1"
    session.finish()


def test_a_function_breakpoint_stops_at_each_call(make_session: MakeSession, mode: str) -> None:
    session = make_session(
        """
        local function mix(b)
          return b
        end
        local function other(c)
          return c
        end
        print(other(0), mix(1), mix(2))
        """,
        mode,
    )
    session.debugger.set_function_breakpoints([FunctionBreakpointSpec("mix")])
    session.start()
    stop = session.stop()
    assert stop.reason == "function breakpoint"
    assert session.value("b") == "1"
    session.go("continue")
    assert session.value("b") == "2"
    session.finish()


def test_calling_a_boolean_is_the_ordinary_error(make_session: MakeSession, mode: str) -> None:
    session = make_session(
        "local flag = true\nprint(pcall(function() flag(1) end))\nprint(getmetatable(true))\n", mode
    )
    session.start()
    session.ended()
    assert "attempt to call a boolean value (upvalue 'flag')" in session.output
    assert session.output.endswith("nil\n")


def test_getmetatable_still_wants_an_argument(make_session: MakeSession, mode: str) -> None:
    session = make_session(
        "print(pcall(function() getmetatable() end))\nprint(getmetatable(nil))\n", mode
    )
    session.start()
    session.ended()
    message = "spell.lua:1: bad argument #1 to 'getmetatable' (value expected)\nnil\n"
    assert session.output.endswith(message)


def test_lines_that_a_hook_hears_cost_a_program_no_memory(make_session: MakeSession) -> None:
    """The collector would work in the hook, where the VM takes unused registers for alive."""
    session = make_session(
        """
local function run()
  local x = 0
  collectgarbage("stop")
  local before = collectgarbage("count")
  for i = 1, 10000 do
    x = x + i -- body
  end
  local grown = collectgarbage("count") - before
  collectgarbage("restart")
  return grown
end
print(run() < 16)
""",
        "hook",
    )
    session.break_at("body", hit_condition="== 1")
    session.start()
    session.stop()
    session.debugger.resume()
    session.ended()
    assert session.output == "true\n"


def test_locations_are_the_starts_of_statements(make_session: MakeSession) -> None:
    session = make_session("local a = 1\n\nlocal b = { -- two\n  3,\n}\nprint(a, b)\n")
    lines = [line for line, _ in session.debugger.breakpoint_locations(str(session.path), 1, 6)]
    assert lines == [1, 3, 6]


def test_a_scripts_line_hook_sees_its_own_lines_only(make_session: MakeSession, mode: str) -> None:
    session = make_session(
        """
local seen = {}
debug.sethook(function(_, line) seen[#seen + 1] = line end, "l")
local a = tostring(1) -- body
print(a)
debug.sethook()
print(table.concat(seen, " "))
""",
        mode,
    )
    session.break_at("body")
    session.start()
    session.stop()
    session.debugger.resume()
    session.ended()
    assert session.output == "1\n3 4 5\n"


ONE_LINE = "local function f(x) return x + 1 end\nf(1) f(2)\n"


def stops_of(session: Session) -> list[str]:
    """The functions in which a spell stops, until it has ended."""
    session.start()
    seen = []
    while session.next_stop() is not None:
        seen.append(session.frames()[0].name)
        session.debugger.resume()
    return seen


@pytest.mark.parametrize(
    ("column", "stops"),
    [(None, ["main chunk", "f", "f"]), (1, ["main chunk"]), (21, ["f", "f"])],
)
def test_a_line_with_a_whole_function_stops_in_what_was_asked_for(
    make_session: MakeSession, mode: str, column: int | None, stops: list[str]
) -> None:
    session = make_session(ONE_LINE, mode)
    session.debugger.set_breakpoints(str(session.path), [BreakpointSpec(1, column)])
    assert stops_of(session) == stops


def test_functions_of_a_line_that_take_the_same_are_told_apart(
    make_session: MakeSession, mode: str
) -> None:
    code = "local function f(x) return x + 1 end local function g(x) return x + 2 end\nf(1) g(2)\n"
    session = make_session(code, mode)
    column = code.index("return x + 2") + 1
    session.debugger.set_breakpoints(str(session.path), [BreakpointSpec(1, column)])
    assert stops_of(session) == ["g"]


def test_each_function_of_a_line_counts_its_own_passes(
    make_session: MakeSession, mode: str
) -> None:
    session = make_session(ONE_LINE, mode)
    session.debugger.set_breakpoints(str(session.path), [BreakpointSpec(1, hit_condition="2")])
    assert stops_of(session) == ["f"]


@pytest.mark.parametrize(
    "code",
    [
        "local function f(x) return x + 1 end f(1)\nf(2)\n",
        "local f = function() return 1 end\nf() f()\n",
        "function f(...) return ... end f(1) f(2)\n",
        "local t = {} function t.f(a) return a end t.f(t.f(1))\n",
    ],
)
def test_a_breakpoint_on_a_function_of_one_line_stops_inside_it_only(
    make_session: MakeSession, mode: str, code: str
) -> None:
    session = make_session(code, mode)
    session.debugger.set_function_breakpoints(
        [FunctionBreakpointSpec("t.f" if "t.f" in code else "f")]
    )
    assert [name.removeprefix("t.") for name in stops_of(session)] == ["f", "f"]


@pytest.mark.parametrize(
    "parameters", ["", "x", "x, y", "x, y, z", "...", "x, ...", "x, y, ...", "self, x"]
)
def test_a_late_breakpoint_is_reached_whatever_the_parameters_of_other_functions(
    make_session: MakeSession, parameters: str
) -> None:
    others = ["", "x", "y", "x, y", "x, z", "...", "x, ..."]
    code = "".join(f"local function f{n}({p}) return 1 end\n" for n, p in enumerate(others))
    code += f"local function hit({parameters})\n  return 1 -- in\nend\n"
    calls = " ".join(f"f{n}() f{n}(1, 2, 3)" for n in range(len(others)))
    code += f"for _ = 1, 2 do {calls} hit() hit(1, 2, 3) end\n"
    session = make_session(code, "hook")
    session.break_at("in")
    assert stops_of(session) == ["hit"] * 4
