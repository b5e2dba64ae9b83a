from __future__ import annotations

import pytest

from llmspell_server.analysis.workspace.modules import ModuleFiles, SearchPath

SEARCH = SearchPath(roots=("/w",), libraries=("/lib",))


@pytest.mark.parametrize(
    ("module", "files", "found"),
    [
        ("m", ["/w/m.lua"], "/w/m.lua"),
        ("m", ["/w/m/init.lua"], "/w/m/init.lua"),
        ("m", ["/w/m.lua", "/w/m/init.lua"], "/w/m.lua"),
        ("a.b", ["/w/a/b.lua"], "/w/a/b.lua"),
        ("a/b", ["/w/a/b.lua"], "/w/a/b.lua"),
        ("m", ["/w/m.lua", "/w/src/m.lua"], "/w/src/m.lua"),  # beside the requiring script
        ("m", ["/lib/m.lua"], "/lib/m.lua"),
        ("m", ["/w/deep/er/m.lua"], "/w/deep/er/m.lua"),
        ("m", ["/w/x/y/m.lua", "/w/x/m.lua"], "/w/x/m.lua"),
        ("m", ["/elsewhere/m.lua"], None),
        ("m", ["/w/xm.lua"], None),
        ("", ["/w/.lua"], None),
    ],
)
def test_a_module_is_found(module: str, files: list[str], found: str | None) -> None:
    assert ModuleFiles(files, SEARCH).file_of(module, "/w/src/main.lua") == found


def test_patterns_are_those_of_the_settings() -> None:
    search = SearchPath(roots=("/w",), patterns=("./lua/?.lua",))
    assert ModuleFiles(["/w/lua/m.lua"], search).file_of("m", "/w/main.lua") == "/w/lua/m.lua"


@pytest.mark.parametrize(
    ("file", "name"),
    [("/w/a/b.lua", "a.b"), ("/w/a/init.lua", "a"), ("/lib/x.lua", "x"), ("/w/src/y.lua", "src.y")],
)
def test_the_name_of_a_file(file: str, name: str) -> None:
    assert ModuleFiles([file], SEARCH).names_of(file, "/w/src/main.lua")[0] == name


def test_the_files_nearest_to_one_come_first() -> None:
    files = ["/w/a/b/far.lua", "/w/src/z.lua", "/lib/x.lua", "/w/up.lua", "/w/src/in/side.lua"]
    found = ModuleFiles(files, SEARCH).nearest("/w/src/main.lua", 4)
    assert found == ["/w/src/z.lua", "/w/src/in/side.lua", "/w/up.lua", "/lib/x.lua"]


def test_modules_like_a_word_have_its_letters_and_those_that_begin_with_it_come_first() -> None:
    files = ["/w/src/setup.lua", "/w/far/away/tools.lua", "/w/src/Top.lua", "/w/src/pot.lua"]
    found = ModuleFiles(files, SEARCH).like("to", "/w/src/main.lua")
    assert found == ["/w/src/Top.lua", "/w/far/away/tools.lua"]
    assert ModuleFiles(files, SEARCH).like("", "/w/src/main.lua")[-1] == "/w/far/away/tools.lua"


def test_where_a_module_is_looked_for() -> None:
    places = ["/w/src/a/b.lua", "/w/src/a/b/init.lua", "/w/a/b.lua", "/w/a/b/init.lua"]
    found = ModuleFiles((), SEARCH).places("a.b", "/w/src/main.lua")
    assert list(found)[:4] == places


def test_modules_are_found_by_their_last_word() -> None:
    files = ["/w/a/text.lua", "/w/text/init.lua", "/w/texts.lua"]
    assert ModuleFiles(files, SEARCH).ending_in("text") == ["/w/a/text.lua", "/w/text/init.lua"]
