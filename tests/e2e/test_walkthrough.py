"""The walkthrough and the side bar as a newcomer sees them: the packaged extension in a browser."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.e2e.built_extension import packaged
from tests.e2e.code_server import code_server
from tests.e2e.workbench import Workbench, workbench

pytestmark = pytest.mark.slow


def _step(window: Workbench, title: str) -> Any:
    return window.page.locator(".getting-started-step", has_text=title)


def _press(window: Workbench, step: str, button: str) -> None:
    """Opens a step of the walkthrough where another one is open, and presses its button."""
    found = _step(window, step).get_by_role("button", name=button, exact=True)
    if not found.is_visible():
        _step(window, step).locator(".step-title").click()
    found.click()


def _done(window: Workbench, step: str) -> None:
    _step(window, step).locator(".codicon.complete").wait_for()


def _row(window: Workbench, text: str) -> Any:
    """A row of the side bar."""
    return window.page.locator(".pane-body .monaco-list-row", has_text=text).first


def _expand(window: Workbench, text: str) -> None:
    row = _row(window, text)
    row.wait_for()
    if row.get_attribute("aria-expanded") != "true":
        row.locator(".monaco-tl-twistie").click()


def test_a_newcomer_writes_runs_and_debugs_a_spell(tmp_path: Path) -> None:
    workspace = tmp_path / "workspace"
    workspace.mkdir()
    with (
        code_server(tmp_path, extensions=(packaged(),)) as address,
        workbench() as window,
    ):
        page = window.page
        window.open(address, workspace)
        page.locator(".activitybar").get_by_role("tab", name="Spells").wait_for()
        window.command("llmspell: Open walkthrough")
        _done(window, "Find llmspell")
        window.picture("walkthrough")

        _press(window, "Write a spell", "Make first-spell.lua")
        page.locator(".view-lines", has_text="State.save").wait_for()
        assert (workspace / "first-spell.lua").exists()

        window.command("llmspell: Open walkthrough")
        _done(window, "Write a spell")
        _press(window, "Run it", "Run")
        page.locator(".terminal.xterm").wait_for()
        window.command("llmspell: Open walkthrough")
        _done(window, "Run it")

        _press(window, "Debug it", "Debug")
        window.stopped()
        window.expand("Locals")
        window.variable("runs").wait_for()
        window.picture("debug")
        page.keyboard.press("F5")
        page.locator(".debug-top-stack-frame-line").first.wait_for(state="detached")
        window.command("llmspell: Open walkthrough")
        _done(window, "Debug it")

        _press(window, "See what it keeps", "Show state")
        _expand(window, "global")
        _row(window, "first-spell:runs").wait_for()
        _done(window, "See what it keeps")
        _press(window, "See what spells can do", "Show API")
        _expand(window, "JSON")
        _row(window, "stringify").wait_for()
        _done(window, "See what spells can do")
        window.loaded()
        window.picture("side-bar")
        assert page.locator(".notification-toast .codicon-error").all_inner_texts() == []
