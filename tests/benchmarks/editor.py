"""How fast and how large the extension is in a real VS Code (code-server in a headless Chromium)."""

from __future__ import annotations

import json
import statistics
import tempfile
import time
import zipfile
from pathlib import Path

from tests.e2e.built_extension import build, packaged, with_wheel
from tests.e2e.code_server import code_server
from tests.e2e.extension_host import failures_of
from tests.e2e.workbench import Workbench, workbench

from .figure import Figure

LINES = 800
WORDS = 40
"""Popups that are measured."""


def figures() -> list[Figure]:
    """Start, stop in the first line, memory, typing latency, size."""
    build()
    with tempfile.TemporaryDirectory() as folder:
        return [*_in_the_host(Path(folder)), *_typing(Path(folder) / "typing"), *_size()]


def _in_the_host(folder: Path) -> list[Figure]:
    workspace = folder / "workspace"
    workspace.mkdir()
    failures = failures_of("measure", folder, workspace)
    if failures:
        raise RuntimeError("\n".join(failures))
    found = json.loads((folder / "report.json.figures").read_text("utf-8"))
    return [
        Figure("cold: a Lua file is opened -> first completion", found["activation"], "ms", 3000),
        Figure("startDebugging -> stopped at the first line", found["standing"], "ms", 1500),
        Figure("memory of the extension host above the empty one", found["memory"], "MB", 60),
    ]


def _typing(folder: Path) -> list[Figure]:
    workspace = folder / "workspace"
    workspace.mkdir(parents=True)
    functions = (
        f"local function f{n}(a, b)\n  return a + b * {n}\nend\n" for n in range(LINES // 3)
    )
    (workspace / "long.lua").write_text("".join(functions))
    with code_server(folder, extensions=(packaged(),)) as address, workbench() as window:
        window.open(address, workspace)
        window.open_file("long.lua")
        window.press("Control+End")
        window.type("State.")
        window.suggestion("agent_get").wait_for()
        window.press("Escape")
        times = sorted(_latency(window) for _ in range(WORDS))
    return [
        Figure(f"a key in {LINES} lines -> popup, p50", statistics.median(times), "ms"),
        Figure(f"a key in {LINES} lines -> popup, p95", times[int(WORDS * 0.95) - 1], "ms", 150),
    ]


def _latency(window: Workbench) -> float:
    """Milliseconds from the dot of `State.` to the list of its members, on a line of its own."""
    window.press("Enter")
    window.type("State")
    window.press("Escape")
    window.page.locator(".suggest-widget.visible").wait_for(state="detached")
    begin = time.perf_counter()
    window.press(".")
    window.suggestion("agent_get").wait_for()
    taken = (time.perf_counter() - begin) * 1000
    window.press("Escape")
    return taken


def _size() -> list[Figure]:
    with_wheel()
    with zipfile.ZipFile(packaged()) as package:
        sizes = {each.filename: each.compress_size for each in package.infolist()}
    others = sum(size for name, size in sizes.items() if not name.endswith(".whl"))
    return [Figure("the .vsix besides its wheel", others / 2**20, "MB", 1)]
