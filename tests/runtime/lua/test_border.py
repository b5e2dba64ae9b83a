"""What crosses between Lua and Python, and what never may."""

from __future__ import annotations

import gc

import pytest

from llmspell.lua.engine import ScriptError
from tests.runtime.lua.conftest import MakeSpell, Spell

# The cases that crash or hang a naive host come first.


def test_a_function_kept_in_a_finished_coroutine_can_be_called_later(spell: Spell) -> None:
    spell.run("""
        local co = coroutine.create(function()
          local base = 40
          Probe.keep(function(n) return base + n end)
        end)
        coroutine.resume(co)
        co = nil
        for _ = 1, 20 do collectgarbage() end
    """)
    gc.collect()
    assert spell.value("for _ = 1, 5 do collectgarbage() end return Probe.call_kept(2)") == 42


def test_a_kept_exception_of_a_failed_call_holds_nothing_of_its_coroutine(spell: Spell) -> None:
    spell.run("""
        for i = 1, 50 do
          local co = coroutine.create(function() Probe.refuse { i, nested = { i } } end)
          assert(not coroutine.resume(co))
        end
        for _ = 1, 10 do collectgarbage() end
    """)
    errors = spell.services.probe.errors
    assert len(errors) == 50
    errors.clear()
    gc.collect()
    assert spell.value("collectgarbage() return 'alive'") == "alive"


def test_a_callback_inside_a_coroutine_does_not_lose_that_coroutine(spell: Spell) -> None:
    # The coroutine is referenced only by the frame of `resume`, which lupa empties when a
    # function of the main state is called meanwhile.
    assert (
        spell.value("""
        local ok, result = coroutine.resume(coroutine.create(function()
          return Probe.call(function(n)
            for _ = 1, 20 do collectgarbage() end
            return n + 1
          end, 1)
        end))
        collectgarbage()
        return result
    """)
        == 2
    )


def test_lua_and_python_may_call_each_other_only_so_deep(spell: Spell) -> None:
    with pytest.raises(ScriptError, match="50 levels deep"):
        spell.run("""
            local function again(n) return Probe.call(again, n + 1) end
            again(1)
        """)
    assert spell.value("return 1") == 1


def test_two_callbacks_of_different_length_do_not_wait_for_each_other(spell: Spell) -> None:
    spell.run("""
        order = {}
        local long = Probe.start(function() Probe.signal("long") order[#order + 1] = "long" end, 0)
        local short = Probe.start(function() Probe.signal("short") order[#order + 1] = "short" end, 0)
        local go = Probe.start(function() Probe.release("short") end, 0)
        Probe.result(short)
        order[#order + 1] = "after short"
        Probe.release("long")
        Probe.result(long)
    """)
    assert spell.value("return order") == ["short", "after short", "long"]


def test_a_wait_inside_a_coroutine_of_a_callback_still_pumps(spell: Spell) -> None:
    assert (
        spell.value("""
        local waiting = Probe.start(function()
          return coroutine.wrap(function() return Probe.signal("inner") end)()
        end, 0)
        Probe.start(function() Probe.release("inner") end, 0)
        return Probe.result(waiting)
    """)
        == "inner"
    )


@pytest.mark.parametrize(
    ("call", "expected"), [("Probe.half_later(3)", 1.5), ("Probe.is_later()", True)]
)
def test_scalars_can_be_waited_for(spell: Spell, call: str, expected: object) -> None:
    assert spell.value(f"return {call}") == expected


def test_a_wait_that_gives_nothing_is_waited_for_too(spell: Spell) -> None:
    spell.run("""
        order = {}
        local waiting = Probe.start(function()
          local given = select("#", Probe.awaited("go"))
          order[#order + 1] = given
        end, 0)
        local go = Probe.start(function() order[#order + 1] = "go" Probe.release("go") end, 0)
        Probe.result(waiting)
    """)
    assert spell.value("return order") == ["go", 0]


def test_a_wait_gives_its_fallback_at_its_timeout(spell: Spell) -> None:
    assert spell.value("return Probe.nothing(0.01)") == "late"


def test_a_wait_of_a_job_gives_its_fallback_at_its_timeout(spell: Spell) -> None:
    assert (
        spell.value("""
        return Probe.result(Probe.start(function() return Probe.nothing(0.01) end, 0))
    """)
        == "late"
    )


def test_jobs_run_at_the_end_of_a_script_that_never_waits(spell: Spell) -> None:
    spell.run("Probe.start(function() ran = true end, 0)")
    assert spell.value("return ran") is True


def test_a_yield_out_of_a_callback_is_an_error_of_the_callback(spell: Spell) -> None:
    with pytest.raises(ScriptError, match="attempt to yield across a callback"):
        spell.run("Probe.call(function() coroutine.yield(1) end, 0)")


def test_an_error_in_a_callback_reaches_its_caller_as_a_string(spell: Spell) -> None:
    assert spell.value("""
        local ok, message = pcall(Probe.call, function() error("broken", 0) end, 0)
        return { ok, message }
    """) == [False, "broken"]


def test_functions_that_python_dropped_are_forgotten(spell: Spell) -> None:
    spell.run("""
        for i = 1, 100 do Probe.call(function() return i end, 0) end
        kept = setmetatable({}, { __mode = "k" })
        local function watched() end
        kept[watched] = true
        Probe.call(watched, 0)
    """)
    gc.collect()
    spell.run("")
    assert spell.value("collectgarbage() collectgarbage() return next(kept) == nil") is True


# Scalars -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("Probe.scalars('abc', 4)", 7),
        ("Probe.scalars('abc', '4')", 7),
        ("Probe.scalars('abc', 4.0)", 7),
        ("Probe.scalars(12, 1)", 3),
        ("Probe.half(1)", 1),
        ("Probe.half('1.5')", 1.5),
        ("math.type(Probe.half(2.0))", "float"),
        ("Probe.upper('ä')", "Ä!"),
        ("Probe.upper('a', nil)", "A!"),
        ("Probe.upper('a', '?', 'surplus')", "A?"),
        ("#Probe.raw('\\255\\0\\1')", 3),
        ("Probe.raw('ab') == 'ba'", True),
    ],
)
def test_scalar_arguments(spell: Spell, code: str, expected: object) -> None:
    assert spell.value(f"return {code}") == expected


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("Probe.scalars(nil, 1)", "bad argument #1: error converting Lua nil to String"),
        ("Probe.scalars({}, 1)", "bad argument #1: error converting Lua table to String"),
        ("Probe.scalars('a', 1.5)", "bad argument #2: error converting Lua number to integer"),
        ("Probe.scalars('a', 'x')", "bad argument #2: error converting Lua string to integer"),
        ("Probe.half({})", "bad argument #1: error converting Lua table to number"),
        ("Probe.upper('\\255')", "Validation error: a string is not valid UTF-8 (byte 1)"),
        ("Probe.call(1, 0)", "bad argument #1: error converting Lua number to Function"),
        ("Probe.crash()", "Internal error: KeyError: 'bug'"),
        ("Probe.refuse(1)", "Validation error: refused 1"),
    ],
)
def test_refused_arguments_and_failures_are_lua_strings(
    spell: Spell, code: str, message: str
) -> None:
    caught = spell.value(f"local ok, e = pcall(function() {code} end) return {{ type(e), e }}")
    assert caught[0] == "string"
    assert caught[1].startswith(message)


def test_options_are_fields_of_a_table(spell: Spell) -> None:
    assert (
        spell.value("return Probe.named('t', { depth = 3, label = 'x', other = 1 })")
        == "t depth=3 label=x"
    )
    assert spell.value("return Probe.named('t')") == "t depth=1 label=None"
    assert spell.value("return Probe.named('t', {})") == "t depth=1 label=None"


def test_a_wrong_option_is_named(spell: Spell) -> None:
    with pytest.raises(ScriptError, match="option 'depth' must be a integer"):
        spell.run("Probe.named('t', { depth = 'deep' })")


# Data ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("literal", "expected"),
    [
        ("{ 1, 2, 3 }", [1, 2, 3]),
        ("{ a = 1, b = { c = 'd' } }", {"a": 1, "b": {"c": "d"}}),
        ("{}", {}),
        ("{ 1, 2, x = 3 }", [1, 2]),
        ("{ [10] = 'a', [1.5] = 'b', [true] = 'c' }", {"10": "a", "1.5": "b"}),
        ("{ 0/0, 1/0, -1/0 }", [None, None, None]),
        ("{ 1, 1.0, 2^53, 0.1, 1e300, -0.0 }", [1, 1.0, 9007199254740992.0, 0.1, 1e300, -0.0]),
        ("math.maxinteger", 9223372036854775807),
        ("math.mininteger", -9223372036854775808),
        ("'a\"b\\\\c\\n\\0\\127ü'", 'a"b\\c\n\0\x7fü'),
        ("nil", None),
        ("true", True),
        ("setmetatable({ 1, 2 }, { __index = error, __len = error, __pairs = error })", [1, 2]),
    ],
)
def test_data_round_trips(spell: Spell, literal: str, expected: object) -> None:
    spell.run(f"sent = {literal}")
    result = spell.value("return Probe.echo(sent)")
    if isinstance(expected, list):
        expected = [item for item in expected if item is not None]
        result = [] if result in ({}, None) else result
        assert [type(item) for item in result] == [type(item) for item in expected]
    assert result == expected


def test_integers_stay_integers_and_floats_stay_floats(spell: Spell) -> None:
    assert spell.value("""
        local back = Probe.echo { 1, 1.0, { n = 2 } }
        return { math.type(back[1]), math.type(back[2]), math.type(back[3].n) }
    """) == ["integer", "float", "integer"]


