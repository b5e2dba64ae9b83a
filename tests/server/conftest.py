"""Servers in processes of their own, and the parts of one for tests of the analysis."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_lsp
from pytest_lsp import ClientServerConfig, LanguageClient

from llmspell_server.analysis.api import Api
from llmspell_server.compiler import Compiler
from llmspell_server.library import load_api
from tests.server.fork_server import COMMAND, fork_server
from tests.server.profiles import BARE, PROFILES, begin, capabilities_of
from tests.server.raw import RawClient

SERVER = COMMAND

CLIENTS = [PROFILES[0], *(pytest.param(each, marks=pytest.mark.slow) for each in PROFILES[1:])]
"""The recorded clients; for `make quick` one is enough."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Runs what is marked `clients` as each of them."""
    if metafunc.definition.get_closest_marker("clients") is not None:
        name = "client" if "client" in metafunc.fixturenames else "profile"
        if name in metafunc.fixturenames:
            metafunc.parametrize(name, CLIENTS, indirect=True)


@pytest.fixture(scope="session", autouse=True)
def forking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Has servers started quickly."""
    with fork_server(tmp_path_factory.mktemp("fork")):
        yield


@pytest.fixture
def profile(request: pytest.FixtureRequest) -> str:
    """The client whose capabilities a raw client sends with those of the test."""
    return str(getattr(request, "param", BARE))


@pytest.fixture
def raw(profile: str) -> Iterator[RawClient]:
    """A server over standard input and output to which any message can be sent."""
    with RawClient.of_stdio(SERVER, capabilities_of(profile)) as client:
        yield client


@pytest_lsp.fixture(config=ClientServerConfig(server_command=SERVER))  # type: ignore[untyped-decorator]
async def client(lsp_client: LanguageClient, request: pytest.FixtureRequest) -> AsyncIterator[None]:
    """A recorded client; where none is wanted, one that shows Markdown and nothing else."""
    await begin(lsp_client, getattr(request, "param", BARE))
    yield
    await lsp_client.shutdown_session()


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
