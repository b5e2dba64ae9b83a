"""What the extension's manifest says of the packages in Python is current."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

GENERATOR = Path(__file__).parents[2] / "vscode-extension/generate.py"


def test_the_generated_parts_of_the_manifest_are_current() -> None:
    done = subprocess.run([sys.executable, GENERATOR, "--check"])
    assert done.returncode == 0, "run `make generate`"
