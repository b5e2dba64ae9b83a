"""Interrupts, limits and exits: whatever the script does, it ends."""

from __future__ import annotations

import os
import threading
import time

import pytest

from llmspell.lua.engine import EngineLost, Exited, Interrupted, ScriptError, TimedOut
from llmspell.lua.hooks import hook_api_available
from tests.runtime.lua.conftest import MakeSpell, Spell

ENDLESS = {
    "a loop without calls": "while true do end",
    "a loop of pcalls": "while true do pcall(function() while true do end end) end",
    "a coroutine": "coroutine.wrap(function() while true do end end)()",
    "a coroutine that catches": """
        local co = coroutine.create(function() while true do pcall(function() while true do end end) end end)
        while true do coroutine.resume(co) end
    """,
    "a looping handler of xpcall": "xpcall(error, function() while true do end end)",
    "a handler that raises": "while true do xpcall(error, function() error('again') end) end",
    "a callback from Python": "Probe.call(function() while true do end end, 0)",
    "a loop in a loaded chunk": "load('while true do end')()",
    "a sort comparison": "table.sort({ 1, 2, 3 }, function() while true do end end)",
    "a metamethod": "local t = setmetatable({}, { __index = function() while true do end end }) print(t.x)",
    "a gsub callback": "('abc'):gsub('.', function() while true do end end)",
    "a close variable": "local x <close> = setmetatable({}, { __close = function() while true do end end })",
}


@pytest.mark.parametrize("poll", [False, True], ids=["armed", "polled"])
@pytest.mark.parametrize("code", ENDLESS.values(), ids=ENDLESS.keys())
def test_a_time_limit_ends(make_spell: MakeSpell, code: str, poll: bool) -> None:
    spell = make_spell(poll=poll)
    with pytest.raises(TimedOut, match=r"its limit of 0\.05 s"):
        spell.run(code, timeout=0.05)
    assert spell.value("return 'alive'") == "alive"


WAITING = {
    "a wait": "Probe.signal('never')",
    "a wait in a callback": "Probe.call(function() Probe.signal('never') end, 0)",
    "a wait in a coroutine": "coroutine.wrap(function() Probe.signal('never') end)()",
    "a wait under pcall": "pcall(Probe.signal, 'never') while true do end",
    "a job that never ends, at the end": "Probe.start(function() Probe.signal('never') end, 0)",
}


@pytest.mark.parametrize("code", WAITING.values(), ids=WAITING.keys())
def test_an_interrupt_cancels(spell: Spell, code: str) -> None:
    def interrupt() -> None:
        spell.services.arrived.wait()
        spell.engine.stop()

    threading.Thread(target=interrupt).start()
    with pytest.raises(Interrupted):
        spell.run(code)
    assert spell.value("return 'alive'") == "alive"


def test_reading_a_silent_pipe_can_be_interrupted(make_spell: MakeSpell) -> None:
    reader, writer = os.pipe()
    asked = threading.Event()

    def read(most: int) -> bytes:
        asked.set()
        return os.read(reader, most)

    spell = make_spell(stdin=read)

    def interrupt() -> None:
        asked.wait()
        spell.engine.stop()

    threading.Thread(target=interrupt).start()
    with pytest.raises(Interrupted):
        spell.run("io.read()")
    os.write(writer, b"late line\n")
    assert spell.value("return io.read()") == "late line"
    os.close(writer)
    assert spell.value("return io.read() == nil") is True
    os.close(reader)


@pytest.mark.parametrize(
    "code",
    [
        "('a'):rep(30):find(('a?'):rep(30) .. ('a'):rep(30))",
        # It ends some time, so that the thread that is left behind does not burn the test machine.
        """local begin = os.clock()
        setmetatable({}, { __gc = function() while os.clock() - begin < 2 do end end })
        collectgarbage()""",
    ],
    ids=["a pathological pattern", "a looping finaliser"],
)
def test_what_cannot_be_interrupted_loses_the_engine(
    make_spell: MakeSpell, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("llmspell.lua.engine._LIMIT_GRACE", 0.2)
    spell = make_spell()
    if "find" in code:  # finite, but long enough that nobody would wait for it
        code = code.replace("30", "24")
    with pytest.raises(EngineLost) as lost:
        spell.run(code, timeout=0.05)
    assert isinstance(lost.value.reason, TimedOut)
    assert not spell.engine.usable
    with pytest.raises(EngineLost):
        spell.run("return 1")
    assert make_spell().value("return 'another engine works'") == "another engine works"


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("os.exit()", 0),
        ("os.exit(true)", 0),
        ("os.exit(false)", 1),
        ("os.exit(7)", 7),
        ("pcall(os.exit, 3) error('not reached')", 3),
        ("while true do pcall(os.exit, 4) end", 4),
        (
            "coroutine.wrap(function() pcall(os.exit, 5) while true do end end)() error('not reached')",
            5,
        ),
        ("xpcall(os.exit, function() return 1 end, 6) error('not reached')", 6),
        ("Probe.call(function() os.exit(8) end, 0)", 8),
        ("print('a') os.exit(9)", 9),
    ],
)
def test_os_exit_ends_the_script_through_everything(spell: Spell, code: str, status: int) -> None:
    with pytest.raises(Exited) as ended:
        spell.run(code)
    assert ended.value.code == status
    assert spell.output == ("a\n" if "print" in code else "")
    assert spell.value("return 1") == 1


