from __future__ import annotations

from llmspell_server.analysis.configuration.outline import folds, links, symbols
from llmspell_server.analysis.configuration.reader import read
from tests.server.marks import ranges, shown


def test_symbols_are_tables_with_their_keys() -> None:
    found = symbols(read("a = 1\n[debug.output]\nstdout = true\nbuffer = { enabled = false }\n"))
    assert [(each.name, each.kind) for each in found] == [
        ("a", "number"),
        ("debug.output", "table"),
    ]
    inner = found[1].children
    assert [(each.name, each.kind) for each in inner] == [
        ("stdout", "boolean"),
        ("buffer", "table"),
    ]
    assert inner[1].children[0].name == "enabled"


def test_sections_arrays_and_comments_fold() -> None:
    source = "# one\n# two\n\nx = [\n  1,\n]\n[debug]\nlevel = 'info'\n"
    found = {source[fold.start : fold.end] for fold in folds(read(source))}
    assert {"# one\n# two", "[\n  1,\n]", "[debug]\nlevel = 'info'"} <= found


def test_links_are_the_strings_that_name_files() -> None:
    marked = (
        "extends = '⟦base.toml⟧'\n[tools.file_operations]\n"
        "allowed_paths = ['⟦/tmp⟧', '⟦x⟧']\nallowed_extensions = ['lua']\n"
    )
    text, _ = ranges(marked)
    assert shown(text, *((each.start, each.end) for each in links(read(text.source)))) == marked
