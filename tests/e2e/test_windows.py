"""Windows of VS Code that are closed, doubled, or cannot write."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.e2e.built_extension import packaged
from tests.e2e.code_server import code_server, ended, processes_of
from tests.e2e.workbench import Workbench, workbench

pytestmark = pytest.mark.slow

SPELL = 'local answer = 42\nprint("the answer is " .. answer)\n'
DEBUGGEE = "llmspell_debug_adapter.debuggee_main"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A workspace with a spell."""
    workspace = tmp_path / "workspace"
    workspace.mkdir()
    (workspace / "spell.lua").write_text(SPELL)
    return workspace


def _debug_to_second_line(window: Workbench, name: str = "spell.lua") -> None:
    window.open_file(name)
    window.lines.nth(1).click()
    window.press("F9")
    window.page.locator(".codicon-debug-breakpoint").first.wait_for()
    window.press("F5")
    window.stopped()


def _completes(window: Workbench, name: str = "spell.lua") -> None:
    window.open_file(name)
    window.lens("Run spell").wait_for()
    window.lines.first.click()
    window.press("Control+End")
    window.type("State.")
    window.suggested("agent_get")
    window.press("Escape")


def test_a_window_that_is_reloaded_while_debugging_leaves_no_spell_behind(
    tmp_path: Path, folder: Path
) -> None:
    with code_server(tmp_path, extensions=(packaged(),)) as address, workbench() as window:
        window.open(address, folder)
        _debug_to_second_line(window)
        before = processes_of(tmp_path, DEBUGGEE)
        assert before
        (folder / "again.lua").write_text(SPELL)
        window.page.reload()
        window.page.locator(".monaco-workbench").wait_for()
        ended(tmp_path, before, DEBUGGEE)
        # A window in a browser stores its editors and breakpoints every few seconds, not when it is
        # closed: whether those of the first file are still there is chance.
        _debug_to_second_line(window, "again.lua")
        window.press("F5")
        window.console("the answer is 42")


def test_two_windows_on_one_folder_work_side_by_side(tmp_path: Path, folder: Path) -> None:
    with (
        code_server(tmp_path, extensions=(packaged(),)) as address,
        workbench() as first,
    ):
        second = Workbench(first.page.context.browser.new_page())
        # Two files: what is not saved in one window is restored in the other.
        (folder / "other.lua").write_text(SPELL)
        for window, name in ((first, "spell.lua"), (second, "other.lua")):
            window.page.bring_to_front()
            window.open(address, folder)
            _completes(window, name)
        assert len(processes_of(tmp_path, "llmspell-language-server")) == 2


def test_a_window_with_two_folders_runs_each_spell_in_its_own(tmp_path: Path) -> None:
    workspace = tmp_path / "both.code-workspace"
    for name in ("a", "b"):
        (tmp_path / name / "lib").mkdir(parents=True)
        (tmp_path / name / "where.txt").write_text(f"this is {name}")
        (tmp_path / name / "lib/place.lua").write_text(f'return {{ of_{name} = "{name}" }}\n')
        (tmp_path / name / f"{name}.lua").write_text(
            'local place = require("lib.place")\nprint(io.open("where.txt"):read("a"))\n'
        )
    workspace.write_text(json.dumps({"folders": [{"path": "a"}, {"path": "b"}]}))
    with code_server(tmp_path, extensions=(packaged(),)) as address, workbench() as window:
        window.open(address, workspace)
        for name in ("a", "b"):
            window.open_file(f"{name}.lua")
            window.lens("Debug spell").click()
            window.console(f"this is {name}")
            window.ended()
            window.lines.first.click()
            window.press("Control+End")
            window.type("place.")
            window.suggested(f"of_{name}")
            window.press("Escape")
        assert len(processes_of(tmp_path, "llmspell-language-server")) == 1


def test_a_folder_that_cannot_be_written_to(tmp_path: Path, folder: Path) -> None:
    with (
        code_server(tmp_path, extensions=(packaged(),), read_only=folder) as address,
        workbench() as window,
    ):
        window.open(address, folder)
        _debug_to_second_line(window)
        window.press("F5")
        window.console("the answer is 42")
        _completes(window)
        assert [each.name for each in folder.iterdir()] == ["spell.lua"]
