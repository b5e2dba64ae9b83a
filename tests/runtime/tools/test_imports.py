"""Describing the script API needs none of the tools' libraries."""

from __future__ import annotations

import subprocess
import sys


def test_the_api_is_described_without_importing_a_tool() -> None:
    code = (
        "import sys; from llmspell.globals.generate import describe; describe();"
        "print([m for m in sys.modules if m.startswith('llmspell.tools.builtin.')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr
