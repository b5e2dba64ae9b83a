"""`Streaming`: generators as streams, as scripts see them."""

from __future__ import annotations

import pytest

from llmspell.lua.engine import TimedOut
from tests.runtime.globals.conftest import Spell

COUNT = """
local function count(n)
  return Streaming.create(function()
    for i = 1, n do Streaming.yield(i) end
    return "end"
  end)
end
"""


def test_next_gives_what_is_yielded_then_what_is_returned_then_nil(spell: Spell) -> None:
    code = COUNT + "local s = count(2) return { s:next(), s:next(), s:next(), s:next() == nil }"
    assert spell.value(code) == [1, 2, "end", True]


def test_coroutine_yield_works_as_well(spell: Spell) -> None:
    code = 'return Streaming.create(function() coroutine.yield("a") end):next()'
    assert spell.value(code) == "a"


def test_nothing_runs_before_a_value_is_asked_for(spell: Spell) -> None:
    spell.run('local s = Streaming.create(function() print("ran") end) print("made") s:next()')
    assert spell.output == "made\nran\n"


def test_a_stream_is_done_only_after_the_next_that_ended_it(spell: Spell) -> None:
    code = COUNT + (
        "local s = count(1) local done = { s:isDone(), s._done }\n"
        "s:next() done[3] = s:isDone()\n"
        "s:next() done[4] = s:isDone() done[5] = s._done return done"
    )
    assert spell.value(code) == [False, False, False, True, True]


def test_a_stream_is_a_table_with_its_coroutine(spell: Spell) -> None:
    code = COUNT + "local s = count(1) return { type(s), type(s._coroutine), type(s.next) }"
    assert spell.value(code) == ["table", "thread", "function"]


def test_collect_gives_the_remaining_values(spell: Spell) -> None:
    code = COUNT + "local s = count(3) s:next() return s:collect()"
    assert spell.value(code) == [2, 3, "end"]


def test_collect_ends_the_stream(spell: Spell) -> None:
    code = COUNT + "local s = count(3) s:collect() return { s:isDone(), #s:collect() }"
    assert spell.value(code) == [True, 0]


def test_collect_skips_nils(spell: Spell) -> None:
    code = """
        return Streaming.create(function()
          Streaming.yield(1) Streaming.yield(nil) Streaming.yield() Streaming.yield(false)
        end):collect()
    """
    assert spell.value(code) == [1, False]


def test_an_error_in_the_generator_is_raised_by_next_and_ends_the_stream(spell: Spell) -> None:
    code = """
        local failure = { code = 7 }
        local s = Streaming.create(function() error(failure) end)
        local ok, raised = pcall(s.next, s)
        return { ok, raised == failure, s:isDone(), s:next() == nil }
    """
    assert spell.value(code) == [False, True, True, True]


def test_an_error_in_the_generator_ends_collect_silently(spell: Spell) -> None:
    code = """
        local s = Streaming.create(function() Streaming.yield(1) error("x") end)
        return { s:collect(), s:isDone() }
    """
    assert spell.value(code) == [[1], True]


def test_a_time_limit_is_not_an_error_of_the_generator(spell: Spell) -> None:
    code = """
        Streaming.create(function() while true do Streaming.yield(nil) end end):collect()
        print("went on")
    """
    with pytest.raises(TimedOut):
        spell.run(code, timeout=0.2)
    assert spell.output == ""


def test_a_generator_may_ask_other_streams(spell: Spell) -> None:
    code = (
        COUNT
        + """
        local source = count(3)
        return Streaming.create(function()
          for value in function() return source:next() end do Streaming.yield(value .. "!") end
        end):collect()
    """
    )
    assert spell.value(code) == ["1!", "2!", "3!", "end!"]


def test_a_generator_cannot_ask_its_own_stream(spell: Spell) -> None:
    code = """
        local s
        s = Streaming.create(function() return select(2, pcall(s.next, s)) end)
        return s:next()
    """
    assert spell.value(code) == "cannot resume non-suspended coroutine"


def test_two_streams_do_not_mix(spell: Spell) -> None:
    code = COUNT + (
        "local a, b = count(2), count(2) return { a:next(), b:next(), a:next(), b:next() }"
    )
    assert spell.value(code) == [1, 1, 2, 2]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            "Streaming.create(nil)",
            "bad argument #1: error converting Lua nil to Function (Streaming.create: generator)",
        ),
        (
            "Streaming.create(print).next()",
            "bad argument 'self': error converting Lua nil to Stream (call it as stream:next())",
        ),
        (
            "Streaming.create(print).collect({})",
            "bad argument 'self': error converting Lua table to Stream (call it as stream:collect())",
        ),
    ],
)
def test_wrong_arguments(spell: Spell, call: str, message: str) -> None:
    assert spell.error(call) == message


def test_yield_outside_a_generator_says_so(spell: Spell) -> None:
    code = "return select(2, pcall(Streaming.yield, 1))"
    assert spell.value(code) == ("Streaming error: Streaming.yield was called outside a generator")
