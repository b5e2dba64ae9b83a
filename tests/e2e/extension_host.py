"""The extension's own tests, run in the extension host of a real VS Code.

As `@vscode/test-web` does it: the window is told by its address which extension is being developed
and what tests it, and reports through functions that the browser's page has.
"""

from __future__ import annotations

import json
import os
import re
import urllib.parse
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.code_server import EXTENSION, code_server

_BROWSER_OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
_PATIENCE = 240_000  # milliseconds for a whole suite


@contextmanager
def page_of_browser(width: int = 1280, height: int = 800) -> Iterator[Any]:
    """A page of Debian's Chromium; skips where that or playwright is missing."""
    playwright = pytest.importorskip("playwright.sync_api", reason="the extra e2e is missing")
    chromium = Path("/usr/bin/chromium")
    if not chromium.exists():
        pytest.skip("NOT TESTED: the Debian package chromium is not installed")
    with playwright.sync_playwright() as running:
        browser = running.chromium.launch(executable_path=chromium, args=_BROWSER_OPTIONS)
        try:
            yield browser.new_page(viewport={"width": width, "height": height})
        finally:
            browser.close()


def failures_of(
    suite: str,
    folder: Path,
    workspace: Path,
    *,
    settings: Mapping[str, object] | None = None,
    path: str | None = None,
    environment: Mapping[str, str] | None = None,
    trusted: bool = True,
    extensions: tuple[Path, ...] = (),
) -> list[str]:
    """What went wrong in a suite of `vscode-extension/test`; an empty list if nothing did.

    suite: several in one window are separated by spaces. folder: for what belongs to the user of
    that VS Code. workspace: the folder that is opened.
    """
    report = folder / "report.json"
    own = {"LLMSPELL_SUITE": suite, "LLMSPELL_REPORT": str(report)}
    variables = {**(environment or {}), **own}
    log: list[str] = []
    with (
        code_server(
            folder,
            settings=settings,
            path=path,
            environment=variables,
            smoke=True,
            trusted=trusted,
            extensions=extensions,
        ) as address,
        page_of_browser() as page,
    ):
        ended: list[int] = []
        page.expose_function("codeAutomationLog", lambda kind, said: log.append(f"{kind} {said}"))
        page.expose_function("codeAutomationExit", lambda code, _=None: ended.append(code))
        page.goto(_address(address, workspace))
        for _ in range(_PATIENCE // 100):
            page.wait_for_timeout(100)
            if ended:
                break
        else:
            page.screenshot(path=folder / "stuck.png")
    if not report.exists():
        return [f"{suite} did not report", *log[-30:], *_logs(folder)]
    results = json.loads(report.read_text("utf-8"))
    assert results["passes"] or results["failures"], f"{suite} has no tests"
    return [f"{each['title']}: {each['error']}" for each in results["failures"]]


def _address(address: str, workspace: Path) -> str:
    host = address.removeprefix("http://")
    payload = [
        ["extensionDevelopmentPath", f"vscode-remote://{host}{EXTENSION}"],
        ["extensionTestsPath", f"vscode-remote://{host}{EXTENSION}/out/index.js"],
        ["skipWelcome", "true"],
    ]
    query = {"folder": str(workspace), "payload": json.dumps(payload)}
    return f"{address}/?{urllib.parse.urlencode(query)}"


def _logs(folder: Path) -> list[str]:
    found = sorted((folder / "data/logs").rglob("*.log"), key=os.path.getmtime)
    return [
        f"{path.name}: {line}"
        for path in found
        for line in path.read_text("utf-8", "replace").splitlines()[-10:]
        if re.search(r"error|llmspell", line, re.IGNORECASE)
    ][-40:]
