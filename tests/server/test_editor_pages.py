"""The set-ups in docs/editors/ that no editor here runs can be read, and start what they name."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.server.raw import RawClient

pytestmark = pytest.mark.one_client("commands of other editors, which only have to start")

PAGES = Path(__file__).parents[2] / "docs" / "editors"
HELIX, KATE, SUBLIME, VIM, ZED = "helix.md", "kate.md", "sublime.md", "vim.md", "zed.md"
SECTIONS = ["Language server", "Debugger", "When it does not work"]


def _block(page: str, number: int = 0) -> Any:
    """A block of JSON of a page; of TOML, all up to that block, as they stand in one file."""
    text = (PAGES / page).read_text("utf-8")
    blocks = re.findall(r"^```(?:json|toml)\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    if page == HELIX:
        return tomllib.loads("\n".join(blocks[: number + 1]))
    return json.loads(blocks[number])


def _helix() -> list[str]:
    block = _block(HELIX)
    (language,) = block["language"]
    (name,) = language["language-servers"]
    return _command(block["language-server"][name])


def _zed() -> list[str]:
    (server,) = _block(ZED)["lsp"].values()
    return [server["binary"]["path"], *server["binary"]["arguments"]]


def _helix_adapter() -> list[str]:
    (language,) = _block(HELIX, 1)["language"]
    debugger = language["debugger"]
    assert debugger["transport"] == "stdio"
    return _command(debugger)


def _command(table: dict[str, Any]) -> list[str]:
    return [table["command"], *table.get("args", [])]


SERVERS: dict[str, Callable[[], list[str]]] = {
    HELIX: _helix,
    KATE: lambda: _block(KATE)["servers"]["lua"]["command"],
    SUBLIME: lambda: _block(SUBLIME)["clients"]["llmspell"]["command"],
    ZED: _zed,
}
ADAPTERS: dict[str, Callable[[], list[str]]] = {
    HELIX: _helix_adapter,
    KATE: lambda: _block(KATE, 1)["dap"]["llmspell"]["run"]["command"],
    VIM: lambda: _block(VIM)["adapters"]["llmspell"]["command"],
}


def _as_installed(command: list[str]) -> list[str]:
    program = shutil.which(command[0], path=str(Path(sys.executable).parent))
    assert program, f"{command[0]} is not a command of llmspell"
    return [program, *command[1:]]


@pytest.mark.parametrize("page", SERVERS)
def test_the_command_of_a_page_is_a_language_server(page: str) -> None:
    with RawClient.of_stdio(_as_installed(SERVERS[page]())) as client:
        answer = client.request("initialize", {"processId": None, "capabilities": {}})
        assert answer["result"]["serverInfo"]["name"] == "llmspell-language-server"


@pytest.mark.parametrize("page", ADAPTERS)
def test_the_command_of_a_page_is_a_debug_adapter(page: str) -> None:
    asked = {"adapterID": "llmspell"}
    body = json.dumps({"seq": 1, "type": "request", "command": "initialize", "arguments": asked})
    message = f"Content-Length: {len(body)}\r\n\r\n{body}"
    command = _as_installed(ADAPTERS[page]())
    done = subprocess.run(
        command, input=message, capture_output=True, text=True, timeout=60, check=False
    )
    assert '"supportsConfigurationDoneRequest":true' in done.stdout


@pytest.mark.parametrize("page", sorted(path.name for path in PAGES.glob("*.md")))
def test_the_pages_have_the_same_order(page: str) -> None:
    text = (PAGES / page).read_text("utf-8")
    assert re.findall(r"^## (.*)", text, re.MULTILINE) == SECTIONS
