"""The walkthrough and the side bar as a newcomer sees them: the packaged extension in a browser."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.built_extension import packaged
from tests.e2e.code_server import code_server
from tests.e2e.extension_host import page_of_browser

pytestmark = pytest.mark.slow

SHOTS = os.environ.get("LLMSPELL_SCREENSHOTS")
"""Folder for pictures of what is seen; none are made where it is not set."""

_PATIENCE = 60_000  # milliseconds


def _command(page: Any, title: str) -> None:
    page.keyboard.press("F1")
    page.locator(".quick-input-widget input.input").fill(f">{title}")
    page.locator(".quick-input-list .monaco-list-row", has_text=title).first.click()


def _shot(page: Any, name: str) -> None:
    if SHOTS is not None:
        page.screenshot(path=Path(SHOTS) / f"{name}.png")


def _step(page: Any, title: str) -> Any:
    return page.locator(".getting-started-step", has_text=title)


def _press(page: Any, step: str, button: str) -> None:
    """Opens a step of the walkthrough where another one is open, and presses its button."""
    found = _step(page, step).get_by_role("button", name=button, exact=True)
    if not found.is_visible():
        _step(page, step).locator(".step-title").click()
    found.click()


def _done(page: Any, step: str) -> None:
    _step(page, step).locator(".codicon.complete").wait_for(timeout=_PATIENCE)


def test_a_newcomer_writes_runs_and_debugs_a_spell(tmp_path: Path) -> None:
    workspace = tmp_path / "workspace"
    workspace.mkdir()
    with (
        code_server(tmp_path, extensions=(packaged(),)) as address,
        page_of_browser() as page,
    ):
        page.set_default_timeout(_PATIENCE)
        page.goto(f"{address}/?folder={workspace}")
        page.locator(".activitybar").get_by_role("tab", name="Spells").wait_for()
        _command(page, "llmspell: Open walkthrough")
        _done(page, "Find llmspell")
        _shot(page, "walkthrough")

        _press(page, "Write a spell", "Make first-spell.lua")
        page.locator(".view-lines", has_text="State.save").wait_for()
        _shot(page, "spell")
        assert (workspace / "first-spell.lua").exists()

        _command(page, "llmspell: Open walkthrough")
        _done(page, "Write a spell")
        _press(page, "Run it", "Run")
        page.locator(".terminal.xterm").wait_for()
        _shot(page, "run")
        _command(page, "llmspell: Open walkthrough")
        _done(page, "Run it")

        _press(page, "Debug it", "Debug")
        page.locator(".debug-top-stack-frame-line").first.wait_for()
        _shot(page, "debug")
        page.keyboard.press("F5")
        page.locator(".debug-top-stack-frame-line").first.wait_for(state="detached")
        _command(page, "llmspell: Open walkthrough")
        _done(page, "Debug it")

        _press(page, "See what it keeps", "Show state")
        page.locator(".pane-body .monaco-list-row", has_text="global").first.wait_for()
        _shot(page, "state")
        _done(page, "See what it keeps")
        _press(page, "See what spells can do", "Show API")
        page.locator(".pane-body .monaco-list-row", has_text="Streaming").first.wait_for()
        _shot(page, "api")
        _done(page, "See what spells can do")
