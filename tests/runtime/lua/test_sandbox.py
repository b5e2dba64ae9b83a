"""What a script can reach, and what it cannot."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from llmspell.lua.engine import ScriptError
from tests.runtime.lua.conftest import MakeSpell, Spell


def test_there_is_no_way_to_python(spell: Spell) -> None:
    """Walks everything reachable from _G and looks for foreign userdata."""
    found = spell.value("""
        local seen, found = {}, {}
        local function walk(value, path)
          if type(value) == "userdata" and io.type(value) == nil then found[#found + 1] = path end
          if type(value) ~= "table" or seen[value] then return end
          seen[value] = true
          for k, v in next, value do walk(k, path .. ".<key>") walk(v, path .. "." .. tostring(k)) end
          local mt = getmetatable(value)
          if type(mt) == "table" then walk(mt, path .. ".<metatable>") end
        end
        walk(_G, "_G")
        walk(getmetatable(""), "string")
        walk(Probe.counter(), "counter")
        return found
    """)
    assert found == {}


@pytest.mark.parametrize("level", ["safe", "standard", "trusted"])
@pytest.mark.parametrize(
    "name",
    [
        "python",
        "package.loadlib",
        "debug.getregistry",
        "debug.setmetatable",
        "debug.getuservalue",
        "debug.debug",
    ],
)
def test_what_breaks_out_does_not_exist(make_spell: MakeSpell, level: str, name: str) -> None:
    spell = make_spell(level=level)
    assert spell.value(f"return {name} == nil") is True


def test_functions_of_the_engine_show_no_upvalues(make_spell: MakeSpell) -> None:
    spell = make_spell(level="trusted")
    assert (
        spell.value(
            "return debug.getupvalue(print, 1) == nil and debug.getupvalue(Probe.echo, 1) == nil"
        )
        is True
    )
    assert spell.value("return debug.setupvalue(print, 1, 0) == nil") is True
    assert spell.value("local x = 1 return debug.getupvalue(function() return x end, 1)") == "x"


def test_frames_of_the_engine_show_no_functions_or_locals(spell: Spell) -> None:
    assert (
        spell.value("""
        local shown = {}
        for level = 0, 20 do
          local info = debug.getinfo(level, "fS")
          if info and info.func and info.source:sub(1, 2) ~= "@/" then shown[#shown + 1] = info.source end
          if info and info.source:sub(1, 10) == "=[llmspell" and debug.getlocal(level, 1) then
            shown[#shown + 1] = "local of " .. info.source
          end
        end
        return shown
    """)
        == {}
    )


def test_debug_getlocal_and_getinfo_see_the_script(spell: Spell) -> None:
    assert spell.value("""
        local apple = "red"
        local name, value = debug.getlocal(1, 1)
        return { name, value, debug.getinfo(1, "l").currentline, debug.getinfo(1, "S").source }
    """) == ["apple", "red", 4, "@/spell.lua"]


def test_bytecode_is_refused_everywhere(spell: Spell, tmp_path: Path) -> None:
    compiled = tmp_path / "compiled.lua"
    compiled.write_bytes(b"\x1bLua\x54\x00rest")
    assert spell.value("local f, e = load(string.dump(function() end)) return { f == nil, e }") == [
        True,
        "attempt to load a binary chunk: only source text can be loaded",
    ]
    assert (
        spell.value("return load(string.dump(print and function() end), 'x', 'b') == nil") is True
    )
    assert spell.value(f"return select(2, loadfile('{compiled}'))").endswith(
        "compiled Lua code is not accepted, only source text"
    )


def test_a_strict_global_table_cannot_end_the_process(spell: Spell) -> None:
    # lupa looks up `debug` in the real globals outside any protected call.
    spell.run("setmetatable(_G, { __index = function(_, name) error('undefined ' .. name) end })")
    spell.run("debug = setmetatable({}, { __index = function() error('no') end })")
    assert spell.value("return Probe.call(function(n) return n end, 5)") == 5
    with pytest.raises(ScriptError, match="undefined missing"):
        spell.run("return missing")


def test_replaced_library_functions_do_not_reach_the_engine(spell: Spell) -> None:
    spell.run("""
        for _, library in ipairs { string, table, math } do
          for name in pairs(library) do library[name] = function() error("hijacked") end end
        end
        tostring, type, pairs, ipairs, next, select, pcall, error, setmetatable = nil
        getmetatable("").__index = nil
    """)
    assert spell.value("return Probe.echo { 1, 'two', { three = 3.5 } }") == [
        1,
        "two",
        {"three": 3.5},
    ]


# Files ---------------------------------------------------------------------------------------


def test_files_below_the_working_directory_are_plain_lua_files(
    spell: Spell, tmp_path: Path
) -> None:
    spell.run(f"""
        local path = "{tmp_path}/notes.txt"
        local file = assert(io.open(path, "w"))
        file:write("one\\n", 2, "\\n")
        file:close()
        lines = {{}}
        for line in io.lines(path) do lines[#lines + 1] = line end
        assert(os.rename(path, path .. ".old"))
        renamed = io.open(path .. ".old"):read("a")
        assert(os.remove(path .. ".old"))
    """)
    assert spell.value("return { lines, renamed }") == [["one", "2"], "one\n2\n"]


@pytest.mark.parametrize(
    "code",
    [
        "io.open('/etc/passwd')",
        "io.open('{tmp}/../outside.txt', 'w')",
        "io.open('{tmp}/link')",
        "io.open('/etc/passwd\\0.txt')",
        "os.remove('/etc/hostname')",
        "os.rename('{tmp}/a', '/usr/lib/a')",
    ],
)
def test_a_path_outside_the_policy_is_refused_as_files_are(
    spell: Spell, tmp_path: Path, code: str
) -> None:
    (tmp_path / "link").symlink_to("/etc/passwd")
    (tmp_path / "a").write_text("")
    if ".." in code:
        # the parent of a pytest folder is a temporary folder too: go further up
        code = code.replace("..", "../../../../../../../usr")
    answer = spell.value(
        f"local r, message, code = {code.replace('{tmp}', str(tmp_path))} return {{ r == nil, message, code }}"
    )
    assert answer[0] is True
    assert answer[2] == 13
    assert "Path not allowed" in answer[1]


def test_io_lines_and_dofile_raise_for_a_refused_path(spell: Spell) -> None:
    for call in ("io.lines('/etc/passwd')", "dofile('/etc/passwd')", "io.input('/etc/passwd')"):
        with pytest.raises(ScriptError, match="Path not allowed"):
            spell.run(call)


def test_a_missing_file_is_reported_under_its_own_name(spell: Spell) -> None:
    assert spell.value("return { select(2, io.open('nowhere/file.txt')) }") == [
        "nowhere/file.txt: No such file or directory",
        2,
    ]


def test_safe_reads_the_script_folder_only(make_spell: MakeSpell, tmp_path: Path) -> None:
    (tmp_path / "data.txt").write_text("content")
    spell = make_spell(level="safe")
    assert spell.value(f"return io.open('{tmp_path}/data.txt'):read('a')") == "content"
    assert spell.value(f"return io.open('{tmp_path}/new.txt', 'w') == nil") is True
    with pytest.raises(ScriptError, match="not allowed by the security level 'safe'"):
        spell.run("io.tmpfile()")


def test_trusted_reaches_everything(make_spell: MakeSpell) -> None:
    assert make_spell(level="trusted").value("return io.open('/etc/hostname') ~= nil") is True


# Processes and variables ----------------------------------------------------------------------


@pytest.mark.parametrize("call", ["os.execute('true')", "io.popen('true')"])
def test_processes_need_the_trusted_level(spell: Spell, call: str) -> None:
    with pytest.raises(
        ScriptError,
        match=r"not allowed by the security level 'standard'; run with --security trusted",
    ):
        spell.run(call)


def test_trusted_runs_processes(make_spell: MakeSpell) -> None:
    spell = make_spell(level="trusted")
    assert spell.value("return { select(2, os.execute('exit 3')) }") == ["exit", 3]
    assert spell.value("return { os.execute('true') }") == [True, "exit", 0]
    assert spell.value("return { select(2, os.execute('kill -9 $$')) }") == ["signal", 9]


def test_variables_that_look_secret_are_hidden(
    spell: Spell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MY_API_KEY", "secret")
    monkeypatch.setenv("MY_COLOUR", "blue")
    assert spell.value("return { os.getenv('MY_COLOUR'), os.getenv('MY_API_KEY') == nil }") == [
        "blue",
        True,
    ]


def test_the_locale_of_the_process_stays(spell: Spell) -> None:
    assert (
        spell.value(
            "return os.setlocale('de_DE.UTF-8') == nil and type(os.setlocale()) == 'string'"
        )
        is True
    )


def test_os_clock_date_and_time_are_stock(spell: Spell) -> None:
    assert (
        spell.value(
            "return math.type(os.time()) == 'integer' and os.clock() > 0 and #os.date() > 0"
        )
        is True
    )
    assert os.environ.get("HOME") == spell.value("return os.getenv('HOME')")
