"""Conditions that stand in the program because of what its text shows: when they do, and that the
program and the condition stay what they are where the text does not tell the whole truth."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from llmspell.debugger.in_place import HOLDS
from llmspell.debugger.instrument import Wish
from llmspell.debugger.lending import SUPPORT, lent, original
from llmspell.debugger.model import BreakpointSpec, DataBreakpointSpec
from llmspell.debugger.standard import is_harmless, may_replace

from .conftest import MakeSession, Session
from .marks import LUA, placed, stops


def licence(text: str, condition: str) -> str:
    """What a condition at the `●` relies on; "protected" where it cannot stand there."""
    line = text[: text.index("●")].count("\n") + 1
    result = placed(text.replace("●", "print()"), Wish(1, line, condition=condition))
    (site,) = result.sites
    if site.protected and not site.tables and not site.calling:
        return "protected"
    source = result.source.decode()
    relies_on = lent(HOLDS[site.licence]) if site.licence in HOLDS else ""
    assert site.tables or site.calling or relies_on in source
    known, operators = site.licence
    kinds = ["call"] * site.calling + ["tables"] * bool(site.tables) + [known] * (known != "none")
    kinds += [operators] * (operators != "any")
    return ", ".join(kinds) or "none"


NUMBERS = [
    "local n = 0\n●",
    "local n = 0\nfor i = 1, 9 do n = n + i % 7\n●\nend",
    "local a, n = {}, -1.5\n●",
    "local n = 1\nlocal m = n\nn = m * 2 // 3\n●",
    "local n <const> = 3 ^ 2\n●",
    "for n = 1, 2 do\nn = n + 1\n●\nend",
    "local n = 0\nlocal function f() n = n + 1 end\n●",
    "local function f(n)\n●\nif n < 2 then return n end\nreturn f(n - 1) + f(n - 2)\nend\nf(9)",
    "local function f(x) return x + 1 end\nlocal n = 0\nn = f(n)\n●",
    "local function f(_, n)\n●\nend\nf('x', 1) f({}, 2, 3)",
    "local n = 1\ndo local n = 'x' end\n●",
    "local n = 1\nlocal t = { n = 'x' }\nt.n = 'y'\n●",
    "local n = 1\nlocal function g(n) return n end g('x')\n●",
    "local a, b = 1, 2\na, b = b, a\nlocal n = a and b or a\n●",
]

NOT_NUMBERS = [
    "local n\n●",
    "local n = '1'\n●",
    "local n = 1\nn = '2'\n●",
    "local n = 1\nlocal function f() n = nil end\n●",
    "local n = 1\nn = n .. ''\n●",
    "local n = 1\nn = n + x\n●",
    "local n = 1\nn = #t\n●",
    "local n = 1\nn = g(n)\n●",
    "local n = 1\nn, m = m, n\n●",
    "local m, n = 1\n●",
    "local n = ...\n●",
    "local n = 1\nfunction n() end\n●",
    "local n = 1\nlocal m = {}\nfor i = 1, 2 do n = m m = n end\n●",
    "for n in next, {} do\n●\nend",
    "function f(n)\n●\nend\nf(1)",
    "local f = function(n)\n●\nend\nf(1)",
    "local function f(n)\n●\nend\nf(1) f()",
    "local function f(n)\n●\nend\nf(1) f 'x'",
    "local function f(n)\n●\nend\nf(1) f(...)",
    "local function f(n)\n●\nend\nf(1) pcall(f, 'x')",
    "local function f(n)\n●\nend\nlocal g = f\ng 'x'",
    "local function f(n)\n●\nend\nreturn f",
    "local function f(n)\n●\nend\nf(1)\nt.f = f",
    "local function f(n)\nn = t\n●\nend\nf(1)",
    "local function f(x) if x > 1 then return x end end\nlocal n = f(1)\n●",
    "local function f(x) return x, 1 end\nlocal n = f(1)\n●",
    "local function f(x) return x end\nf = g\nlocal n = f(1)\n●",
    "local function f(x) return x end\nf {}\nlocal n = f(1)\n●",
    "function t:f(n)\n●\nend\nt:f(1)",
]


@pytest.mark.parametrize("text", NUMBERS)
def test_what_is_always_a_number_may_be_compared_in_place(text: str) -> None:
    assert licence(text, "n > 5") == "facts"
    assert licence(text, "n + 1 == -n or n <= 2 * n") == "facts"
    assert licence(text, "math.abs(n) < -1") == "standard"


@pytest.mark.parametrize("text", NOT_NUMBERS)
def test_what_may_be_anything_is_compared_where_no_operators_are_defined(text: str) -> None:
    assert licence(text, "n > 5") == "no order"
    assert licence(text, "math.abs(n) < -1") == "standard, no order"


@pytest.mark.parametrize(
    ("condition", "kind"),
    [
        ("type(x) == 'table'", "standard"),
        ("math.type(x) == 'float' and n < math.huge", "standard"),
        ("rawequal(x, n)", "standard"),
        ("math.max(n, 1, math.floor(n / 2)) > math.pi", "standard"),
        ("type(type(x))", "standard"),
        ("x == nil and n > 1", "facts"),
        ("x == 1", "none"),
        ("math.abs(x) > 1", "standard, no order"),
        ("math.abs()", "protected"),
        ("type()", "call, standard"),
        ("type(...)", "call, standard"),
        ("type((...)) == 'nil'", "standard"),
        ("rawequal(x)", "call, standard"),
        ("select('#', n) == 2", "standard"),
        ('select("#", x, ...) == 2', "standard"),
        ("select('#') == 0", "standard"),
        ("select(#x, n) == 2", "call, tables, standard"),
        ("select(2, n) == 2", "call, standard"),
        ("select(##x, n) == 2", "protected"),
        ("tonumber(x)", "standard"),
        ("tonumber((...)) == 1", "standard"),
        ("tonumber(...)", "call, standard"),
        ("tonumber(x, 10)", "call, standard"),
        ("tonumber(coroutine.running())", "call, tables, standard"),
        ("tonumber(x) > 3", "standard, no order"),
        ("tonumber(x) > tonumber(n)", "standard, no order"),
        ("tonumber(x) + 1 == n", "standard, no order"),
        ("getmetatable(x) == nil", "standard"),
        ("getmetatable(x) == limit", "standard, no equality"),
        ("os.clock() > 10 and os.time() < n", "tables, standard"),
        ("os.time(x) > 10", "protected"),
        ("coroutine.running() == x", "tables, standard"),
        ("coroutine.isyieldable()", "tables, standard"),
        ("coroutine.isyieldable(x)", "call, tables, standard"),
        ("math.fmod(n, 0) == 1", "protected"),
        ("math.random(n) == 1", "protected"),
        ("math.nothing == n", "standard"),
        ("math.nothing == x", "standard, no equality"),
        ("math.nothing < n", "standard, no order"),
        ("limit == n", "standard"),
        ("limit and not (limit == 'a')", "standard"),
        ("limit == x", "standard, no equality"),
        ("limit > n", "standard, no order"),
        ("-limit", "standard, no order"),
        ("limit.x == n", "tables, standard"),
        ("(limit or n) + 1 == n", "standard, no order"),
        ("math:abs(n)", "call, tables, standard"),
        ("math.abs 'x'", "protected"),
        ("tostring(n) == '1'", "call, standard"),
        ("n % n == 0", "protected"),
        ("n // 0 == 0", "protected"),
        ("n & 1 == 0", "protected"),
        ("#x > 1", "tables"),
        ("x.y == 1", "tables"),
        ("x.y == n", "tables, facts"),
        ("x[n].z[x.y] == 1 and not x.a", "tables"),
        ("#x.list == n - 1", "tables, facts"),
        ("math.nothing.x == 1", "tables, standard"),
        ("x.y == x.z", "tables, no equality"),
        ("x.y > 1", "tables, no order"),
        ("x.y > x.z", "tables, no order"),
        ("x.y % 2 == 0 and -x.z", "tables, no order"),
        ("#x < limit", "tables, standard, no order"),
        ("x.y > 'a'", "protected"),
        ("x < (n == 1)", "protected"),
        ("x[x + 1] == 1", "protected"),
        ("x[n > 'a'] == 1", "protected"),
        ("x.y .. 'a' == 'aa'", "protected"),
        ("x.y & 1 == 1", "protected"),
        ("x.y()", "call, tables"),
        ("(x).y == 1", "protected"),
        ("('a').b == 1", "protected"),
        ("x[...] == 1", "protected"),
        ("#'a' > 0", "protected"),
    ],
)
def test_the_kind_of_a_condition(condition: str, kind: str) -> None:
    assert licence("local n, x = 1, t\n●", condition) == kind


@pytest.mark.parametrize("hiding", ["math, type = {}", "_ENV = {}"])
def test_functions_of_the_program_s_own_are_not_the_standard_ones(hiding: str) -> None:
    text = f"local n = 1\nlocal {hiding}\n●"
    assert "standard" not in licence(text, "math.abs(n) == 1")
    assert "standard" not in licence(text, "type(n) == 'number'")


def test_a_function_that_a_condition_names_may_get_anything() -> None:
    text = "local function f(n)\n print(n)\nend\nf(1)\nprint()"
    alone = placed(text, Wish(1, 2, condition="n > 1"))
    both = placed(text, Wish(1, 2, condition="n > 1"), Wish(2, 5, condition="f('x')"))
    assert [site.licence for site in alone.sites] == [("facts", "any")]
    assert [site.licence for site in both.sites] == [("none", "no order"), ("none", "any")]
    assert [site.protected for site in both.sites] == [False, True]


@pytest.mark.parametrize(
    ("condition", "guard"),
    [
        ("type(x) == 'table' and #x > 3", "type(x) == 'table'"),
        ("n == 1 and x and x.y == 1 and n", "n == 1 and x"),
        ("n == 1 and (x.y or n) == 1", "n == 1"),
        ("(n == 1 and x.y == 1)", "n == 1"),
    ],
)
def test_nothing_is_looked_at_before_what_and_has_in_front(condition: str, guard: str) -> None:
    result = placed("local n, x = 1, t\nprint()", Wish(1, 2, condition=condition))
    text = result.source.decode().replace(original("type"), "type")
    assert f"if ({guard}) then local {lent('t1')}=" in text.replace(f"not ({lent(3)}) or ", "")


def test_a_program_that_has_our_name_gets_the_simple_form() -> None:
    result = placed(f"local {SUPPORT} = 1\nprint(1)", Wish(1, 2, condition="x.y"))
    (site,) = result.sites
    assert not site.protected
    assert site.always


@pytest.mark.parametrize("condition", ["n.x", "n > 1", "n == 2"])
def test_a_chunk_with_all_its_locals_taken_keeps_its_breakpoint(condition: str) -> None:
    locals_ = "\n".join(f"local v{i}" for i in range(199))
    result = placed(f"local n = 2\n{locals_}\nprint(n)", Wish(1, 201, condition=condition))
    assert result.placed[1].verified
    assert SUPPORT not in result.source.decode()
    if condition == "n == 2":
        assert stops(result) == [(1, 201)]


@pytest.mark.parametrize(("sites", "locals_"), [(300, 0), (50, 180), (10, 197)])
def test_many_conditions_in_a_chunk_all_have_a_place(sites: int, locals_: int) -> None:
    own = "".join(f"local v{i} = 1 " for i in range(locals_))
    text = f"{own}local n = 1\n" + "print(n)\n" * sites
    conditions = ["t.x > n", "f(n) == 2", "n > t"]
    wishes = [Wish(i, i + 1, condition=conditions[i % 3]) for i in range(1, sites + 1)]
    result = placed(text, *wishes)
    assert all(result.placed[wish.id].verified for wish in wishes)
    assert len(result.sites) == sites


# That it means the same as in protected mode ------------------------------------------------------

ATOMS = [
    "x.a",
    "x.a.b",
    "x['a']",
    "g.a",
    "#x",
    "#x.a",
    "x[n]",
    "n",
    "m",
    "i",
    "x",
    "s",
    "1",
    "2.5",
    "-3",
    "nil",
    "'a'",
    "math.pi",
    "math.no",
    "true",
    "g",
]
BINARY = ["==", "~=", "<", "<=", ">", ">=", "+", "-", "*", "/", "//", "%", "^", "and", "or"]
CALLS = ["math.abs", "math.floor", "math.max", "type", "math.type", "rawequal", "math.tointeger"]
CALLS += ["tonumber", "getmetatable", "coroutine.running", "coroutine.isyieldable"]


def expressions() -> st.SearchStrategy[str]:
    return st.recursive(
        st.sampled_from(ATOMS),
        lambda inner: st.one_of(
            st.builds(lambda a, o, b: f"({a} {o} {b})", inner, st.sampled_from(BINARY), inner),
            st.builds(lambda a, b: f"{a} and {b}", inner, inner),
            st.builds(lambda o, a: f"({o} {a})", st.sampled_from(["not", "-"]), inner),
            st.builds(lambda f, a: f"{f}({a})", st.sampled_from(CALLS), inner),
            st.builds(lambda f, a, b: f"{f}({a}, {b})", st.sampled_from(CALLS), inner, inner),
        ),
        max_leaves=8,
    )


PROGRAM = """local x, s = ({x}), 'a'
g = x
local n, m = ({n}), 2
local function f(i)
  print(i)
