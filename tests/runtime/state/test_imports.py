"""A script that uses State or Event must not pay for libraries that it does not need."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = {
    "asyncio",
    "attr",
    "attrs",
    "cattrs",
    "dataclasses",
    "hashlib",
    "inspect",
    "json",
    "logging",
}
HEAVY |= {"lupa", "platformdirs", "tomli_w", "typing", "uuid", "zlib"}

SQLITE = """
from pathlib import Path
from llmspell.state import default_path, open_store
default_path(None, Path("."), {})
store = open_store("sqlite", Path(sys.argv[1]) / "state.db")
store.set_text("global", "k", '{"a": 1}')
store.lookup_text("global", "a:b")
store.increment
store.list_keys("global")
store.close()
"""

MEMORY = """
from llmspell.state import open_store
store = open_store("memory", None)
store.set_text("global", "k", "1")
store.get_text("global", "k")
assert "sqlite3" not in sys.modules
"""

EVENTS = """
from llmspell.events import EventBus
bus = EventBus()
subscription = bus.subscribe("agent.*")
bus.publish("agent.started", data_text="{}")
event = subscription.receive(0)
event.id, event.timestamp
"""


@pytest.mark.parametrize("program", [SQLITE, MEMORY, EVENTS], ids=["sqlite", "memory", "events"])
def test_ordinary_use_imports_nothing_heavy(program: str, tmp_path: Path) -> None:
    code = f"import sys\n{program}\nprint(*sys.modules)"
    found = subprocess.run(
        [sys.executable, "-S", "-c", f"import sys; sys.path[:0] = {sys.path!r}\n{code}", tmp_path],
        capture_output=True,
        text=True,
        check=True,
    )
    assert HEAVY & set(found.stdout.split()) == set()
