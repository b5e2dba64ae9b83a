"""Stopping where data is written or read."""

from __future__ import annotations

import pytest

from llmspell.debugger.model import Breakpoint, BreakpointSpec, DataBreakpointSpec, Stop
from tests.runtime.debugger.conftest import MakeSession, Session

DATA = """
local t = { x = 1 }
g = 1
local n = 1 -- start
t.y = 5
t.x = 2 -- field
g = 2 -- global
n = 2 -- local
print("end") -- end
"""


def watch(session: Session, expression: str, access: str, **how: str) -> Breakpoint:
    """Sets a data breakpoint on an expression of the innermost frame."""
    frame = session.frames()[0].id
    identity, _, accesses = session.debugger.data_breakpoint_info(expression, None, frame)
    assert identity is not None
    assert access in accesses
    spec = DataBreakpointSpec(identity, access, **how)  # type: ignore[arg-type]
    return session.debugger.set_data_breakpoints([spec])[0]


def stand(session: Session, mark: str = "start") -> None:
    """Runs to a mark."""
    session.break_at(mark)
    session.start()
    session.stop()


def marks_at_stops(session: Session) -> list[str]:
    """Goes on to the end; gives the comments of the lines that it stops at."""
    found = []
    lines = session.path.read_text().split("\n")
    stop: Stop | None = session.go("continue")
    while stop is not None:
        assert stop.reason == "data breakpoint"
        found.append(lines[session.at(stop.thread) - 1].rpartition("-- ")[2])
        stop = session.go("continue")
    return found


# Writing -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "scope", "written", "text"),
    [
        ("x", "t", "field", "t x: 1 -> 2"),
        ("g", "Globals", "global", "global g: 1 -> 2"),
        ("n", "Locals", "local", "local n: 1 -> 2"),
    ],
)
def test_a_data_breakpoint_stops_after_the_write(
    make_session: MakeSession, mode: str, name: str, scope: str, written: str, text: str
) -> None:
    session = make_session(DATA, mode)
    stand(session)
    session.go("over")
    frame = session.frames()[0].id
    if scope == "t":
        reference = session.scope("Locals")["t"].reference
    else:
        reference = {s.name: s.reference for s in session.debugger.scopes(frame)}[scope]
    identity, shown, accesses = session.debugger.data_breakpoint_info(name, reference, frame)
    assert identity is not None
    assert name in shown
    assert accesses == (["write"] if name == "n" else ["read", "write", "readWrite"])
    (point,) = session.debugger.set_data_breakpoints([DataBreakpointSpec(identity)])
    stop = session.go("continue")
    assert stop is not None
    assert (stop.reason, stop.hit_ids, stop.text) == ("data breakpoint", [point.id], text)
    assert session.at() == session.line(written) + 1
    session.finish()


def test_what_cannot_be_watched_has_no_id(make_session: MakeSession) -> None:
    session = make_session(DATA)
    stand(session)
    locals_ = session.debugger.scopes(session.frames()[0].id)[0].reference
    identity, message, _ = session.debugger.data_breakpoint_info("nothing", locals_, None)
    assert identity is None
    assert "nothing" in message
    session.finish()


@pytest.mark.parametrize("expression", ["1 + 1", "t.", "missing.x", "#t", "t[nil]"])
def test_what_is_no_place_has_no_id(make_session: MakeSession, expression: str) -> None:
    session = make_session(DATA)
    stand(session)
    frame = session.frames()[0].id
    assert session.debugger.data_breakpoint_info(expression, None, frame)[0] is None
    session.finish()


def test_a_write_is_seen_while_it_is_stepped_over(make_session: MakeSession, mode: str) -> None:
    session = make_session(
        """
        local t = { x = 1 }
        local function change()
          t.x = 2
          return t -- inside
        end
        change() -- start
        print(t.x)
        """,
        mode,
    )
    stand(session)
    point = watch(session, "t.x", "write")
    stop = session.go("over")
    assert stop is not None
    assert (stop.reason, stop.hit_ids) == ("data breakpoint", [point.id])
    assert session.at() == session.line("inside")
    session.finish()


def test_stepping_while_something_is_watched_goes_where_it_goes_otherwise(
    make_session: MakeSession, mode: str
) -> None:
    session = make_session(
        """
        local t, u = { x = 1 }, {}
        local function twice(n)
          local m = n -- in
          return m * 2 -- in too
        end
        u.a = twice(1) -- start
        u.b = twice(2) -- second
        u.c = twice(3) -- third
        """,
        mode,
    )
    stand(session)
    watch(session, "t.x", "readWrite")
    session.go("over")
    assert session.at() == session.line("second")
    session.go("in")
    assert session.at() == session.line("in")
    session.go("out", "over")
    assert session.at() == session.line("third")
    session.finish()


# Reading -------------------------------------------------------------------------------------

