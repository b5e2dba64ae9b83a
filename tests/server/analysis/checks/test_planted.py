"""Mistakes that other servers find, or do not, in a program that uses what a host injects."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.server.planted import HOST, PLANTED

from .checking import findings

WITHOUT_IO = [each for each in PLANTED.values() if "io." not in each[0]]  # a setting removes it
MISSING = ("print(agent.create('a', {}))", "missing-fields")


@pytest.mark.parametrize(("source", "code"), [*WITHOUT_IO, MISSING])
def test_a_planted_mistake_is_found(source: str, code: str) -> None:
    found = findings(source, host=HOST)
    assert code in [each.code for each in found], found


def test_without_mistakes_nothing_is_found() -> None:
    source = (
        "local a = agent.create('a', { model = 'm', mode = 'fast' })\n"
        "print(a.name, State.load('global', 'k'))\n"
    )
    assert findings(source, host=HOST) == []


EXAMPLES = sorted(Path("examples").rglob("*.lua"))


@pytest.mark.parametrize("path", EXAMPLES, ids=str)
def test_examples_have_no_findings(path: Path) -> None:
    modules = {
        f"lib/{name}": Path(f"examples/{folder}/lib/{name}.lua").read_text("utf-8")
        for folder, name in (("modules", "text"), ("testing", "routing"))
    }
    found = findings(path.read_text("utf-8"), name=path.stem, **modules)
    if path.stem == "triage_test":  # cases may wait, which `Test.case` cannot say of its function
        found = [each for each in found if each.finding.code != "await-in-sync"]
    assert found == []
