"""What a program looks like while it stands still."""

from __future__ import annotations

import pytest

from llmspell.debugger.inspection import InspectionError
from llmspell.debugger.model import ExceptionFilter
from llmspell.debugger.standing import NotStanding
from tests.runtime.debugger.conftest import MakeSession, Session

PROGRAM = """
local shared = "outside"
shown = { "one", "two", name = "x", ["odd key"] = 1, nested = { deep = { true } } }
local function work(count, label, ...)
  local list = { 10, 20, 30 }
  local text = "line\\nbreak \\255"
  local count = count + 1 -- shadows
  local number, float, big = 42, 1.0, 2^53
  local used = shared
  local co = coroutine.create(function() local inside = 1; coroutine.yield(inside) end)
  coroutine.resume(co)
  return list, text, count -- here
end
work(1, "label", "v1", nil, 3)
"""


@pytest.fixture
def session(make_session: MakeSession) -> Session:
    """Stands at `here`."""
    made = make_session(PROGRAM)
    made.break_at("here")
    made.start()
    made.stop()
    return made


def test_frames_have_names_lines_and_sources(session: Session) -> None:
    inner, outer = session.frames()
    assert (inner.name, inner.line) == ("work", session.line("here"))
    assert (outer.name, outer.line) == ("main chunk", 13)
    assert inner.source is not None
    assert inner.source.path == str(session.path)


def test_frames_come_in_pages(session: Session) -> None:
    first, total = session.debugger.stack(1, 0, 1)
    second, _ = session.debugger.stack(1, 1, 1)
    assert (total, first[0].name, second[0].name) == (2, "work", "main chunk")


def test_locals_and_parameters(session: Session) -> None:
    found = {name: v.value for name, v in session.scope("Locals").items()}
    assert found["list"] == "table (3 elements)"
    assert found["text"] == '"line\\nbreak \\xFF"'
    assert (found["count"], found["number"], found["float"], found["big"]) == (
        "2",
        "42",
        "1.0",
        "9.007199254741e+15",
    )
    parameters = {name: v.value for name, v in session.scope("Parameters").items()}
    assert parameters == {"count": "1", "label": '"label"'}


def test_a_shadowed_variable_has_no_expression(session: Session) -> None:
    assert session.scope("Parameters")["count"].evaluate_name is None
    assert session.scope("Locals")["count"].evaluate_name == "count"
    assert session.value("count") == "2"


def test_upvalues_and_varargs(session: Session) -> None:
    assert session.scope("Upvalues")["shared"].value == '"outside"'
    assert [v.value for v in session.scope("Varargs").values()] == ['"v1"', "nil", "3"]
    assert session.value("select('#', ...)") == "3"
    assert session.value("...") == '"v1", nil, 3'


def test_globals_are_the_scripts_own(session: Session) -> None:
    found = session.scope("Globals")
    assert "shown" in found
    assert "print" not in found


def test_the_spell_api_shows_what_it_means(session: Session) -> None:
    session.value("State.save('global', 'k', { 1 })")
    state = session.scope("Spell API")["State"]
    inside = {v.name: v for v in session.debugger.variables(state.reference)}
    assert inside["global"].value == "table (1 field)"
    assert state.evaluate_name == "State"
    assert inside["global"].evaluate_name is None  # the program knows it by no such name


def test_tables_open_in_order_with_expressions(session: Session) -> None:
    shown = session.scope("Globals")["shown"]
    children = session.debugger.variables(shown.reference)
    assert [(c.name, c.value) for c in children] == [
        ("[1]", '"one"'), ("[2]", '"two"'), ("name", '"x"'), ("nested", "table (1 field)"), ('["odd key"]', "1"),
    ]  # fmt: skip
    assert [c.evaluate_name for c in children] == [
        "shown[1]", "shown[2]", "shown.name", "shown.nested", 'shown["odd key"]',
    ]  # fmt: skip
    assert all(session.value(c.evaluate_name or "") == c.value for c in children)


def test_tables_open_in_parts(session: Session) -> None:
    session.value("many = {} for i = 1, 1000 do many[i] = i many['k' .. i] = i end")
    many = session.scope("Globals")["many"]
    part = session.debugger.variables(many.reference, "indexed", 100, 3)
    assert [v.name for v in part] == ["[101]", "[102]", "[103]"]
    names = [v.name for v in session.debugger.variables(many.reference, "named", 0, 3)]
    assert names == ["k1", "k10", "k100"]
    assert many.indexed == 1000


