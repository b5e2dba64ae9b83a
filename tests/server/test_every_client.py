"""That a test which talks to a server runs as each of the clients, or says why not.

After each test `as_each_client` (conftest.py) asks that of it, if it has sent anything.
"""

from __future__ import annotations

import pytest

from tests.server.profiles import accounted, reason_for_one
from tests.server.raw import RawClient
from tests.server.sent import has_sent


def test_one_that_asks_for_the_profile_is_accounted(
    request: pytest.FixtureRequest, profile: str
) -> None:
    assert accounted(request.node)


@pytest.mark.one_client("to be read by this test")
def test_one_that_says_why_not_is_accounted(request: pytest.FixtureRequest) -> None:
    assert accounted(request.node)
    assert reason_for_one(request.node) == "to be read by this test"


def test_one_that_does_neither_is_not(request: pytest.FixtureRequest) -> None:
    assert not accounted(request.node)


def test_one_that_sends_is_noticed(request: pytest.FixtureRequest, raw: RawClient) -> None:
    assert not has_sent(request.node.nodeid)
    raw.initialize()
    assert has_sent(request.node.nodeid)