end
for j = 1, 3 do f(j) n = n + 1 m = n // 2 end
"""
VALUES = [
    "{ a = 1 }",
    "{ a = { b = 2, 7 }, 3 }",
    "setmetatable({}, { __index = { a = 1 } })",
    "nil",
    "1",
    "-2.5",
    "'7'",
    "{}",
    "true",
    "math.huge",
    "0/0",
]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(expressions(), st.sampled_from(VALUES), st.sampled_from(["0", "-1", "1.5", "1 << 62"]))
def test_in_place_is_what_it_is_in_protected_mode(condition: str, x: str, n: str) -> None:
    program = PROGRAM.format(x=x, n=n)
    result = placed(program, Wish(1, 4, condition=condition))
    (site,) = result.sites
    seen: list[int] = []

    def on_call(number: int, line: int, *values: Any) -> None:
        if not site.protected or values[0]:
            seen.append(len(seen))

    printed = LUA.run(result.source, on_call, sites=result.sites)
    assert printed == LUA.run(program.encode())  # never an error of the condition

    body = "local ok, v = pcall(function() return (CONDITION) end) if ok and v then HIT() end "
    plainly = program.replace("  print(i)", f"  {body.replace('CONDITION', condition)}print(i)")
    plainly = plainly.replace("HIT()", "print('hit')")
    assert len(seen) == LUA.run(plainly.encode()).split("\n").count("hit")


# Where the text does not tell the whole truth ---------------------------------------------------

LOOP = """
local n = 0
for i = 1, 4 do
  n = n + 1 -- change
  print(n) -- body
