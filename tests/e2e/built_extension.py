"""The extension, checked and bundled with its tests, from the sources beside us."""

from __future__ import annotations

import fcntl
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.e2e.code_server import EXTENSION
from tests.server.corpora import CACHE


def build() -> None:
    """Installs what it is built with where that has changed, and builds; skips without npm."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("NOT TESTED: npm is not installed")
    with _alone():
        installed = EXTENSION / "node_modules/.package-lock.json"
        wanted = EXTENSION / "package-lock.json"
        if not installed.exists() or installed.stat().st_mtime < wanted.stat().st_mtime:
            _run(npm, "ci", "--no-audit", "--no-fund")
        _run(npm, "run", "--silent", "check")
        _run(npm, "run", "--silent", "test-build")


def with_wheel() -> None:
    """Puts the wheel of the sources into the extension, as `make extension` does."""
    folder = EXTENSION / "wheel"
    command = (sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", folder)
    with _alone():
        shutil.rmtree(folder, ignore_errors=True)
        _run(*map(str, command), str(EXTENSION.parent))


def packaged() -> Path:
    """A `.vsix` of the sources, without the wheel unless that has been put in."""
    build()
    target = EXTENSION / "out/llmspell.vsix"
    with _alone():
        _run("npm", "run", "--silent", "package", "--", "--out", str(target))
    return target


@contextmanager
def _alone() -> Iterator[None]:
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / "extension.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _run(*command: str) -> None:
    done = subprocess.run(command, cwd=EXTENSION, capture_output=True, text=True)
    assert done.returncode == 0, f"{' '.join(command)}:\n{done.stdout}{done.stderr}"
