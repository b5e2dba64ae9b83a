"""The VS Code extension in a real extension host; the tests themselves stand beside its sources."""

from __future__ import annotations

import json
import shutil
import threading
import zipfile
from pathlib import Path

import pytest

from tests.e2e.built_extension import with_wheel
from tests.e2e.code_server import EXTENSION
from tests.e2e.extension_host import failures_of
from tests.runtime.models.local.hub import MODEL, Hub
from tests.runtime.tools.builtin.site import site

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("extension")]

OWN_START = {
    *("debugging", "installing", "measure", "models", "noPython", "otherServer", "otherVersion"),
    *("python", "untrusted"),
}
"""Suites that test nothing, or want more or less than a machine on which llmspell is installed."""

MODEL_NAME = "tiny-Q4_K_M"

SUITES = {path.name.removesuffix(".test.ts") for path in (EXTENSION / "test").glob("*.test.ts")}


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    folder = tmp_path / "workspace"
    folder.mkdir()
    return folder


def _check(failures: list[str]) -> None:
    assert not failures, "\n".join(failures)


@pytest.mark.parametrize("suite", sorted(SUITES - OWN_START))
def test_where_llmspell_is_installed(suite: str, tmp_path: Path, workspace: Path) -> None:
    _check(failures_of(suite, tmp_path, workspace))


def test_where_python_can_be_debugged_too(tmp_path: Path, workspace: Path) -> None:
    debugger = tmp_path / "python-debugger.vsix"
    with zipfile.ZipFile(debugger, "w") as package:
        for each in (Path(__file__).parent / "python_debugger").iterdir():
            package.write(each, f"extension/{each.name}")
    _check(failures_of("debugging python", tmp_path, workspace, extensions=(debugger,)))


def test_models_of_a_hub(tmp_path: Path, workspace: Path) -> None:
    with site() as server:
        hub = Hub(server)
        hub.add(f"{MODEL_NAME}.gguf", MODEL)
        hub.holds = [(300_000, threading.Event())]  # the first pull is cancelled there
        environment = {"HF_ENDPOINT": server.url, "OLLAMA_HOST": "127.0.0.1:1"}
        _check(failures_of("models", tmp_path, workspace, environment=environment))
        assert hub.asked_for(f"{MODEL_NAME}.gguf") == ["", "bytes=300000-"]


def test_where_only_python_is_installed(tmp_path: Path, workspace: Path) -> None:
    with_wheel()
    _check(failures_of("installing", tmp_path, workspace, path="/usr/bin:/bin"))


def test_where_there_is_no_python(tmp_path: Path, workspace: Path) -> None:
    bare = _programs(tmp_path / "bare", "sh", "bash", "env", "ps")
    _check(failures_of("noPython", tmp_path, workspace, path=str(bare)))


def test_where_llmspell_has_another_version(tmp_path: Path, workspace: Path) -> None:
    _fake_llmspell(workspace, "echo 0.0.9")
    _check(failures_of("otherVersion", tmp_path, workspace))


def test_where_the_workspace_is_not_trusted(tmp_path: Path, workspace: Path) -> None:
    _fake_llmspell(workspace, f"touch {workspace / 'trace'}")
    settings = {"security.workspace.trust.startupPrompt": "never"}
    _check(failures_of("untrusted", tmp_path, workspace, settings=settings, trusted=False))


def test_beside_another_extension_for_lua(tmp_path: Path, workspace: Path) -> None:
    manifest = {
        "publisher": "sumneko",
        "name": "lua",
        "version": "0.0.1",
        "engines": {"vscode": "*"},
    }
    other = tmp_path / "lua.vsix"
    with zipfile.ZipFile(other, "w") as package:
        package.writestr("extension/package.json", json.dumps(manifest))
    _check(failures_of("otherServer", tmp_path, workspace, extensions=(other,)))


def _programs(folder: Path, *names: str) -> Path:
    """A folder with nothing but these programs."""
    folder.mkdir()
    for name in names:
        found = shutil.which(name)
        assert found is not None
        (folder / name).symlink_to(found)
    return folder


def _fake_llmspell(workspace: Path, script: str) -> None:
    """Programs in the `.venv` of a workspace that do no more than a line of shell."""
    folder = workspace / ".venv/bin"
    folder.mkdir(parents=True)
    for name in ("llmspell", "llmspell-language-server", "llmspell-debug-adapter", "python"):
        (folder / name).write_text(f"#!/bin/sh\n{script}\n")
        (folder / name).chmod(0o755)