end
"""


def run_to_the_end(
    make_session: MakeSession, code: str, condition: str
) -> tuple[Session, list[str]]:
    session = make_session(code)
    session.break_at("body", condition=condition)
    session.start()
    stopped = session.values_at_stops("i")
    return session, stopped


def test_a_condition_that_relies_on_facts_chooses(make_session: MakeSession) -> None:
    assert run_to_the_end(make_session, LOOP, "n > 2 and n < 4")[1] == ["3"]


def test_a_condition_that_relies_on_standard_functions_chooses(make_session: MakeSession) -> None:
    assert run_to_the_end(make_session, LOOP, "math.max(n, 3) == 4")[1] == ["4"]


@pytest.mark.parametrize("how", ["set_variable", "evaluate", "set_expression"])
def test_a_value_assigned_by_the_user_does_no_harm(make_session: MakeSession, how: str) -> None:
    session = make_session("local n = 0\nfor i = 1, 3 do\n print(i) -- body\n print() -- stop\nend")
    body, stop = session.line("body"), session.line("stop")
    session.debugger.set_breakpoints(
        str(session.path),
        [BreakpointSpec(body, condition="n > 2"), BreakpointSpec(stop, condition="i == 1")],
    )
    session.start()
    session.stop()
    frame = session.frames()[0].id
    if how == "evaluate":
        session.debugger.evaluate("n = 'x'", frame)
    elif how == "set_expression":
        session.debugger.set_expression("n", "'x'", frame)
    else:
        scope = next(s for s in session.debugger.scopes(frame) if s.name == "Locals")
        session.debugger.set_variable(scope.reference, "n", "'x'")
    session.debugger.resume()
    session.ended()
    assert session.error is None
    assert session.output.split() == ["1", "2", "3"]
    assert "attempt to compare" in session.seen.outputs[0][1]


@pytest.mark.parametrize(
    "replacing",
    [
        "math.abs = function() return -5 end",
        "math = { abs = function() return -5 end }",
        "function math.abs() return -5 end",
        "local m = math m.abs = function() return -5 end",
        "_G.math.abs = function() return -5 end",
        "rawset(require('math'), 'abs', function() return -5 end)",
        "load('math.' .. 'abs = function() return -5 end')()",
        "x, math.abs = 1, function() return -5 end",
        "math.abs, x = function() return -5 end",
    ],
)
def test_a_replaced_function_is_the_one_that_is_asked(
    make_session: MakeSession, replacing: str
) -> None:
    code = LOOP.replace("n = n + 1", f"n = n + 1 if i == 3 then {replacing} end")
    assert run_to_the_end(make_session, code, "math.abs(n) == -5")[1] == ["3", "4"]


def test_a_function_replaced_in_another_file_is_the_one_that_is_asked(
    make_session: MakeSession,
) -> None:
    session = make_session("require('other')\n" + LOOP.lstrip())
    session.write("type = function() return 'odd' end", "other.lua")
    session.break_at("body", condition="type(n) == 'odd' and i < 3")
    session.start()
    assert session.values_at_stops("i") == ["1", "2"]


GLOBALS = """
limit = 3
for i = 1, 4 do
  if i == 4 then limit = nil end
  print(i) -- body
