"""Programs in which a careless rewriting would break something: nothing may change."""

from __future__ import annotations

from textwrap import dedent

import pytest

from llmspell.debugger.instrument import Wish, breakpoint_locations, instrument

from .lua54 import SECRET
from .marks import LUA, assert_same_face, placed

NO_ROOM = "a breakpoint cannot be compiled in here: Lua would make another program"

PROGRAMS: dict[str, str | bytes] = {
    "goto continue": """
        for i = 1, 4 do
          if i % 2 == 0 then goto continue end
          local odd = i
          print(odd)
          ::continue::
        end
    """,
    "goto continue with a semicolon": """
        for i = 1, 4 do
          if i % 2 == 0 then goto continue end
          local odd = i print(odd)
          ::continue:: ;
        end
    """,
    "two labels at the end": """
        do
          goto a
          local x
          ::a:: ::b::
        end
    """,
    "continue in repeat": """
        local i = 0
        repeat
          i = i + 1
          do
            if i == 2 then goto continue end
            local x = i
            print(x)
          end
          ::continue::
        until i == 3
    """,
    "a label at the end of a function": """
        local function f(x)
          if x then goto out end
          local y = 1
          print(y)
          ::out::
        end
        f(true) f(false)
    """,
    "a label with variables to close": """
        do
          local function open() return setmetatable({}, { __close = function() print("closed") end }) end
          for i = 1, 2 do
            for j = 1, 2 do
              local x <close> = open()
              if i + j == 3 then goto out end
              print(i, j)
            end
          end
          ::out::
          print("out")
        end
    """,
    "a label with captured variables": """
        local keep = {}
        do
          ::again::
          local x = #keep
          keep[#keep + 1] = function() x = x + 1 return x end
          if #keep < 3 then goto again end
        end
        for _, f in ipairs(keep) do print(f(), f()) end
    """,
    "a local that is known in until": """
        local n = 0
        repeat
          local done = n > 2
          n = n + 1
        until done
        print(n)
    """,
    "a captured local that is known in until": """
        local n, fs = 0, {}
        repeat
          local x = n
          fs[#fs + 1] = function() return x end
          n = n + 1
        until x >= 2
        print(fs[1](), fs[3]())
    """,
    "return in the middle of a block": """
        local function f()
          do return 1, 2 end
          print("never")
        end
        print(f())
    """,
    "return with semicolon": "local function f() return 1; end print(f())",
    "nothing to return": """
        local function f()
          return
        end
        print(select("#", f()))
    """,
    "a tail call without end": """
        local function loop(n)
          if n == 0 then return "done" end
          return loop(n - 1)
        end
        print(loop(300000))
    """,
    "break": """
        for i = 1, 10 do
          if i == 3 then
            break
          end
          while true do break end
          repeat break until false
        end
    """,
    "break with something behind it": """
        while true do
          print(1)
          if true then
            break;
          end
        end
        while true do
          if true then -- c
            -- d
            break -- e
          end
        end
        for i = 1, 2 do
          if i == 1 then print(i) elseif i == 2 then
            break
          else
            break
          end
        end
    """,
    "break of an outer loop with a variable to close": """
        for i = 1, 2 do
          local x <close> = setmetatable({}, { __close = function() print("closed", i) end })
          if i == 1 then
            break
          end
        end
    """,
    "functions of one line": """
        local f = function(a) return a + 1 end local g = function() end
        print(f(1), g(), (function(...) return ... end)(1, 2))
    """,
    "a chain over lines": """
        local object = { n = 0 }
        function object:add(n) self.n = self.n + n return self end
        object
          :add(1)
          :add(2)
          .n = 7
        print(object
          .n)
    """,
    "a call that goes on in the next line": """
        local t = {}
        local f = function(x) print(x) return t end
        t.g = f
        f
        (1)
        .g
        "two"
    """,
    "a statement that begins with a parenthesis": """
        local f = print;
        (f)("a");
        (f or print)("b")
        do (f)("c") end
        if f then (f)("d") end
    """,
    "a parenthesis behind a block": """
        do local x = 1 end
        (print)("a")
        while false do end
        (print)("b")
        local function f() end
        (print)("c")
    """,
    "code in comments and strings": """
        -- print("no")
        --[[ print("no")
        end end ]]
        --[==[ ]] function f( ]==]
        local s = [[
        if x then
        -- ]]
        local t = "\\
        return 1"
        local u = 'a\\z
                   end'
        print(s, t, u, "--[[", '\\'', "\\"")
    """,
    "many statements on one line": "local a = 1 local b = 2; a, b = b, a print(a) ; ; print(b)",
    "attributes": """
        local a <const> = 5
        local b <const>, c <close> = "x", nil
        local d <const> = a + 1
        print(a, b, c, d)
    """,
    "variables to close": """
        local function guard(name)
          return setmetatable({}, { __close = function(_, e) print(name, e) end })
        end
        local function f()
          local a <close> = guard("a")
          local b <close> = guard("b")
          return "result"
        end
        print(f())
        print(pcall(function()
          local c <close> = guard("c")
          error("oops", 0)
        end))
    """,
    "varargs": """
        local function f(...)
          local a, b = ...
          local n = select("#", ...)
          return n, a, b, ...
        end
        print(f()) print(f(nil)) print(f(1, nil, 3))
    """,
    "no environment": """
        local print = print
        local function f()
          local _ENV = nil
          local x = 1
          print(x)
          return x
        end
        f()
        do local _ENV <const> = { y = 2 } print(y) end
    """,
    "an environment as a parameter": """
        local print = print
        local function f(_ENV) return x end
        print(f { x = 7 })
    """,
    "lines in errors": """
        print(pcall(function()
          local x = nil
          return x
            .y
        end))
        print(pcall(function() error("here") end))
        print(pcall(function()
          error("caller", 2)
        end))
        local t = {}
        print(pcall(function() t.a.b = 1 end))
        print(pcall(function()
          local a = 1 +
            t
        end))
    """,
    "tracebacks": """
        local function f() print((debug.traceback("x"):gsub("%[C%].*", ""))) end
        local function g()
          f()
        end
        g()
    """,
    "the current line": """
        print(debug.getinfo(1, "l").currentline)
        local f = function() return debug.getinfo(1, "l").currentline end print(f())
        print(
          debug.getinfo(1, "l").currentline
        )
    """,
    "locals and upvalues": """
        local up = 1
        local function f(a, ...)
          local b = up
          local names = {}
          for i = 1, 10 do
            local name = debug.getlocal(1, i)
            if not name then break end
            names[#names + 1] = name
          end
          print(table.concat(names, " "))
        end
        f(1, 2)
        print(debug.getupvalue(f, 1), debug.getupvalue(f, 2), debug.getupvalue(f, 3))
        local info = debug.getinfo(f)
        print(info.nups, info.nparams, info.isvararg, info.linedefined, info.lastlinedefined)
    """,
    "coroutines": """
        local co = coroutine.wrap(function(a)
          local b = coroutine.yield(a + 1)
          for i = 1, 2 do b = coroutine.yield(b + i) end
          return "end"
        end)
        print(co(1)) print(co(10)) print(co(20)) print(co(30))
    """,
    "integer and bit operators": """
        local a, b = 7, 2
        print(a // b, a % b, a & b, a | b, a ~ b, ~a, a << b, a >> b, a .. b, 2^0.5 // 1, -2 ^ 2)
    """,
    "long numbers": "print(0xA, 0x.1p4, 1e2, .5, 3., 0xffffffffffffffff, 1//1, 7//2.0)",
    "values on lines of their own": """
        local x =
          tostring(1)
        local y -- y
          = -- is
          -- this
          x
        if
          x == y
        then
          print(x)
        end
        while
          #x < 3
        do
          x = x .. "."
        end
        local t = {}
        t
        .a
        =
        1
        return
          print(x)
    """,
    "a vertical tab and a form feed": "local a\v=\f1\vprint(a)",
    "bytes that are not UTF-8": b'local s = "\xff\xe9\x00\x01" print(#s) -- \xff\nprint(#s)',
    "an empty first line": "\nprint(1)",
    "no last line break": "print(1)\nprint(2)",
    "an unset global function": """
        print(pcall(function()
          undefined_function()
        end))
        print(pcall(function() local t = {} t:nothing() end))
    """,
    "numbers that are called": """
        print(pcall(function() return (1)() end))
        print(pcall(function() return ("x")() end))
    """,
}


