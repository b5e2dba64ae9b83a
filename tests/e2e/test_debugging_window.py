"""What of debugging is to be seen in VS Code's window only: choices, values, hovers, the console."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from tests.e2e.spell_window import spell_window
from tests.e2e.workbench import Workbench

pytestmark = pytest.mark.slow

SPELL = """\
local limits = { size = 1 }
print("begin")
limits.size = limits.size + 1
print("size", limits.size, ARGS[1])
"""


def _window(tmp_path: Path) -> AbstractContextManager[Workbench]:
    return spell_window(tmp_path, "sizes.lua", SPELL)


def test_a_spell_that_stands_is_looked_at(tmp_path: Path) -> None:
    with _window(tmp_path) as window:
        window.lines.nth(2).click()
        window.press("F9")
        window.page.locator(".codicon-debug-breakpoint").first.wait_for()
        _start_with_arguments(window, "ada")
        window.stopped()
        _look(window)
        _use_the_console(window)
        _stop_at_a_change(window)
        window.page.locator(".repl .monaco-list-row", has_text="ada").wait_for()


def _start_with_arguments(window: Workbench, arguments: str) -> None:
    """Chooses a configuration that is offered without any launch.json."""
    page = window.page
    window.command("Debug: Select and Start Debugging")
    rows = page.locator(".quick-input-list .monaco-list-row")
    rows.filter(has_text="llmspell").first.click()
    rows.filter(has_text="This spell with arguments").first.click()
    page.locator(".quick-input-widget", has_text="Arguments of the spell").wait_for()
    window.type(arguments)
    window.press("Enter")


def _look(window: Workbench) -> None:
    page = window.page
    window.lines.filter(has_text="limits = {").first.wait_for()
    page.locator(".view-line", has_text="limits.size = 1").first.wait_for()
    window.lines.nth(2).get_by_text("size", exact=False).first.hover()
    page.locator(".debug-hover-widget", has_text="1").wait_for()
    window.picture("debug-hover")


def _use_the_console(window: Workbench) -> None:
    window.command("Debug Console: Focus on Debug Console View")
    window.type("limits.")
    window.suggestion("size").wait_for()
    window.picture("debug-console")
    window.type("size + 41")
    window.press("Escape", "Enter")
    window.page.locator(".repl .monaco-list-row", has_text="42").first.wait_for()


def _stop_at_a_change(window: Workbench) -> None:
    page = window.page
    window.expand("Locals")
    window.expand("limits")
    window.variable("size").click(button="right")
    window.choose("Break on Value Change")
    page.get_by_role("checkbox", name="Data Breakpoint").wait_for()
    window.press("F5")
    page.locator(".pane-header", has_text="Paused on data breakpoint").wait_for()
    window.press("F5")
    window.ended()


def test_a_spell_that_runs_is_attached_to_by_a_choice(tmp_path: Path) -> None:
    with _window(tmp_path) as window:
        program = Path(sys.executable).parent / "llmspell-run"
        spell = tmp_path / "workspace/sizes.lua"
        environ = {**os.environ, "HOME": str(tmp_path / "home")}
        window.lines.nth(2).click()
        window.press("F9")
        window.page.locator(".codicon-debug-breakpoint").first.wait_for()
        with subprocess.Popen(
            [program, "--debug", "0", "--wait", spell, "bob"],
            env=environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as running:
            assert running.stderr is not None
            running.stderr.readline()  # it waits, and says where
            window.command("Debug: Select and Start Debugging")
            rows = window.page.locator(".quick-input-list .monaco-list-row")
            rows.filter(has_text="llmspell").first.click()
            rows.filter(has_text="Attach to sizes.lua").first.click()
            window.stopped()
            window.picture("attached")
            window.press("F5")
            window.ended()
            assert running.communicate(timeout=60)[0] == "begin\nsize\t2\tbob\n"


def test_a_launch_json_is_written_from_snippets(tmp_path: Path) -> None:
    with _window(tmp_path) as window:
        window.command("Debug: Add Configuration...")
        page = window.page
        page.locator(".tab.active", has_text="launch.json").wait_for()
        programs = window.lines.filter(has_text='"program": "${file}"')
        programs.first.wait_for()
        assert programs.count() == 1
        window.lines.filter(has_text='"configurations"').click()
        page.locator(".breadcrumbs-control", has_text="configurations").wait_for()  # VS Code is up
        page.get_by_role("button", name="Add Configuration...").click()
        window.suggestion("llmspell: spell to choose").wait_for()
        window.picture("launch-snippets")
        window.suggestion("llmspell: spell to choose").click()
        window.lines.filter(has_text='"${command:PickSpell}"').first.wait_for()
        assert page.locator(".squiggly-warning, .squiggly-error").count() == 0


ASKING = """\
local box = { word = "none", turns = 0 }
local function later() return box.word end
while box.turns >= 0 do
  box.turns = box.turns + 1
end
print("who", "?")
box.word = io.read()
print("it is", later())
"""
IN_THE_TERMINAL = """\
{ "version": "0.2.0", "configurations": [ {
  "type": "llmspell", "request": "launch", "name": "Ask", "program": "${workspaceFolder}/asking.lua",
  "console": "integratedTerminal"
} ] }
"""


def test_a_spell_in_the_terminal_is_paused_answered_and_stops_where_it_reads(
    tmp_path: Path,
) -> None:
    settings = tmp_path / "workspace/.vscode"
    with spell_window(tmp_path, "asking.lua", ASKING) as window:
        page = window.page
        settings.mkdir()
        (settings / "launch.json").write_text(IN_THE_TERMINAL)
        window.press("F5")
        page.locator(".debug-toolbar .codicon-debug-pause").click()
        window.stopped()
        window.command("Debug Console: Focus on Debug Console View")
        window.type("box.turns = -5")
        window.press("Escape", "Enter")
        page.locator(".repl .monaco-list-row", has_text="box.turns = -5").first.wait_for()
        window.command("View: Show Run and Debug")
        window.expand("Locals")
        window.expand("box")
        window.variable("word").click(button="right")
        window.choose("Break on Value Read")
        page.get_by_role("checkbox", name="Data Breakpoint").wait_for()
        window.variable("later").locator(".value a").first.click(modifiers=["Control"])
        page.get_by_role("button", name="Ln 2, Col").wait_for()  # where the function is
        window.press("F5")
        window.command("Terminal: Focus on Terminal View")
        page.locator(".terminal .xterm-rows", has_text="who").wait_for()
        window.type("ada")
        window.press("Enter")
        page.locator(".pane-header", has_text="Paused on data breakpoint").wait_for()
        window.picture("read")
        window.press("F5")
        page.locator(".terminal .xterm-rows", has_text="it is").wait_for()
        window.ended()


def test_buttons_above_the_editor_run_and_debug(tmp_path: Path) -> None:
    with _window(tmp_path) as window:
        page = window.page
        actions = page.locator(".editor-actions")
        actions.locator(".codicon-play").click()
        page.locator(".terminal .xterm-rows", has_text="size").wait_for()
        window.ended()
        actions.locator(".codicon-chevron-down, .codicon-drop-down-button").first.click()
        page.get_by_role("menuitem").filter(has_text="Run spell with arguments").wait_for()
        window.picture("run-menu")
        window.choose("Debug spell")
        page.locator(".repl .monaco-list-row", has_text="begin").wait_for()
