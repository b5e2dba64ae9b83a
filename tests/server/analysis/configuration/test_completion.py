from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmspell_server.analysis.configuration.completion import complete
from llmspell_server.analysis.configuration.description import hover
from llmspell_server.analysis.configuration.reader import read
from llmspell_server.analysis.configuration.schema import heading_of, slot_of, tables
from tests.server.analysis.configuration.test_reader import DOCUMENT
from tests.server.marks import cursor


def labels(marked: str) -> set[str]:
    text, offset = cursor(marked)
    return {each.label for each in complete(read(text.source), offset).candidates}


def replaced(marked: str) -> str:
    text, offset = cursor(marked)
    found = complete(read(text.source), offset)
    source = text.source
    return f"{source[: found.start]}⟦{source[found.start : found.end]}⟧{source[found.end :]}"


@pytest.mark.parametrize(
    ("marked", "label"),
    [
        ("[|", "tools.file_operations"),
        ("[|]", "security"),
        ("[tools.|]", "file_operations"),
        ("[tools.fi|\nx = 1", "file_operations"),
        ("[providers.mine]\n[providers.|]", "mine"),
        ("[profiles.fast.|]", "tools"),
        ("|", "default_engine"),
        ("|", "extends"),
        ("[tools.system]\n|", "allowed_commands"),
        ("[tools.system]\nall|", "allowed_commands"),
        ("[tools.system]\nall|\nenabled = true", "allowed_commands"),
        ("[tools]\nsystem.|", "allowed_commands"),
        ("[providers.mine]\n|", "base_url"),
        ("[profiles.fast]\n|", "extends"),
        ("[tools]\nsystem = { | }", "allowed_commands"),
        ("[tools]\nsystem = { enabled = true, |", "allowed_commands"),
        ("[debug]\nlevel = |", '"warn"'),
        ("[debug]\nlevel =|", '"warn"'),
        ('[debug]\nlevel = "|"', '"warn"'),
        ('[debug]\nlevel = "|\n[tools]', '"warn"'),
        ("[debug]\nenabled = |", "true"),
        ("[tools]\nsystem = { enabled = | }", "false"),
        ("[tools.media]\nmax_file_size = |", "524288000"),
        ("[providers.mine]\n[providers]\ndefault_provider = |", '"mine"'),
        ("default_engine = |", '"lua"'),
    ],
)
def test_what_may_be_written(marked: str, label: str) -> None:
    assert label in labels(marked)


@pytest.mark.parametrize(
    "marked",
    [
        "# |",
        "default_engine = 1 |",
        "[unknown]\n|",
        "[fleet]\n|",
        "[debug] |",
        "[tools.custom_tool]\n|",
        'extends = """\n|\n"""',
    ],
)
def test_where_nothing_is_known(marked: str) -> None:
    assert labels(marked) == set()


def test_keys_that_are_there_are_not_offered_again() -> None:
    assert "enabled" not in labels("[tools.system]\nenabled = true\n|")


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("[tools.fi|le]", "[tools.⟦file⟧]"),
        ("[debug]\nle|vel = 1", "[debug]\n⟦level⟧ = 1"),
        ('[debug]\nlevel = "wa|"', '[debug]\nlevel = ⟦"wa"⟧'),
        ("[debug]\nlevel = |", "[debug]\nlevel = ⟦⟧"),
    ],
)
def test_what_is_replaced(marked: str, expected: str) -> None:
    assert replaced(marked) == expected


def test_a_key_brings_its_equals_sign_unless_that_is_there() -> None:
    text, offset = cursor("[debug]\nle|")
    (found,) = (c for c in complete(read(text.source), offset).candidates if c.label == "level")
    assert found.inserted == "level = "
    text, offset = cursor("[debug]\nle| = 1")
    (found,) = (c for c in complete(read(text.source), offset).candidates if c.label == "level")
    assert found.inserted == "level"


@pytest.mark.parametrize(
    ("marked", "words"),
    [
        ("[to|ols]", ["What tools may do."]),
        (
            "[tools.media]\nmax_file|_size = 1",
            ["tools.media.max_file_size", "Largest file, in bytes.", "Default: `524288000`"],
        ),
        ("[debug]\nlevel = 'wa|rn'", ["off | error | warn", "`LLMSPELL_DEBUG_LEVEL`"]),
        ("[engines.lua]\nmemory_lim|it = 1", ["**Deprecated:**", "`max_memory_bytes`"]),
        ("[engines.lua]\ntimeout|_ms = 1", ["documented value is `30000`", "config trust"]),
        ("fle|et = {}", ["not used by this version"]),
    ],
)
def test_hover_explains(marked: str, words: list[str]) -> None:
    text, offset = cursor(marked)
    found = hover(read(text.source), offset)
    assert found is not None
    for word in words:
        assert word in found.text


@pytest.mark.parametrize("marked", ["unkno|wn = 1", "# debu|g", "[debug]\n|\n"])
def test_hover_says_nothing_of_what_is_not_known(marked: str) -> None:
    text, offset = cursor(marked)
    assert hover(read(text.source), offset) is None


@given(st.integers(0, len(DOCUMENT)), st.integers(0, len(DOCUMENT)))
def test_no_place_of_any_beginning_is_too_much(length: int, offset: int) -> None:
    document = read(DOCUMENT[:length])
    complete(document, min(offset, length))
    hover(document, min(offset, length))


def test_what_is_being_written_is_not_offered() -> None:
    assert "se" not in labels("[runtime.se|]")


def test_each_table_has_a_heading_in_the_reference() -> None:
    page = Path("docs/configuration.md").read_text("utf-8")
    root = slot_of(())
    assert root is not None
    for path, _ in tables(root):
        if path[0] not in ("kinds", "profiles"):
            heading = ".".join(heading_of(path))
            assert f"### `[{heading}]`" in page, heading


def test_a_table_that_a_user_names_has_the_heading_of_all() -> None:
    assert heading_of(("providers", "mine", "retry")) == ("providers", "NAME", "retry")
