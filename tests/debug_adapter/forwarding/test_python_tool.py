"""Mixed debugging of a spell and the tools that an installed package has written in Python."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.debug_adapter.client import Client
from tests.debug_adapter.conftest import MakeSpell
from tests.debug_adapter.connections import OverStdio
from tests.debug_adapter.python_client import PythonClient, python_sessions

POTIONS = '''\
from llmspell.tools.answer import Answer
from llmspell.tools.description import Operation, Parameter
from llmspell.tools.functions import tool
from llmspell.tools.tool import Tool


@tool(category="potions")
def brew(herb: str, drops: int = 1) -> str:
    """Brews a potion."""
    strength = drops * 2  #@brew
    return f"{herb} {strength}"  #@brewed


class Pouring(Tool):
    """Pours potions."""

    name = "pouring"
    category = "potions"
    operations = {"pour": Operation("pours one", needs=("herb",))}
    parameters = (Parameter("herb", "string", "What it is made of."),)

    def do_pour(self, call):
        """Gives the glass."""
        herb = call.need("herb")  #@pour
        return Answer("pour", {"glass": herb})  #@poured
'''

ENTRY_POINTS = """\
[llmspell.tools]
brew = potions:brew
pouring = potions:Pouring
"""

SPELL = """\
local herb = "sage"
local done = Tool.execute("brew", { herb = herb, drops = 3 }) --@brew
print(done.result) --@brewed
local glass = Tool.get("pouring"):execute({ operation = "pour", herb = herb }) --@pour
print(glass.result.glass) --@poured
"""


@pytest.fixture
def potions(tmp_path: Path, environ: dict[str, str]) -> Path:
    """The module of an installed package with two tools."""
    site = tmp_path / "site"
    metadata = site / "potions-1.0.dist-info"
    metadata.mkdir(parents=True)
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: potions\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text(ENTRY_POINTS)
    (site / "potions.py").write_text(POTIONS)
    environ["PYTHONPATH"] = str(site)
    return site / "potions.py"


def _marked(mark: str) -> int:
    lines = POTIONS.splitlines()
    return next(i for i, line in enumerate(lines, 1) if line.endswith(f"#@{mark}"))


def _move(session: Client, command: str, thread: int) -> int:
    """Goes on in a session; gives the line of the next stop."""
    session.move(command, thread)
    return session.line(thread)


@pytest.mark.parametrize("tool", ["brew", "pour"])
def test_a_step_into_a_tool_goes_through_python_and_back_to_lua(
    potions: Path, adapter: OverStdio, spell: MakeSpell, tool: str
) -> None:
    it = spell(SPELL)
    after = {"brew": "brewed", "pour": "poured"}[tool]
    with python_sessions(adapter, str(potions), _marked(tool)) as opened:
        adapter.initialize(supportsStartDebuggingRequest=True)
        adapter.launch(it, python=True)
        adapter.break_at(it, tool)
        adapter.go()
        adapter.stopped(reason="breakpoint")
        now = adapter.now
        adapter.request("stepIn", threadId=1)
        (python,) = opened
        thread = _stands_in_the_tool(python, potions, tool)
        assert len(adapter.events("stopped")) == 1  # the spell waits in its call
        assert _move(python, "next", thread) == _marked(after)
        python.request("continue", threadId=thread)
        adapter.stopped(now, reason="step")
        assert adapter.line() == it.line(after)
        assert adapter.scope("Locals")["herb"]["value"] == '"sage"'
        adapter.request("continue", threadId=1)
        adapter.event("terminated")
    assert adapter.output() == "sage 6\nsage\n"


def _stands_in_the_tool(python: PythonClient, potions: Path, tool: str) -> int:
    """Waits for the breakpoint and looks at the frame; gives the thread."""
    thread = python.stopped(reason="breakpoint")["threadId"]
    frame = python.frames(thread)[0]
    assert (frame["source"]["path"], frame["line"]) == (str(potions), _marked(tool))
    names = {"brew": {"herb", "drops"}, "pour": {"self", "call"}}[tool]
    assert names <= set(python.scope("Locals", frame["id"]))
    return int(thread)
