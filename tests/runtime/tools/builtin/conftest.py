"""Tools that may reach a site on loopback."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from llmspell.app import Runtime
from llmspell.tools.service import Tools
from tests.runtime.tools.builtin.site import Site, site

LOOPBACK = """
[tools.http_request]
allowed_hosts = ["*", "127.0.0.1"]
blocked_hosts = []
"""


@pytest.fixture
def web() -> Iterator[Site]:
    """A site on loopback."""
    with site() as made:
        yield made


@pytest.fixture
def net(make_runtime: Callable[..., Runtime]) -> Tools:
    """The tools of a runtime that may reach 127.0.0.1."""
    return make_runtime(LOOPBACK).tools
