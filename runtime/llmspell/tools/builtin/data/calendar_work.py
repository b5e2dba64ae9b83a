"""What `calendar-parser` does in a process of its own: it reads iCalendar (RFC 5545).

Rules of recurrence can have any number of occurrences, or none for ever; so they are expanded in
windows that grow until there are enough, where time and memory are limited.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import recurring_ical_events
from icalendar import Calendar

from llmspell.errors import ToolError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from icalendar import Component

    Moment = datetime | date

FIRST_WINDOW = timedelta(hours=1)


def expanded(request: list[Any]) -> dict[str, Any]:
    """The occurrences of `[text, kind, start, end, zone, most]`: the `items`, the earliest first.

    kind: VEVENT or VTODO. start, end: in RFC 3339. zone: "" for those of the calendar.
    """
    text, kind, start, end, zone, most = request
    calendars, problems = _calendars(text)
    own = ZoneInfo(zone) if zone else None
    begin, until = datetime.fromisoformat(start), datetime.fromisoformat(end)
    found: dict[tuple[str, str], tuple[datetime, Component]] = {}
    window = FIRST_WINDOW
    while begin < until and len(found) <= most:
        stop = min(begin + window, until)
        for calendar in calendars:
            for each in _between(calendar, kind, begin, stop):
                at = _instant(each.get("DTSTART") or each.get("DUE"), own)
                found.setdefault((str(each.get("UID")), at.isoformat()), (at, each))
        begin, window = stop, window * 2
    ordered = sorted(found.values(), key=lambda pair: pair[0])[:most]
    make = _event if kind == "VEVENT" else _todo
    recurring = {
        str(each.get("UID"))
        for c in calendars
        for each in c.walk(kind)
        if "RRULE" in each or "RDATE" in each
    }
    items = [make(each, own) for _, each in ordered]
    for item in items:
        item["recurring"] = item["uid"] in recurring
    return {"items": items, "truncated": len(found) > most, "problems": problems}


def parsed(request: list[Any]) -> dict[str, Any]:
    """What a calendar says, with rules of recurrence as they are: `[text, zone]`."""
    text, zone = request
    calendars, problems = _calendars(text)
    own = ZoneInfo(zone) if zone else None
    first = calendars[0]
    return {
        "name": _text(first.get("X-WR-CALNAME") or first.get("NAME")),
        "description": _text(first.get("X-WR-CALDESC") or first.get("DESCRIPTION")),
        "timezone": _text(first.get("X-WR-TIMEZONE")),
        "method": _text(first.get("METHOD")),
        "product": _text(first.get("PRODID")),
        "events": [_written(each, _event(each, own)) for each in _all(calendars, "VEVENT")],
        "todos": [_written(each, _todo(each, own)) for each in _all(calendars, "VTODO")],
        "problems": problems,
    }


def _calendars(text: str) -> tuple[list[Component], list[str]]:
    """The calendars of a text without what is broken in them, and what that is."""
    try:
        found = Calendar.from_ical(text, multiple=True)
    except (ValueError, IndexError, KeyError, TypeError) as error:
        raise ToolError(f"this is no iCalendar: {error}") from None
    calendars: list[Component] = [each for each in found if each.name == "VCALENDAR"]
    if not calendars:
        raise ToolError("this is no iCalendar: it has no VCALENDAR")
    problems = []
    for component in (each for calendar in calendars for each in calendar.walk()):
        for name, reason in component.errors:
            component.pop(name, None)
            problems.append(f"{name} of {_text(component.get('UID')) or component.name}: {reason}")
    return calendars, problems


def _all(calendars: list[Component], kind: str) -> Iterator[Component]:
    return (each for calendar in calendars for each in calendar.walk(kind))


def _between(calendar: Component, kind: str, begin: datetime, stop: datetime) -> list[Component]:
    try:
        query = recurring_ical_events.of(calendar, components=[kind])
        return list(query.between(begin, stop))
    except (ValueError, TypeError, AttributeError, OverflowError, KeyError) as error:
        raise ToolError(f"the recurrences cannot be expanded: {error}") from None


def _event(event: Component, zone: ZoneInfo | None) -> dict[str, Any]:
    start, end = _value(event, "DTSTART"), _value(event, "DTEND")
    duration = _value(event, "DURATION")
    if end is None and start is not None:
        whole_day = timedelta(days=0 if isinstance(start, datetime) else 1)
        end = start + (duration if isinstance(duration, timedelta) else whole_day)
    return {
        **_shared(event, zone),
        "start": _shown(start, zone),
        "end": _shown(end, zone),
        "all_day": start is not None and not isinstance(start, datetime),
        "duration_seconds": _seconds(start, end),
    }


def _todo(todo: Component, zone: ZoneInfo | None) -> dict[str, Any]:
    priority, percent = todo.get("PRIORITY"), todo.get("PERCENT-COMPLETE")
    return {
        **_shared(todo, zone),
        "start": _shown(_value(todo, "DTSTART"), zone),
        "due": _shown(_value(todo, "DUE"), zone),
        "completed": _shown(_value(todo, "COMPLETED"), zone),
        "priority": int(priority) if priority is not None else None,
        "percent_complete": int(percent) if percent is not None else None,
    }


def _shared(component: Component, zone: ZoneInfo | None) -> dict[str, Any]:
    organizer = component.get("ORGANIZER")
    return {
        "uid": _text(component.get("UID")),
        "summary": _text(component.get("SUMMARY")),
        "description": _text(component.get("DESCRIPTION")),
        "location": _text(component.get("LOCATION")),
        "url": _text(component.get("URL")),
        "status": _text(component.get("STATUS")),
        "categories": [
            str(each) for group in _list(component, "CATEGORIES") for each in group.cats
        ],
        "organizer": _person(organizer) if organizer is not None else None,
        "attendees": [_person(each) for each in _list(component, "ATTENDEE")],
        "created": _shown(_value(component, "CREATED"), zone),
        "updated": _shown(_value(component, "LAST-MODIFIED"), zone),
        "recurrence_id": _shown(_value(component, "RECURRENCE-ID"), zone),
    }


def _written(component: Component, told: dict[str, Any]) -> dict[str, Any]:
    """What is told of a component with its rules."""
    rules = [each.to_ical().decode() for each in _list(component, "RRULE")]
    return {**told, "rules": rules, "recurring": bool(rules) or "RDATE" in component}


def _list(component: Component, name: str) -> list[Any]:
    value = component.get(name, [])
    return value if isinstance(value, list) else [value]


def _person(value: Any) -> dict[str, Any]:
    parameters = value.params
    address = str(value)
    return {
        "address": address[7:] if address.lower().startswith("mailto:") else address,
        "name": _text(parameters.get("CN")),
        "status": _text(parameters.get("PARTSTAT")),
        "role": _text(parameters.get("ROLE")),
    }


def _text(value: Any) -> str | None:
    if isinstance(value, list):
        value = value[0] if value else None
    return None if value is None else str(value)


def _value(component: Component, name: str) -> Any:
    """The date, moment or duration of a property; None where there is none or it is broken."""
    found = component.get(name)
    return getattr(found[0] if isinstance(found, list) else found, "dt", None)


def _shown(moment: Any, zone: ZoneInfo | None) -> str | None:
    """A date as it is, a moment with its offset; one without a zone has no offset."""
    if not isinstance(moment, date):
        return None
    if zone is not None and isinstance(moment, datetime):
        moment = moment.replace(tzinfo=zone) if moment.tzinfo is None else moment.astimezone(zone)
    return str(moment.isoformat())


def _instant(prop: Any, zone: ZoneInfo | None) -> datetime:
    """When something begins, for putting it in order; days begin at midnight."""
    moment: Moment = prop.dt if prop is not None else datetime.min
    if not isinstance(moment, datetime):
        moment = datetime.combine(moment, time.min)
    return moment.replace(tzinfo=zone or UTC) if moment.tzinfo is None else moment


def _seconds(start: Any, end: Any) -> int | None:
    if not isinstance(start, date) or not isinstance(end, date) or type(start) is not type(end):
        return None
    try:
        if (
            isinstance(start, datetime)
            and isinstance(end, datetime)
            and start.tzinfo
            and end.tzinfo
        ):
            start, end = start.astimezone(UTC), end.astimezone(UTC)
        return int((end - start).total_seconds())
    except TypeError:
        return None
