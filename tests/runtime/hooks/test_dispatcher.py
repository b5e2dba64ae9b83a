"""Hooks: order, answers, failures, time limits."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from llmspell.errors import ValidationError
from llmspell.events.bus import EventBus
from llmspell.hooks.dispatcher import Context, Hooks, limited
from llmspell.hooks.points import UnknownPointError
from llmspell.hooks.results import read

POINT = "BeforeToolExecution"


@pytest.fixture
def bus() -> EventBus:
    return EventBus()


@pytest.fixture
def hooks(bus: EventBus) -> Hooks:
    return Hooks(lambda: bus, timeout=30)


def _run(hooks: Hooks, data: dict[str, Any] | None = None) -> Any:
    return hooks.run(Context(POINT, ("tool", "probe"), {} if data is None else data))


def _noting(ran: list[str], name: str) -> Any:
    return lambda _context, _seconds: ran.append(name)


def test_higher_priorities_run_first_and_equals_in_order(hooks: Hooks) -> None:
    ran: list[str] = []
    for name, priority in [("a", "normal"), ("b", "low"), ("c", "highest"), ("d", "normal")]:
        hooks.register(POINT, _noting(ran, name), priority=priority)
    _run(hooks)
    assert ran == ["c", "a", "d", "b"]


def test_the_first_answer_that_is_not_to_go_on_ends_the_chain(hooks: Hooks) -> None:
    hooks.register(POINT, lambda _c, _s: "skip")
    hooks.register(POINT, lambda _c, _s: {"type": "replace", "data": 5})
    hooks.register(POINT, lambda _c, _s: "never")
    result = _run(hooks)
    assert (result.kind, result.payload) == ("replace", {"data": 5})


def test_what_one_hook_modifies_the_next_one_sees(hooks: Hooks) -> None:
    seen: list[Any] = []
    hooks.register(POINT, lambda _c, _s: {"type": "modified", "data": {"n": 2}})
    hooks.register(POINT, lambda context, _s: seen.append(context["data"]["n"]))
    data = {"n": 1, "m": 1}
    assert _run(hooks, data).kind == "modified"
    assert (seen, data) == ([2], {"n": 2, "m": 1})


def test_a_hook_that_fails_is_told_of_and_left_out(
    hooks: Hooks, capsys: pytest.CaptureFixture[str]
) -> None:
    hooks.register(POINT, lambda _c, _s: 1 / 0, name="broken")
    hooks.register(POINT, lambda _c, _s: "stop")
    assert _run(hooks).payload == {"reason": "stop"}
    assert "the hook broken at BeforeToolExecution failed: ZeroDivisionError" in (
        capsys.readouterr().err
    )


def test_a_hook_that_takes_too_long_is_left_alone(
    bus: EventBus, capsys: pytest.CaptureFixture[str]
) -> None:
    hooks, go_on = Hooks(lambda: bus, timeout=0.01), threading.Event()
    hooks.register(POINT, limited(lambda _: go_on.wait(60)), name="slow")
    try:
        assert _run(hooks).kind == "continue"
        assert "the hook slow at BeforeToolExecution failed: took longer" in capsys.readouterr().err
    finally:
        go_on.set()


def test_each_run_is_announced(hooks: Hooks, bus: EventBus) -> None:
    heard = bus.subscribe("hook.**")
    hooks.register(POINT, lambda _c, _s: "no")
    _run(hooks)
    event = heard.poll()
    assert event is not None
    assert event.event_type == "hook.beforetoolexecution.cancelled"


def test_unknown_points_are_told_with_the_nearest(hooks: Hooks) -> None:
    with pytest.raises(UnknownPointError, match=r"did you mean 'BeforeToolExecution'\?"):
        hooks.register("BeforeToolExecutio", lambda _c, _s: None)


def test_a_point_that_nothing_reaches_is_told_of(
    hooks: Hooks, capsys: pytest.CaptureFixture[str]
) -> None:
    hooks.register("SystemStartup", lambda _c, _s: None)
    assert "nothing of this version reaches the hook point" in capsys.readouterr().err


def test_names_are_unique_at_a_point(hooks: Hooks) -> None:
    hooks.register(POINT, lambda _c, _s: None, name="one")
    hooks.register("custom:mine", lambda _c, _s: None, name="one")
    with pytest.raises(ValidationError, match="there is a hook 'one'"):
        hooks.register(POINT, lambda _c, _s: None, name="one")


def test_hooks_that_are_switched_off_do_not_run(bus: EventBus) -> None:
    hooks = Hooks(lambda: bus, enabled=False)
    hooks.register(POINT, lambda _c, _s: "stop")
    assert _run(hooks).kind == "continue"
    assert not hooks.any((POINT,))


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (None, "continue"),
        (5, "continue"),
        ("continue", "continue"),
        ("skipped", "skipped"),
        ("why", "cancel"),
        ({"type": "unheard of"}, "continue"),
        ({}, "continue"),
        ({"type": "retry"}, "retry"),
        ({"type": "cancel"}, "cancel"),
    ],
)
def test_plain_answers_are_read(answer: Any, kind: str) -> None:
    assert read(answer).kind == kind


@pytest.mark.parametrize(
    "answer",
    [
        {"type": "redirect"},
        {"type": "fork", "operations": {}},
        {"type": "retry", "delay_ms": -1},
        {"type": "cache"},
    ],
)
def test_answers_that_lack_something_are_refused(answer: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        read(answer)
