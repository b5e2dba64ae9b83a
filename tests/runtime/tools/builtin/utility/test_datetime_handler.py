"""`datetime-handler`."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from llmspell.app import Runtime
from llmspell.errors import ToolError, ValidationError
from llmspell.tools.builtin.utility.date_formats import formatted, parsed
from llmspell.tools.service import Tools

NAME = "datetime-handler"
MOMENT = datetime(2024, 2, 9, 15, 4, 5, 120_000, timezone(timedelta(hours=-3, minutes=-30), "X"))


def call(tools: Tools, operation: str, **params: Any) -> Any:
    return tools.invoke(NAME, {"operation": operation, **params}).result


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0", "1970-01-01T00:00:00Z"),
        ("-1", "1969-12-31T23:59:59Z"),
        ("2024-01-02T03:04:05Z", "2024-01-02T03:04:05Z"),
        ("2024-01-02T03:04:05.25Z", "2024-01-02T03:04:05.250Z"),
        ("2024-01-02T03:04:05.123456789Z", "2024-01-02T03:04:05.123456Z"),
        ("2024-01-02T03:04:05+05:30", "2024-01-01T21:34:05Z"),
        ("2024-01-02T03:04:05+0200", "2024-01-02T01:04:05Z"),
        ("Tue, 02 Jan 2024 03:04:05 +0100", "2024-01-02T02:04:05Z"),
        ("2 Jan 2024 03:04:05 GMT", "2024-01-02T03:04:05Z"),
        ("2024-01-02 03:04:05", "2024-01-02T03:04:05Z"),
        ("2024-01-02", "2024-01-02T00:00:00Z"),
        ("2024/01/02 03:04:05", "2024-01-02T03:04:05Z"),
        ("02/01/2024", "2024-01-02T00:00:00Z"),
        ("01/13/2024", "2024-01-13T00:00:00Z"),
        ("02-01-2024", "2024-01-02T00:00:00Z"),
        ("02.01.2024 03:04:05", "2024-01-02T03:04:05Z"),
        ("January 2, 2024", "2024-01-02T00:00:00Z"),
        ("Jan 2, 2024 03:04:05", "2024-01-02T03:04:05Z"),
    ],
)
def test_dates_are_understood(tools: Tools, text: str, expected: str) -> None:
    found = call(tools, "parse", input=text)
    assert found["parsed"]["utc"] == expected
    assert found["format_used"] == "%Y-%m-%dT%H:%M:%S%.fZ"


def test_parse_is_the_default_and_gives_the_parts(tools: Tools) -> None:
    found = tools.invoke(NAME, {"input": 1704164645, "format": "%d.%m.%Y"}).result
    assert found["parsed"] == {
        "utc": "02.01.2024",
        "timestamp": 1704164645,
        "year": 2024,
        "month": 1,
        "day": 2,
        "hour": 3,
        "minute": 4,
        "second": 5,
        "weekday": "Tuesday",
    }


@pytest.mark.parametrize("text", ["x", "2024-13-01", "31/31/2024", "9" * 18, "now", "2023-02-29"])
def test_what_is_no_date_is_refused(tools: Tools, text: str) -> None:
    with pytest.raises(ToolError, match="no date"):
        call(tools, "parse", input=text)


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("%Y %C %y %G %g", "2024 20 24 2024 24"),
        ("%m %B %b %h %d %e %-d", "02 February Feb Feb 09  9 9"),
        ("%A %a %u %w %j %V %U %W", "Friday Fri 5 5 040 06 05 06"),
        ("%H %I %k %l %p %P %M %S", "15 03 15  3 PM pm 04 05"),
        ("%f %.f %.3f %3f %6f %.9f", "120000000 .120 .120 120 120000 .120000000"),
        ("%z %:z %Z %s", "-0330 -03:30 X 1707503645"),
        ("%F %T %R %D", "2024-02-09 15:04:05 15:04 02/09/24"),
        ("%+", "2024-02-09T15:04:05.120-03:30"),
        ("%c %r %v", "Fri Feb  9 15:04:05 2024 03:04:05 PM  9-Feb-2024"),
        ("100%% %n%t", "100% \n\t"),
        ("ü", "ü"),
    ],
)
def test_formats_of_chrono(pattern: str, expected: str) -> None:
    assert formatted(MOMENT, pattern) == expected


@pytest.mark.parametrize("day", range(1, 15))
def test_weeks_are_those_of_strftime(day: int) -> None:
    moment = datetime(2023, 1, day, tzinfo=UTC)
    pattern = "%U %W %V %G %j %u %w %I %y"
    assert formatted(moment, pattern) == moment.strftime(pattern)


@pytest.mark.parametrize("pattern", ["%Q", "%", "%:Z", "%#z"])
def test_specifiers_that_there_are_not_are_named(tools: Tools, pattern: str) -> None:
    with pytest.raises(ValidationError) as caught:
        call(tools, "now", format=pattern)
    assert caught.value.details["field"] == "format"


def test_now_is_now(tools: Tools) -> None:
    before = int(time.time())
    found = call(tools, "now", timezone="Asia/Kathmandu")
    assert before <= found["timestamp"] <= time.time()
    assert (found["timezone"], found["format"]) == ("Asia/Kathmandu", "%Y-%m-%dT%H:%M:%S%.f%:z")
    assert found["datetime"].endswith("+05:45")
    assert int(parsed(found["datetime"]).timestamp()) == found["timestamp"]
    assert call(tools, "now")["timezone"] == "local"
    assert call(tools, "now", timezone="UTC")["datetime"].endswith("Z")


def test_zones_are_converted(tools: Tools) -> None:
    moment = "2024-07-01T12:00:00Z"
    found = call(tools, "convert_timezone", input=moment, target_timezone="America/New_York")
    assert found == {
        "input": moment,
        "target_timezone": "America/New_York",
        "original": "2024-07-01 12:00:00 UTC",
        "converted": "2024-07-01 08:00:00 EDT",
    }


@pytest.mark.parametrize("name", ["Mars/Base", "../../etc/passwd", "/etc/passwd", "", "Europe"])
def test_a_zone_has_to_be_one(tools: Tools, name: str) -> None:
    with pytest.raises(ToolError, match="no time zone"):
        call(tools, "convert_timezone", input="0", target_timezone=name)


@pytest.mark.parametrize(
    ("operation", "amount", "unit", "expected"),
    [
        ("add", 1, "Second", "2024-02-28T00:00:01Z"),
        ("add", 90, "mins", "2024-02-28T01:30:00Z"),
        ("add", 2, "d", "2024-03-01T00:00:00Z"),
        ("add", -1, "h", "2024-02-27T23:00:00Z"),
        ("subtract", 2, "weeks", "2024-02-14T00:00:00Z"),
    ],
)
def test_times_are_added(
    tools: Tools, operation: str, amount: int, unit: str, expected: str
) -> None:
    found = call(tools, operation, input="2024-02-28", amount=amount, unit=unit)
    assert (found["original"], found["result"]) == ("2024-02-28T00:00:00Z", expected)


@pytest.mark.parametrize(
    ("start", "end", "total", "days", "text"),
    [
        ("2024-01-01", "2024-01-03", 172_800, 2, "2 days"),
        (
            "2024-01-01T00:00:00Z",
            "2024-01-02T01:01:05Z",
            90_065,
            1,
            "1 day, 1 hour, 1 minute, 5 seconds",
        ),
        ("2024-01-02", "2024-01-01 12:00:00", -43_200, 0, "12 hours ago"),
        ("0", "0", 0, 0, "0 seconds"),
    ],
)
def test_differences(tools: Tools, start: str, end: str, total: int, days: int, text: str) -> None:
    found = call(tools, "difference", start=start, end=end)["difference"]
    assert (found["total_seconds"], found["days"], found["human_readable"]) == (total, days, text)


def test_facts_of_a_day(tools: Tools) -> None:
    info = call(tools, "info", input="2021-01-03 10:00:00")["info"]
    assert (info["day_of_year"], info["week_of_year"], info["weekday"]) == (3, 53, "Sunday")
    assert (info["is_leap_year"], info["days_in_month"]) == (False, 31)
    assert info["start_of_day"] == "2021-01-03T00:00:00Z"
    assert info["end_of_day"] == "2021-01-03T23:59:59.999999999Z"


def test_each_example_of_a_format_with_a_date_is_understood(tools: Tools) -> None:
    found = call(tools, "formats")
    assert len(found["available_formats"]) == 22
    for name, text in found["example_formats"].items():
        if name != "Time only":
            assert call(tools, "parse", input=text)["parsed"]["day"] == 15


def test_a_script_reads_the_time(make_runtime: Callable[..., Runtime]) -> None:
    spell = (
        'local r = Tool.execute("datetime-handler", {operation = "now"}).result; return r.timestamp'
    )
    assert isinstance(make_runtime().run(spell).value, int)


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({}, "input"),
        ({"operation": "add", "input": "0", "unit": "h"}, "amount"),
        ({"operation": "add", "input": "0", "amount": 1}, "unit"),
        ({"operation": "difference", "start": "0"}, "end"),
        ({"operation": "difference", "end": "0"}, "start"),
        ({"operation": "convert_timezone", "input": "0"}, "target_timezone"),
        ({"operation": "travel", "input": "0"}, "operation"),
    ],
)
def test_mistakes_name_the_parameter(tools: Tools, params: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as caught:
        tools.invoke(NAME, params)
    assert caught.value.details["field"] == field


@pytest.mark.parametrize(
    ("params", "told"),
    [
        ({"input": "0", "amount": 1, "unit": "fortnight"}, "no unit"),
        ({"input": "0", "amount": 10**15, "unit": "weeks"}, "out of range"),
        ({"input": "0", "amount": 10**9, "unit": "days"}, "out of range"),
    ],
)
def test_what_cannot_be_computed_is_a_failure(
    tools: Tools, params: dict[str, Any], told: str
) -> None:
    with pytest.raises(ToolError, match=told):
        call(tools, "add", **params)
