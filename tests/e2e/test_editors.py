"""Neovim and Emacs, from Debian, open a spell and do what their users do.

What each does is in `neovim.lua` and `emacs.el`. An editor that is not installed is skipped:
`apt-get install --no-install-recommends neovim emacs-nox elpa-eglot elpa-lua-mode` (half a minute).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
SERVER = f"{sys.executable} -m llmspell_server"
STEPS = ["initialize", "diagnostics", "hover", "completion", "definition", "rename", "shutdown"]


@pytest.mark.slow
def test_neovim(tmp_path: Path) -> None:
    script = str(HERE / "neovim.lua")
    nvim = _installed("nvim", "neovim")
    command = [nvim, "--headless", "-u", "NONE", "-i", "NONE", "-n", "-S", script]
    assert _steps(command, tmp_path) == sorted(STEPS)


@pytest.mark.slow
def test_emacs(tmp_path: Path) -> None:
    command = [_installed("emacs", "emacs-nox"), "--batch", "-l", str(HERE / "emacs.el")]
    if not any(Path("/usr/share/emacs/site-lisp").glob("elpa/eglot-*")):
        pytest.skip("eglot is not installed (the Debian packages elpa-eglot and elpa-lua-mode)")
    assert _steps(command, tmp_path) == sorted(STEPS)


def _installed(program: str, package: str) -> str:
    found = shutil.which(program)
    if found is None:
        pytest.skip(f"{program} is not installed (the Debian package {package})")
    return found


def _steps(command: list[str], folder: Path) -> list[str]:
    """What has worked; everything the editor said, where something has not."""
    spell = folder / "spell.lua"
    shutil.copy(HERE / "spell.lua", spell)
    home = folder / "home"
    home.mkdir()
    environment = {**os.environ, "HOME": str(home), "SERVER": SERVER, "SPELL": str(spell)}
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=180, check=False
    )
    lines = done.stdout.splitlines()
    assert done.returncode == 0, (done.stdout, done.stderr[-2000:])
    return sorted(line.removeprefix("ok ") for line in lines if line.startswith("ok "))
