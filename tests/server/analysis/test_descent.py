"""From what classes and tables are made, and what of them: `|` is one, `⟦…⟧` its kin."""

from __future__ import annotations

import pytest

from llmspell_server.analysis.descent import Kin, children, kin_at, parents
from tests.server.marks import ranges, shown
from tests.server.places import URI, place


def asked(marked: str) -> tuple[list[Kin], list[Kin]]:
    """What is above and below what a place names."""
    subject = place(marked.replace("⟦", "").replace("⟧", ""))
    kin = kin_at(subject)
    assert kin is not None
    return parents(subject.inference, kin), list(children(subject.inference, kin, [URI]))


def marked_kin(marked: str, kin: list[Kin]) -> str:
    text, _ = ranges(marked.replace("|", ""))
    return shown(text, *((each.spot.start, each.spot.end) for each in kin))


@pytest.mark.parametrize(
    "marked",
    [
        "---@class ⟦A⟧\n---@class B|: A",
        "---@class ⟦A⟧\n---@class ⟦B⟧\n---@class C|: A, B",
        "---@class ⟦A⟧\n---@class B: A\n---@type B\nlocal b\nprint(b|)",
        "local ⟦A⟧ = {}\nA.__index = A\nlocal B| = setmetatable({}, A)",
        "---@class A|",
    ],
)
def test_what_it_is_made_from(marked: str) -> None:
    above, _ = asked(marked)
    assert marked_kin(marked, above) == marked.replace("|", "")


@pytest.mark.parametrize(
    "marked",
    [
        "---@class A|\n---@class ⟦B⟧: A\n---@class ⟦C⟧: A\n---@class D: C",
        "local A| = {}\nA.__index = A\nlocal ⟦B⟧ = setmetatable({}, A)",
        "---@class A|",
    ],
)
def test_what_is_made_of_it(marked: str) -> None:
    _, below = asked(marked)
    assert marked_kin(marked, below) == marked.replace("|", "")


@pytest.mark.parametrize("marked", ["local n = 1\nprint(n|)", "print('te|xt')", "-- A|"])
def test_what_has_no_kin(marked: str) -> None:
    assert kin_at(place(marked)) is None
