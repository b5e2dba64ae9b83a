"""The extension, checked and bundled with its tests, from the sources beside us."""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest

from tests.e2e.code_server import EXTENSION
from tests.server.corpora import CACHE

_VSIX = EXTENSION / "out/llmspell.vsix"
_MADE = ("node_modules", "dist", "out", "wheel")
"""Folders that are not sources."""


@cache
def build() -> None:
    """Installs what it is built with where that has changed, checks, bundles and packages.

    Nothing where that has been done of these sources, by this process or another. Skips without npm.
    """
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("NOT TESTED: npm is not installed")
    stamp = EXTENSION / "out/sources"
    with _alone():
        sources = _digest()
        if stamp.exists() and stamp.read_text() == sources:
            return
        stamp.unlink(missing_ok=True)
        installed = EXTENSION / "node_modules/.package-lock.json"
        wanted = EXTENSION / "package-lock.json"
        if not installed.exists() or installed.stat().st_mtime < wanted.stat().st_mtime:
            _run(npm, "ci", "--no-audit", "--no-fund")
        _run(npm, "run", "--silent", "check")
        stamp.parent.mkdir(exist_ok=True)
        _run(npm, "run", "--silent", "package", "--", "--out", str(_VSIX))
        _run(npm, "run", "--silent", "test-build")
        stamp.write_text(sources)


def with_wheel() -> None:
    """Puts the wheel of the sources into the extension, as `make extension` does."""
    folder = EXTENSION / "wheel"
    command = (sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", folder)
    with _alone():
        shutil.rmtree(folder, ignore_errors=True)
        _run(*map(str, command), str(EXTENSION.parent))


def packaged() -> Path:
    """A `.vsix` of the sources."""
    build()
    return _VSIX


def _digest() -> str:
    """Changes with the sources."""
    digest = hashlib.sha256()
    kept = [path for path in EXTENSION.iterdir() if path.name not in _MADE]
    files = {path for each in kept for path in (each, *each.rglob("*")) if path.is_file()}
    for path in sorted(files):
        if path.suffix != ".vsix":
            digest.update(f"{path}\0".encode() + path.read_bytes())
    return digest.hexdigest()


@contextmanager
def _alone() -> Iterator[None]:
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / "extension.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _run(*command: str) -> None:
    done = subprocess.run(command, cwd=EXTENSION, capture_output=True, text=True)
    assert done.returncode == 0, f"{' '.join(command)}:\n{done.stdout}{done.stderr}"