READS = """
local t = setmetatable({ x = 1, y = 2, f = print }, { __index = { far = 5 } })
local u, key, list = { x = 1 }, "x", { "a", "b" }
local heir = setmetatable({}, { __index = t })
local function inner() return t.x end
print("start") -- start
t.x = 3 -- written
u.x = u.x + 1 -- another table
print(t.y) -- another key
print(t.x) -- field
print(t[key]) -- index
print(t["x"], t.x) -- twice
inner()
print(heir.x) -- inherited
heir.x = 1
print(heir.x) -- own
print(rawget(t, "x")) -- rawget
for name in pairs(t) do key = name end -- pairs
print(next({ x = 1 })) -- another next
print(#list, list[2]) -- list
coroutine.wrap(function()
  print(t.x) -- coroutine
end)()
print(t.x + t.x * 2) -- end
"""


def test_every_read_of_a_field_stops_before_it(make_session: MakeSession, mode: str) -> None:
    session = make_session(READS, mode)
    stand(session)
    watch(session, "t.x", "read")
    assert marks_at_stops(session) == [
        "field", "index", "twice", "twice", "local function inner() return t.x end", "inherited",
        "rawget", "pairs", "coroutine", "end", "end",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("code", "expression", "stops"),
    [
        ("t:f() -- self\nt.f(t) -- field", "t.f", ["self", "field"]),
        ("print(t[1], t[1.0], t[n]) -- all\nprint(t[2])", "t[1]", ["all"] * 3),
        ("for _ in ipairs(t) do n = n end -- ipairs\nprint(n)", "t[2]", ["ipairs"]),
        ("print(g) -- global\ng = 2\nprint(_G.g) -- in G", "g", ["global", "in G"]),
        ("print(t.absent) -- absent", "t.absent", ["absent"]),
        ("print(t[false]) -- boolean", "t[false]", ["boolean"]),
        ("print(pcall(function() return t.s.s -- deep\nend))", "t.s", ["deep"]),
    ],
)
def test_reads_of_all_kinds(
    make_session: MakeSession, mode: str, code: str, expression: str, stops: list[str]
) -> None:
    start = "local t, n = { 'a', 'b', f = type, s = {} }, 1\ng = 1\nprint('start') -- start\n"
    session = make_session(start + code + "\n", mode)
    stand(session)
    watch(session, expression, "read")
    assert marks_at_stops(session) == stops


def test_a_long_key_is_a_key_like_any_other(make_session: MakeSession, mode: str) -> None:
    name = "a" * 60
    session = make_session(f"local t = {{}}\nprint(1) -- start\nprint(t.{name}) -- read\n", mode)
    stand(session)
    watch(session, f"t.{name}", "read")
    assert marks_at_stops(session) == ["read"]


def test_a_stop_at_a_read_says_so(make_session: MakeSession, mode: str) -> None:
    session = make_session(READS, mode)
    stand(session)
    point = watch(session, "t.x", "read")
    stop = session.go("continue")
    assert stop is not None
    assert (stop.hit_ids, stop.text) == ([point.id], "t.x is read")
    session.finish()


def test_read_and_write_together(make_session: MakeSession, mode: str) -> None:
    session = make_session(
        "local t = { x = 1 }\nprint(1) -- start\nt.x = 2\nprint(2) -- behind the write\n"
        "print(t.x) -- read\nt.x = t.x + 1 -- read to be written\nprint(3) -- end\n",
        mode,
    )
    stand(session)
    watch(session, "t.x", "readWrite")
    assert marks_at_stops(session) == ["behind the write", "read", "read to be written", "end"]


def test_conditions_of_a_read(make_session: MakeSession, mode: str) -> None:
    session = make_session(
        "local t, sum = { x = 1 }, 0\nprint(1) -- start\n"
        "for i = 1, 6 do\n  sum = sum + t.x -- body\nend\n",
        mode,
    )
    stand(session)
    watch(session, "t.x", "read", condition="i > 2", hit_condition="% 2")
    seen = []
    while session.go("continue") is not None:
        seen.append(session.value("i"))
    assert seen == ["4", "6"]


def test_a_breakpoint_beside_one_on_data_stops_in_its_own_file_only(
    make_session: MakeSession, mode: str
) -> None:
    code = "local f = require('other')\nlocal n = 0\nprint(n) -- start\n"
    code += "for i = 1, 3 do n = i f() end -- data\nprint(1)\nprint(n) -- end\n"
    session = make_session(code, mode)
    session.write("return function()\n\n\n\n\nlocal x = 1\nend\n", "other.lua")
    stand(session)
    watch(session, "n", "write")
    session.break_at("end")
    reasons = []
    while (stop := session.go("continue")) is not None:
        reasons.append(stop.reason)
    assert reasons == ["data breakpoint"] * 3 + ["breakpoint"]


