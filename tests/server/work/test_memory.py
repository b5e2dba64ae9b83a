from __future__ import annotations

import subprocess
import sys

_SCRIPT = """
import gc
from llmspell_server.work.memory import starting
with starting():
    assert not gc.isenabled()
    import json
print(gc.isenabled(), gc.get_freeze_count() > 1000, gc.get_threshold()[0])
"""


def test_what_is_imported_at_the_start_is_never_looked_at_again() -> None:
    run = subprocess.run([sys.executable, "-c", _SCRIPT], capture_output=True, text=True)
    assert run.stdout.split() == ["True", "True", "5000"], run.stderr
