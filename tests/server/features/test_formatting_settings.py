"""Formatting as the settings want it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.server.conftest import SERVER
from tests.server.raw import RawClient


def formatting(raw: RawClient, **settings: object) -> dict[str, Any]:
    """The answer to a request to format a document."""
    raw.initialize(initializationOptions={"format": settings})
    uri = raw.open("do\nx = 1\nend\n")
    options = {"tabSize": 2, "insertSpaces": False}
    return raw.request(
        "textDocument/formatting", {"textDocument": {"uri": uri}, "options": options}
    )


def test_the_setting_of_the_indentation_counts_more_than_the_editors(raw: RawClient) -> None:
    (edit,) = formatting(raw, indent=5, tool="builtin")["result"]
    assert edit["newText"] == "     "


def test_it_can_be_switched_off(raw: RawClient) -> None:
    assert formatting(raw, enable=False)["result"] is None


def test_stylua_alone_is_not_replaced(
    profile: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with RawClient.of_stdio(SERVER, profile) as raw:
        error = formatting(raw, tool="stylua")["error"]
    assert error["code"] == -32803
    assert error["message"] == (
        "Not formatted: StyLua is not installed: there is no `stylua` in PATH"
    )
