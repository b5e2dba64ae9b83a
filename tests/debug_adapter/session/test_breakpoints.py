"""Breakpoints of every kind, set before and while a spell runs."""

from __future__ import annotations

import pytest

from tests.debug_adapter.client import RequestFailed
from tests.debug_adapter.conftest import MakeSpell
from tests.debug_adapter.in_process import InProcess
from tests.debug_adapter.proofs import proves

LOOP = """\
local total = 0
for i = 1, 10 do
  total = total + i --@body
end
print(total) --@after
"""


def test_a_breakpoint_on_a_line_without_code_moves_to_the_next_statement(
    client: InProcess, spell: MakeSpell
) -> None:
    it = spell("local a = 1\n\n-- nothing here --@comment\nlocal b = 2 --@next\nprint(b)\n")
    client.launch(it)
    (breakpoint_,) = client.break_at(it, "comment")
    client.go()
    client.stopped(reason="breakpoint")
    assert client.line() == it.line("next")
    assert client.latest(breakpoint_)["line"] == it.line("next")


def test_a_breakpoint_behind_the_last_line_is_not_verified(
    client: InProcess, spell: MakeSpell
) -> None:
    it = spell("print(1)\n")
    client.launch(it)
    body = client.request(
        "setBreakpoints", source={"path": str(it.path)}, breakpoints=[{"line": 99}]
    )
    client.go()
    client.event("terminated")
    assert not client.latest(body["breakpoints"][0])["verified"]


@proves("supportsConditionalBreakpoints")
def test_a_condition_is_about_the_frame(client: InProcess, spell: MakeSpell) -> None:
    it = spell(LOOP)
    client.launch(it)
    client.break_at(it, {"mark": "body", "condition": "i == 7 and total == 21"})
    client.go()
    client.stopped(reason="breakpoint")
    assert client.evaluate("i") == "7"
    client.request("continue", threadId=1)
    assert client.event("exited")["exitCode"] == 0


@pytest.mark.parametrize(
    ("hits", "stops_at"),
    [("4", ["4"]), (">= 9", ["9", "10"]), ("% 5", ["5", "10"])],
)
@proves("supportsHitConditionalBreakpoints")
def test_a_hit_condition_counts(
    client: InProcess, spell: MakeSpell, hits: str, stops_at: list[str]
) -> None:
    it = spell(LOOP)
    client.launch(it)
    client.break_at(it, {"mark": "body", "hitCondition": hits})
    client.go()
    client.stopped()
    seen = [client.evaluate("i")]
    for _ in stops_at[1:]:
        client.move("continue")
        seen.append(client.evaluate("i"))
    client.request("continue", threadId=1)
    client.event("terminated")
    assert seen == stops_at
    assert len(client.events("stopped")) == len(stops_at)


@proves("supportsLogPoints")
def test_a_log_point_writes_with_its_place_and_does_not_stop(
    client: InProcess, spell: MakeSpell
) -> None:
    it = spell(LOOP)
    client.launch(it)
    client.break_at(it, {"mark": "body", "logMessage": "i is {i}, total {total}"})
    client.go()
    client.event("terminated")
    assert client.output("console").splitlines()[:2] == ["i is 1, total 0", "i is 2, total 1"]
    assert not client.events("stopped")
    first = next(e for e in client.events("output") if e["category"] == "console")
    assert (first["source"]["path"], first["line"]) == (str(it.path), it.line("body"))


def test_log_points_and_stops_keep_their_order(client: InProcess, spell: MakeSpell) -> None:
    it = spell(LOOP)
    client.launch(it)
    client.break_at(
        it,
        {"mark": "body", "logMessage": "at {i}", "condition": "i ~= 3"},
        {"mark": "after"},
    )
    client.go()
    client.stopped()
    assert client.output("console") == "".join(f"at {i}\n" for i in range(1, 11) if i != 3)
    client.request("continue", threadId=1)
    client.event("terminated")
    assert client.output() == "55\n"


def test_breakpoints_are_set_while_the_spell_runs(client: InProcess, spell: MakeSpell) -> None:
    it = spell("local n = 0\nprint('going')\nwhile true do\n  n = n + 1 --@body\nend\n")
    client.launch(it)
    client.go()
    client.wait_for_output("going")
    (breakpoint_,) = client.break_at(it, "body")
    assert breakpoint_["verified"]
    stop = client.stopped(reason="breakpoint")
    assert stop["hitBreakpointIds"] == [breakpoint_["id"]]
    assert client.line() == it.line("body")


def test_removed_breakpoints_stop_nothing(client: InProcess, spell: MakeSpell) -> None:
    it = spell(LOOP)
    client.launch(it)
    client.break_at(it, "body")
    client.go()
    client.stopped()
    assert client.break_at(it) == []
    client.request("continue", threadId=1)
    client.event("terminated")
    assert len(client.events("stopped")) == 1


