"""The view Tools and its form in VS Code's window."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.e2e.spell_window import spell_window
from tests.e2e.workbench import Workbench

pytestmark = pytest.mark.slow


def _row(window: Workbench, spoken: str) -> Any:
    """A row of the side bar, by how a screen reader begins it."""
    return window.page.locator(f'.pane-body .monaco-list-row[aria-label^="{spoken}"]')


def _pick(window: Workbench, text: str) -> None:
    """Picks a line of the form."""
    rows = window.page.locator(".quick-input-widget:visible .monaco-list-row")
    rows.filter(has_text=text).first.click()


def test_a_tool_is_invoked_by_a_form_that_knows_its_operations(tmp_path: Path) -> None:
    with spell_window(tmp_path, "main.lua", "print(1)\n") as window:
        page = window.page
        page.locator(".activitybar").get_by_role("tab", name="Spells").click()
        window.command("Focus on Tools View")
        category = _row(window, "category utility")
        category.wait_for()
        category.locator(".monaco-tl-twistie").click()
        encoder = _row(window, "base64-encoder: ")
        encoder.click()
        page.locator(".tab.active", has_text="base64-encoder.json").wait_for()
        window.lines.filter(has_text="security_level").first.wait_for()
        encoder.hover()
        encoder.get_by_role("button", name="Invoke a tool").click()
        _pick(window, "operation")
        _pick(window, "encode")
        _pick(window, "input")
        box = page.locator(".quick-input-widget input.input")
        box.fill("Hello")
        window.press("Enter")
        page.locator(".quick-input-widget input[placeholder^='Pick a parameter']").wait_for()
        window.picture("tools")
        _pick(window, "Invoke")
        page.locator(".tab.active", has_text="answer.json").wait_for()
        window.lines.filter(has_text="SGVsbG8=").first.wait_for()
