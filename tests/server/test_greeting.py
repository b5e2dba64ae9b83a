"""`initialize` is answered before the server is there, and just as the server would answer it."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest
from lsprotocol.converters import get_converter
from pytest_lsp import client_capabilities

from llmspell_server.advertised import full_capabilities, prepared, suited_to
from llmspell_server.greeting import greeting
from llmspell_server.server import SpellServer
from tests.server.raw import RawClient

PARAMS: dict[str, Any] = {"processId": None, "rootUri": None, "capabilities": {}}


def initialize(**message: object) -> bytes:
    proper = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": PARAMS}
    return json.dumps({**proper, **message}).encode()


def test_what_is_prepared_is_what_the_handlers_can_do() -> None:
    assert prepared() == full_capabilities(SpellServer())


@pytest.mark.parametrize("client", ["visual_studio_code", "neovim", "emacs"])
def test_what_a_client_is_told_is_what_it_can_use(client: str) -> None:
    theirs = get_converter().unstructure(client_capabilities(client))
    told = suited_to(theirs, prepared())
    assert set(told) <= {*prepared(), "positionEncoding"}
    prepares = theirs["textDocument"]["rename"].get("prepareSupport", False)
    assert told["renameProvider"] == ({"prepareProvider": True} if prepares else True)
    assert ("notebookDocumentSync" in told) == ("notebookDocument" in theirs)


def test_a_client_that_says_nothing_of_itself() -> None:
    told = suited_to({}, prepared())
    assert told["positionEncoding"] == "utf-16"
    assert told["renameProvider"] is True
    assert told["documentRangeFormattingProvider"] is True
    assert "resolveProvider" not in told["codeActionProvider"]
    assert "fileOperations" not in told["workspace"]


@pytest.mark.parametrize(
    "message",
    [
        {"method": "shutdown"},
        {"jsonrpc": "1.0"},
        {"params": None},
        {"params": {"capabilities": None}},
        {"id": None},
    ],
)
def test_what_is_not_in_order_waits_for_the_server(message: dict[str, Any]) -> None:
    assert greeting(initialize()) is not None
    assert greeting(initialize(**message)) is None


def test_it_is_answered_once(raw: RawClient) -> None:
    with raw.together():
        first = raw.ask("initialize", PARAMS)
        raw.notify("initialized", {})
        second = raw.ask("shutdown")
    assert raw.receive()["id"] == first
    assert raw.receive()["id"] == second


def test_a_client_that_says_strange_things_of_itself_is_served(raw: RawClient) -> None:
    capabilities = {
        "general": {"positionEncodings": ["utf-8"]},
        "textDocument": {"completion": 7, "hover": {"contentFormat": 1}},
    }
    told = raw.initialize(capabilities=capabilities)["capabilities"]
    assert told["positionEncoding"] == "utf-8"
    uri = raw.open("--[[é]] x = = 1")
    found = raw.notification("textDocument/publishDiagnostics")
    assert found["uri"] == uri
    assert found["diagnostics"][0]["range"]["start"]["character"] == 13


def test_nothing_heavy_is_imported_before_it_is_answered() -> None:
    script = "import sys, llmspell_server.main; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    heavy = {"asyncio", "attr", "cattrs", "lsprotocol", "lupa", "pygls", "tree_sitter"}
    assert run.stdout and not heavy & set(run.stdout.split())
