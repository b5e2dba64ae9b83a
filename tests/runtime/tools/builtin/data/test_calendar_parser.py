"""`calendar-parser`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from llmspell.errors import LLMSpellError, SecurityError, ToolError, ValidationError
from llmspell.tools.service import Tools

WINDOW = {"start": "2026-10-01", "end": "2026-12-01"}


def calendar(*components: str) -> str:
    return "\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", *components, "END:VCALENDAR", ""])


def event(*lines: str, uid: str = "1") -> str:
    return "\n".join(["BEGIN:VEVENT", f"UID:{uid}", *lines, "END:VEVENT"])


def todo(*lines: str, uid: str = "1") -> str:
    return "\n".join(["BEGIN:VTODO", f"UID:{uid}", *lines, "END:VTODO"])


def events(tools: Tools, *components: str, **params: Any) -> Any:
    given = {"input": calendar(*components), **WINDOW, **params}
    return tools.invoke("calendar-parser", given).result


WEEKLY = event(
    "SUMMARY:Weekly",
    "DTSTART;TZID=Europe/Berlin:20261019T090000",
    "DTEND;TZID=Europe/Berlin:20261019T103000",
    "RRULE:FREQ=WEEKLY;COUNT=4",
    "EXDATE;TZID=Europe/Berlin:20261026T090000",
)
MOVED = event(
    "SUMMARY:Moved",
    "RECURRENCE-ID;TZID=Europe/Berlin:20261102T090000",
    "DTSTART;TZID=Europe/Berlin:20261103T080000",
    "DURATION:PT1H",
)


def test_a_rule_with_an_exception_and_a_change_across_summer_time(tools: Tools) -> None:
    found = events(tools, WEEKLY, MOVED)
    assert [(each["start"], each["summary"]) for each in found["events"]] == [
        ("2026-10-19T09:00:00+02:00", "Weekly"),
        ("2026-11-03T08:00:00+01:00", "Moved"),
        ("2026-11-09T09:00:00+01:00", "Weekly"),
    ]
    first, moved, _ = found["events"]
    assert (first["end"], first["duration_seconds"]) == ("2026-10-19T10:30:00+02:00", 5400)
    assert moved["recurrence_id"] == "2026-11-02T09:00:00+01:00"
    assert all(each["recurring"] for each in found["events"])
    assert (found["count"], found["truncated"]) == (3, False)


def test_times_in_a_zone_of_choice(tools: Tools) -> None:
    found = events(tools, WEEKLY, timezone="America/New_York")["events"]
    assert [each["start"] for each in found] == [
        "2026-10-19T03:00:00-04:00",
        "2026-11-02T03:00:00-05:00",
        "2026-11-09T03:00:00-05:00",
    ]


def test_the_window(tools: Tools) -> None:
    rule = event("DTSTART:20200101T120000Z", "DTEND:20200101T130000Z", "RRULE:FREQ=DAILY")
    found = events(tools, rule, start="2026-11-25T12:30:00Z", end="2026-11-27T12:00:00Z")
    assert [each["start"] for each in found["events"]] == [
        "2026-11-25T12:00:00+00:00",
        "2026-11-26T12:00:00+00:00",
    ]


def test_days_and_details(tools: Tools) -> None:
    found = events(
        tools,
        event(
            "DTSTART;VALUE=DATE:20261126",
            "SUMMARY:A\\, b\\nc",
            "DESCRIPTION:long",
            " er",
            "LOCATION:Rome",
            "CATEGORIES:x,y",
            "STATUS:CONFIRMED",
            "URL:http://e.org/",
            "ORGANIZER;CN=Ada:mailto:ada@example.org",
            "ATTENDEE;CN=Bob;PARTSTAT=ACCEPTED;ROLE=CHAIR:MAILTO:bob@example.org",
            "ATTENDEE:mailto:eve@example.org",
            "LAST-MODIFIED:20261101T000000Z",
        ),
    )["events"]
    (day,) = found
    assert (day["start"], day["end"], day["all_day"]) == ("2026-11-26", "2026-11-27", True)
    assert (day["summary"], day["description"]) == ("A, b\nc", "longer")
    assert (day["categories"], day["url"]) == (["x", "y"], "http://e.org/")
    assert day["organizer"]["name"] == "Ada"
    assert [each["address"] for each in day["attendees"]] == ["bob@example.org", "eve@example.org"]
    assert (day["attendees"][0]["status"], day["attendees"][0]["role"]) == ("ACCEPTED", "CHAIR")
    assert (day["updated"], day["recurring"]) == ("2026-11-01T00:00:00+00:00", False)


def test_a_time_without_a_zone_has_no_offset_unless_one_is_chosen(tools: Tools) -> None:
    floating = event("DTSTART:20261126T090000", "DURATION:PT1H")
    assert events(tools, floating)["events"][0]["start"] == "2026-11-26T09:00:00"
    (told,) = events(tools, floating, timezone="Asia/Tokyo")["events"]
    assert told["start"] == "2026-11-26T09:00:00+09:00"


def test_a_zone_that_the_calendar_defines(tools: Tools) -> None:
    zone = """BEGIN:VTIMEZONE
