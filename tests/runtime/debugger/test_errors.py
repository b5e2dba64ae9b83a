"""Stopping at errors."""

from __future__ import annotations

import re

import lupa.lua54

from llmspell.debugger.model import ExceptionFilter
from tests.runtime.debugger.conftest import MakeSession


def test_an_uncaught_error_stops_where_it_is_raised(make_session: MakeSession, mode: str) -> None:
    session = make_session(
        """
        local function fail(n)
          local near = n * 2
          error({ code = near }) -- raise
        end
        fail(21)
        """,
        mode,
    )
    session.start()
    stop = session.stop()
    assert stop.reason == "exception"
    assert session.at() == session.line("raise")
    assert session.value("near") == "42"
    info = session.debugger.exception_info(1)
    assert (info.mode, info.type) == ("unhandled", "table")
    assert "fail" in info.traceback
    session.debugger.resume()
    session.ended()
    assert type(session.error).__name__ == "ScriptError"


def test_a_runtime_error_stops_with_its_message(make_session: MakeSession, mode: str) -> None:
    session = make_session("local t = nil\nprint(t.x) -- raise\n", mode)
    session.start()
    stop = session.stop()
    assert "attempt to index a nil value (local 't')" in stop.text
    assert session.at() == session.line("raise")
    session.finish()


def test_a_caught_error_stops_only_if_it_is_wanted(make_session: MakeSession, mode: str) -> None:
    code = "for i = 1, 2 do\n  pcall(function() error('e' .. i) end) -- raise\nend\n"
    session = make_session(code, mode)
    session.start()
    session.ended()
    session = make_session(code, mode)
    session.debugger.set_exception_filters([ExceptionFilter("pcall", "err:find('e2')")])
    session.start()
    stop = session.stop()
    assert "e2" in stop.text
    assert session.debugger.exception_info(1).mode == "always"
    session.debugger.resume()
    session.ended()


def test_errors_caught_by_xpcall_and_coroutines(make_session: MakeSession, mode: str) -> None:
    session = make_session(
        """
        print(xpcall(function() error("one", 0) end, function(e) return "handled " .. e end))
        local co = coroutine.create(function() local live = 5; error("two", 0) end)
        print(coroutine.resume(co))
        """,
        mode,
    )
    session.debugger.set_exception_filters(
        [ExceptionFilter("xpcall"), ExceptionFilter("coroutine")]
    )
    session.start()
    assert session.stop().text == "one"
    stop = session.go("continue")
    assert stop is not None
    assert stop.text == "two"
    assert (
        session.value("live", thread=stop.thread, frame=_script_frame(session, stop.thread)) == "5"
    )
    session.finish()
    assert session.output == "false\thandled one\nfalse\ttwo\n"


def _script_frame(session: object, thread: int) -> int:
    frames = session.frames(thread)  # type: ignore[attr-defined]
    return next(i for i, frame in enumerate(frames) if not frame.subtle)


def test_an_error_out_of_wrap_keeps_the_coroutines_locals(
    make_session: MakeSession, mode: str
) -> None:
    session = make_session(
        """
        local w = coroutine.wrap(function()
          local live = 5
          error("inside", 0)
        end)
        w()
        """,
        mode,
    )
    session.start()
    stop = session.stop()
    assert stop.text == "inside"
    assert stop.thread > 1
    assert (
        session.value("live", thread=stop.thread, frame=_script_frame(session, stop.thread)) == "5"
    )
    session.finish()


def test_errors_out_of_wrap_say_what_they_say_without_a_debugger(make_session: MakeSession) -> None:
    session = make_session(
        """
        local function made() return coroutine.wrap(function() error("boo") end) end
        local failing = made()
        print(pcall(failing))
        print(pcall(failing))
        local in_function = made()
        local function call() in_function() end
        print(pcall(call))
        print(pcall(call))
        local itself
        itself = coroutine.wrap(function() print(pcall(function() itself() end)) end)
        itself()
        """
    )
    session.debugger.set_exception_filters([])
    session.start()
    session.ended()
    assert re.sub(r"[^\s:]*spell\.lua", "spell.lua", session.output).splitlines() == [
        "false\tspell.lua:1: boo",
        "false\tcannot resume dead coroutine",
        "false\tspell.lua:6: spell.lua:1: boo",
        "false\tspell.lua:6: cannot resume dead coroutine",
        "false\tspell.lua:10: cannot resume non-suspended coroutine",
    ]


NO_BODIES = """
print(pcall(coroutine.wrap, 3))
print(pcall(coroutine.wrap))
print(pcall(coroutine.create, nil))
print(pcall(coroutine.wrap, setmetatable({}, { __name = "Thing" })))
print(pcall(function() local none = coroutine.wrap(3) end))
print(pcall(function() local none = coroutine.create({}) end))
print(pcall(function() local wrap = coroutine.wrap; local none = wrap("x") end))
print(pcall(function() local none = coroutine:wrap() end))
"""


def test_what_is_no_function_is_refused_as_without_a_debugger(
    make_session: MakeSession, mode: str
) -> None:
    session = make_session(NO_BODIES, mode)
    session.debugger.set_exception_filters([])
    session.start()
    session.ended()
    plain = lupa.lua54.LuaRuntime(encoding=None)
    seen: list[bytes] = []
    plain.globals().print = lambda _, message: seen.append(message)
    plain.globals().chunk = b"@" + str(session.path).encode()
    plain.globals().text = NO_BODIES.removeprefix("\n").encode()
    plain.execute(b"assert(load(text, chunk))()")
    assert session.output == "".join(f"false\t{message.decode()}\n" for message in seen)
    assert session.output.count("bad argument #1 to 'wrap'") == 2


def test_calling_a_wrap_that_is_over_is_no_error_of_the_coroutine(
    make_session: MakeSession,
) -> None:
    session = make_session("local w = coroutine.wrap(print)\nw()\npcall(w)\n")
    session.debugger.set_exception_filters([ExceptionFilter("coroutine")])
    session.start()
    session.ended()


def test_an_unknown_filter_and_a_bad_condition_are_not_verified(make_session: MakeSession) -> None:
    session = make_session("print(1)\n")
    unknown, bad = session.debugger.set_exception_filters(
        [ExceptionFilter("nonsense"), ExceptionFilter("pcall", "err ==")]
    )
    assert not unknown.verified
    assert not bad.verified


def test_stepping_on_from_a_caught_error(make_session: MakeSession, mode: str) -> None:
    session = make_session(
        "local ok = pcall(function()\n  error('x') -- raise\nend)\nok = not ok -- after\nprint(ok)\n",
        mode,
    )
    session.debugger.set_exception_filters([ExceptionFilter("pcall")])
    session.start()
    session.stop()
    assert session.go("over") is not None
    assert session.at() == session.line("after")
    session.finish()
