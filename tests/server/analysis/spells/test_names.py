"""Strings in programs: which have a kind, and names that scripts define by a string."""

from __future__ import annotations

import pytest

from llmspell_server.analysis.api import Api
from llmspell_server.analysis.spells.literals import Written
from llmspell_server.analysis.spells.names import (
    Refusal,
    defined_in,
    definitions,
    renaming,
    uses,
)
from llmspell_server.analysis.spells.sources import Place
from tests.server.marks import ranges, shown

from .saying import MAIN, strings_in, written

ORDERS = """
Event.publish("⟦order.created⟧", {})
local id = Event.subscribe("⟦order.created⟧")
Event.subscribe("order.*")
State.save("global", "order.created", 1)
"""


def strings(source: str, api: Api) -> list[Written]:
    return written(source, api)


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ('require "⟦lib.x⟧"', "module-path"),
        ("require('⟦lib.x⟧')", "module-path"),
        ("require [[⟦x⟧]]", "module-path"),
        ('io.open("⟦a.txt⟧", "w")', "file-path"),
        ('os.rename(a, "⟦b⟧")', "file-path"),
        ('f(function() return Config.get("⟦tools⟧") end)', "config-path"),
        ('Debug.log("⟦warn⟧", "message")', "debug-level"),
        ('State.load("⟦glo', "state-scope"),
        ('local s = State\ns.load("⟦global⟧", "x")', "state-scope"),
        ('local publish = Event.publish\npublish("⟦x⟧")', "event-type"),
        ('local e = { on = Event.subscribe }\ne.on("⟦x⟧")', "event-pattern"),
        ('local run = require\nrun("⟦x⟧")', "module-path"),
        ('---@param s Statelib\nlocal function f(s) s.load("⟦global⟧", "k") end', "state-scope"),
        ('---@type llmspell.EventType\nlocal t = "⟦x⟧"', "event-type"),
        ('---@alias Topic llmspell.EventType\n---@type Topic\nlocal t = "⟦x⟧"', "event-type"),
        ('---@return llmspell.EventType\nlocal function f() return "⟦x⟧" end', "event-type"),
        ('---@type llmspell.EventType[]\nlocal t = { "⟦x⟧" }', "event-type"),
        (
            '---@class O\n---@field on llmspell.EventType\n\n---@type O\nlocal o = { on = "⟦x⟧" }',
            "event-type",
        ),
        (
            '---@class B\nlocal B = {}\n---@param t llmspell.EventType\nfunction B:on(t) end\nB:on("⟦x⟧")',
            "event-type",
        ),
        ('---@param t llmspell.EventType\nlocal function f(t) return t == "⟦x⟧" end', "event-type"),
    ],
)
def test_strings_of_known_kinds(source: str, kind: str, api: Api) -> None:
    marked = source if "⟧" in source else source + "⟧"
    text, _ = ranges(marked)
    (found,) = strings(text.source, api)
    assert found.kind.name == kind
    assert shown(text, (found.start, found.end)) == marked


@pytest.mark.parametrize(
    "source",
    [
        'local require = f require "x"',
        'local Event = {} Event.publish("x")',
        'require("a\\\\b")',
        'print("x")',
        'other.publish("x")',
        "require(x)",
    ],
)
def test_other_strings_have_no_kind(source: str, api: Api) -> None:
    assert strings(source, api) == []


def test_the_arguments_before_are_known(api: Api) -> None:
    (found,) = strings('os.rename("a", "b")', api)[1:]
    assert (found.before, found.parameter) == (("a",), 1)


def test_the_string_at_a_place(api: Api) -> None:
    found = strings_in('local x = require("lib")')
    string = found.at(MAIN, 20, api)
    assert string is not None and string.content == "lib"
    assert found.at(MAIN, 3, api) is None


def test_uses_of_a_name_are_those_of_related_kinds(api: Api) -> None:
    text, expected = ranges(ORDERS)
    found = strings(text.source, api)
    assert [(each.start, each.end) for each in uses(found[1], found)] == expected


def test_a_name_is_defined_where_it_is_published(api: Api) -> None:
    text, expected = ranges(ORDERS)
    found = strings(text.source, api)
    assert [(each.start, each.end) for each in definitions(found[1], found)] == expected[:1]


def test_renaming_a_name_that_scripts_define(api: Api) -> None:
    text, expected = ranges(ORDERS)
    found = strings(text.source, api)
    edits = renaming(found[1], "order.new", found)
    assert not isinstance(edits, Refusal)
    assert [(each.start, each.end) for each in edits] == expected


@pytest.mark.parametrize(
    ("source", "new", "reason"),
    [
        ('Config.get("tools")', "x", "not named by scripts"),
        ('Event.subscribe("elsewhere")', "x", "defined by no script"),
        ('Event.publish("mine", 1)', 'a"b', "cannot be written"),
        ('Event.publish("mine", 1)', "", "cannot be written"),
    ],
)
def test_what_cannot_be_renamed_says_why(source: str, new: str, reason: str, api: Api) -> None:
    found = strings(source, api)
    refusal = renaming(found[0], new, found)
    assert isinstance(refusal, Refusal) and reason in refusal.reason


def test_what_scripts_write_is_known(api: Api) -> None:
    text, expected = ranges(ORDERS)
    found = defined_in("/a.lua", strings(text.source, api), api.kinds)
    assert found["event-pattern"]["order.created"].place == Place("/a.lua", *expected[0])
    assert "order.*" not in found["event-type"]
