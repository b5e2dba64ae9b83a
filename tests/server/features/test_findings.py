"""Findings of the checks in a session."""

from __future__ import annotations

from typing import Any

from tests.server.profiles import capabilities_of
from tests.server.raw import RawClient


def problems(raw: RawClient, text: str) -> dict[str, dict[str, Any]]:
    """What is reported of a document, by its codes."""
    raw.initialize()
    return {each["code"]: each for each in raw.problems(raw.open(text))}


def test_a_finding_has_its_severity_tags_places_and_data(raw: RawClient) -> None:
    found = problems(raw, "local a = 1\nlocal a = 2\nprint(a, conuter)\n")
    assert (found["unused-local"]["severity"], found["unused-local"]["tags"]) == (4, [1])
    assert found["undefined-global"]["severity"] == 2
    assert found["undefined-global"]["data"]["name"] == "conuter"


def test_another_place_is_told_to_clients_that_show_it(raw: RawClient, profile: str) -> None:
    found = problems(raw, "local a = 1\nlocal a = 2\nprint(a)\n")["redefined-local"]
    if capabilities_of(profile)["textDocument"]["publishDiagnostics"]["relatedInformation"]:
        place = found["relatedInformation"][0]["location"]["range"]
        assert place["start"] == {"line": 0, "character": 6}
    else:
        assert "relatedInformation" not in found


def test_a_comment_switches_every_kind_of_problem_off(raw: RawClient) -> None:
    text = "---@diagnostic disable: syntax-error, undefined-global\nprint(conuter)\nX = = 1\n"
    assert problems(raw, text) == {}


def test_a_constant_that_is_assigned_is_told_once(raw: RawClient) -> None:
    found = problems(raw, "local a <const> = 1\na = 2\nprint(a)\n")
    assert list(found) == ["local-const-reassign"]


def test_what_is_missing_behind_an_assigned_constant_is_told(raw: RawClient) -> None:
    found = problems(raw, "local a <const> = 1\na = 2\nprint(a)\nX = = 1\n")
    assert set(found) == {"local-const-reassign", "syntax-error"}
