"""What is told of an edit that is felt all over a document, before all of it is known."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import pytest

from tests.server.raw import RawClient

URI = "file:///spell.lua"
PULLS: dict[str, Any] = {
    "textDocument": {"diagnostic": {}},
    "workspace": {"diagnostics": {"refreshSupport": True}},
}
SOURCE = """\
local shared = {}
local function first()
  shared.a = 1
  local unused = 2
end
local function second()
  local forgotten = 3
  shared.b = 2
end
first() second()
"""


@pytest.fixture
def impatient(profile: str) -> Iterator[RawClient]:
    with RawClient.of_stdio(
        [sys.executable, "-m", "tests.server.impatient_server"], profile
    ) as client:
        yield client


def begun(client: RawClient, source: str = SOURCE) -> list[str]:
    """What is told of the document when it is opened."""
    client.initialize()
    client.open(source)
    return told(client, 1)


def edit(client: RawClient, start: tuple[int, int], end: tuple[int, int], text: str) -> None:
    places = [{"line": line, "character": column} for line, column in (start, end)]
    change = {"range": {"start": places[0], "end": places[1]}, "text": text}
    document = {"uri": URI, "version": 2}
    client.notify("textDocument/didChange", {"textDocument": document, "contentChanges": [change]})


def told(client: RawClient, version: int) -> list[str]:
    """The problems of the next report, which is of a version, by their lines from 1."""
    report = client.notification("textDocument/publishDiagnostics")
    assert report["version"] == version
    return [
        f"{each['range']['start']['line'] + 1} {_named(each)}" for each in report["diagnostics"]
    ]


def _named(problem: dict[str, Any]) -> str:
    return f"{problem['code']} {(problem.get('data') or {}).get('name')}"


def test_what_was_edited_is_told_first_and_then_what_that_means_elsewhere(
    impatient: RawClient,
) -> None:
    assert begun(impatient) == ["4 unused-local unused", "7 unused-local forgotten"]
    edit(impatient, (0, 12), (0, 12), "x")  # `sharedx`, which no function uses
    first = ["1 unused-local sharedx", "4 unused-local unused", "7 unused-local forgotten"]
    assert told(impatient, 2) == first
    assert told(impatient, 2) == [
        *first[:1],
        "3 undefined-global shared",
        *first[1:],
        "8 undefined-global shared",
    ]


def test_what_was_found_before_is_told_at_its_place_of_now(impatient: RawClient) -> None:
    begun(impatient)
    edit(impatient, (2, 2), (2, 2), "print(missing)\n\n  ")
    first = [
        "3 undefined-global missing",
        "6 unused-local unused",
        "9 unused-local forgotten",
    ]
    assert told(impatient, 2) == first  # and nothing else follows, as that is all


def test_what_is_right_now_is_not_told_again(impatient: RawClient) -> None:
    begun(impatient)
    edit(impatient, (2, 2), (2, 2), "print()")
    assert told(impatient, 2) == ["4 unused-local unused", "7 unused-local forgotten"]
    impatient.notify("textDocument/didClose", {"textDocument": {"uri": URI}})
    assert impatient.notification("textDocument/publishDiagnostics")["diagnostics"] == []


def test_a_further_place_that_was_edited_away_is_left_out(impatient: RawClient) -> None:
    hiding = "local hidden = 1\nlocal function other(hidden) return hidden end\nother(hidden)\n"
    assert begun(impatient, hiding) == ["2 redefined-local hidden"]
    edit(impatient, (0, 6), (0, 12), "shown")
    report = impatient.notification("textDocument/publishDiagnostics")
    (hides, *_) = (each for each in report["diagnostics"] if each["code"] == "redefined-local")
    assert "relatedInformation" not in hides


def test_what_is_pulled_is_complete(impatient: RawClient) -> None:
    impatient.initialize(capabilities=PULLS)
    impatient.open(SOURCE)
    edit(impatient, (0, 12), (0, 12), "x")
    asked = {"textDocument": {"uri": URI}}
    result = impatient.request("textDocument/diagnostic", asked)["result"]
    assert [_named(each) for each in result["items"]].count("undefined-global shared") == 2
    again = {**asked, "previousResultId": result["resultId"]}
    assert impatient.request("textDocument/diagnostic", again)["result"]["kind"] == "unchanged"