@pytest.mark.parametrize("breaks", ["\n", "\r\n", "\r"], ids=["lf", "crlf", "cr"])
@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS.keys())
def test_with_a_breakpoint_on_every_line_nothing_changes(program: str | bytes, breaks: str) -> None:
    source = program if isinstance(program, bytes) else dedent(program).encode()
    source = source.replace(b"\n", breaks.encode())
    result = placed(source, *(Wish(n, n) for n in range(1, 80)))
    assert LUA.run(result.source, lambda *_: None) == LUA.run(source)
    assert result.sites


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS.keys())
def test_with_a_breakpoint_on_every_statement_nothing_changes(program: str | bytes) -> None:
    source = program if isinstance(program, bytes) else dedent(program).encode()
    locations = breakpoint_locations(source, 1, 80, compiler=LUA.compiler)
    result = placed(source, *(Wish(n, *place) for n, place in enumerate(locations)))
    assert len(result.sites) == len(locations)
    assert LUA.run(result.source, lambda *_: None) == LUA.run(source)


SEES_UPVALUES = {"locals and upvalues"}  # values that are handed over may be new upvalues


@pytest.mark.parametrize("name", sorted(PROGRAMS.keys() - SEES_UPVALUES))
def test_with_conditions_and_messages_nothing_changes(name: str) -> None:
    program = PROGRAMS[name]
    source = program if isinstance(program, bytes) else dedent(program).encode()
    for condition in ("x == 1 or i == 2", "i and i + x > a.b", "not (f == print)"):
        wishes = [Wish(n, n, condition=condition, log_message="{x} {t}") for n in range(1, 80)]
        result = placed(source, *wishes)
        assert LUA.run(result.source, lambda *_: None) == LUA.run(source)