end
"""


@pytest.mark.parametrize(
    ("condition", "stops"),
    [("limit == i", ["3"]), ("not limit", ["4"]), ("limit and i < 3", ["1", "2"])],
)
def test_a_condition_on_global_variables_chooses(
    make_session: MakeSession, condition: str, stops: list[str]
) -> None:
    assert run_to_the_end(make_session, GLOBALS, condition)[1] == stops


@pytest.mark.parametrize(
    "condition", ["missing == i or i == 2", "missing.x == i", "missing.x > i", "missing:f(i)"]
)
def test_globals_that_raise_when_they_are_read_do_no_harm(
    make_session: MakeSession, condition: str
) -> None:
    strict = "setmetatable(_G, { __index = function(_, name) error('no ' .. name, 0) end })\n"
    session, stopped = run_to_the_end(make_session, strict + GLOBALS, condition)
    assert stopped == []
    assert session.error is None
    assert session.output.split() == ["1", "2", "3", "4"]
    (remark,) = session.seen.outputs
    assert "no missing" in remark[1]


@pytest.mark.parametrize(
    "condition",
    ["missing == i", "missing.x == i", "missing.x > i", "missing > i", "math.max(missing, 1) == i"],
)
def test_globals_that_raise_from_now_on_do_no_harm(
    make_session: MakeSession, condition: str
) -> None:
    """What a chunk was lent is taken back from the functions that it has made and from itself."""
    session = make_session("""
