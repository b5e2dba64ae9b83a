"""Conditions that call standard functions that cannot raise: the original is called as it is, what
the program has put in its place in protected mode."""

from __future__ import annotations

import pytest

from llmspell.debugger.instrument import Wish

from .conftest import MakeSession, Session
from .marks import placed

CALLS = {
    "type": "type(i) == 'number' and i > 3",
    "rawequal": "rawequal(i, 4)",
    "select": "select('#', i, nothing) == i - 2",
    "tonumber": "tonumber(word) == i - 1",
    "getmetatable": "getmetatable(object) == 'kept' and i == 4",
    "math.type": "math.type(i) == 'integer' and i == 4",
    "math.max": "math.max(i, 3) == 4",
    "coroutine.running": "coroutine.running() ~= nil and i == 4",
    "coroutine.isyieldable": "coroutine.isyieldable() == false and i == 4",
    "os.clock": "os.clock() < 1e9 and i == 4",
    "os.time": "os.time() > 1 and i == 4",
}
PROGRAM = """
word, object, found = "3", setmetatable({{}}, {{ __metatable = "kept" }}), false
{before}
for i = 1, 4 do
  print(i) -- body
end
"""


def stops_and_remarks(session: Session, condition: str) -> tuple[list[str], list[str]]:
    session.break_at("body", condition=condition)
    session.start()
    stopped = session.values_at_stops("i")
    assert session.error is None
    assert session.output.split() == ["1", "2", "3", "4"]
    return stopped, [text for _, text, _ in session.seen.outputs]


def local_of(name: str) -> str:
    root = name.partition(".")[0]
    return f"local {root} = {root}"


@pytest.mark.parametrize("mode", ["compiled", "hook"])
@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("is_local", [False, True])
def test_the_original_is_asked(
    make_session: MakeSession, mode: str, name: str, is_local: bool
) -> None:
    session = make_session(PROGRAM.format(before=local_of(name) if is_local else ""), mode)
    assert stops_and_remarks(session, CALLS[name]) == (["4"], [])


@pytest.mark.parametrize("mode", ["compiled", "hook"])
@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("is_local", [False, True])
def test_an_error_of_a_replacement_is_said_once_and_counts_as_false(
    make_session: MakeSession, mode: str, name: str, is_local: bool
) -> None:
    replacing = f"function {name}() error('mine', 0) end"
    before = local_of(name) + "\n" + replacing if is_local else replacing
    session = make_session(PROGRAM.format(before=before), mode)
    stopped, remarks = stops_and_remarks(session, CALLS[name])
    assert stopped == []
    assert [remark.strip().endswith("mine") for remark in remarks] == [True]


@pytest.mark.parametrize("name", CALLS)
def test_a_replacement_by_another_file_is_asked(make_session: MakeSession, name: str) -> None:
    session = make_session(PROGRAM.format(before="require('other')"))
    session.write(f"function {name}() error('mine', 0) end", "other.lua")
    stopped, remarks = stops_and_remarks(session, CALLS[name])
    assert stopped == []
    assert [remark.strip().endswith("mine") for remark in remarks] == [True]


@pytest.mark.parametrize("name", ["os.clock", "coroutine.running"])
def test_a_library_that_raises_when_it_is_read_does_no_harm(
    make_session: MakeSession, name: str
) -> None:
    library, _, field = name.partition(".")
    before = (
        f"{library} = setmetatable({{}}, {{ __index = function() error('no {field}', 0) end }})"
    )
    session = make_session(PROGRAM.format(before=before))
    stopped, remarks = stops_and_remarks(session, CALLS[name])
    assert stopped == []
    assert [remark.strip().endswith(f"no {field}") for remark in remarks] == [True]


@pytest.mark.parametrize("name", CALLS)
def test_nil_may_be_asked_about(make_session: MakeSession, name: str) -> None:
    arguments = "'#', nil" if name == "select" else "nil, nil" if name == "rawequal" else "nil"
    condition = f"{name}({arguments}) == nil and i == 4"
    in_place = stops_and_remarks(make_session(PROGRAM.format(before="")), condition)
    hooked = stops_and_remarks(make_session(PROGRAM.format(before=""), "hook"), condition)
    assert in_place == hooked


@pytest.mark.parametrize("condition", [*CALLS.values(), "type(word) == 'string' and #word > 3"])
@pytest.mark.parametrize("before", ["", "local select, type, math, os = select, type, math, os "])
def test_the_call_stands_in_the_program(condition: str, before: str) -> None:
    code = f"{before}for i = 1, 4 do\nprint(i)\nend"
    (site,) = placed(code, Wish(1, 2, condition=condition)).sites
    assert not site.calling


@pytest.mark.parametrize("mode", ["compiled", "hook"])
@pytest.mark.parametrize(
    "condition", ["type(x) == 'table' and #x > 3", "x and type(x) == 'table' and x[4] == 8"]
)
def test_the_type_is_asked_before_anything_else(
    make_session: MakeSession, mode: str, condition: str
) -> None:
    before = "items = { 1, 'a long one', { 5, 6, 7, 8 } }"
    code = PROGRAM.format(before=before).replace("print(i)", "local x = items[i]\n  print(i)")
    assert stops_and_remarks(make_session(code, mode), condition) == (["3"], [])
