"""The page on agents: its spells run."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from llmspell.testing import Echo
from tests.runtime.conftest import Project

PAGE = Path(__file__).parents[3] / "docs" / "agents.md"
SPELLS = re.findall(r"```lua\n(.*?)```", PAGE.read_text(), re.DOTALL)


@pytest.mark.parametrize("number", range(len(SPELLS)))
def test_a_spell_of_the_page_runs(project: Project, number: int) -> None:
    project.runtime.models.register("local", Echo)
    project.value(SPELLS[number] + "\nreturn 1")
    shown = project.output
    if "Event.subscribe" in SPELLS[number]:
        assert "\ttrue\n" in shown
        assert "cancelled by a hook: no secrets, please" in shown
    if "create_context" in SPELLS[number]:
        assert "customer: Ada" in shown


def test_names_of_hooks_are_those_that_are_reached() -> None:
    from llmspell.hooks.points import FIRED

    named = re.findall(
        r"`((?:Before|After)\w+|AgentError|ResourceLimitExceeded)`", PAGE.read_text()
    )
    assert set(named) == {point for point in FIRED if "Agent" in point or "Limit" in point}
