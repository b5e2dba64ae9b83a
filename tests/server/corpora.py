"""Lua programs of Debian packages, fetched once and kept in the user's cache."""

from __future__ import annotations

import fcntl
import os
import subprocess
from pathlib import Path

import pytest

PACKAGES = ("lua-penlight", "luarocks", "neovim-runtime", "nmap-common", "prosody")
"""Those with programs of different authors and styles."""
CACHE = Path(os.environ.get("LLMSPELL_TEST_CACHE", "~/.cache/llmspell-tests")).expanduser()


def lua_files_of(package: str) -> list[Path]:
    """The Lua files of a package; skips the test that asks where it cannot be fetched."""
    folder = unpacked(package)
    if folder is None:
        pytest.skip(f"the Debian package {package} cannot be fetched")
    found = [path for path in folder.rglob("*") if path.suffix in (".lua", ".nse")]
    return sorted(path for path in found if path.is_file() and not path.is_symlink())


def unpacked(package: str) -> Path | None:
    """The folder with the files of a package; None where it cannot be fetched."""
    folder = CACHE / "corpora" / package
    folder.parent.mkdir(parents=True, exist_ok=True)
    with (folder.parent / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if folder.exists() or _fetch(package, folder):
            return folder
    return None


def _fetch(package: str, folder: Path) -> bool:
    try:
        subprocess.run(
            ["apt-get", "download", package], cwd=folder.parent, check=True, capture_output=True
        )
        (archive,) = folder.parent.glob(f"{package}_*.deb")
        parts = folder.with_suffix(".unpacked")
        subprocess.run(["dpkg-deb", "-x", archive, parts], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        return False
    archive.unlink()
    parts.rename(folder)
    return True
