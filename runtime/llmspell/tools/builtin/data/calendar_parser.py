"""`calendar-parser`, on icalendar and recurring-ical-events."""

from __future__ import annotations

from llmspell.errors import ValidationError
from llmspell.tools.answer import Answer
from llmspell.tools.builtin.filesystem.inputs import INPUT_FILE, text_or_file
from llmspell.tools.description import MIB, Example, Limits, Operation, Parameter
from llmspell.tools.isolation import isolated
from llmspell.tools.tool import Tool

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from llmspell.tools.call import Call

LARGEST = 10 * MIB
USUAL_DAYS = 30
MOST_DAYS = 3660
_WORK = "llmspell.tools.builtin.data.calendar_work"
_WINDOW = ("input", "input_file", "start", "end", "timezone", "max_items")
_MOMENT = "`2026-11-26` or `2026-11-26T10:00:00+01:00`"

_ICS = """BEGIN:VCALENDAR
VERSION:2.0
X-WR-CALNAME:Team
BEGIN:VEVENT
UID:standup@example.org
SUMMARY:Stand-up
DTSTART;TZID=Europe/Berlin:20261020T090000
DURATION:PT15M
RRULE:FREQ=WEEKLY;COUNT=3
EXDATE;TZID=Europe/Berlin:20261027T090000
END:VEVENT
BEGIN:VTODO
UID:report@example.org
SUMMARY:Report
DUE:20261127T120000Z
END:VTODO
END:VCALENDAR
"""


class CalendarParser(Tool):
    """Reads iCalendar files: events and tasks, with their recurrences within a window of time."""

    name = "calendar-parser"
    category = "data"
    permissions = ("read",)
    aliases = ("ics-parser", "ical")
    limits = Limits(seconds=30, output_bytes=20 * MIB)
    requires = ("icalendar", "recurring_ical_events")
    parameters = (
        Parameter("input", "string", "The calendar.", aliases=("text", "content", "ics")),
        INPUT_FILE,
        Parameter("start", "string", f"Beginning of the window, {_MOMENT}; now otherwise."),
        Parameter("end", "string", f"End of it; {USUAL_DAYS} days later otherwise."),
        Parameter(
            "timezone",
            "string",
            "Zone in which times are told, as `Europe/Berlin`; their own otherwise.",
        ),
        Parameter(
            "max_items",
            "integer",
            "The earliest of them.",
            default=1000,
            schema={"minimum": 1, "maximum": 10_000},
        ),
    )
    operations = {
        "events": Operation("the events in the window, recurrences expanded", takes=_WINDOW),
        "todos": Operation("the tasks in the window, recurrences expanded", takes=_WINDOW),
        "parse": Operation(
            "everything, with rules of recurrence as they are",
            takes=("input", "input_file", "timezone"),
        ),
    }
    default_operation = "events"
    examples = (
        Example(
            {"input": _ICS, "start": "2026-10-01", "end": "2026-12-01", "timezone": "UTC"},
            {
                "result": {
                    "count": 2,
                    "truncated": False,
                }
            },
            title="a weekly event, of which one is left out and summer time ends",
        ),
        Example(
            {"operation": "parse", "input": _ICS},
            {"result": {"name": "Team"}},
            title="what a calendar says",
        ),
        Example({"operation": "parse", "input": "BEGIN:VEVENT"}, fails="no iCalendar"),
        Example({"input": _ICS, "start": "tomorrow"}, fails="start"),
    )

    def do_events(self, call: Call) -> Answer:
        """`result.events`, the earliest first; `truncated` where there are more.

        What is broken is left out and told in `problems`.
        """
        return _expanded(call, "VEVENT", "events")

    def do_todos(self, call: Call) -> Answer:
        """`result.todos`, the earliest first. Those without a date are shown by `parse` only."""
        return _expanded(call, "VTODO", "todos")

    def do_parse(self, call: Call) -> Answer:
        """`result` has what the calendar says of itself, `events` and `todos`."""
        result = isolated(call, f"{_WORK}:parsed", [_input(call), _zone(call)])
        events, todos = len(result["events"]), len(result["todos"])
        return Answer("parse", result, message=f"{events} events and {todos} tasks")


def _expanded(call: Call, kind: str, name: str) -> Answer:
    from datetime import UTC, datetime, timedelta

    text, zone = _input(call), _zone(call)
    start = _moment(call, "start", zone) or datetime.now(UTC)
    end = _moment(call, "end", zone) or start + timedelta(days=USUAL_DAYS)
    _check_window(end - start)
    request = [text, kind, start.isoformat(), end.isoformat(), zone, call.get("max_items", 1000)]
    found = isolated(call, f"{_WORK}:expanded", request)
    result = {
        name: found["items"],
        "count": len(found["items"]),
        "truncated": found["truncated"],
        "problems": found["problems"],
        "start": start.isoformat(),
        "end": end.isoformat(),
    }
    lines = (f"{each['start'] or each['due']} {each['summary']}" for each in found["items"])
    return Answer(
        call.operation, result, text="\n".join(lines), message=f"{result['count']} {name}"
    )


def _check_window(length: timedelta) -> None:
    if length.total_seconds() <= 0:
        raise ValidationError("'end' is not after 'start'", field="end")
    if length.days > MOST_DAYS:
        raise ValidationError(f"the window is longer than {MOST_DAYS} days", field="end")


def _moment(call: Call, name: str, zone: str) -> datetime | None:
    from datetime import UTC, datetime
    from zoneinfo import ZoneInfo

    given = call.get(name)
    if not given:
        return None
    try:
        found = datetime.fromisoformat(given)
    except ValueError:
        raise ValidationError(f"'{name}' is a moment such as {_MOMENT}", field=name) from None
    return found if found.tzinfo else found.replace(tzinfo=ZoneInfo(zone) if zone else UTC)


def _zone(call: Call) -> str:
    """The zone that is asked for, "" for none."""
    from zoneinfo import ZoneInfo

    zone = str(call.get("timezone", ""))
    try:
        if zone:
            ZoneInfo(zone)
    except (ValueError, OSError, LookupError):
        raise ValidationError(f"'{zone}' is no time zone", field="timezone") from None
    return zone


def _input(call: Call) -> str:
    return text_or_file(call, LARGEST, lambda data: data.decode("utf-8-sig"))
