"""Each method that a client may send is either tested or refused with a reason.

That the tests send what they are said to test is watched by `sent.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from lsprotocol import types

from llmspell_server.advertised import PREPARED
from llmspell_server.diagnostics_reference import diagnostics_reference
from llmspell_server.methods import (
    REFUSED,
    TESTED,
    is_request,
    methods_reference,
    sent_by_clients,
)
from llmspell_server.reference import capabilities, updated
from llmspell_server.server import SpellServer
from tests.server.conftest import SERVER
from tests.server.raw import RawClient
from tests.server.sent import unsent

HERE = Path(__file__).parent
DOCS = HERE.parents[1] / "docs"


@pytest.fixture(scope="module")
def handled() -> set[str]:
    server = SpellServer()
    features = server.protocol.fm
    commands = {types.WORKSPACE_EXECUTE_COMMAND} if features.commands else set()
    built_in = set(features.builtin_features) - {types.WORKSPACE_EXECUTE_COMMAND}
    return built_in | set(features.features) | {types.CANCEL_REQUEST} | commands


@pytest.fixture(scope="module")
def running() -> Iterator[RawClient]:
    with RawClient.of_stdio(SERVER) as client:
        client.initialize()
        yield client


def test_each_method_is_in_one_table() -> None:
    assert sorted([*TESTED, *REFUSED]) == sorted(sent_by_clients())


def test_what_has_a_handler_is_in_the_table_of_the_tested(handled: set[str]) -> None:
    assert handled == set(TESTED)


def test_each_file_that_tests_is_there() -> None:
    assert [file for file in set(TESTED.values()) if not (HERE / file).is_file()] == []


def test_what_a_file_that_was_run_did_not_send_is_found() -> None:
    tested = {"hover": "a.py", "rename": "a.py", "exit": "b.py"}
    assert unsent(tested, run={"a.py"}, sent={("a.py", "hover"), ("b.py", "rename")}) == [
        ("rename", "a.py")
    ]


@pytest.mark.one_client("what has no handler is refused before that")
@pytest.mark.parametrize("method", sorted(filter(is_request, REFUSED)))
def test_what_is_refused_is_answered_so(running: RawClient, method: str) -> None:
    assert running.request(method, {})["error"]["code"] == -32601
    assert REFUSED[method]


@pytest.mark.one_client("what has no handler is refused before that")
@pytest.mark.parametrize("method", sorted(m for m in REFUSED if not is_request(m)))
def test_notifications_that_are_refused_do_no_harm(running: RawClient, method: str) -> None:
    running.notify(method, {})
    assert running.request("textDocument/unheardOf")["error"]["code"] == -32601


def test_the_pages_are_current() -> None:
    hint = "run `python -m llmspell_server.reference`"
    assert (DOCS / "diagnostics.md").read_text("utf-8") == diagnostics_reference(), hint
    assert (DOCS / "language-server-methods.md").read_text("utf-8") == methods_reference(), hint
    page = (DOCS / "language-server.md").read_text("utf-8")
    assert page == updated(page), hint
    assert PREPARED.read_text("utf-8") == capabilities(), hint
