"""What `llmspell check` tells after any changes is what it finds without its cache."""

from __future__ import annotations

import os
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from llmspell.cli.global_options import GlobalOptions
from llmspell_server.commands.check import check

FILES = {
    "a.lua": (
        "local b = require('lib.b')\nprint(b.x, b.y, Shared)\n",
        "Shared = 1\nprint(conter)\n",
        "print(io.open('data/x.txt'), os.execute('ls'))\n",
        "Event.publish('tea.made', {})\nlocal unused\n",
    ),
    "lib/b.lua": (
        "---@class B\n---@field x number\nlocal B = {}\nreturn B\n",
        "---@class B\nlocal B = { y = 1 }\nreturn B\n",
        "return function( end\n",
    ),
    "c.lua": (
        "---@type B\nlocal b = nil\nprint(b.x, b.z)\n",
        "---@type Nobody\nlocal b\nprint(b, require('start'))\n",
        "Event.subscribe('tea.mde')\nTool.execute('calculater', {})\n",
    ),
    ".luarc.json": ('{"diagnostics.globals": ["conter"]}', '{"runtime.path": ["lib/?.lua"]}', "{"),
    ".luacheckrc": ("globals = {'Shared'}\n",),
    ".gitignore": ("lib/\n",),
    "llmspell.toml": (
        '[runtime.security]\nlevel = "safe"\n',
        "[tools.file_operations]\nallowed_paths = ['/srv']\n",
        "[tools\n",
    ),
    "start.txt": ("",),
    "start/init.lua": ("return {}\n",),
}
"""The files of a small project, each with what may be in it."""

Change = tuple[str, str | None]
CHANGES = st.sampled_from(
    [(name, text) for name, texts in FILES.items() for text in (*texts, None)]
)
"""A file and what is written into it; None: it is removed."""


def apply(folder: Path, change: Change) -> None:
    name, text = change
    path = folder / name
    if text is None:
        path.unlink(missing_ok=True)
        return
    path.parent.mkdir(exist_ok=True)
    before = path.stat() if path.exists() else None
    path.write_text(text)
    if before is not None:  # the hardest case: nobody can tell by the time
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def told(*words: str) -> tuple[int, str, str]:
    arguments = ["--severity", "hint", *words]
    ended = CliRunner().invoke(check, arguments, obj=GlobalOptions(), standalone_mode=False)
    if ended.exception is not None:
        raise ended.exception
    return ended.return_value, ended.stdout, ended.stderr


@pytest.fixture
def new_folder(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Callable[[], Path]:
    import_module("llmspell_server.headless")  # raises Python's limit of recursion, once
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(home))
    for name in ("config", "state", "cache", "data"):
        monkeypatch.setenv(f"XDG_{name.upper()}_HOME", str(home / name))

    def make() -> Path:
        folder = tmp_path_factory.mktemp("project")
        monkeypatch.chdir(folder)
        return folder

    return make


@given(
    steps=st.lists(st.lists(CHANGES, min_size=1, max_size=3), min_size=2, max_size=4),
    form=st.sampled_from(["text", "json", "sarif"]),
)
@settings(
    max_examples=12,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_what_is_told_after_changes_is_what_is_found_anew(
    new_folder: Callable[[], Path], steps: list[list[Change]], form: str
) -> None:
    folder = new_folder()
    for name, texts in FILES.items():
        if name.endswith(".lua") and name != "start/init.lua":
            apply(folder, (name, texts[0]))
    for changes in steps:
        told("--format", form)
        for change in changes:
            apply(folder, change)
        if any(folder.rglob("*.lua")):
            assert told("--format", form) == told("--format", form, "--no-cache")
