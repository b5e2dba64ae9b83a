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
