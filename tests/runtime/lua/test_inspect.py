"""Completion, inspection and showing of live values."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from llmspell.app import Runtime
from llmspell.lua.documentation import library
from llmspell.lua.inspect import Completion, Inspector, Variable


class Desk:
    """A runtime with an inspector over it."""

    def __init__(self, runtime: Runtime) -> None:
        self.runtime = runtime
        self.inspector = Inspector(runtime.engine)

    def run(self, code: str) -> list[str]:
        """Runs code and gives its values as they are shown."""
        result = self.runtime.engine.run(code.encode(), "=input", timeout=20, show=True)
        return result.shown or []

    def show(self, expression: str) -> str:
        (text,) = self.run(f"return {expression}")
        return text

    def candidates(self, marked: str) -> dict[str, Completion]:
        """What is offered at the `|` of a text."""
        cursor = marked.index("|")
        found = self.inspector.complete(marked.replace("|", "", 1), cursor)
        return {c.text: c for c in found.candidates}


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.chdir(tmp_path)
    with Runtime(environ={"HOME": str(tmp_path)}) as runtime:
        yield Desk(runtime)


class TestShow:
    @pytest.mark.parametrize(
        ("expression", "shown"),
        [
            ("1", "1"),
            ("1.0", "1.0"),
            ("0.1", "0.1"),
            ("1e300", "1e+300"),
            ("1/0", "inf"),
            ("0/0", "nan"),
            ("math.mininteger", "-9223372036854775808"),
            ("true", "true"),
            ("nil", "nil"),
            ("'a\"b\\n\\t\\\\\\0'", '"a\\"b\\n\\t\\\\\\x00"'),
            ("'hé'", '"hé"'),
            ("'\\xff'", '"\\xFF"'),
            ("{}", "{}"),
            ("{ 1, 2, 3 }", "{ 1, 2, 3 }"),
            ("{ b = 1, a = 'x' }", '{ a = "x", b = 1 }'),
            (
                "{ [true] = 1, ['odd key'] = 2, [10] = 3, [1.5] = 4 }",
                '{ [1.5] = 4, [10] = 3, ["odd key"] = 2, [true] = 1 }',
            ),
            ("{ 1, nil, 3 }", "{ 1, nil, 3 }"),
            ("print", "function: print"),
            ("string.format", "function: string.format"),
            ("JSON.parse", "function: JSON.parse"),
            ("function(a, b, ...) end", "function(a, b, ...): input:1"),
            ("coroutine.create(print)", "thread (suspended)"),
            ("{ JSON }", "{ table: JSON }"),
            ("io.stdout", "file (stdout)"),
            ("setmetatable({}, { __tostring = function() return 'mine' end })", "mine"),
            ("setmetatable({ 1 }, { __tostring = error })", "{ 1 }"),
            (
                "setmetatable({ a = 1 }, { __index = error, __pairs = error, __len = error, __name = 'x' })",
                "{ a = 1 }",
            ),
        ],
    )
    def test_values(self, desk: Desk, expression: str, shown: str) -> None:
        assert desk.show(expression) == shown

    def test_cycles(self, desk: Desk) -> None:
        desk.run("t = { name = 't' } t.self = t t.list = { t }")
        assert desk.show("t") == '{ list = { <cycle> }, name = "t", self = <cycle> }'

    def test_the_same_table_twice_is_no_cycle(self, desk: Desk) -> None:
        assert desk.run("local x = { 1 } return { x, x }") == ["{ { 1 }, { 1 } }"]

    def test_wide_tables_take_a_line_for_each_entry(self, desk: Desk) -> None:
        shown = desk.run("return { first = ('a'):rep(40), second = ('b'):rep(40), sub = { 1 } }")
        assert shown == [
            f'{{\n  first = "{"a" * 40}",\n  second = "{"b" * 40}",\n  sub = {{ 1 }}\n}}'
        ]

    def test_long_arrays_fill_lines(self, desk: Desk) -> None:
        (shown,) = desk.run("local t = {} for i = 1, 60 do t[i] = i end return t")
        assert shown.startswith("{\n  1, 2, 3, 4,")
        assert max(map(len, shown.split("\n"))) <= 80

    @pytest.mark.parametrize(
        ("code", "bound"),
        [
            ("local t = {} for i = 1, 1e5 do t[i] = i end return t", 2000),
            ("local t = {} for i = 1, 1e5 do t['k' .. i] = i end return t", 5000),
            ("return ('x'):rep(1e6)", 2100),
            ("local t = {} local u = t for i = 1, 1e4 do u.x = {} u = u.x end return t", 300),
            (
                "local function f(d) if d == 0 then return 1 end local t = {} for i = 1, 50 do t[i] = f(d - 1) end return t end return f(3)",
                30000,
            ),
        ],
    )
    def test_large_values_are_bounded(self, desk: Desk, code: str, bound: int) -> None:
        (shown,) = desk.run(code)
        assert len(shown) < bound
        assert "..." in shown

    def test_objects_of_the_api(self, desk: Desk) -> None:
        assert desk.show("Debug.timer('t')").startswith(
            'Timer { name = "t", running = true, id = "timer_'
        )
        assert desk.run("local t = Debug.timer('t') return { t }")[0].count("Timer {") == 1

    def test_number_of_values(self, desk: Desk) -> None:
        assert desk.run("x = 1") == []
        assert desk.run("return") == []
        assert desk.run("return nil, nil") == ["nil", "nil"]

    def test_an_endless_tostring_can_be_stopped(self, desk: Desk) -> None:
        code = b"return setmetatable({}, { __tostring = function() while true do end end })"
        from llmspell.lua.outcome import TimedOut

        with pytest.raises(TimedOut):
            desk.runtime.engine.run(code, "=input", timeout=0.2, show=True)
        assert desk.show("1") == "1"


class TestComplete:
    def test_globals_keywords_and_own_names(self, desk: Desk) -> None:
        desk.run("mine = 1 function my_function(a, b) end")
        found = desk.candidates("m|")
        assert found["math"] == Completion("math", "module", library().names["math"].summary)
        assert found["mine"] == Completion("mine", "variable", "integer")
        assert found["my_function"] == Completion("my_function", "function", "my_function(a, b)")
        assert desk.candidates("whi|") == {"while": Completion("while", "keyword")}

    def test_names_of_the_text_itself(self, desk: Desk) -> None:
        found = desk.candidates("local function go(distance)\n  return dis|")
        assert found == {"distance": Completion("distance", "variable", "local")}

    def test_members_with_signature_and_summary(self, desk: Desk) -> None:
        found = desk.candidates("JSON.|")
        assert list(found) == ["parse", "stringify"]
        assert found["parse"].kind == "function"
        assert found["parse"].description.startswith("JSON.parse(text)  Gives the Lua value")
        assert "string.rep(s, n, sep?)  " in desk.candidates("string.re|")["rep"].description

    def test_another_name_for_a_library(self, desk: Desk) -> None:
        desk.run("J, p = JSON, JSON.parse")
        assert desk.candidates("J.pa|")["parse"].description.startswith("JSON.parse(text)")
        assert desk.candidates("p|")["p"].description.startswith("JSON.parse(text)")

    def test_a_field_that_is_named_like_a_function(self, desk: Desk) -> None:
        desk.run("t = { type = 'x', print = function(page) end }")
        found = desk.candidates("t.|")
        assert found["type"] == Completion("type", "variable", "string")
        assert found["print"] == Completion("print", "function", "print(page)")

    def test_nested_members_and_constant_keys(self, desk: Desk) -> None:
        desk.run("t = { a = { b = { c = 1 } }, { first = 1 }, ['odd key'] = { x = 1 } }")
        assert list(desk.candidates("t.a.b.|")) == ["c"]
        assert list(desk.candidates("t[1].|")) == ["first"]
        assert list(desk.candidates("t['odd key'].|")) == ["x"]
        assert list(desk.candidates("t.|")) == ["a"]

    def test_methods(self, desk: Desk) -> None:
        desk.run("s = 'x' t = { f = function(self) end, n = 1 } timer = Debug.timer('t')")
        assert "upper" in desk.candidates("s:|")
        assert desk.candidates("s:up|")["upper"].kind == "method"
        assert list(desk.candidates("t:|")) == ["f"]
        assert set(desk.candidates("timer:|")) == {"elapsed", "lap", "stop"}
        assert {"name", "running", "stop"} <= set(desk.candidates("timer.|"))
        assert desk.candidates("timer.na|")["name"].kind == "property"

    def test_inherited_members(self, desk: Desk) -> None:
        desk.run("""
        A = { make = function() end } A.__index = A
        B = setmetatable({ go = function() end }, A) B.__index = B
        b = setmetatable({ own = 1 }, B)
        """)
        assert {"own", "go", "make"} <= set(desk.candidates("b.|"))

    def test_hidden_names(self, desk: Desk) -> None:
        desk.run("_hidden = 1")
        assert "_hidden" not in desk.candidates("|")
        assert {"_G", "_VERSION"} <= set(desk.candidates("|"))
        assert "_hidden" in desk.candidates("_|")

    @pytest.mark.parametrize(
        "marked", ["'pri|'", "-- pri|", "nowhere.|", "f().|", "x = 12|", "print.|", "nothing:|"]
    )
    def test_nothing_to_offer(self, desk: Desk, marked: str) -> None:
        assert desk.candidates(marked) == {}

    def test_no_metamethod_runs(self, desk: Desk) -> None:
        desk.run("""
        count = 0
        local function noted() count = count + 1 return nil end
        t = setmetatable({ a = {} }, { __index = noted, __pairs = noted, __len = noted, __tostring = noted })
        setmetatable(_G, { __index = noted })
        """)
        for marked in ("t.|", "t.b.|", "nowhere.|", "t:|", "|"):
            desk.candidates(marked)
        desk.inspector.inspect("t")
        desk.inspector.inspect("t.missing")
        desk.inspector.inspect("missing")
        desk.inspector.variables()
        assert desk.show("count") == "0"

    def test_a_metatable_chain_without_end(self, desk: Desk) -> None:
        desk.run(
            "a, b = { x = 1 }, { y = 1 } setmetatable(a, { __index = b }) setmetatable(b, { __index = a })"
        )
        assert set(desk.candidates("a.|")) == {"x", "y"}
        assert desk.inspector.inspect("a.nowhere") is not None

    def test_many_names_are_quick(self, desk: Desk) -> None:
        desk.run("for i = 1, 1e5 do _G['name' .. i] = i end")
        assert len(desk.candidates("name|")) <= 2000


class TestInspect:
    def test_a_library_function(self, desk: Desk) -> None:
        found = desk.inspector.inspect("JSON.parse")
        assert found is not None
        assert (found.type, found.shown) == ("function", "function: JSON.parse")
        assert found.signature == "JSON.parse(text)"
        assert found.documentation.startswith("Gives the Lua value that JSON text stands for.\n\n")

    def test_at_a_cursor(self, desk: Desk) -> None:
        code = "x = string.format('%d', 1)"
        found = desk.inspector.inspect(code, code.index("for"))
        assert found is not None
        assert found.name == "string.format"
        assert desk.inspector.inspect(code, code.index("%d")) is None

    def test_own_values(self, desk: Desk) -> None:
        desk.run("t = { n = 5, f = function(a) end }")
        found = desk.inspector.inspect("t.n")
        assert found is not None
        assert (found.type, found.shown, found.documentation) == ("integer", "5", "")
        found = desk.inspector.inspect("t.f")
        assert found is not None
        assert found.signature == "t.f(a)"

    def test_methods_and_properties_of_objects(self, desk: Desk) -> None:
        desk.run("timer = Debug.timer('t')")
        stop = desk.inspector.inspect("timer:stop")
        assert stop is not None
        assert (stop.type, stop.signature) == ("method", "Timer:stop()")
        timer = desk.inspector.inspect("timer")
        assert timer is not None
        assert timer.type == "Timer"

    def test_a_global_without_a_value(self, desk: Desk) -> None:
        found = desk.inspector.inspect("nowhere")
        assert found is not None
        assert (found.type, found.shown) == ("nil", "nil")

    def test_described_variables(self, desk: Desk) -> None:
        desk.runtime.set_arguments("x.lua", [])
        found = desk.inspector.inspect("ARGS")
        assert found is not None
        assert "arguments of the script" in found.documentation


class TestVariables:
    def test_what_the_script_made_or_changed(self, desk: Desk) -> None:
        desk.runtime.set_arguments("x.lua", ["a"])
        desk.run(
            "b = { 1, 2 } a = 'x' f = function(n) end print = 1 local hidden = 1 c = { k = 1 } p = JSON.parse"
        )
        assert desk.inspector.variables() == [
            Variable("a", "string", '"x"'),
            Variable("b", "table", "2 elements"),
            Variable("c", "table", "1 entry"),
            Variable("f", "function", "function(n): input:1"),
            Variable("p", "function", "function: JSON.parse"),
            Variable("print", "integer", "1"),
        ]

    def test_one_line_each(self, desk: Desk) -> None:
        desk.run("s = ('ü\\n'):rep(100)")
        (found,) = desk.inspector.variables()
        assert "\n" not in found.shown
        assert found.shown.endswith("...")

    def test_as_data(self, desk: Desk) -> None:
        desk.run(
            "t = { 1, { a = 2 } } f = print c = {} c.c = c bytes = '\\xff' timer = Debug.timer('t')"
        )
        assert desk.inspector.json_of("t") == '[1,{"a":2}]'
        for name in ("f", "c", "bytes", "timer"):
            assert desk.inspector.json_of(name) is None

    def test_unset(self, desk: Desk) -> None:
        desk.run("x = 1")
        assert desk.inspector.unset("x") is True
        assert desk.inspector.unset("x") is False
        assert desk.inspector.variables() == []


def test_recorded_files(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "m.lua").write_text("return 1")
    (tmp_path / "bad.lua").write_text("return =")
    desk.inspector.record_chunks()
    desk.run("require('m') pcall(require, 'bad') load('x = 1', '=not a file')()")
    assert desk.inspector.recorded_files() == [str(tmp_path / "bad.lua"), str(tmp_path / "m.lua")]


class TestDocumentation:
    def test_every_member_of_the_lua_library_is_there(self, desk: Desk) -> None:
        names = desk.run("""
        local names = {}
        for _, lib in ipairs { 'string', 'table', 'math', 'io', 'os', 'coroutine', 'utf8', 'debug' } do
          for k, v in pairs(_G[lib]) do
            if type(v) == 'function' then names[#names + 1] = lib .. '.' .. k end
          end
        end
        for k, v in pairs(_G) do if type(v) == 'function' then names[#names + 1] = k end end
        return table.concat(names, ' ')
        """)
        missing = set(names[0].strip('"').split(" ... ")[0].split()) - set(library().names)
        assert not missing

    def test_optional_parameters_are_marked(self) -> None:
        assert library().names["string.rep"].signature == "string.rep(s, n, sep?)"

    def test_no_annotation_is_left_in_the_text(self) -> None:
        for described in library().names.values():
            assert described.summary
            assert not any(line.startswith(("@", "|")) for line in described.text.split("\n"))