local function look(i)
  print(i) -- body
end
look(1)
require("strict")
look(2)
for i = 3, 4 do
  print(i) -- loop
end
""")
    strict = "setmetatable(_G, { __index = function(_, name) error('no ' .. name, 0) end })"
    session.write(strict, "strict.lua")
    session.break_at("body", "loop", condition=condition)
    session.start()
    assert session.values_at_stops("i") == []
    assert session.error is None
    assert session.output.split() == ["1", "2", "3", "4"]


def test_functions_of_a_chunk_that_runs_often_keep_their_breakpoints(
    make_session: MakeSession,
) -> None:
    session = make_session("""
limit = 1
local first = require("other")()
for i = 1, 200 do require("other")() end
for i = 1, 3 do first(i) end
""")
    session.write("return function()\n return loadfile('made.lua')()\nend", "other.lua")
    session.write("return function(i)\n print(i) -- body\nend", "made.lua")
    session.break_at("body", path=session.path.with_name("made.lua"), condition="i == limit + 1")
    session.start()
    assert session.values_at_stops("i") == ["2"]
    assert session.output.split() == ["1", "2", "3"]


def test_what_a_condition_reads_is_no_read_of_the_program(make_session: MakeSession) -> None:
    session = make_session("limit = 1\nprint(1) -- start\nprint(2) -- body\nprint(limit) -- read\n")
    lines = [BreakpointSpec(session.line("start"))]
    lines.append(BreakpointSpec(session.line("body"), condition="limit == 2"))
    session.debugger.set_breakpoints(str(session.path), lines)
    session.start()
    session.stop()
    frame = session.frames()[0].id
    number, _, kinds = session.debugger.data_breakpoint_info("limit", None, frame)
    if "read" not in kinds:
        pytest.skip("reads cannot be seen here")
    session.debugger.set_data_breakpoints([DataBreakpointSpec(number or "", "read")])
    session.debugger.resume()
    session.stop()
    assert session.at() == session.line("read")
    session.finish()


def test_a_field_called_type_replaces_nothing() -> None:
    assert not may_replace(b"local t = { type = 1,\ntype = 2 }\nt.type = 3\nlocal type = type")
    assert may_replace(b"type = 3")
    assert may_replace(b"x, type = 1, 2")
    assert may_replace(b"function type() end")
    assert not may_replace(b"local function type() end print(math.pi == 3, math.max(1, 2))")


def test_a_function_that_is_given_away_may_get_anything(make_session: MakeSession) -> None:
    code = """
local function f(n)
  print(n) -- body
  return debug.getinfo(1, "f").func
end
local i = 0
local g = f(1)
i = 1
g("x")
g(9)
"""
    session = make_session(code)
    session.break_at("body", condition="n > 5")
    session.start()
    assert session.values_at_stops("n") == ["9"]
    assert session.error is None
    assert session.output.split() == ["1", "x", "9"]


def test_an_error_in_protected_mode_is_reported_once_and_false(make_session: MakeSession) -> None:
    session, stopped = run_to_the_end(make_session, LOOP, "i == 2 or missing.field")
    assert stopped == ["2"]
    (remark,) = session.seen.outputs
    assert "condition: " in remark[1]
    assert "attempt to index a nil value" in remark[1]
    assert session.output.split() == ["1", "2", "3", "4"]


def test_a_condition_with_an_effect_is_evaluated_once_a_pass(make_session: MakeSession) -> None:
    code = "count = 0\nfunction tick() count = count + 1 return count % 2 == 0 end" + LOOP
    session, stopped = run_to_the_end(make_session, code + "print(count)", "tick()")
    assert stopped == ["2", "4"]
    assert session.output.split()[-1] == "4"


def test_a_removed_breakpoint_no_longer_evaluates_its_condition(make_session: MakeSession) -> None:
    code = "count = 0\nfunction tick() count = count + 1 return true end" + LOOP + "print(count)"
    session = make_session(code)
    session.break_at("body", condition="tick()")
    session.start()
    session.stop()
    session.finish()
    assert session.output.split()[-1] == "1"


def test_conditions_hold_in_coroutines(make_session: MakeSession) -> None:
    code = """