def test_a_condition_that_is_no_lua_is_refused(make_session: MakeSession, mode: str) -> None:
    session = make_session("local n = 1\nprint(n) -- start\n", mode)
    stand(session)
    point = watch(session, "n", "write", condition="n >")
    assert (point.verified, point.message) == (False, "condition: unexpected symbol near <eof>")


def test_what_breakpoints_read_is_not_the_programs(make_session: MakeSession, mode: str) -> None:
    session = make_session(
        "local t = { x = 1 }\nprint(1) -- start\nprint(2) -- condition\nprint(3) -- log\n", mode
    )
    session.debugger.set_breakpoints(
        str(session.path),
        [
            BreakpointSpec(session.line("start")),
            BreakpointSpec(session.line("condition"), condition="t.x == tostring(2)"),
            BreakpointSpec(session.line("log"), log_message="x is {t.x}"),
        ],
    )
    session.start()
    session.stop()
    watch(session, "t.x", "read")
    assert marks_at_stops(session) == []
    assert session.seen.outputs[-1][1] == "x is 1\n"


def test_a_step_meets_a_read(make_session: MakeSession, mode: str) -> None:
    session = make_session(
        "local t = { x = 1 }\nlocal function f()\n  return t.x -- read\nend\n"
        "f() -- start\nprint(2) -- behind\n",
        mode,
    )
    stand(session)
    watch(session, "t.x", "read")
    stop = session.go("over")
    assert stop is not None
    assert (stop.reason, session.at()) == ("data breakpoint", session.line("read"))
    stop = session.go("out")
    assert stop is not None
    assert stop.reason == "step"
    session.finish()


def test_a_spell_in_which_reads_are_watched_can_be_paused_and_ended(
    make_session: MakeSession, mode: str
) -> None:
    session = make_session(
        "local t = { x = 1 }\nprint(1) -- start\nwhile true do pcall(type, t) end\n", mode
    )
    stand(session)
    watch(session, "t.x", "read")
    session.debugger.resume()
    session.debugger.pause()
    assert session.stop().reason == "pause"
    session.debugger.resume()
    session.debugger.terminate()
    session.ended()


def test_breakpoints_stop_while_reads_are_watched(make_session: MakeSession, mode: str) -> None:
    session = make_session(
        "local t = { x = 1 }\nlocal function f() -- f\n  return t -- late\nend\n"
        "print(1) -- start\nf()\n",
        mode,
    )
    stand(session)
    watch(session, "t.x", "read")
    (point,) = session.break_at("late")
    stop = session.go("continue")
    assert stop is not None
    assert stop.hit_ids == [point.id]
    session.finish()


def test_a_read_that_is_not_watched_any_more_does_not_stop(
    make_session: MakeSession, mode: str
) -> None:
    session = make_session(READS, mode)
    stand(session)
    watch(session, "t.x", "read")
    session.go("continue")
    session.debugger.set_data_breakpoints([])
    session.debugger.resume()
    session.ended()


def test_a_watch_that_is_taken_back_at_once_changes_nothing(
    make_session: MakeSession, mode: str
) -> None:
    session = make_session(READS, mode)
    stand(session)
    watch(session, "t.x", "readWrite")
    session.debugger.set_data_breakpoints([])
    session.debugger.resume()
    session.ended()


def test_the_program_cannot_tell(make_session: MakeSession, mode: str) -> None:
    code = """
        local seen = setmetatable({}, { __index = function(_, k) return k end, __len = function() return 9 end })
        local t = setmetatable({ x = 1, y = 2, 10, 20 }, seen)
        local function look()
          local out = { #t, rawlen(t), tostring(rawget(t, "x")), tostring(getmetatable(t) == seen), t.other }
          for k, v in pairs(t) do out[#out + 1] = tostring(k) .. "=" .. tostring(v) end
          for k, v in next, t do out[#out + 1] = tostring(k) .. "=" .. tostring(v) end
          for i, v in ipairs(t) do out[#out + 1] = i .. ":" .. v if i > 2 then break end end
          return table.concat(out, " ") .. JSON.stringify({ t.x, t.y })
        end
        local before = look()
        print("start") -- start
        print(before == look())
        """
    session = make_session(code, mode)
    stand(session)
    watch(session, "t.x", "readWrite", condition="false")
    session.debugger.resume()
    session.ended()
    assert session.output == "start\ntrue\n"


def test_where_instructions_cannot_be_seen_only_writing_is_offered(
    make_session: MakeSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("llmspell.debugger.debugger.instruction_reader", lambda: None)
    session = make_session(DATA)
    stand(session)
    frame = session.frames()[0].id
    identity, _, accesses = session.debugger.data_breakpoint_info("t.x", None, frame)
    assert accesses == ["write"]
    assert identity is not None
    (point,) = session.debugger.set_data_breakpoints([DataBreakpointSpec(identity, "read")])
    assert not point.verified
    assert point.message is not None
    session.finish()