def test_null_in_a_result_is_absence(spell: Spell) -> None:
    assert spell.value("""
        local back = Probe.echo_text { a = 1, hole = 0/0 }
        local n = 0
        for _ in pairs(back) do n = n + 1 end
        return { n, tostring(back.hole) }
    """) == [1, "nil"]


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (
            "{ items = { print } }",
            "Unsupported Lua type for JSON conversion: function at .items[1]",
        ),
        ("print", "bad argument #1: Unsupported Lua type for JSON conversion: function"),
        (
            "{ co = coroutine.create(print) }",
            "Unsupported Lua type for JSON conversion: thread at .co",
        ),
        ("{ file = io.tmpfile() }", "Unsupported Lua type for JSON conversion: userdata at .file"),
        (
            "{ counter = Probe.counter() }",
            "Unsupported Lua type for JSON conversion: Counter object at .counter",
        ),
        ("cycle", "Unsupported Lua type for JSON conversion: table that contains itself"),
        ("deep", "Unsupported Lua type for JSON conversion: table nested deeper than 128 levels"),
        ("{ '\\255' }", "Validation error: a string is not valid UTF-8"),
    ],
)
def test_what_is_no_data_is_refused_with_its_place(spell: Spell, value: str, message: str) -> None:
    spell.run("""
        cycle = {} cycle.self = { cycle }
        deep = {} local inner = deep
        for _ = 1, 200 do inner[1] = {} inner = inner[1] end
    """)
    caught = spell.value(f"local _, e = pcall(Probe.echo, {value}) return e")
    assert caught.startswith(message)


def test_a_shared_table_that_is_no_cycle_is_data(spell: Spell) -> None:
    assert spell.value("local t = { 1 } return Probe.echo { t, t }") == [[1], [1]]


def test_integers_beyond_64_bits_become_floats(spell: Spell) -> None:
    assert spell.value("return 1").__class__ is int
    spell.services.probe  # noqa: B018 - bound at first use
    assert spell.value("return math.type(Probe.echo_text(1))") == "integer"


# Instances -----------------------------------------------------------------------------------


def test_methods_work_with_colon_and_dot(spell: Spell) -> None:
    assert spell.value("""
        local c = Probe.counter()
        c:add(1):add(2)
        c.add(3).add(4)
        c:add()
        return { c:total(), c.total(), c.count, Probe.measure(c) }
    """) == [11, 11, 11, 11]


def test_a_builder_that_returns_itself_is_the_same_table(spell: Spell) -> None:
    assert (
        spell.value("local c = Probe.counter() return c:add(1) == c and rawequal(c.add(1), c)")
        is True
    )


def test_an_unknown_member_of_an_instance_is_nil(spell: Spell) -> None:
    assert spell.value("return Probe.counter().missing == nil") is True


def test_an_instance_cannot_be_changed_or_forged(spell: Spell) -> None:
    with pytest.raises(ScriptError, match="cannot set field 'total' of a Counter"):
        spell.run("Probe.counter().total = 1")
    with pytest.raises(ScriptError, match=r"error converting Lua table to Counter"):
        spell.run("Probe.measure({})")
    assert spell.value("return getmetatable(Probe.counter())") == "Counter"


def test_collected_instances_are_released(spell: Spell) -> None:
    spell.run("for i = 1, 200 do Probe.counter() end collectgarbage() collectgarbage()")
    assert len(spell.engine.border._objects) == 0


def test_a_foreign_self_is_refused(spell: Spell) -> None:
    spell.run("c = Probe.counter() total = c.total")
    assert spell.value("return total()") == 0


# Memory --------------------------------------------------------------------------------------

LIMIT = 16 << 20


def limited(make_spell: MakeSpell) -> Spell:
    return make_spell(max_memory=LIMIT)


MEMORY_CASES = {
    "in pure Lua": "local t = {} for i = 1, 1e9 do t[i] = { i } end",
    "in one string": "local s = ('x'):rep(2e9)",
    "in a callback": "Probe.call(function() local t = {} for i = 1, 1e9 do t[i] = { i } end end, 0)",
    "in a result": "local s = Probe.big(200)",
    "in a table result": "local s = Probe.big_table(1200000)",
    "in an argument": "local t = {} for i = 1, 3e5 do t[i] = ('x'):rep(100) .. i end Probe.echo(t)",
    "by many small callbacks": """
        kept = {}
        for i = 1, 1e9 do kept[i] = Probe.call(function(n) return { ('y'):rep(1000) .. n } end, i) end
    """,
    "in a coroutine": "coroutine.wrap(function() local t = {} for i = 1, 1e9 do t[i] = { i } end end)()",
    "by output": "for i = 1, 1e9 do kept = { kept, ('x'):rep(1000) .. i } io.write('') end",
}


@pytest.mark.parametrize("code", MEMORY_CASES.values(), ids=MEMORY_CASES.keys())
def test_the_memory_limit_is_an_error_and_the_engine_lives_on(
    make_spell: MakeSpell, code: str
) -> None:
    spell = limited(make_spell)
    with pytest.raises(Exception, match=r"(?i)memory"):
        spell.run(code)
    assert spell.value("kept = nil collectgarbage() return 'alive'") == "alive"


def test_a_result_that_fits_passes_under_a_limit(make_spell: MakeSpell) -> None:
    assert limited(make_spell).value("return #Probe.big(4)") == 4 << 20
