"""All planted mistakes are found by a real server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.server.conftest import SERVER
from tests.server.planted import HOST, LUARC, PLANTED, PROGRAM, expected
from tests.server.raw import RawClient
from tests.server.test_indexing import wait_for_symbol


def write_project(folder: Path) -> None:
    """The configuration and the definitions of the host."""
    (folder / ".luarc.json").write_text(LUARC)
    (folder / "library").mkdir()
    (folder / "library" / "host.lua").write_text(HOST)


@pytest.fixture(scope="module")
def found(
    tmp_path_factory: pytest.TempPathFactory, profile: str
) -> Iterator[list[tuple[int, str]]]:
    """Line and code of what is told of the program, once the definitions are read."""
    folder = tmp_path_factory.mktemp("planted")
    write_project(folder)
    with RawClient.of_stdio(SERVER, profile) as client:
        client.initialize(
            capabilities={"textDocument": {"diagnostic": {}}},
            workspaceFolders=[{"uri": folder.as_uri(), "name": "it"}],
        )
        wait_for_symbol(client, "agent.create")
        uri = client.open(PROGRAM, (folder / "main.lua").as_uri())
        answer = client.request("textDocument/diagnostic", {"textDocument": {"uri": uri}})
        items: list[dict[str, Any]] = answer["result"]["items"]
        yield [(each["range"]["start"]["line"], each["code"]) for each in items]


@pytest.mark.parametrize(
    "place", [pytest.param(each, id=name) for name, each in zip(PLANTED, expected(), strict=True)]
)
def test_a_planted_mistake_is_found(found: list[tuple[int, str]], place: tuple[int, str]) -> None:
    assert place in found


def test_nothing_else_is_found(found: list[tuple[int, str]]) -> None:
    assert sorted(found) == sorted(expected())
