from __future__ import annotations

from llmspell_server.analysis.outline import Symbol, entries_of, outline_of
from llmspell_server.analysis.snapshot import Snapshot
from llmspell_server.analysis.text import Text


def drawn(source: str) -> list[str]:
    """The outline, a line for each symbol, with the name as it stands in the text."""
    text = Text(source)
    lines: list[str] = []

    def draw(symbols: tuple[Symbol, ...], depth: int) -> None:
        for symbol in symbols:
            name = text.source[symbol.name_start : symbol.name_end]
            lines.append(f"{'  ' * depth}{symbol.kind} {name}{symbol.detail}")
            draw(symbol.children, depth + 1)

    draw(outline_of(Snapshot.of(text)), 0)
    return lines


def test_functions_with_those_inside() -> None:
    source = "local function f(a, ...)\n  local function g() end\n  local x = 1\nend"
    assert drawn(source) == ["function f(a, ...)", "  function g()"]


def test_methods_and_functions_of_tables() -> None:
    assert drawn("function M:a(x) end\nfunction M.b() end\nM.c = function() end") == [
        "method M:a(x)",
        "function M.b()",
        "function M.c()",
    ]


def test_fields_of_constructors() -> None:
    assert drawn("local t = { a = 1, b = { c = 'x' }, f = function(self) end, 2 }") == [
        "table t",
        "  field a1",
        "  field b",
        "    field c'x'",
        "  method f(self)",
    ]


def test_constants_classes_and_returned_tables() -> None:
    source = "local A <const> = 1\n---@class C\nlocal C = {}\nreturn { go = function() end }"
    assert drawn(source) == ["constant A1", "class C", "function go()"]


def test_functions_given_as_arguments_are_passed_through() -> None:
    assert drawn("run(function()\n  local function inner() end\nend)") == ["function inner()"]


def test_a_search_over_files_leaves_out_what_is_local_to_functions() -> None:
    snapshot = Snapshot.of(Text("local t = { a = 1 }\nfunction f() local function g() end end"))
    assert [(entry.name, entry.container) for entry in entries_of(snapshot)] == [
        ("t", ""),
        ("a", "t"),
        ("f", ""),
    ]


def test_a_symbol_follows_its_piece_after_an_edit() -> None:
    text = Text("\nlocal a\nlocal b")
    before = Snapshot.of(text)
    outline_of(before)
    after = before.edited(text.replaced(0, 0, "--x"), 0, 0, 3, False)
    assert [symbol.name_start for symbol in outline_of(after)] == [10, 18]