def test_code_that_closes_variables_at_a_label_stays_on_its_line() -> None:
    """A semicolon behind the label would be read as a part of it."""
    result = placed(PROGRAMS["a label with variables to close"], Wish(1, 11))
    assert b"::out::\n  (true)" in result.source


def test_a_function_at_the_limit_of_registers() -> None:
    names = ", ".join(f"a{n}" for n in range(199))
    nested = "f(" * 10 + "1" + ", 2)" * 10
    arguments = ", ".join("1" * 52)
    source = f"local {names}\nlocal f = print\nf({arguments})\nf(a1)\nx = {nested}".encode()
    result = placed(source, *(Wish(n, n) for n in range(1, 6)))
    assert all(placement.verified for placement in result.placed.values())
    assert LUA.run(result.source, lambda *_: None) == LUA.run(source)


def test_no_room_for_the_values_of_a_condition() -> None:
    names = ", ".join(f"a{n}" for n in range(200))
    condition = " or ".join(f"a{n}.x" for n in range(60))
    result = placed(f"local {names}\nprint(a1)", Wish(1, 2, condition=condition))
    (site,) = result.sites
    assert not site.handed_over
    assert len(site.names) == 60
    assert result.placed[1].verified


def test_no_room_for_more_upvalues() -> None:
    outer = "\n".join(f"local a{n} = {n}" for n in range(150))
    middle = "\n".join(f"local b{n} = {n}" for n in range(150))
    uses = "+".join([*(f"a{n}" for n in range(150)), *(f"b{n}" for n in range(104))])
    source = (
        f"{outer}\nlocal function f()\n{middle}\n local function g()\n  return {uses}\n end\n"
        " return g\nend"
    )
    line = source[: source.index("return a0")].count("\n") + 1
    result = placed(source, Wish(1, line, condition="b149 == 2 and b148 == 3 and b147 == 1"))
    assert result.placed[1].verified
    assert [(site.in_place, site.handed_over) for site in result.sites] == [(False, False)]


def test_what_has_no_room_at_all_says_so() -> None:
    """Statements as deep as the compiler goes: an argument would be one level too many."""
    source = b"do " * 194 + b"\nx = 1\n" + b"end " * 194
    deepest = source
    for depth in range(150, 200):
        text = b"do " * depth + b"\nx = 1\n" + b"end " * depth
        if isinstance(LUA.compiler(text), bytes):
            deepest = text
    result = instrument(deepest, [Wish(1, 2)], secret=SECRET, compiler=LUA.compiler)
    assert_same_face(deepest, result.source)
    if not result.placed[1].verified:
        assert result.source == deepest
        assert result.placed[1].message == NO_ROOM


def test_a_constant_condition_whose_code_depends_on_the_break() -> None:
    """`if 1 then break` has a test on the line of `then`, but only while nothing is between."""
    source = "while x do\n if 1\n then\n break end print(1)\nend"
    found = placed(source, Wish(1, 4, 2)).placed[1]
    assert (found.verified, found.message) == (False, NO_ROOM)


def test_text_that_is_not_lua_stays_as_it_is() -> None:
    result = instrument(b"x = = 1", [Wish(7, 1)], secret=SECRET, compiler=LUA.compiler)
    assert result.source == b"x = = 1"
    assert not result.placed[7].verified
    assert "unexpected symbol near '='" in (result.placed[7].message or "")


def test_without_wishes_nothing_is_done() -> None:
    def compiler(text: bytes) -> bytes:
        raise AssertionError

    result = instrument(b"x = = 1", [], secret=SECRET, compiler=compiler)
    assert (result.source, result.placed, result.sites) == (b"x = = 1", {}, ())


def test_a_compiler_of_another_kind() -> None:
    result = instrument(b"x = 1", [Wish(1, 1)], secret=SECRET, compiler=lambda text: b"\x1bLuaQ")
    assert result.source == b"x = 1"
    assert result.placed[1].message == "this chunk cannot be analysed"


def test_several_breakpoints_on_a_line_are_one_call() -> None:
    result = placed("x = 1\ny = 2", Wish(1, 2), Wish(2, 2), Wish(3, 1))
    assert [[check.wish for check in site.checks] for site in result.sites] == [[3], [1, 2]]


def test_numbers_of_sites_go_on_from_the_first() -> None:
    wishes = [Wish(1, 1), Wish(2, 2)]
    result = instrument(
        b"x = 1\ny = 2", wishes, secret=SECRET, compiler=LUA.compiler, first_number=40
    )
    assert [site.number for site in result.sites] == [40, 41]
    assert result.source == b"(true)(918273645,40);x = 1\n;(true)(918273645,41);y = 2"
