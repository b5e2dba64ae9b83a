"""What a run costs that does nothing."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.benchmarks.figure import Figure, cpu_of, interleaved, median

_BARE = "import lupa.lua54; lupa.lua54.LuaRuntime()"
_PEAK = (
    "import atexit, re, sys; "
    "atexit.register(lambda: print(re.search(r'VmHWM:\\s+(\\d+)', open('/proc/self/status').read())"
    "[1], file=sys.stderr)); "
    "from llmspell.cli.run_main import main; main()"
)


def figures() -> list[Figure]:
    """CPU time against a bare interpreter with a Lua state, and peak memory."""
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "empty.lua"
        script.touch()
        command = [str(Path(sys.executable).with_name("llmspell-run")), str(script)]
        bare, ours = interleaved(
            lambda: cpu_of([sys.executable, "-c", _BARE]), lambda: cpu_of(command), rounds=15
        )
        wall = median(lambda: _wall(command))
        return [
            Figure("empty script, CPU time against python + bare lupa", ours / bare, "x", 5),
            Figure("empty script, wall time", wall * 1000, "ms"),
            Figure("empty script, peak memory", _peak_megabytes(script), "MB", 35),
        ]


def _wall(command: list[str]) -> float:
    from tests.benchmarks.figure import seconds

    return seconds(lambda: subprocess.run(command, check=True))


def _peak_megabytes(script: Path) -> float:
    done = subprocess.run(
        [sys.executable, "-c", _PEAK, str(script)],
        check=True,
        capture_output=True,
        text=True,
        env=dict(os.environ),
    )
    found = re.search(r"\d+", done.stderr)
    assert found is not None
    return int(found[0]) / 1024
