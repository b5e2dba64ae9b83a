"""Every key of `[tools]` has a reader, or a line in docs/deviations.md."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import attrs
import pytest

import llmspell
from llmspell.config.schema import tools

ROOT = Path(llmspell.__file__).parent
READ_BY_PATTERN = {"allow_dml", "allow_ddl"}  # `allow_{what}` in database_connector.py
TABLES: list[type[Any]] = [
    value
    for value in vars(tools).values()
    if isinstance(value, type) and attrs.has(value) and value.__module__ == tools.__name__
]


@pytest.fixture(scope="module")
def sources() -> str:
    """The code of the rooms that heed the configuration."""
    rooms = [ROOT / room for room in ("tools", "security")]
    return "\n".join(path.read_text() for room in rooms for path in room.rglob("*.py"))


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.__name__)
def test_every_key_is_read_somewhere(table: type[Any], sources: str) -> None:
    told = (ROOT.parents[1] / "docs" / "deviations.md").read_text()
    unread = [
        field.name
        for field in attrs.fields(table)
        if field.name not in READ_BY_PATTERN
        and not re.search(rf"[.\"]{field.name}\b", sources)
        and f"{table.__name__.lower()}.{field.name}" not in told
    ]
    assert unread == []