def test_a_huge_table_opens_at_once_and_unsorted(make_session: MakeSession) -> None:
    session = make_session(
        "huge, order = {}, {}\n"
        "for i = 1, 20000 do huge['k' .. i] = i end\n"
        "for key in next, huge do order[#order + 1] = key end\n"
        "print('made') -- here\n"
    )
    session.break_at("here")
    session.start()
    session.stop()
    huge = session.scope("Globals")["huge"]
    first = session.debugger.variables(huge.reference, "named", 0, 100)
    second = session.debugger.variables(huge.reference, "named", 100, 100)
    names = [v.name for v in (*first, *second)]
    assert ", ".join(names) == session.value("table.concat(order, ', ', 1, 200)").strip('"')


@pytest.mark.parametrize(
    "text", [r"back\\slash", r"quo\"ted", r"\\n", r"line\nbreak", r"\0\255\xE9", "é", r"\x7F"]
)
def test_text_is_shown_as_lua_writes_it(session: Session, text: str) -> None:
    session.value(f'text = "{text}"')
    assert session.value(f"{session.value('text')} == text") == "true"


def test_names_of_the_api_are_not_the_scripts_own(session: Session) -> None:
    ours = session.scope("Spell API")
    assert {"State", "Event", "Config", "Logger", "Utils"} <= set(ours)
    assert not set(ours) & set(session.scope("Globals"))
    assert "print" not in ours


def test_a_hidden_metatable_has_no_expression(session: Session) -> None:
    session.value("hidden = setmetatable({}, { __metatable = 'no', __index = { z = 1 } })")
    (metatable,) = session.debugger.variables(session.scope("Globals")["hidden"].reference)
    assert (metatable.name, metatable.evaluate_name) == ("(metatable)", None)
    assert metatable.reference


def test_cycles_and_metatables_can_be_opened(session: Session) -> None:
    session.value(
        "cycle = setmetatable({}, { __index = error, __tostring = error }) cycle.self = cycle"
    )
    cycle = session.scope("Globals")["cycle"]
    children = {v.name: v for v in session.debugger.variables(cycle.reference)}
    assert children["self"].reference
    assert children["(metatable)"].attributes == ["readOnly"]


def test_types_tell_one_object_from_another_whatever_it_says_of_itself(session: Session) -> None:
    session.value(
        "one = setmetatable({}, { __tostring = function() return 'same' end, __name = 'Same',"
        " __eq = function() return true end }) other = setmetatable({}, getmetatable(one))"
        " again = { one } f, thread, seven = print, coroutine.create(print), 1"
    )
    found = session.scope("Globals")
    (inside,) = session.debugger.variables(found["again"].reference)
    assert found["one"].type == inside.type != found["other"].type
    kinds = [found[name].type.partition(": 0x")[0] for name in ("one", "f", "thread", "seven")]
    assert kinds == ["table", "function", "thread", "integer"]


def test_numbers_in_hexadecimal(session: Session) -> None:
    frame = session.frames()[0].id
    assert session.debugger.evaluate("255", frame, "watch", hex=True).value == "0xff"


def test_coroutines_are_threads_with_their_own_stacks(session: Session) -> None:
    threads = session.debugger.threads()
    assert [(t.id, t.status) for t in threads] == [(1, "running"), (threads[1].id, "suspended")]
    assert "coroutine" in threads[1].name
    frames = [f for f in session.frames(threads[1].id) if not f.subtle]
    assert (
        session.value(
            "inside", thread=threads[1].id, frame=session.frames(threads[1].id).index(frames[0])
        )
        == "1"
    )


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("1 + 1", "2"),
        ("list[2]", "20"),
        ("#list", "3"),
        ("label .. '!'", '"label!"'),
        ("shared", '"outside"'),
        ("print", "function: llmspell API"),
        ("nil", "nil"),
        ("co", "coroutine 1 (suspended)"),
        ("string.rep('x', 3)", '"xxx"'),
    ],
)
def test_expressions_in_a_frame(session: Session, expression: str, value: str) -> None:
    session.debugger.threads()  # gives the coroutine its number
    assert session.value(expression) == value


def test_expressions_in_an_outer_frame(session: Session) -> None:
    assert session.value("work", frame=1).endswith("/spell.lua:3")


def test_statements_in_the_console_change_the_frame(session: Session) -> None:
    assert session.value("count = 9") == ""
    assert session.value("count") == "9"
    session.value("shared = 'changed'")
    assert session.scope("Upvalues")["shared"].value == '"changed"'
    session.value("new_global = 1 for i = 1, 3 do new_global = new_global + i end")
    assert session.value("new_global") == "7"


def test_a_watch_takes_no_statements(session: Session) -> None:
    with pytest.raises(InspectionError, match=r"syntax error|expected|unexpected"):
        session.value("count = 1", context="watch")