def test_the_same_breakpoints_set_again_keep_their_ids(client: InProcess, spell: MakeSpell) -> None:
    it = spell(LOOP)
    client.launch(it)
    first = client.break_at(it, "body", "after")
    again = client.break_at(it, "after", "body")
    assert [b["id"] for b in again] == [first[1]["id"], first[0]["id"]]


def test_the_deprecated_form_with_lines_is_understood(client: InProcess, spell: MakeSpell) -> None:
    it = spell(LOOP)
    client.launch(it)
    body = client.request("setBreakpoints", source={"path": str(it.path)}, lines=[it.line("after")])
    assert len(body["breakpoints"]) == 1
    client.go()
    client.stopped()
    assert client.line() == it.line("after")


def test_a_condition_that_fails_is_reported_once_and_is_false(
    client: InProcess, spell: MakeSpell
) -> None:
    it = spell(LOOP)
    client.launch(it)
    client.break_at(it, {"mark": "body", "condition": "nothing.here == 1"})
    client.go()
    client.event("terminated")
    assert client.output("stderr").count("spell.lua:3") == 1
    assert not client.events("stopped")


def test_a_condition_that_is_no_lua_is_not_verified(client: InProcess, spell: MakeSpell) -> None:
    it = spell(LOOP)
    client.launch(it)
    (breakpoint_,) = client.break_at(it, {"mark": "body", "condition": "i =="})
    client.go()
    client.event("terminated")
    now = client.latest(breakpoint_)
    assert not now["verified"] and now["message"]


@proves("supportsFunctionBreakpoints")
def test_a_function_breakpoint_stops_at_calls(client: InProcess, spell: MakeSpell) -> None:
    it = spell("function greet(who)\n  print('hi ' .. who) --@first\nend\ngreet('a')\ngreet('b')\n")
    client.launch(it)
    body = client.request(
        "setFunctionBreakpoints", breakpoints=[{"name": "greet", "condition": "who == 'b'"}]
    )
    client.go()
    stop = client.stopped(reason="function breakpoint")
    assert stop["hitBreakpointIds"] == [body["breakpoints"][0]["id"]]
    assert client.evaluate("who") == '"b"'


@proves("supportsDataBreakpoints")
def test_a_data_breakpoint_stops_at_a_write(client: InProcess, spell: MakeSpell) -> None:
    it = spell(
        "local t = { n = 1 }\nprint(t.n) --@look\nlocal x = 5\nt.n = x --@write\nprint(t.n)\n"
    )
    client.launch(it)
    client.break_at(it, "look")
    client.go()
    client.stopped()
    table = client.scope("Locals")["t"]["variablesReference"]
    info = client.request("dataBreakpointInfo", variablesReference=table, name="n")
    assert info["dataId"] and "write" in info["accessTypes"]
    body = client.request(
        "setDataBreakpoints", breakpoints=[{"dataId": info["dataId"], "accessType": "write"}]
    )
    assert body["breakpoints"][0]["verified"]
    now = client.now
    client.request("continue", threadId=1)
    stop = client.stopped(now)
    assert stop["reason"] == "data breakpoint"
    assert client.line() in (it.line("write"), it.line("write") + 1)


@pytest.mark.parametrize("mode", ["auto", "hook"])
def test_a_data_breakpoint_stops_at_reads(client: InProcess, spell: MakeSpell, mode: str) -> None:
    it = spell(
        "local t = { n = 1 }\nprint('look') --@look\nt.n = 2 --@write\nprint(t.n) --@read\n"
        "t.n = 3 --@last\nprint('end') --@end\n"
    )
    client.launch(it, breakpoints=mode)
    client.break_at(it, "look")
    client.go()
    client.stopped()
    frame = client.frames()[0]["id"]
    info = client.request("dataBreakpointInfo", name="t.n", frameId=frame)
    assert info["accessTypes"] == ["read", "write", "readWrite"]
    wish = {"dataId": info["dataId"], "accessType": "read"}
    client.request("setDataBreakpoints", breakpoints=[wish])
    stop = client.move("continue")
    assert (stop["reason"], stop["text"]) == ("data breakpoint", "t.n is read")
    assert client.line() == it.line("read")
    client.request("setDataBreakpoints", breakpoints=[wish | {"accessType": "readWrite"}])
    assert client.move("continue")["text"] == "t.n: 2 -> 3"
    assert client.line() == it.line("end")


def test_a_data_breakpoint_on_what_is_not_known_is_not_verified(
    client: InProcess, spell: MakeSpell
) -> None:
    client.launch(spell("print(1)\n"))
    (point,) = client.request("setDataBreakpoints", breakpoints=[{"dataId": "99"}])["breakpoints"]
    assert not point["verified"]
    assert "not known" in point["message"]


