"""What is clicked while spells run: values that are set, spells that are attached to, the REPL."""

from __future__ import annotations

import subprocess
import sys
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from tests.e2e.spell_window import spell_window
from tests.e2e.workbench import Workbench

pytestmark = pytest.mark.slow

SPELL = """\
local count = 1
print("be" .. "gin")
print("count is", count)
"""


def _window(tmp_path: Path) -> AbstractContextManager[Workbench]:
    return spell_window(tmp_path, "counts.lua", SPELL)


def _break(window: Workbench, line: int) -> None:
    window.go_to(line)
    window.press("F9")
    window.page.locator(".codicon-debug-breakpoint").first.wait_for()


def test_a_value_is_set_in_the_view_of_variables(tmp_path: Path) -> None:
    with _window(tmp_path) as window:
        _break(window, 3)
        window.press("F5")
        window.stopped()
        window.expand("Locals")
        window.variable("count").click(button="right")
        window.choose("Set Value")
        box = window.page.locator(".debug-variables input")
        box.fill("40 + 2")
        box.press("Enter")
        window.page.locator(".debug-variables .monaco-list-row", has_text="42").first.wait_for()
        window.press("F5")
        window.console("42")
        window.ended()


def test_a_selection_runs_in_the_repl(tmp_path: Path) -> None:
    with _window(tmp_path) as window:
        window.lens("Run spell").wait_for()
        window.go_to(2)
        window.press("Home", "Shift+End")
        window.command("llmspell: Run selection in REPL")
        window.page.locator(".terminal .xterm-rows", has_text="begin").wait_for()


def test_a_spell_that_waits_is_attached_to_from_the_palette(tmp_path: Path) -> None:
    with _window(tmp_path) as window:
        _break(window, 3)
        spell = tmp_path / "workspace/counts.lua"
        program = Path(sys.executable).parent / "llmspell-run"
        with subprocess.Popen(
            [program, "--debug", "0", "--wait", spell],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as waiting:
            try:
                assert waiting.stderr is not None
                assert "can attach" in waiting.stderr.readline()
                window.command("llmspell: Attach")
                rows = window.page.locator(".quick-input-list .monaco-list-row")
                rows.filter(has_text=str(spell)).first.click()
                window.stopped()
                window.expand("Locals")
                window.variable("count").wait_for()
                window.press("F5")
                window.ended()
                assert "count is\t1" in waiting.communicate()[0]
            finally:
                waiting.kill()
