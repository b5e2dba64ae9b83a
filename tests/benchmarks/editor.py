"""How fast and how large the extension is in a real VS Code (code-server in a headless Chromium)."""

from __future__ import annotations

import json
import tempfile
import zipfile
from pathlib import Path

from tests.e2e.built_extension import build, packaged
from tests.e2e.extension_host import failures_of

from . import typing_latency
from .figure import Figure


def figures() -> list[Figure]:
    """Start, stop in the first line, memory, typing, size."""
    build()
    with tempfile.TemporaryDirectory() as folder:
        return [*_in_the_host(Path(folder)), *typing_latency.figures(), *_size()]


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


def _size() -> list[Figure]:
    with zipfile.ZipFile(packaged()) as package:
        sizes = {each.filename: each.compress_size for each in package.infolist()}
    others = sum(size for name, size in sizes.items() if not name.endswith(".whl"))
    return [Figure("the .vsix besides its wheel", others / 2**20, "MB", 1)]
