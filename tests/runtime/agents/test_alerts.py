"""Alerts: for how long a condition has to hold, and how often it is told of."""

from __future__ import annotations

from typing import Any

import pytest

from llmspell.agents.alerts import Alerts, rule_of
from llmspell.agents.told import figures
from llmspell.errors import ValidationError
from tests.runtime.conftest import Project

CONDITION = {"type": "health_status", "status": "Unhealthy"}


class Looked:
    """Alerts with one rule, at times that the test chooses."""

    def __init__(self, **settings: Any) -> None:
        self.seconds = 0.0
        self.alerts = Alerts(lambda: self.seconds)
        condition = {**CONDITION, "duration_seconds": settings.pop("duration_seconds", 0)}
        rule = rule_of({"name": "ill", "condition": condition, **settings})
        assert rule is not None
        self.alerts.set(rule)

    def at(self, seconds: float, status: str = "Unhealthy") -> int:
        """How many alerts are told then."""
        self.seconds = seconds
        return len(self.alerts.told({"health": {"status": status}}))


def test_a_condition_is_told_each_time_that_it_holds() -> None:
    looked = Looked()
    assert [looked.at(0), looked.at(1), looked.at(2, "Healthy"), looked.at(3)] == [1, 1, 0, 1]


def test_a_condition_is_told_once_it_has_held_for_its_duration() -> None:
    looked = Looked(duration_seconds=60)
    assert [looked.at(0), looked.at(59), looked.at(60), looked.at(61)] == [0, 0, 1, 1]


def test_a_condition_that_was_interrupted_begins_anew() -> None:
    looked = Looked(duration_seconds=60)
    assert [looked.at(0), looked.at(50, "Healthy"), looked.at(61), looked.at(121)] == [0, 0, 0, 1]


def test_what_is_seen_between_two_questions_counts() -> None:
    looked = Looked(duration_seconds=60)
    looked.at(0)
    looked.seconds = 50
    looked.alerts.look({"health": {"status": "Healthy"}})
    assert looked.at(61) == 0


def test_an_alert_is_not_told_again_before_its_cooldown_is_over() -> None:
    looked = Looked(cooldown_seconds=10)
    assert [looked.at(0), looked.at(9), looked.at(10), looked.at(15, "Healthy")] == [1, 0, 1, 0]
    assert [looked.at(19), looked.at(20)] == [0, 1]


def test_a_rule_that_is_set_anew_has_told_nothing() -> None:
    looked = Looked(cooldown_seconds=10)
    assert looked.at(0) == 1
    rule = rule_of({"name": "ill", "condition": CONDITION, "cooldown_seconds": 10})
    assert rule is not None
    looked.alerts.set(rule)
    assert looked.at(1) == 1


@pytest.mark.parametrize("seconds", [-1, "long", True])
def test_times_are_seconds(seconds: Any) -> None:
    with pytest.raises(ValidationError, match="'cooldown_seconds' is a number of seconds"):
        rule_of({"name": "ill", "condition": CONDITION, "cooldown_seconds": seconds})


def test_the_end_of_an_answer_is_looked_at(project: Project) -> None:
    project.value('Agent.create({ name = "a", type = "basic" })')
    agent, looked = project.runtime.agents.get("a"), Looked()
    condition = {
        "type": "metric_threshold",
        "metric_name": "requests_total",
        "operator": ">",
        "threshold": 0,
        "duration_seconds": 60,
    }
    rule = rule_of({"name": "busy", "condition": condition})
    assert rule is not None
    looked.alerts.remove("ill")
    looked.alerts.set(rule)
    agent.alerts = looked.alerts
    agent.ask("hi")
    looked.seconds = 60
    assert len(agent.alerts.told(figures(agent))) == 1


def test_spells_set_the_times(project: Project) -> None:
    code = """
    local a = Agent.create({ name = "a", type = "basic" })
    local function set(name, duration, cooldown)
      a:configure_alerts({ name = name, cooldown_seconds = cooldown, condition = {
        type = "metric_threshold", metric_name = "requests_total", operator = ">", threshold = 0,
        duration_seconds = duration } })
    end
    set("once", 0, 3600) set("long", 3600) set("at once")
    a:execute("hi")
    local counts = {}
    for i = 1, 2 do counts[i] = #a:get_alerts() end
    return counts
    """
    assert project.value(code) == [2, 1]
