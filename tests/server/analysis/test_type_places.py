"""Where types are declared and fields get values: `|` is the cursor, `⟦…⟧` where that is."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from llmspell_server.analysis.type_places import Spot, implementations, type_definitions
from llmspell_server.subjects import Subject
from tests.server.marks import ranges, shown
from tests.server.places import URI, place

BASE = "---@class Base\nlocal Base = {}\nfunction Base:run() end\n"
CHILD = "---@class Child: Base\nlocal Child = {}\n"


def marked_spots(marked: str, find: Callable[[Subject], list[Spot]]) -> str:
    """The text with what is found in it marked."""
    text, _ = ranges(marked.replace(_cursor(marked), ""))
    subject = place(marked.replace("⟦", "").replace("⟧", ""))
    return shown(text, *((each.start, each.end) for each in find(subject) if each.file == URI))


def _cursor(marked: str) -> str:
    return "‸" if "‸" in marked else "|"


@pytest.mark.parametrize(
    "marked",
    [
        "---@class ⟦Point⟧\n---@type Point\nlocal p\nprint(p|)",
        "---@class ⟦Point⟧\n---@field to Point\n---@type Point\nlocal p\nprint(p.t|o)",
        "---@alias Name string\n---@type Name\nlocal n\nprint(n|)",
        "---@class ⟦A⟧\n---@class ⟦B⟧\n---@type A|B\nlocal x\nprint(x‸)",
        "---@class ⟦Point⟧\n---@type Point[]\nlocal all\nprint(all|)",
        "local ⟦t⟧ = { a = 1 }\nlocal u = t\nprint(u|)",
        "local n = 1\nprint(n|)",
    ],
)
def test_where_its_type_is_declared(marked: str) -> None:
    assert marked_spots(marked, type_definitions) == marked.replace(_cursor(marked), "")


@pytest.mark.parametrize(
    "marked",
    [
        f"{BASE}{CHILD}function Child:⟦run⟧() end\n---@type Child\nlocal c\nc:ru|n()",
        BASE.replace("run", "⟦run⟧")
        + f"{CHILD}function Child:⟦run⟧() end\n---@type Base\nlocal b\nb:ru|n()",
        "---@class Base\n---@class ⟦Child⟧: Base\n---@type Base\nlocal b\nprint(b|)",
        "local t = {}\nfunction t.⟦f⟧() end\nt.f|()",
    ],
)
def test_where_it_is_implemented(marked: str) -> None:
    assert marked_spots(marked, implementations) == marked.replace("|", "")


def test_what_is_made_from_what_is_made_from_a_class_implements_it_too() -> None:
    text = BASE + CHILD + "---@class Grandchild: Child\nlocal G = {}\nfunction G:run() end\n"
    marked = f"{text}---@type Base\nlocal b\nb:ru|n()".replace(":run()", ":⟦run⟧()")
    assert marked_spots(marked, implementations) == marked.replace("|", "")
