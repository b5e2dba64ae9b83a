"""Conditions with one call: the program makes it in protected mode where the condition stands."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from llmspell.debugger.instrument import Wish

from .conftest import MakeSession, Session
from .marks import placed

PROGRAM = """
count, limit, box = 0, 2, { at = 2, made = 0 }
function box:has(i) self.made = self.made + 1 return i == self.at end
object = setmetatable({}, { __index = { has = function(_, i) return i == 4 end } })
function check(i) count = count + 1 return i == 2 end
function fails(i) if i > 1 then error("not " .. i) end return false end
function same(...) return ... end
local function near(i) return i == 3 and i end
local word, none = "b"
for i = 1, 4 do
  local odd = i % 2 == 1
  print(i, near(i)) -- body
end
print(count, box.made)
"""

CONDITIONS = [
    "check(i)",
    "not check(i)",
    "near(i)",
    "near(i) == 3",
    "3 ~= near(i)",
    "i > 2 and check(i)",
    "limit == i and check(i)",
    "odd and (i ~= 1 and near(i))",
    "near(i) and odd",
    "near(i) or odd",
    "(near(i))",
    "not (same(i) == 2)",
    "same(i, odd) == 1",
    "same() == nil",
    "box:has(i)",
    "box.at == i and box:has(box.at)",
    "box.has(box, i)",
    "object:has(i)",
    "none and check(i)",
    "word:find('b') == 1 and odd",
    "string.find('abc', word, 1, true) == 2",
    "word > 'a' and check(i)",
    "fails(i)",
    "i == 3 and fails(i)",
    "none(i)",
    "missing(i)",
    "box.missing(i)",
    "none.x(i)",
    "i == 2 and missing.x(i)",
    "none > 1 and check(i)",
    "check(i) and check(i)",
    "same(check(i))",
    "same(fails(i))",
    "near(i) == 3 and fails(i)",
    "box[fails(i)]:has(i)",
    "same[fails(i)](i)",
    "odd or check(i)",
    "(odd and check(i)) or near(i)",
    "same(-i) == -3",
    "same(i) > 3",
    "same(none > 1)",
    "#same('abc') == 3",
    "same(box).at == i",
    "select('#', i) == 1",
    "math.floor(i) == 2",
    "math.random(1) == 1",
    "pcall(fails, i)",
]


def stops_and_output(
    session: Session, condition: str, mark: str = "body"
) -> tuple[list[str], str, list[str]]:
    session.break_at(mark, condition=condition)
    session.start()
    return (
        session.values_at_stops("i"),
        session.output,
        [text for _, text, _ in session.seen.outputs],
    )


@pytest.mark.parametrize("condition", CONDITIONS)
def test_a_condition_with_a_call_is_as_one_of_a_hook(
    make_session: MakeSession, condition: str
) -> None:
    in_place = stops_and_output(make_session(PROGRAM), condition)
    hooked = stops_and_output(make_session(PROGRAM, "hook"), condition)
    assert in_place[:2] == hooked[:2]
    assert [_reason(text) for text in in_place[2]] == [_reason(text) for text in hooked[2]]


def _reason(remark: str) -> str:
    """What went wrong; what is called is named as seen from the condition or from its chunk."""
    for kind in ("global", "local", "upvalue", "field"):
        remark = remark.replace(f"({kind} '", "('")
    return remark


@pytest.mark.parametrize(
    "condition",
    [
        "check(i)",
        "i == 1 and near(i)",
        "near(i) == -1",
        "i > 1 and check(i)",
        "word.x == 1 and near(i) == 3",
        "not box:has(i)",
    ],
)
def test_only_the_call_is_protected(condition: str) -> None:
    code = f"local function near() end\nlocal word = {{}}\nfor i = 1, 2 do\nprint() -- {condition}\nend"
    result = placed(code, Wish(1, 4, condition=condition))
    assert result.sites[0].calling


@pytest.mark.parametrize("condition", ["check(i)", "not check(i)", "box:has(i)", "not near(i)"])
def test_a_removed_breakpoint_calls_nothing_any_more(
    make_session: MakeSession, condition: str
) -> None:
    session = make_session(
        PROGRAM + "for i = 5, 6 do\n  print(i) -- later\nend\nprint(count, box.made)"
    )
    session.break_at("body", "later", condition=condition)
    session.break_at("body", condition=condition)
    session.start()
    session.stop()
    made = session.value("count"), session.value("box.made")
    session.finish()
    assert tuple(session.output.split()[-2:]) == made


YIELDING = """
function rest() coroutine.yield("rested") return true end
function own() return coroutine.wrap(function() coroutine.yield(5) end)() == 5 end
local co = coroutine.wrap(function()
  for i = 1, 2 do
    local n = i -- here
    coroutine.yield(n)
  end
end)
print(co(), co(), co())
"""


@pytest.mark.parametrize(
    "condition",
    ["rest()", "i > 0 and rest()", "coroutine.yield(1)", "rest() or rest()", "rest() == n"],
)
def test_a_condition_that_yields_fails_and_the_program_does_not_hear_of_it(
    make_session: MakeSession, mode: str, condition: str
) -> None:
    session = make_session(YIELDING, mode)
    stopped, output, said = stops_and_output(session, condition, "here")
    assert (stopped, output) == ([], "1\t2\n")
    (remark,) = said
    assert "attempt to yield across a C-call boundary" in remark


def test_a_log_message_that_yields_fails(make_session: MakeSession, mode: str) -> None:
    session = make_session(YIELDING, mode)
    session.break_at("here", log_message="{rest()}")
    session.start()
    session.ended()
    assert session.output == "1\t2\n"
    assert "attempt to yield" in session.seen.outputs[0][1]


def test_a_condition_may_have_coroutines_of_its_own(make_session: MakeSession, mode: str) -> None:
    session = make_session(YIELDING, mode)
    stopped, output, said = stops_and_output(session, "own()", "here")
    assert (len(stopped), output, said) == (2, "1\t2\n", [])


def test_what_a_guard_rules_out_is_not_called(make_session: MakeSession) -> None:
    session = make_session(PROGRAM)
    assert stops_and_output(session, "i == 4 and check(i)")[0] == []
    assert session.output.split()[-2:] == ["1", "0"]


def test_an_operand_that_is_no_number_in_a_guard_calls_once(make_session: MakeSession) -> None:
    code = PROGRAM.replace("near(i)) -- body", "near(i)) none = i == 2 and 'x' or i -- body")
    session = make_session(code)
    stopped, output, said = stops_and_output(session, "none > 1 and check(i)")
    assert (stopped, len(said)) == ([], 1)
    assert output.split()[-2:] == ["1", "0"]  # at the last pass: none is 3


def test_an_error_says_what_cannot_be_called(make_session: MakeSession) -> None:
    (said,) = stops_and_output(make_session(PROGRAM), "missing(i)")[2]
    assert "attempt to call a nil value (global 'missing')" in said


def test_a_program_that_guards_its_globals_is_not_asked_for_them(make_session: MakeSession) -> None:
    strict = 'setmetatable(_G, { __index = function(_, name) error("no " .. name) end })\n'
    (said,) = stops_and_output(make_session(strict + PROGRAM.removeprefix("\n")), "missing(i)")[2]
    assert "no missing" in said


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    st.recursive(
        st.sampled_from(
            ["i == 2", "odd", "near(i)", "check(i)", "fails(i)", "box:has(i)", "none", "limit"]
        ),
        lambda inner: st.one_of(
            inner.map(lambda text: f"not {text}" if text.isidentifier() else f"not ({text})"),
            inner.map(lambda text: f"({text}) == 2"),
            st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(
                lambda parts: f"({parts[0]}) {parts[1]} ({parts[2]})"
            ),
        ),
        max_leaves=4,
    )
)
def test_random_conditions_with_calls_are_as_those_of_a_hook(
    make_session: MakeSession, condition: str
) -> None:
    in_place = stops_and_output(make_session(PROGRAM), condition)
    hooked = stops_and_output(make_session(PROGRAM, "hook"), condition)
    assert in_place == hooked
