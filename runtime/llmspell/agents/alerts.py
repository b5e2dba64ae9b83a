"""Conditions on the figures of an agent, and which of them hold (spec lua-globals §3.3)."""

from __future__ import annotations

import operator
import time
from collections.abc import Callable, Mapping
from typing import Any

from attrs import frozen

from llmspell.errors import ValidationError

OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
    "==": operator.eq,
    "!=": operator.ne,
}

_NEEDED = {
    "metric_threshold": ("metric_name", "operator", "threshold"),
    "health_status": ("status",),
    "error_rate": ("rate_percent",),
}


@frozen
class Rule:
    """A condition with the name that an alert has when it holds.

    lasting: seconds for which it has to hold. cooldown: seconds for which an alert is not told
    again.
    """

    name: str
    severity: str
    condition: Mapping[str, Any]
    lasting: float = 0.0
    cooldown: float = 0.0

    def message(self, figures: Mapping[str, Any]) -> str:
        """What to say if the condition holds; empty if it does not.

        figures: `metrics`, `health` and `performance` of the agent.
        """
        kind, condition = self.condition["type"], self.condition
        if kind == "health_status":
            status = figures["health"]["status"]
            holds = status.lower() == str(condition["status"]).lower()
            return f"{self.name}: the status is {status}" if holds else ""
        if kind == "error_rate":
            percent = figures["performance"]["error_rate"] * 100
            holds = percent > condition["rate_percent"]
            return f"{self.name}: {percent:.1f} % of the answers failed" if holds else ""
        value = figures["metrics"].get(condition["metric_name"])
        if value is None or not OPERATORS[condition["operator"]](value, condition["threshold"]):
            return ""
        limit = f"{condition['operator']} {condition['threshold']}"
        return f"{self.name}: {condition['metric_name']} is {value} ({limit})"


def rule_of(settings: Mapping[str, Any]) -> Rule | None:
    """The rule that a table describes, None where `enabled` is false; raises ValidationError."""
    name, condition = settings.get("name"), settings.get("condition")
    if not isinstance(name, str) or not isinstance(condition, Mapping):
        raise ValidationError("an alert needs a name and a condition", field="condition")
    kind = condition.get("type")
    if kind not in _NEEDED:
        raise ValidationError(f"Unknown alert condition type: {kind}", field="condition")
    missing = [key for key in _NEEDED[kind] if condition.get(key) is None]
    if missing:
        raise ValidationError(f"the condition needs {', '.join(missing)}", field="condition")
    if kind == "metric_threshold" and condition["operator"] not in OPERATORS:
        raise ValidationError(
            f"the operator is one of {' '.join(OPERATORS)}, not '{condition['operator']}'",
            field="condition",
        )
    if settings.get("enabled") is False:
        return None
    return Rule(
        name,
        str(settings.get("severity") or "warning"),
        dict(condition),
        _seconds(condition, "duration_seconds"),
        _seconds(settings, "cooldown_seconds"),
    )


def _seconds(table: Mapping[str, Any], key: str) -> float:
    value = table.get(key, 0)
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        raise ValidationError(f"'{key}' is a number of seconds, not {value!r}", field=key)
    return float(value)


class Alerts:
    """The rules of one agent: since when each has held, and when an alert was told of last.

    clock: gives seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._rules: dict[str, Rule] = {}
        self._since: dict[str, float] = {}
        self._told: dict[str, float] = {}

    def set(self, rule: Rule) -> None:
        """Adds a rule, in place of the one of its name."""
        self.remove(rule.name)
        self._rules[rule.name] = rule

    def remove(self, name: str) -> None:
        """Takes a rule away, if there is one of that name."""
        for known in (self._rules, self._since, self._told):
            known.pop(name, None)

    @property
    def counting(self) -> bool:
        """Whether it matters for how long a condition has held."""
        return any(rule.lasting for rule in list(self._rules.values()))

    def look(self, figures: Mapping[str, Any]) -> list[tuple[Rule, str]]:
        """The rules that hold now, each with what to say of it; notes since when they do."""
        now = self._clock()
        said = [(rule, rule.message(figures)) for rule in list(self._rules.values())]
        holding = [(rule, message) for rule, message in said if message]
        self._since = {rule.name: self._since.get(rule.name, now) for rule, _ in holding}
        return holding

    def told(self, figures: Mapping[str, Any]) -> list[dict[str, Any]]:
        """The rules that hold for long enough, `{severity, message, timestamp}`, as they are told.

        One that was told of is left out until its cooldown is over.
        """
        found = []
        for rule, message in self.look(figures):
            now = self._clock()
            if now - self._since.get(rule.name, now) < rule.lasting:
                continue
            last = self._told.get(rule.name)
            if last is not None and now - last < rule.cooldown:
                continue
            self._told[rule.name] = now
            found.append({"severity": rule.severity, "message": message, "timestamp": time.time()})
        return found
