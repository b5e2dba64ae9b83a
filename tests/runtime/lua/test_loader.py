"""Chunks: files, modules, names and positions."""

from __future__ import annotations

from pathlib import Path

import pytest

from llmspell.lua.engine import ChunkError, ScriptError
from llmspell.lua.loader import package_path, read_source, source_text
from tests.runtime.lua.conftest import MakeSpell, Spell


@pytest.fixture
def project(make_spell: MakeSpell, tmp_path: Path) -> Spell:
    """An engine that finds modules in the test's folder."""
    return make_spell(package_path=package_path(str(tmp_path)))


def test_a_shebang_line_is_dropped_and_lines_stay(spell: Spell) -> None:
    source = source_text(b"#!/usr/bin/env llmspell-run\nlocal x = nil\nreturn x.y\n", "x")
    with pytest.raises(ScriptError, match=r"/spell\.lua:3:"):
        spell.run(source)


def test_a_byte_order_mark_is_dropped_also_before_a_shebang(spell: Spell) -> None:
    assert spell.run(source_text(b"\xef\xbb\xbf#!x\nreturn 1", "x")).value == 1


def test_a_file_that_is_only_a_shebang_is_empty(spell: Spell) -> None:
    assert spell.run(source_text(b"#!x", "x")).json == "null"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\x1bLua\x54", "compiled Lua code is not accepted"),
        (b"\x7fELF\x02", "this is a binary file"),
        (b"print\0(1)", "this is a binary file"),
    ],
)
def test_what_is_no_text_is_refused(tmp_path: Path, content: bytes, message: str) -> None:
    file = tmp_path / "x.lua"
    file.write_bytes(content)
    with pytest.raises(ChunkError, match=message):
        read_source(str(file))


def test_missing_files_and_directories_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ChunkError, match="Script file not found"):
        read_source(str(tmp_path / "none.lua"))
    with pytest.raises(ChunkError, match="is a directory"):
        read_source(str(tmp_path))


def test_source_that_is_not_utf8_is_lua_all_the_same(spell: Spell) -> None:
    assert spell.value(b"return #'\xe4\xf6' -- \xfc") == 2


def test_a_syntax_error_names_its_line(spell: Spell) -> None:
    with pytest.raises(ChunkError, match=r"/spell\.lua:2: .* near 'end'"):
        spell.run("local x =\nend")


def test_require_finds_modules_beside_the_script(project: Spell, tmp_path: Path) -> None:
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "init.lua").write_text("return { name = ... }")
    (tmp_path / "lib" / "deep.lua").write_text("return select(2, ...)")
    assert project.value("return require('lib').name") == "lib"
    assert project.value("return require('lib.deep')") == f"{tmp_path}/lib/deep.lua"
    assert project.value("return require('lib') == require('lib')") is True


def test_a_module_is_loaded_again_after_its_entry_is_cleared(
    project: Spell, tmp_path: Path
) -> None:
    module = tmp_path / "counter.lua"
    module.write_text("return 1")
    assert project.value("return require('counter')") == 1
    module.write_text("return 2")
    assert project.value("return require('counter')") == 1
    assert project.value("package.loaded.counter = nil return require('counter')") == 2


def test_a_module_without_result_is_true(project: Spell, tmp_path: Path) -> None:
    (tmp_path / "quiet.lua").write_text("ran = true")
    assert project.value("return { require('quiet'), ran }") == [True, True]


def test_a_missing_module_lists_what_was_tried(project: Spell, tmp_path: Path) -> None:
    with pytest.raises(ScriptError) as error:
        project.run("require('no.where')")
    text = str(error.value)
    assert "module 'no.where' not found:" in text
    assert "no field package.preload['no.where']" in text
    assert f"no file '{tmp_path}/no/where.lua'" in text


def test_modules_that_require_each_other_are_an_error_not_a_loop(
    project: Spell, tmp_path: Path
) -> None:
    (tmp_path / "a.lua").write_text("return require('b')")
    (tmp_path / "b.lua").write_text("return require('a')")
    with pytest.raises(ScriptError, match="module 'a' requires itself: a -> b -> a"):
        project.run("require('a')")
    (tmp_path / "b.lua").write_text("return 5")
    assert project.value("return require('a')") == 5


def test_an_error_in_a_module_names_its_file(project: Spell, tmp_path: Path) -> None:
    (tmp_path / "broken.lua").write_text("\nerror('inside')")
    with pytest.raises(ScriptError) as error:
        project.run("require('broken')")
    assert str(error.value) == f"{tmp_path}/broken.lua:2: inside"
    assert error.value.frames[0]["source"] in ("=[C]", f"@{tmp_path}/broken.lua")


def test_a_syntax_error_in_a_module_names_module_and_line(project: Spell, tmp_path: Path) -> None:
    (tmp_path / "typo.lua").write_text("local = 1")
    with pytest.raises(
        ScriptError, match=r"error loading module 'typo' from file '.*typo\.lua':\n\t.*typo\.lua:1:"
    ):
        project.run("require('typo')")


def test_preload_and_own_searchers_work(spell: Spell) -> None:
    assert spell.value("""
        package.preload.given = function(name) return "preloaded " .. name end
        table.insert(package.searchers, function(name) return function() return "found " .. name end end)
        return { require("given"), (require("anything")) }
    """) == ["preloaded given", "found anything"]


def test_the_c_path_is_empty(spell: Spell) -> None:
    assert spell.value("return package.cpath") == ""