def test_what_cannot_be_watched_has_no_data_id(client: InProcess, spell: MakeSpell) -> None:
    it = spell("print(1) --@here\n")
    client.launch(it)
    client.break_at(it, "here")
    client.go()
    client.stopped()
    frame = client.frames()[0]["id"]
    assert client.request("dataBreakpointInfo", name="1 + 1", frameId=frame)["dataId"] is None


@proves("supportsBreakpointLocationsRequest")
def test_breakpoint_locations_are_statements(client: InProcess, spell: MakeSpell) -> None:
    it = spell("local a = 1; local b = 2\n-- comment\nprint(a, b)\n")
    client.launch(it)
    where = {"path": str(it.path)}
    found = client.request("breakpointLocations", source=where, line=1, endLine=3)["breakpoints"]
    assert {place["line"] for place in found} == {1, 3}
    only = client.request("breakpointLocations", source=where, line=2)["breakpoints"]
    assert only == []


def test_breakpoints_in_a_source_without_path_are_refused(
    client: InProcess, spell: MakeSpell
) -> None:
    client.launch(spell("print(1)\n"))
    with pytest.raises(RequestFailed, match="neither a path nor a reference"):
        client.request("setBreakpoints", source={"name": "x"}, breakpoints=[])


ERRORS = """\
pcall(error, "caught", 0) --@caught
local co = coroutine.create(function() error("in coroutine", 0) end)
coroutine.resume(co)
error("the end") --@uncaught
"""


def test_uncaught_errors_stop_where_they_are_raised(client: InProcess, spell: MakeSpell) -> None:
    it = spell(ERRORS)
    client.launch(it)
    client.request("setExceptionBreakpoints", filters=["uncaught"])
    client.go()
    stop = client.stopped(reason="exception")
    assert "the end" in stop["text"]
    assert client.line() == it.line("uncaught")
    client.request("continue", threadId=1)
    assert client.event("exited")["exitCode"] == 1
    assert "the end" in client.output("stderr")


def test_without_filters_errors_do_not_stop(client: InProcess, spell: MakeSpell) -> None:
    client.launch(spell(ERRORS))
    client.request("setExceptionBreakpoints", filters=[])
    client.go()
    client.event("terminated")
    assert not client.events("stopped")


@proves("exceptionBreakpointFilters")
@pytest.mark.parametrize("filter_", ["uncaught", "pcall", "xpcall", "coroutine"])
def test_each_filter_that_is_offered_exists(
    client: InProcess, spell: MakeSpell, filter_: str
) -> None:
    filters = client.initialize()["exceptionBreakpointFilters"]
    assert filter_ in {item["filter"] for item in filters}
    client.launch(spell("print(1)\n"))
    (answer,) = client.request("setExceptionBreakpoints", filters=[filter_])["breakpoints"]
    assert answer["verified"]


@proves("supportsExceptionFilterOptions")
def test_a_filter_with_a_condition(client: InProcess, spell: MakeSpell) -> None:
    it = spell("pcall(error, 'one', 0)\npcall(error, 'two', 0) --@two\n")
    client.launch(it)
    client.request(
        "setExceptionBreakpoints",
        filters=[],
        filterOptions=[{"filterId": "pcall", "condition": "err == 'two'"}],
    )
    client.go()
    stop = client.stopped(reason="exception")
    assert "two" in stop["text"]
    client.request("continue", threadId=1)
    client.event("terminated")
    assert len(client.events("stopped")) == 1


def test_an_unknown_filter_is_not_verified(client: InProcess, spell: MakeSpell) -> None:
    client.launch(spell("print(1)\n"))
    answers = client.request("setExceptionBreakpoints", filters=["nonsense", "uncaught"])
    assert [b["verified"] for b in answers["breakpoints"]] == [False, True]


def test_all_stands_for_every_filter(client: InProcess, spell: MakeSpell) -> None:
    client.launch(spell("pcall(error, 'x', 0)\n"))
    (answer,) = client.request("setExceptionBreakpoints", filters=["all"])["breakpoints"]
    assert answer["verified"]
    client.go()
    client.stopped(reason="exception")


def test_breakpoints_in_text_given_to_load(client: InProcess, spell: MakeSpell) -> None:
    it = spell(
        "local f = load('local x = 1\\nreturn x + 1')\nprint('loaded') --@loaded\nprint(f())\n"
    )
    client.launch(it)
    client.break_at(it, "loaded")
    client.go()
    client.stopped()
    source = next(s for s in client.request("loadedSources")["sources"] if "path" not in s)
    body = client.request("setBreakpoints", source=source, breakpoints=[{"line": 2}])
    assert body["breakpoints"][0]["verified"], body
    now = client.now
    client.request("continue", threadId=1)
    client.stopped(now, reason="breakpoint")
    assert client.evaluate("x") == "1"
