"""Servers in processes of their own, and the parts of one for tests of the analysis."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from pytest_lsp import LanguageClient

from llmspell_server.analysis.api import Api
from llmspell_server.compiler import Compiler
from llmspell_server.library import load_api
from tests.server import sent
from tests.server.fork_server import COMMAND, fork_server
from tests.server.profiles import BARE, PROFILES, accounted, reason_for_one, session
from tests.server.raw import RawClient

SERVER = COMMAND

CLIENTS = [PROFILES[0], *(pytest.param(each, marks=pytest.mark.slow) for each in PROFILES[1:])]
"""The recorded clients; for `make quick` one is enough."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Runs what talks to a server as each of them, but for what says why one is enough."""
    if "profile" in metafunc.fixturenames and reason_for_one(metafunc.definition) is None:
        metafunc.parametrize("profile", CLIENTS, indirect=True)


@pytest.fixture(autouse=True)
def as_each_client(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fails a test that talks to a server as one client only and does not say why."""
    yield
    if sent.has_sent(request.node.nodeid) and not accounted(request.node):
        pytest.fail("it talks to a server; ask for `profile`, or say why not: `one_client`")


@pytest.fixture(scope="session", autouse=True)
def forking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Has servers started quickly."""
    with fork_server(tmp_path_factory.mktemp("fork")):
        yield


@pytest.fixture(scope="module")
def profile(request: pytest.FixtureRequest) -> str:
    """The client whose capabilities a client sends with those of the test."""
    return str(getattr(request, "param", BARE))


@pytest.fixture
def raw(profile: str) -> Iterator[RawClient]:
    """A server over standard input and output to which any message can be sent."""
    with RawClient.of_stdio(SERVER, profile) as client:
        yield client


@pytest_asyncio.fixture
async def client(profile: str) -> AsyncIterator[LanguageClient]:
    """A recorded client; where none is wanted, one that shows Markdown and nothing else."""
    async with session(profile) as client:
        yield client


@pytest.fixture(scope="session")
def api() -> Api:
    """What spells can call."""
    return load_api()


@pytest.fixture(scope="session")
def compiler() -> Iterator[Compiler]:
    """Lua's compiler."""
    compiler = Compiler()
    yield compiler
    compiler.close()
