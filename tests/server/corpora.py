"""Lua programs of Debian packages, fetched once and kept in the user's cache."""

from __future__ import annotations

import fcntl
import os
import subprocess
from pathlib import Path

import pytest

CACHE = Path(os.environ.get("XDGCACHE_HOME") or Path.home() / ".cache") / "llmspell-tests"


def lua_files_of(package: str) -> list[Path]:
    """The Lua files of a package; skips the test that asks where it cannot be fetched."""
    folder = CACHE / "corpora" / package
    folder.parent.mkdir(parents=True, exist_ok=True)
    with (folder.parent / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            _fetch(package, folder)
    found = [path for path in folder.rglob("*") if path.suffix in (".lua", ".nse")]
    return sorted(path for path in found if path.is_file())


def _fetch(package: str, folder: Path) -> None:
    try:
        subprocess.run(
            ["apt-get", "download", package], cwd=folder.parent, check=True, capture_output=True
        )
        (archive,) = folder.parent.glob(f"{package}_*.deb")
        unpacked = folder.with_suffix(".unpacked")
        subprocess.run(["dpkg-deb", "-x", archive, unpacked], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"the Debian package {package} cannot be fetched: {error}")
    archive.unlink()
    unpacked.rename(folder)