local n = 0
local co = coroutine.wrap(function()
  for i = 1, 4 do
    n = n + i
    coroutine.yield(n) -- body
  end
end)
print(co(), co(), co(), co())
"""
    session = make_session(code)
    session.break_at("body", condition="n > 3 and n < 10")
    session.start()
    assert session.values_at_stops("n") == ["6"]


def test_what_breakpoints_add_is_not_shown(make_session: MakeSession) -> None:
    code = "local t = {}\nlocal function f()\n return t -- body\nend\nf()"
    session = make_session(code)
    session.break_at("body", condition="t.x == nil")
    session.start()
    session.stop()
    shown = {name for scope in ("Locals", "Upvalues") for name in session.scope(scope)}
    outer = session.scope("Locals", frame=1)
    names = {item.label for item in session.debugger.completions("", 0, session.frames()[0].id)}
    assert shown == {"t"}
    assert set(outer) == {"t", "f"}
    assert not {name for name in names if name.startswith(SUPPORT)}
    session.finish()


@pytest.mark.parametrize("text", ["n", "t.x", "#t", "a + b * 2 <= 3", "a == b", "x ~= nil", ""])
def test_looking_is_harmless(text: str) -> None:
    assert is_harmless(text)


@pytest.mark.parametrize("text", ["f()", "f 'x'", "f{}", "n = 1", "t.x = 2", "f[[x]]", 'f "x"'])
def test_calls_and_assignments_are_not(text: str) -> None:
    assert not is_harmless(text)


def test_a_program_that_lists_its_locals_does_not_see_what_breakpoints_add(
    make_session: MakeSession,
) -> None:
    code = """
local first, second = 1, 2
local i = 1
while debug.getlocal(1, i) do -- body
  print(debug.getlocal(1, i))
  i = i + 1
end
local function inner() return first end
print(Debug.stackTrace { capture_locals = true, capture_upvalues = true })
inner()
"""
    session = make_session(code)
    session.break_at("body", hit_condition="> 100", condition="first.x == i")
    session.start()
    session.ended()
    assert session.error is None
    assert session.output.startswith("first\t1\nsecond\t2\ni\t3\n")
    assert SUPPORT not in session.output


# Values of which nothing is known ---------------------------------------------------------------

UNKNOWN = """
local values = { 1, 5, false, "x", {}, 7 }
for i = 1, 6 do
  local v = values[i] or nil
  print(i) -- body
end
"""


@pytest.mark.parametrize(
    ("condition", "stops"),
    [
        ("v > 3", ["2", "6"]),
        ("3 >= v", ["1"]),
        ("not (v > 3)", ["1"]),
        ("v + 1 == 6 or v % 7 == 0", ["2", "6"]),
        ("math.abs(v) > 3", ["2", "6"]),
        ("v == i or values[i] == v", ["1", "2", "4", "5", "6"]),
        ("values[i] < v + 1", ["1", "2", "6"]),
    ],
)
def test_a_condition_on_what_may_be_no_number_chooses(
    make_session: MakeSession, condition: str, stops: list[str]
) -> None:
    session, stopped = run_to_the_end(make_session, UNKNOWN, condition)
    assert stopped == stops
    assert session.error is None
    assert len(session.seen.outputs) == (0 if " == v" in condition else 1)  # an error is said once


ANYTHING = """
local t = setmetatable({}, { __index = function(_, k) return k end })
local function GUARD() return setmetatable({}, { __close = function() print("closed") end }) end
do

end
for _, value in ipairs { true, false, "x", "7", {}, t, print, GUARD, 1, 2.5 } do
  v = value
  do local g <close> = GUARD() end
  for n = 1, 2 do
    if n == 2 then goto go end
    local w <close> = GUARD()
    print(type(v), (function() return n end)())
    ::go::
  end
  v = nil
end
return t
"""


@pytest.mark.parametrize(
    "condition",
    [
        *("i > 1", "1 <= i", "v < 1", "0.5 > v", "v >= 3", "v < i", "v < v", "-v == 1"),
        *("v + 1 < i", "v.x > 1", "math.abs(v) > v", "v > 'a'", "nil > v", "not (1 < t)"),
        *("n < v", "g > 0", "print <= 1"),
    ],
)
def test_a_comparison_of_anything_anywhere_leaves_the_program_as_it_is(
    make_session: MakeSession, condition: str
) -> None:
    session, plain = make_session(ANYTHING), make_session(ANYTHING)
    lines = range(1, ANYTHING.count("\n"))
    session.debugger.set_breakpoints(
        str(session.path), [BreakpointSpec(line, condition=condition) for line in lines]
    )
    session.start()
    while session.next_stop():
        session.debugger.resume()
    plain.start()
    plain.ended()
    assert session.error is plain.error is None
    assert session.output == plain.output
    reported = [remark[1] for remark in session.seen.outputs]
    assert reported
    assert all("condition: " in text for text in reported)


def test_a_condition_that_is_often_no_comparison_of_numbers_is_tried_again(
    make_session: MakeSession,
) -> None:
    code = """
