"""The `Event` global (spec lua-globals §9)."""

from __future__ import annotations

import re
import threading

import pytest

from llmspell.lua.engine import Interrupted
from tests.runtime.conftest import MakeProject, Project


def test_a_published_event_is_received(project: Project) -> None:
    event = project.value("""
        local id = Event.subscribe("order.created")
        assert(Event.publish("order.created", { items = { 1, 2 }, name = "x" }) == true)
        return Event.receive(id)
    """)
    assert event["event_type"] == event["topic"] == "order.created"
    assert event["data"] == {"items": [1, 2], "name": "x"}
    assert event["language"] == event["target_language"] == "Lua"
    assert event["serialization_version"] == "1.0"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z", event["timestamp"])
    assert event["metadata"]["correlation_id"] == event["correlation_id"]


def test_arrays_arrive_as_arrays(project: Project) -> None:
    assert project.value("""
        local id = Event.subscribe("*")
        Event.publish("t", { "a", "b" })
        local data = Event.receive(id).data
        return { data[1], data["1"] == nil, #data }
    """) == ["a", True, 2]


def test_events_before_the_subscription_are_not_delivered(project: Project) -> None:
    assert (
        project.value("""
        Event.publish("t", 1)
        local id = Event.subscribe("t")
        return Event.receive(id, 0) == nil
    """)
        is True
    )


@pytest.mark.parametrize(
    ("pattern", "received"),
    [
        ("*", ["a.b", "a.c.d", "x"]),
        ("a.*", ["a.b", "a.c.d"]),
        ("a.b", ["a.b"]),
        ("a.*.d", ["a.c.d"]),
        ("**.d", ["a.c.d"]),
    ],
)
def test_patterns_choose_events(project: Project, pattern: str, received: list[str]) -> None:
    assert (
        project.value(f"""
        local id = Event.subscribe("{pattern}")
        for _, name in ipairs {{ "a.b", "a.c.d", "x" }} do Event.publish(name, nil) end
        local names = {{}}
        local event = Event.receive(id, 0)
        while event do
          names[#names + 1] = event.event_type
          event = Event.receive(id, 0)
        end
        return names
    """)
        == received
    )


def test_options_go_with_the_event(project: Project) -> None:
    uuid = "3f2b8a90-0000-4000-8000-000000000001"
    assert project.value(f"""
        local id = Event.subscribe("t")
        Event.publish("t", 1, {{ language = "python", correlation_id = "{uuid}", ttl_seconds = 60 }})
        local event = Event.receive(id)
        return {{ event.language, event.correlation_id, event.ttl }}
    """) == ["Python", uuid, 60]


def test_a_timeout_gives_nil(project: Project) -> None:
    assert project.value("return Event.receive(Event.subscribe('t'), 5) == nil") is True


def test_an_event_from_another_thread_ends_the_wait(project: Project) -> None:
    waiting = project.value("id = Event.subscribe('t') return id")
    assert waiting

    def publish() -> None:
        while not project.runtime.events.subscription(waiting)._inbox._waiters:
            pass
        project.runtime.events.publish("t", {"from": "python"})

    thread = threading.Thread(target=publish)
    thread.start()
    assert project.value("return Event.receive(id, 60000).data.from") == "python"
    thread.join()


def test_an_interrupt_ends_the_wait(project: Project) -> None:
    identity = project.value("id = Event.subscribe('t') return id")

    def interrupt() -> None:
        while not project.runtime.events.subscription(identity)._inbox._waiters:
            pass
        project.runtime.engine.stop()

    thread = threading.Thread(target=interrupt)
    thread.start()
    with pytest.raises(Interrupted):
        project.value("Event.receive(id, 60000)")
    thread.join()


def test_after_unsubscribing_receive_raises(project: Project) -> None:
    assert project.value("""
        local id = Event.subscribe("t")
        local first, second = Event.unsubscribe(id), Event.unsubscribe(id)
        local ok, message = pcall(Event.receive, id)
        return { first, second, ok, message:match("^No active subscription found: ") ~= nil }
    """) == [True, False, False, True]


def test_subscriptions_and_stats_are_listed(project: Project) -> None:
    assert project.value("""
        local id = Event.subscribe("a.*")
        Event.publish("a.b", 1)
        local entry = Event.list_subscriptions()[1]
        local stats = Event.get_stats()
        return { entry.id == id, entry.pattern, entry.language,
                 stats.event_bus_stats.events_processed, stats.bridge_stats.active_subscriptions,
                 stats.bridge_stats.subscriptions_by_language.Lua }
    """) == [True, "a.*", "Lua", 1, 1, 1]


def test_too_many_events_a_second_are_refused(make_project: MakeProject) -> None:
    project = make_project("[events]\nmax_events_per_second = 1\n")
    message = project.error("(function() for i = 1, 10 do Event.publish('t', i) end end)()")
    assert message.startswith("Failed to publish event: rate limit exceeded")


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ("Event.publish('', 1)", "Failed to publish event: "),
        ("Event.publish('t', print)", "bad argument #2: Unsupported Lua type"),
        ("Event.subscribe('')", ""),
        ("Event.receive('x', -1)", "No active subscription found: x"),
        ("Event.publish()", "bad argument #1: error converting Lua nil to String"),
    ],
)
def test_mistakes_are_lua_errors(project: Project, call: str, message: str) -> None:
    assert project.error(call).startswith(message)


def test_python_code_receives_what_a_spell_publishes(project: Project) -> None:
    subscription = project.runtime.events.subscribe("report.*")
    project.value("Event.publish('report.ready', { pages = 3 })")
    event = subscription.poll()
    assert event is not None
    assert event.data == {"pages": 3}


def test_emit_is_another_name_of_publish(project: Project) -> None:
    assert (
        project.value(
            "local id = Event.subscribe('t') Event.emit('t', 5) return Event.receive(id).data"
        )
        == 5
    )