@pytest.mark.parametrize(
    "expression",
    [
        "(function() while true do end end)()",
        "(function() while true do pcall(error) end end)()",
        "coroutine.wrap(function() while true do pcall(error) end end)()",
        "coroutine.resume(looping)",
        "Event.receive(Event.subscribe('never'), 60000)",
        "coroutine.wrap(function() Event.receive(Event.subscribe('never'), 60000) end)()",
    ],
)
def test_a_watch_ends_in_time(session: Session, expression: str) -> None:
    session.value("looping = coroutine.create(function() while true do pcall(error) end end)")
    with pytest.raises(InspectionError, match="took longer than"):
        session.value(expression, context="watch")
    assert session.value("count") == "2"


def test_errors_of_expressions_are_lua_errors(session: Session) -> None:
    with pytest.raises(InspectionError, match="attempt to index a nil value"):
        session.value("missing.field")


def test_variables_are_assigned(session: Session) -> None:
    frame = session.frames()[0].id
    scopes = {s.name: s.reference for s in session.debugger.scopes(frame)}
    assert session.debugger.set_variable(scopes["Locals"], "number", "list[1] + 1").value == "11"
    assert session.debugger.set_variable(scopes["Upvalues"], "shared", "'new'").value == '"new"'
    assert session.debugger.set_variable(scopes["Varargs"], "...1", "{}").value == "table (empty)"
    assert session.debugger.set_variable(scopes["Globals"], "shown", "5").value == "5"
    assert (session.value("number"), session.value("shared"), session.value("shown")) == (
        "11",
        '"new"',
        "5",
    )
    assert session.debugger.set_expression("list[3]", "33", frame).value == "33"
    with pytest.raises(InspectionError, match="no variable"):
        session.debugger.set_variable(scopes["Locals"], "nothing", "1")


def test_fields_are_assigned(session: Session) -> None:
    session.debugger.variables(session.debugger.scopes(session.frames()[0].id)[0].reference)
    shown = session.scope("Globals")["shown"]
    session.debugger.set_variable(shown.reference, "name", "'y'")
    assert session.value("shown.name") == '"y"'


def test_the_console_completes_names_and_members(session: Session) -> None:
    frame = session.frames()[0].id

    def labels(text: str) -> list[str]:
        return [c.label for c in session.debugger.completions(text, len(text) + 1, frame)]

    assert labels("cou") == ["count"]
    assert labels("shown.n") == ["name", "nested"]
    assert "format" in labels("string.fo")
    assert labels("('x'):") == []
    assert "upper" in labels("text:up")
    assert "save" in labels("State.sa")


def test_nothing_can_be_looked_at_while_it_runs(session: Session) -> None:
    frame = session.frames()[0].id
    session.debugger.resume()
    session.ended()
    with pytest.raises(NotStanding):
        session.debugger.scopes(frame)
    assert [t.id for t in session.debugger.threads()] == [1]


def test_numbers_of_an_earlier_stop_mean_nothing(make_session: MakeSession) -> None:
    session = make_session("for i = 1, 2 do\n  print(i) -- here\nend\n")
    session.break_at("here")
    session.start()
    session.stop()
    reference = session.debugger.scopes(session.frames()[0].id)[0].reference
    session.go("continue")
    with pytest.raises(InspectionError, match="no variable"):
        session.debugger.variables(reference)
    session.finish()


def test_what_is_evaluated_runs_through_breakpoints_and_errors(
    make_session: MakeSession, mode: str
) -> None:
    session = make_session(
        """
        local function called(n)
          local twice = n * 2 -- inside
          return twice
        end
        print(called(1)) -- here
        print(called(3))
        """,
        mode,
    )
    session.debugger.set_exception_filters([ExceptionFilter("pcall"), ExceptionFilter("uncaught")])
    session.break_at("inside", "here")
    session.start()
    session.stop()
    assert session.value("called(4)") == "8"
    assert session.value("called(5)", context="watch") == "10"
    assert session.value("pcall(error, 1)") == "false, 1"
    assert session.go("continue") is not None
    assert session.at() == session.line("inside")
    session.finish()


def test_the_stack_of_who_has_called_a_wrap_shows_the_script_only(
    make_session: MakeSession, mode: str
) -> None:
    session = make_session(
        """
        local w = coroutine.wrap(function()
          print("in it") -- in
        end)
        local function caller() w() end -- call
        caller()
        """,
        mode,
    )
    session.break_at("in")
    session.start()
    session.stop()
    assert [frame.name for frame in session.frames(1)] == ["caller", "main chunk"]
    session.finish()