local v
for i = 1, 9000 do
  if i == 100 then v = "x" end
  if i == 200 then v = i end
  v = v == "x" and v or i > 200 and i or nil
  n = i -- body
end
"""
    session = make_session(code)
    session.break_at("body", condition="v > 8998")
    session.start()
    assert session.values_at_stops("i") == ["8999", "9000"]


ERRORS = """
local function f(a, b) return a < b end
local function g(a, b) return a <= b end
local function h(a) return a > 1 end
local t = {}
for i = 1, 2 do
  print(i) -- body
end
for _, compare in ipairs { f, g, h } do
  print(pcall(compare, 1, nil))
  print(pcall(compare, nil, 1))
  print(pcall(compare, "x", 1))
  print(pcall(compare, 1.5, t))
  print(pcall(compare, print, 1))
end
print(pcall(table.sort, { 1, 2, "x", 3 }))
print(pcall(math.max, 1, t))
print(getmetatable(1), getmetatable(1.5), getmetatable(t))
print(1 < 2, 2 <= 1.5, "a" < "b")
f(1, t)
"""


def test_comparisons_of_the_program_fail_as_ever(make_session: MakeSession) -> None:
    session = make_session(ERRORS)
    plain = make_session(ERRORS)
    session.debugger.set_exception_filters([])
    plain.debugger.set_exception_filters([])
    session.break_at("body", condition="t.x > 3 or i > t.y")
    for run in (session, plain):
        run.start()
        run.ended()
    assert len(session.seen.outputs) == 1  # the condition's own error
    assert session.output == plain.output
    assert str(session.error) == str(plain.error)
    assert "attempt to compare number with table" in str(session.error)
    assert session.error.frames == plain.error.frames  # type: ignore[union-attr]


ORDERED = """
local v = 1
local mt = {}
local object = setmetatable({}, mt)
for i = 1, 4 do
  if i == 3 then v = object DEFINE end
  print(i) -- body
end
print(1 < object, object <= 1)
"""


@pytest.mark.parametrize(
    "define",
    [
        "mt.__lt = function() return true end mt.__le = error",
        "load('local mt = ... mt.__lt = function() return true end mt.__le = error')(mt)",
        "mt['__' .. 'lt'] = function() return true end mt.__le = error",
        "setmetatable(v, { [('_'):rep(2) .. 'lt'] = function() return true end })",
    ],
)
def test_operators_of_the_program_are_asked(make_session: MakeSession, define: str) -> None:
    code = ORDERED.replace("DEFINE", define).replace("1 < object, object <= 1", "1 < object")
    session, stopped = run_to_the_end(make_session, code, "0 < v and i > 2")
    assert stopped == ["3", "4"]
    assert session.error is None
    assert session.output.split()[-1] == "true"


@pytest.mark.parametrize(
    "define",
    [
        "mt.__eq = function() error('odd') end",
        "mt['__' .. 'eq'] = function() error('odd') end",
        "setmetatable(v, { [('_'):rep(2) .. 'eq'] = function() error('odd') end })",
    ],
)
def test_an_error_in_equality_is_the_conditions(make_session: MakeSession, define: str) -> None:
    code = ORDERED.replace("DEFINE", define).replace("1 < object, object <= 1", "i")
    session, stopped = run_to_the_end(make_session, code, "v == mt or i == 2")
    assert stopped == ["2"]
    assert session.error is None
    (remark,) = session.seen.outputs
    assert "odd" in remark[1]


def test_a_program_that_looks_at_the_stack_of_errors_sees_its_own(
    make_session: MakeSession,
) -> None:
    code = """
local t = {}
for i = 1, 2 do
  print(i) -- body
end
print(xpcall(function() return 1 < t end, debug.traceback))
"""
    session, plain = make_session(code), make_session(code)
    session.break_at("body", condition="t.x > 3")
    for run in (session, plain):
        run.start()
        run.ended()
    assert session.output == plain.output


# Tables without a metatable -----------------------------------------------------------------------

TABLES = """
local t = { x = 0 }
for i = 1, 80 do
  if i == 70 then CHANGE end
  t.x = i
  print(i) -- body
