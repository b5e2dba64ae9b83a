"""One event, and what is rendered of it late."""

from __future__ import annotations

import json
import threading
import uuid
from datetime import UTC, datetime, timedelta

import pytest

from llmspell.events.event import Event, language_name, new_uuid, normal_uuid


def test_the_table_has_the_documented_fields() -> None:
    correlation = "6F9619FF-8B86-D011-B42D-00C04FC964FF".lower()
    event = Event(
        "agent.completed", {"a": [1]}, None, "src", "dst", correlation, 5.0, ("t",), "Lua", 3
    )
    assert event.to_dict() == {
        "id": event.id,
        "event_type": "agent.completed",
        "topic": "agent.completed",
        "data": {"a": [1]},
        "timestamp": event.timestamp,
        "sequence": event.sequence,
        "correlation_id": correlation,
        "language": "Lua",
        "ttl": 5.0,
        "metadata": {
            "correlation_id": correlation,
            "source": "src",
            "target": "dst",
            "tags": ["t"],
            "priority": 3,
            "ttl": 5.0,
        },
        "target_language": "Lua",
        "serialization_version": "1.0",
    }
    json.dumps(event.to_dict())


def test_what_is_rendered_late_stays_the_same() -> None:
    event = Event("t")
    assert event.to_dict() == event.to_dict()
    assert event.id != event.correlation_id


def test_all_threads_read_the_same_id() -> None:
    for _ in range(50):
        event = Event("t", data_text="[1]")
        barrier = threading.Barrier(4)
        seen: list[object] = []

        def read(
            event: Event = event, barrier: threading.Barrier = barrier, seen: list[object] = seen
        ) -> None:
            barrier.wait()
            seen.append((event.id, event.correlation_id, id(event.data)))

        threads = [threading.Thread(target=read) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(set(seen)) == 1


def test_the_timestamp_is_the_time_of_publication_in_utc() -> None:
    before = datetime.now(UTC)
    event = Event("t")
    after = datetime.now(UTC)
    time = datetime.fromisoformat(event.timestamp)
    assert before - timedelta(microseconds=1) <= time <= after
    event.published_at = 1_700_000_000_000_001_999
    event._timestamp = None
    assert event.timestamp == "2023-11-14T22:13:20.000001Z"


def test_sequences_count_the_events_of_the_process() -> None:
    first, second = Event("a"), Event("b")
    assert second.sequence > first.sequence


def test_json_text_is_decoded_when_it_is_read() -> None:
    assert Event("t", data_text='{"a": [1, null]}').data == {"a": [1, None]}
    event = Event("t", data_text="no json")
    assert event.data_text == "no json"
    with pytest.raises(ValueError, match="Expecting value"):
        _ = event.data


def test_data_is_encoded_when_its_text_is_read() -> None:
    assert Event("t", {"ä": 1}).data_text == '{"ä":1}'
    assert Event("t").data_text == "null"


def test_an_event_expires_after_its_time_to_live() -> None:
    event = Event("t", ttl=10)
    assert not event.is_expired()
    event.published_at -= 11_000_000_000
    assert event.is_expired()
    event.ttl = None
    assert not event.is_expired()


def test_ids_are_random_uuids() -> None:
    ids = {new_uuid() for _ in range(1000)}
    assert len(ids) == 1000
    for text in ids:
        parsed = uuid.UUID(text)
        assert str(parsed) == text
        assert (parsed.version, parsed.variant) == (4, uuid.RFC_4122)


@pytest.mark.parametrize(
    "text",
    [
        "6f9619ff-8b86-d011-b42d-00c04fc964ff",
        "6F9619FF8B86D011B42D00C04FC964FF",
        "{6f9619ff-8b86-d011-b42d-00c04fc964ff}",
        "urn:uuid:6f9619ff-8b86-d011-b42d-00c04fc964ff",
    ],
)
def test_a_uuid_is_understood_in_every_usual_form(text: str) -> None:
    assert normal_uuid(text) == "6f9619ff-8b86-d011-b42d-00c04fc964ff"


@pytest.mark.parametrize("text", ["", "request-1", "6f9619ff", "g" * 32, "\uff11" * 32])
def test_other_text_is_no_uuid(text: str) -> None:
    assert normal_uuid(text) is None


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("javascript", "JavaScript"),
        ("js", "JavaScript"),
        ("Python", "Python"),
        ("py", "Python"),
        ("rust", "Rust"),
        ("unknown", "Unknown"),
        ("lua", "Lua"),
        ("cobol", "Lua"),
    ],
)
def test_languages_are_named_as_documented(given: str, name: str) -> None:
    assert language_name(given) == name
