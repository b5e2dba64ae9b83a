"""A person installs the extension and writes, runs and debugs a first spell by keyboard and mouse.

The pictures of the way are left in `build/pictures`; those that the documentation shows are in
`docs/images`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.e2e.built_extension import packaged
from tests.e2e.code_server import code_server
from tests.e2e.workbench import Workbench, workbench

pytestmark = pytest.mark.slow


@contextmanager
def _window(tmp_path: Path) -> Iterator[Workbench]:
    """VS Code with the packaged extension, on an empty folder."""
    folder = tmp_path / "workspace"
    folder.mkdir()
    with (
        code_server(tmp_path, extensions=(packaged(),)) as address,
        workbench() as window,
    ):
        window.open(address, folder)
        yield window


def test_from_an_empty_folder_to_a_debugged_spell(tmp_path: Path) -> None:
    with _window(tmp_path) as window:
        _write(window)
        _run(window)
        _debug(window)


def _write(window: Workbench) -> None:
    page = window.page

    window.new_file("hello.lua")

    window.type('local name = ARGS[1] or "world"\n')
    window.type("local visits = State.")
    window.suggestion("load").wait_for()
    window.picture("completion")
    window.type("load(")
    page.locator(".parameter-hints-widget.visible").wait_for()
    window.picture("parameters")
    window.type('"global", "visits") or 0\nprint("Hello, " .. nmae, visits)')
    page.locator(".squiggly-warning").first.wait_for()
    window.picture("diagnostics")
    window.press("Control+.")
    page.locator(".action-widget", has_text="name").wait_for()
    window.picture("quick-fix")
    page.locator(".action-widget .monaco-list-row", has_text="name").first.click()
    page.locator(".squiggly-warning").first.wait_for(state="detached")
    window.press("Control+s")


def _run(window: Workbench) -> None:
    window.lens("Run spell").click()
    window.page.locator(".terminal .xterm-rows", has_text="Hello, world").wait_for()
    window.ended()
    window.picture("run")


def _debug(window: Workbench) -> None:
    page = window.page
    window.lines.nth(2).click()
    window.press("F9")
    page.locator(".codicon-debug-breakpoint").first.wait_for()
    window.press("F5")
    window.stopped()
    window.expand("Locals")
    window.variable("visits").wait_for()
    window.picture("stopped")
    window.press("F10")
    window.ended()
    window.console("Hello, world")
    window.picture("finished")
    assert page.locator(".notification-toast").all_inner_texts() == []
