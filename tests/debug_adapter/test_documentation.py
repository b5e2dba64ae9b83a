"""docs/debugging.md lists the attributes that there are."""

from __future__ import annotations

from pathlib import Path

from llmspell_debug_adapter.reference import updated

PAGE = Path(__file__).parents[2] / "docs" / "debugging.md"


def test_the_tables_of_attributes_are_current() -> None:
    text = PAGE.read_text("utf-8")
    assert updated(text) == text, "run `make generate`"