end
"""


def of_tables(make_session: MakeSession, change: str, condition: str) -> tuple[Session, list[str]]:
    return run_to_the_end(make_session, TABLES.replace("CHANGE", change), condition)


@pytest.mark.parametrize(
    ("condition", "stops"),
    [
        ("t.x == 3", ["3"]),
        ("t['x'] == 3 or t.y", ["3"]),
        ("not t.x or t[1] or #t == 1", []),
        ("t.x == 71 and #t == 0", ["71"]),
    ],
)
def test_a_condition_on_a_table_chooses(
    make_session: MakeSession, condition: str, stops: list[str]
) -> None:
    session, stopped = of_tables(make_session, "print()", condition)
    assert stopped == stops
    assert session.seen.outputs == []


STRANGE = "{ __index = function(_, k) reads = reads + 1 error('no ' .. k, 0) end, __len = error }"


@pytest.mark.parametrize(
    "change",
    [
        f"setmetatable(t, {STRANGE})",
        f"local set = setmetatable set(t, {STRANGE})",
        f"_G.setmetatable(t, {STRANGE})",
        f"load('return set' .. 'metatable')()(t, {STRANGE})",
        f"t = setmetatable({{}}, {STRANGE})",
    ],
)
def test_a_metatable_that_a_table_gets_later_counts(make_session: MakeSession, change: str) -> None:
    code = "reads = 0" + TABLES.replace("CHANGE", change) + "print(reads)"
    session, stopped = run_to_the_end(make_session, code, "t.missing == 3")
    assert stopped == []
    assert session.error is None
    (remark,) = session.seen.outputs
    assert "no missing" in remark[1]
    assert session.output.split()[-1] == "11"  # each pass from then on reads once


def test_a_metatable_set_by_a_function_kept_before_counts(make_session: MakeSession) -> None:
    session = make_session("dofile('spell2.lua')")
    other = session.write("print(1)\n" + TABLES.replace("CHANGE", "set(t)"), "spell2.lua")
    session.write(
        f"local keep = setmetatable function set(t) keep(t, {STRANGE}) end reads = 0\n"
        "print(0) -- start\ndofile('spell2.lua')"
    )
    session.break_at("start")
    session.start()
    session.stop()
    session.break_at("body", path=other, condition="t.missing == 3")
    session.debugger.resume()
    session.ended()
    assert session.error is None
    (remark,) = session.seen.outputs
    assert "no missing" in remark[1]


@pytest.mark.parametrize("value", ["nil", "7", "'text'", "print", "{}"])
def test_another_value_in_the_variable_of_a_table_counts(
    make_session: MakeSession, value: str
) -> None:
    code = TABLES.replace("  t.x = i\n", "").replace("CHANGE", f"t = {value}")
    session, stopped = run_to_the_end(make_session, code, "t.x == 0 and i > 68 or t.x.y == 1")
    assert stopped == ["69"]
    assert session.error is None
    assert len(session.seen.outputs) == 1


def test_a_table_that_a_debugger_s_user_gives_a_metatable_counts(make_session: MakeSession) -> None:
    session = make_session("reads = 0" + TABLES.replace("CHANGE", "\nprint() -- stop\n"))
    body, stop = session.line("body"), session.line("stop")
    conditions = [BreakpointSpec(body, condition="t.missing == 3"), BreakpointSpec(stop)]
    session.debugger.set_breakpoints(str(session.path), conditions)
    session.start()
    session.stop()
    session.value(f"setmetatable(t, {STRANGE})")
    session.debugger.resume()
    session.ended()
    assert session.error is None
    assert "no missing" in session.seen.outputs[0][1]


def test_fields_that_a_condition_reads_are_no_reads_of_the_program(
    make_session: MakeSession,
) -> None:
    session = make_session(TABLES.replace("CHANGE", "\nprint() -- stop\n") + "print(t.x) -- read")
    body, stop = session.line("body"), session.line("stop")
    conditions = [BreakpointSpec(body, condition="t.x == 0"), BreakpointSpec(stop)]
    session.debugger.set_breakpoints(str(session.path), conditions)
    session.start()
    session.stop()
    table = session.scope("Locals")["t"]
    number, _, kinds = session.debugger.data_breakpoint_info("x", table.reference, None)
    if "read" not in kinds:
        pytest.skip("reads cannot be seen here")
    session.debugger.set_data_breakpoints([DataBreakpointSpec(number or "", "read")])
    session.debugger.resume()
    session.stop()
    assert session.at() == session.line("read")
    session.finish()


@pytest.mark.parametrize(
    "wrong", ["setmetatable()", "setmetatable(1, {})", "setmetatable({})", "setmetatable({}, 1)"]
)
def test_setmetatable_refuses_what_it_refuses_without_a_debugger(
    make_session: MakeSession, wrong: str
) -> None:
    code = f"print(pcall(function()\n {wrong}\nend)) -- body\n"
    code += "print(pcall(setmetatable, setmetatable({}, { __metatable = 1 }), {}))"
    texts = []
    for condition in (None, "x.y == 1"):
        session = make_session(code)
        if condition:
            session.break_at("body", condition=condition)
        session.start()
        session.ended()
        texts.append(session.output)
    assert texts[0] == texts[1]
