from __future__ import annotations

import pytest

from llmspell_server.analysis.api import Api
from llmspell_server.analysis.completion import Completions, complete
from tests.server.marks import cursor


def at(marked: str, api: Api) -> Completions:
    text, offset = cursor(marked)
    return complete(text, offset, api)


def labels(marked: str, api: Api) -> set[str]:
    return {candidate.label for candidate in at(marked, api).candidates}


@pytest.mark.parametrize(
    "marked",
    ["State.|", "State.sa|", "x = State . |", "f(State:|", "if State.| then end", "State --c\n.|"],
)
def test_members_of_a_global(marked: str, api: Api) -> None:
    assert {"save", "load"} <= labels(marked, api)


@pytest.mark.parametrize(("marked", "member"), [("string.|", "format"), ("JSON.|", "parse")])
def test_members_of_other_tables(marked: str, member: str, api: Api) -> None:
    assert member in labels(marked, api)


@pytest.mark.parametrize(
    "marked",
    [
        "State.save.|",
        "unknown.|",
        "f().|",
        "local State = {}\nState.|",
        "local function f(State) return State.| end",
        "-- State.|",
        "'State.|",
        "local |",
        "local x, function |",
    ],
)
def test_nothing_where_nothing_is_known(marked: str, api: Api) -> None:
    assert labels(marked, api) == set()


def test_a_local_of_another_block_hides_nothing(api: Api) -> None:
    assert "save" in labels("do local State = 1 end\nState.|", api)


def test_globals_keywords_and_locals(api: Api) -> None:
    found = at("local mine = 1\nfunction f(given) return m|", api)
    kinds = {candidate.label: candidate.kind for candidate in found.candidates}
    assert found.start == len("local mine = 1\nfunction f(given) return ")
    assert (kinds["State"], kinds["print"], kinds["ARGS"], kinds["end"]) == (
        "namespace",
        "function",
        "variable",
        "keyword",
    )
    assert kinds["mine"] == kinds["given"] == "local"


def test_locals_are_not_known_outside_their_block(api: Api) -> None:
    assert "hidden" not in labels("do local hidden = 1 end\nreturn h|", api)


@pytest.mark.parametrize(
    ("marked", "value"),
    [
        ('State.save("|', "global"),
        ("State.save('glo|", "global"),
        ('State.load(  "|")', "session"),
        ('x = f(State.load("|', "agent"),
        ('State.save("|", "key", 1)', "workflow"),
        ('Debug.log("|', "warn"),
        ('Debug.log "|', "warn"),
        ('f(function() if a then b() end end, State.load("|', "tool"),
        ('State.save(\n  "|', "global"),
        ('Event.subscribe("state.|', "state.changed"),
    ],
)
def test_values_of_the_kind_of_a_string(marked: str, value: str, api: Api) -> None:
    assert value in labels(marked, api)


@pytest.mark.parametrize(
    "marked",
    [
        'State.save("global", "|',  # a key is of no kind
        'State.save("global", "k", "|',
        'State.save("global", "k", 1, "|',
        'State.save({ "|',
        'print("|',
        'unknown("|',
        'local State = x\nState.save("|',
        'function State.save("|',
        'State.save(function() local x = "|',
        '-- State.save("|',
        '--[[ State.save("|',
        'State.save([["|',
        'State.save("global") x = "|',
    ],
)
def test_other_strings_have_no_values(marked: str, api: Api) -> None:
    assert labels(marked, api) == set()


def test_a_value_takes_the_place_of_what_the_string_holds(api: Api) -> None:
    assert at('State.save("agent:|', api).start == len('State.save("')


def test_a_cursor_far_down_in_a_long_string_is_in_a_string(api: Api) -> None:
    assert labels("x = [[" + "\n" * 200 + "State.|]]", api) == set()


def test_a_cursor_far_below_a_long_comment_is_not_in_it(api: Api) -> None:
    assert "save" in labels("--[[" + "\n" * 100 + "]]" + "\n" * 45 + "State.|", api)