def test_the_handler_of_xpcall_is_not_called_for_a_stop(spell: Spell) -> None:
    with pytest.raises(TimedOut):
        spell.run(
            "xpcall(function() while true do end end, function() called = true end)", timeout=0.05
        )
    assert spell.value("return called == nil") is True


def test_full_speed_returns_after_a_stop(spell: Spell) -> None:
    with pytest.raises(TimedOut):
        spell.run("while true do end", timeout=0.05)
    spell.run("for i = 1, 3 do end")
    assert spell.value("return debug.gethook() == nil") is True


def test_arming_while_coroutines_come_and_go_never_crashes(spell: Spell) -> None:
    """The race that a stale coroutine pointer would lose: 300 stops amid creation and collection."""
    code = """
        while true do
          local keep = {}
          for i = 1, 50 do
            local co = coroutine.create(function() for j = 1, 20 do coroutine.yield(j) end end)
            coroutine.resume(co)
            keep[i % 7] = co
          end
          collectgarbage("step", 100)
        end
    """
    for round_ in range(300):
        with pytest.raises(TimedOut):
            spell.run(code, timeout=0.001 * (round_ % 5))
    assert spell.value("collectgarbage() collectgarbage() return 'alive'") == "alive"
    assert spell.engine.state.hooks.known_threads < 50


def test_the_c_functions_for_arming_are_there() -> None:
    assert hook_api_available()


def test_interrupting_costs_no_more_than_a_moment(spell: Spell) -> None:
    started = threading.Event()

    def interrupt() -> None:
        started.wait()
        spell.engine.stop()

    thread = threading.Thread(target=interrupt)
    thread.start()
    begin = time.monotonic()
    started.set()
    with pytest.raises(Interrupted):
        spell.run("while true do end")
    thread.join()
    assert time.monotonic() - begin < 5  # it came back; how fast is measured in the benchmarks


def test_the_scripts_own_hook_works_and_survives_a_stop(spell: Spell) -> None:
    assert (
        spell.value("""
        local lines = 0
        debug.sethook(function(event, line) lines = lines + 1 end, "l")
        local x = 1
        x = 2
        debug.sethook()
        return lines
    """)
        >= 2
    )
    with pytest.raises(TimedOut):
        spell.run("debug.sethook(function() end, '', 10) while true do end", timeout=0.05)


def test_a_hook_that_swallows_errors_cannot_hold_off_a_stop(spell: Spell) -> None:
    with pytest.raises(TimedOut):
        spell.run(
            "debug.sethook(function() pcall(error) end, 'crl', 1) while true do pcall(error) end",
            timeout=0.05,
        )


def test_an_error_before_a_stop_is_an_error(spell: Spell) -> None:
    with pytest.raises(ScriptError, match="first"):
        spell.run("error('first')")


def test_a_closed_state_is_let_go_at_once(make_spell: MakeSpell) -> None:
    from llmspell.lua import state

    spell = make_spell()
    spell.run("kept = setmetatable({}, { __gc = function() print('finalised') end })")
    spell.run("counters = {} for i = 1, 10 do counters[i] = coroutine.create(print) end")
    spell.engine.close()
    assert "finalised" in spell.output
    assert state._kept == []
    spell.engine.stop()  # nothing to arm any more


def test_a_closed_engine_is_not_said_to_have_been_too_slow(make_spell: MakeSpell) -> None:
    engine = make_spell().engine
    engine.close()
    with pytest.raises(EngineLost, match="the Lua engine is closed"):
        engine.interject(lambda: None)
    with pytest.raises(EngineLost, match="the Lua engine is closed"):
        engine.run(b"", "=late")


def test_what_waits_while_an_engine_is_closed_is_told_so(make_spell: MakeSpell) -> None:
    engine = make_spell().engine
    told: list[str] = []

    def ask() -> None:
        with pytest.raises(EngineLost) as lost:
            engine.on_lua_thread(lambda: None)
        told.append(str(lost.value))

    late = threading.Thread(target=ask, daemon=True)
    closing = threading.Thread(target=engine.close)

    def hold() -> None:
        inbox = engine.state.pump.inbox
        waiting = []
        for thread in (closing, late):
            thread.start()
            waiting.append(inbox.get())
        for task in waiting:
            inbox.put(task)

    engine.on_lua_thread(hold)
    closing.join()
    late.join(8)
    assert told == ["the Lua engine is closed"]