TZID:Mine
BEGIN:STANDARD
DTSTART:19700101T000000
TZOFFSETFROM:+0230
TZOFFSETTO:+0230
END:STANDARD
END:VTIMEZONE"""
    found = events(tools, zone, event("DTSTART;TZID=Mine:20261126T090000"))["events"]
    assert found[0]["start"] == "2026-11-26T09:00:00+02:30"


def test_tasks(tools: Tools) -> None:
    tasks = (
        todo("SUMMARY:Late", "DUE:20261127T120000Z", "PRIORITY:1", "PERCENT-COMPLETE:50"),
        todo(
            "SUMMARY:Early",
            "DTSTART;VALUE=DATE:20261001",
            "DUE;VALUE=DATE:20261002",
            "STATUS:COMPLETED",
            "COMPLETED:20261001T100000Z",
            uid="2",
        ),
    )
    found = events(tools, *tasks, operation="todos")["todos"]
    assert [each["summary"] for each in found] == ["Early", "Late"]
    assert (found[0]["due"], found[0]["status"]) == ("2026-10-02", "COMPLETED")
    assert found[0]["completed"] == "2026-10-01T10:00:00+00:00"
    assert (found[1]["priority"], found[1]["percent_complete"]) == (1, 50)


def test_everything_as_it_is_written(tools: Tools) -> None:
    text = calendar("X-WR-CALNAME:Team", "METHOD:PUBLISH", WEEKLY, todo("SUMMARY:No date"))
    found = tools.invoke("calendar-parser", {"operation": "parse", "input": text}).result
    assert (found["name"], found["method"]) == ("Team", "PUBLISH")
    (weekly,) = found["events"]
    assert weekly["rules"] == ["FREQ=WEEKLY;COUNT=4"]
    assert weekly["recurring"] is True
    assert weekly["end"] == "2026-10-19T10:30:00+02:00"
    assert [each["summary"] for each in found["todos"]] == ["No date"]


def test_no_more_than_asked_for_are_expanded(tools: Tools) -> None:
    found = events(tools, event("DTSTART:20261001T000000Z", "RRULE:FREQ=SECONDLY"), max_items=10)
    assert (found["count"], found["truncated"]) == (10, True)
    assert found["events"][-1]["start"] == "2026-10-01T00:00:09+00:00"


def test_a_rule_that_takes_for_ever_is_ended(tools: Tools) -> None:
    text = calendar(event("DTSTART:19000101T000000Z", "RRULE:FREQ=SECONDLY"))
    with pytest.raises(LLMSpellError, match=r"did not end within|memory"):
        tools.submit("calendar-parser", {"input": text, **WINDOW}, seconds=2).result()


def test_several_calendars_in_a_file(tools: Tools, tmp_path: Path) -> None:
    one = calendar(event("DTSTART:20261126T090000Z", uid="a"))
    two = calendar(event("DTSTART:20261125T090000Z", uid="b"))
    (tmp_path / "c.ics").write_text("\ufeff" + one + two)
    found = tools.invoke("calendar-parser", {"input_file": "c.ics", **WINDOW}).result
    assert [each["uid"] for each in found["events"]] == ["b", "a"]
    with pytest.raises(SecurityError):
        tools.invoke("calendar-parser", {"input_file": "/etc/passwd"})


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "BEGIN:VCALENDAR",
        "BEGIN:VEVENT\nEND:VEVENT",
        "BEGIN:VCALENDAR\nBEGIN:VEVENT\nEND:VCALENDAR",
    ],
)
def test_what_is_no_calendar(tools: Tools, text: str) -> None:
    with pytest.raises(ToolError, match="iCalendar"):
        tools.invoke("calendar-parser", {"input": text, **WINDOW})


def test_broken_properties_are_left_out_and_told(tools: Tools) -> None:
    broken = event("DTSTART:20261126T090000Z", "LAST-MODIFIED:soon", "RRULE:FREQ=NEVER", uid="x")
    for operation in ("events", "parse"):
        found = events(tools, broken, operation=operation)
        assert found["events"][0]["updated"] is None
        modified, rule = found["problems"]
        assert modified.startswith("LAST-MODIFIED of x: ")
        assert rule.startswith("RRULE of x: ")


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({}, "input"),
        ({"input": "x", "start": "soon"}, "start"),
        ({"input": "x", "start": "2026-11-26", "end": "2026-11-26"}, "end"),
        ({"input": "x", "start": "2026-11-26", "end": "2046-11-26"}, "end"),
        ({"input": "x", "timezone": "Mars/Base"}, "timezone"),
        ({"input": "x", "timezone": "../../etc/passwd"}, "timezone"),
        ({"input": "x", "max_items": 0}, "max_items"),
    ],
)
def test_mistakes_name_the_parameter(tools: Tools, params: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as caught:
        tools.invoke("calendar-parser", params)
    assert caught.value.details["field"] == field