def test_load_takes_text_functions_and_environments(spell: Spell) -> None:
    assert spell.value("""
        local pieces = { "return ", "x", nil }
        local i = 0
        local f = load(function() i = i + 1 return pieces[i] end, "=pieces", "t", { x = 7 })
        return { f(), load("return 8")(), load("return x", "c", "t", { x = 9 })() }
    """) == [7, 8, 9]


def test_load_gives_syntax_errors_as_a_second_result(spell: Spell) -> None:
    assert spell.value(
        "return { select('#', load('x =')), (select(2, load('x =', '=named'))) }"
    ) == [
        2,
        "named:1: unexpected symbol near <eof>",
    ]


def test_a_chunk_that_nests_too_deep_has_a_message(spell: Spell) -> None:
    message = spell.value("return select(2, load(('('):rep(300)))")
    assert "C stack overflow" in message


def test_loaded_chunks_share_the_globals(spell: Spell) -> None:
    assert spell.value("load('shared = 5')() return shared + load('return shared')()") == 10


def test_dofile_runs_a_file_with_its_own_name(spell: Spell, tmp_path: Path) -> None:
    file = tmp_path / "part.lua"
    file.write_text("#!shebang\nreturn debug.getinfo(1, 'S').source")
    assert spell.value(f"return dofile('{file}')") == f"@{file}"


@pytest.mark.parametrize(
    ("code", "answer"),
    [
        ("x = 1", "complete"),
        ("1 + 1", "complete"),
        ("", "complete"),
        ("for i = 1, 2 do", "incomplete"),
        ("x = {", "incomplete"),
        ("print([[", "incomplete"),
        ("function f()", "incomplete"),
        ("x = = 1", "input:1: unexpected symbol near '='"),
    ],
)
def test_completeness(spell: Spell, code: str, answer: str) -> None:
    assert spell.engine.is_complete(code) == answer


# Error values --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "text", "kind"),
    [
        ("error('text')", "/spell.lua:1: text", "string"),
        ("error('text', 0)", "text", "string"),
        ("error({ code = 5 })", "(error object is a table value)", "table"),
        (
            "error(setmetatable({}, { __tostring = function() return 'shown' end }))",
            "shown",
            "table",
        ),
        (
            "error(setmetatable({}, { __tostring = function() error('x') end }))",
            "(error object is a table value)",
            "table",
        ),
        ("error()", "nil", "nil"),
        ("error(nil)", "nil", "nil"),
        ("error(42)", "42", "number"),
        ("error(true)", "(error object is a boolean value)", "boolean"),
        (
            "local x <close> = setmetatable({}, { __close = function() error('closing', 0) end })",
            "closing",
            "string",
        ),
    ],
)
def test_error_values(spell: Spell, code: str, text: str, kind: str) -> None:
    with pytest.raises(ScriptError) as error:
        spell.run(code)
    assert str(error.value) == text
    assert error.value.kind == kind


def test_a_table_error_keeps_its_data(spell: Spell) -> None:
    with pytest.raises(ScriptError) as error:
        spell.run("error({ code = 5, f = print })")
    assert error.value.value == {"code": 5, "f": "<function>"}


def test_frames_show_the_scripts_levels_only(spell: Spell) -> None:
    with pytest.raises(ScriptError) as error:
        spell.run(
            "local function inner() local x = nil; return x.y, 1 end\nlocal function outer() inner() end\nouter()"
        )
    shown = [(frame["what"], frame.get("name"), frame["line"]) for frame in error.value.frames]
    assert shown == [("Lua", "inner", 1), ("Lua", "outer", 2), ("main", None, 3)]


def test_an_api_error_keeps_its_python_cause(spell: Spell) -> None:
    with pytest.raises(ScriptError) as error:
        spell.run("Probe.crash()")
    assert isinstance(error.value.cause, KeyError)
    with pytest.raises(ScriptError) as error:
        spell.run("pcall(Probe.crash) error('other')")
    assert error.value.cause is None


def test_deep_recursion_is_an_error(spell: Spell) -> None:
    with pytest.raises(ScriptError, match="stack overflow"):
        spell.run("local function f() return 1 + f() end f()")
    with pytest.raises(ScriptError, match="stack overflow"):
        spell.run(
            "local t = setmetatable({}, {}) getmetatable(t).__index = function(s, k) return s[k] end return t.x"
        )
    assert spell.value("return 1") == 1


# Results -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "json"),
    [
        ("", "null"),
        ("return", "null"),
        ("return nil", "null"),
        ("return 1, 2", "1"),
        ("return 1.5", "1.5"),
        ("return {}", "{}"),
        ("return { 1, 2 }", "[1,2]"),
        ("return print", '"<function>"'),
        ("return { f = print }", '{"f":"<function>"}'),
        ("return coroutine.create(print)", '"<thread>"'),
        ("return Probe.counter()", '"<Counter object>"'),
        ("return '\\255'", '"\N{REPLACEMENT CHARACTER}"'),
        ("local t = {} t.self = t return { t = t }", None),
        ("if true then return 'mid' end", '"mid"'),
    ],
)
def test_the_first_value_is_the_result_and_never_fails(
    spell: Spell, code: str, json: str | None
) -> None:
    result = spell.run(code)
    assert json is None or result.json == json


def test_arguments_are_the_varargs_of_the_chunk(spell: Spell) -> None:
    assert spell.run("return { ... }", arguments=("a", "b")).value == ["a", "b"]


def test_globals_stay_from_run_to_run(spell: Spell) -> None:
    spell.run("kept = 5")
    assert spell.value("return kept") == 5
