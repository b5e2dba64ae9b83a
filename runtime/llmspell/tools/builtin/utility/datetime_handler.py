"""`datetime-handler` (spec tools §8.4), on the standard library."""

from __future__ import annotations

import calendar
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from llmspell.errors import ToolError
from llmspell.tools.answer import Answer
from llmspell.tools.builtin.utility.date_formats import (
    DAYS,
    DEFAULT,
    PATTERNS,
    ZONED,
    formatted,
    parsed,
    seconds,
)
from llmspell.tools.description import MIB, Example, Limits, Operation, Parameter
from llmspell.tools.tool import Tool

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from llmspell.tools.call import Call

ZONE_NAMED = "%Y-%m-%d %H:%M:%S %Z"
UNITS = {
    name: size
    for size, names in (
        (1, "second seconds sec secs s"),
        (60, "minute minutes min mins m"),
        (3600, "hour hours hr hrs h"),
        (86_400, "day days d"),
        (604_800, "week weeks w"),
    )
    for name in names.split()
}
EXAMPLE_FORMATS = {
    "ISO8601": "2024-01-15T14:30:00Z",
    "RFC3339": "2024-01-15T14:30:00+00:00",
    "RFC2822": "Mon, 15 Jan 2024 14:30:00 +0000",
    "Unix timestamp": "1705329000",
    "Human readable": "January 15, 2024 14:30:00",
    "Date only": "2024-01-15",
    "Time only": "14:30:00",
}


class DatetimeHandler(Tool):
    """Parses, formats, converts and computes with dates."""

    name = "datetime-handler"
    limits = Limits(seconds=5, output_bytes=10 * MIB)
    quick = True
    default_operation = "parse"
    parameters = (
        Parameter(
            "input",
            ("string", "integer"),
            "A date in any usual form, or Unix seconds.",
            aliases=("date", "datetime"),
        ),
        Parameter("timezone", "string", "IANA name for `now`, such as `Europe/Berlin`."),
        Parameter("target_timezone", "string", "IANA name to convert to."),
        Parameter("amount", "integer", "How many units; may be negative."),
        Parameter("unit", "string", "`seconds`, `minutes`, `hours`, `days` or `weeks`."),
        Parameter("start", ("string", "integer"), "The earlier date."),
        Parameter("end", ("string", "integer"), "The later date."),
        Parameter("format", "string", "How dates are written.", default=DEFAULT),
    )
    operations = {
        "parse": Operation("what a date says", needs=("input",), takes=("input", "format")),
        "now": Operation("the time", takes=("timezone", "format")),
        "convert_timezone": Operation(
            "the same moment elsewhere",
            needs=("input", "target_timezone"),
            takes=("input", "target_timezone", "format"),
            aliases=("convert",),
        ),
        "add": Operation(
            "a later date",
            needs=("input", "amount", "unit"),
            takes=("input", "amount", "unit", "format"),
        ),
        "subtract": Operation(
            "an earlier date",
            needs=("input", "amount", "unit"),
            takes=("input", "amount", "unit", "format"),
        ),
        "difference": Operation(
            "the time between two dates", needs=("start", "end"), takes=("start", "end")
        ),
        "info": Operation("week, day of the year and so on", needs=("input",), takes=("input",)),
        "formats": Operation("the forms that are understood", takes=()),
    }
    examples = (
        Example(
            {"operation": "parse", "input": "2024-02-29T12:00:00+02:00"},
            {
                "result": {
                    "parsed": {
                        "utc": "2024-02-29T10:00:00Z",
                        "timestamp": 1709200800,
                        "weekday": "Thursday",
                    }
                }
            },
        ),
        Example(
            {"operation": "add", "input": "2024-02-28", "amount": 2, "unit": "days"},
            {"result": {"result": "2024-03-01T00:00:00Z"}},
        ),
        Example(
            {
                "operation": "convert_timezone",
                "input": "2024-07-01 12:00:00",
                "target_timezone": "Europe/Berlin",
            },
            {"result": {"converted": "2024-07-01 14:00:00 CEST"}},
        ),
        Example({"operation": "parse", "input": "tomorrow-ish"}, fails="no date"),
    )

    def do_parse(self, call: Call) -> Answer:
        """`result.parsed` has the parts in UTC."""
        moment, pattern = _utc(call, "input"), call.get("format", DEFAULT)
        utc = formatted(moment, pattern)
        found = {"utc": utc, "timestamp": seconds(moment), **_parts(moment)}
        told = {"input": call.params["input"], "parsed": found, "format_used": pattern}
        return Answer("parse", told, text=utc)

    def do_now(self, call: Call) -> Answer:
        """`result.datetime`, and `result.timestamp` in Unix seconds."""
        name = call.get("timezone")
        moment = datetime.now(UTC)
        moment = moment.astimezone(zone(name)) if name else moment.astimezone()
        pattern = call.get("format", DEFAULT)
        if pattern == DEFAULT and moment.utcoffset():
            pattern = ZONED
        text = formatted(moment, pattern)
        told = {
            "timezone": name or "local",
            "datetime": text,
            "format": pattern,
            "timestamp": seconds(moment),
        }
        return Answer("now", told, text=text)

    def do_convert_timezone(self, call: Call) -> Answer:
        """`result.converted`; `result.original` is in UTC."""
        moment, name = _utc(call, "input"), call.params["target_timezone"]
        given = call.get("format", DEFAULT)
        pattern = ZONE_NAMED if given == DEFAULT else given
        text = formatted(_moved(moment, zone(name)), pattern)
        told = {
            "input": call.params["input"],
            "target_timezone": name,
            "original": formatted(moment, pattern),
            "converted": text,
        }
        return Answer("convert_timezone", told, text=text)

    def do_add(self, call: Call) -> Answer:
        """`result.result` is the new date, in UTC."""
        return _shifted(call, 1)

    def do_subtract(self, call: Call) -> Answer:
        """`result.result` is the new date, in UTC."""
        return _shifted(call, -1)

    def do_difference(self, call: Call) -> Answer:
        """`result.difference` has the whole units of each kind in it."""
        passed = _utc(call, "end") - _utc(call, "start")
        total = _whole(passed.total_seconds(), 1)
        text = _human(total)
        told = {
            "start": call.params["start"],
            "end": call.params["end"],
            "difference": {
                "total_seconds": total,
                "days": _whole(total, 86_400),
                "hours": _whole(total, 3600),
                "minutes": _whole(total, 60),
                "human_readable": text,
            },
        }
        return Answer("difference", told, text=text)

    def do_info(self, call: Call) -> Answer:
        """`result.info`, in UTC; the week is that of ISO 8601."""
        moment = _utc(call, "input")
        start = moment.replace(hour=0, minute=0, second=0, microsecond=0)
        end = moment.replace(hour=23, minute=59, second=59, microsecond=999_999)
        info = _parts(moment) | {
            "day_of_year": moment.timetuple().tm_yday,
            "week_of_year": moment.isocalendar().week,
            "is_leap_year": calendar.isleap(moment.year),
            "days_in_month": calendar.monthrange(moment.year, moment.month)[1],
            "start_of_day": formatted(start, DEFAULT),
            "end_of_day": formatted(end, DEFAULT, nanosecond=999_999_999),
        }
        return Answer("info", {"input": call.params["input"], "info": info})

    def do_formats(self, call: Call) -> Answer:  # noqa: ARG002 - all operations have it
        """The patterns in the order in which they are tried."""
        told = {"available_formats": list(PATTERNS), "example_formats": EXAMPLE_FORMATS}
        return Answer("formats", told)


def zone(name: str) -> ZoneInfo:
    """The zone of an IANA name; raises ToolError."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ToolError(f"'{name}' is no time zone; use IANA names like 'Europe/Berlin'") from None


def _utc(call: Call, name: str) -> datetime:
    return _moved(parsed(str(call.params[name])), UTC)


def _moved(moment: datetime, to: Any) -> datetime:
    try:
        return moment.astimezone(to)
    except OverflowError:
        raise ToolError("the date is out of range: years go from 1 to 9999") from None


def _shifted(call: Call, sign: int) -> Answer:
    moment, amount, unit = _utc(call, "input"), call.params["amount"], call.params["unit"]
    size = UNITS.get(unit.lower())
    if size is None:
        raise ToolError(f"'{unit}' is no unit; there are seconds, minutes, hours, days and weeks")
    try:
        shifted = moment + timedelta(seconds=sign * amount * size)
    except OverflowError:
        raise ToolError("the date is out of range: years go from 1 to 9999") from None
    pattern = call.get("format", DEFAULT)
    text = formatted(shifted, pattern)
    told = {
        "input": call.params["input"],
        "amount": amount,
        "unit": unit,
        "original": formatted(moment, pattern),
        "result": text,
    }
    return Answer(call.operation, told, text=text)


def _parts(moment: datetime) -> dict[str, Any]:
    names = ("year", "month", "day", "hour", "minute", "second")
    return {name: getattr(moment, name) for name in names} | {"weekday": DAYS[moment.weekday()]}


def _whole(value: float, size: int) -> int:
    """How often a size is in a value, towards zero."""
    return int(value) // size if value >= 0 else -(int(-value) // size)


def _human(total: int) -> str:
    parts, rest = [], abs(total)
    for unit, size in (("day", 86_400), ("hour", 3600), ("minute", 60), ("second", 1)):
        count, rest = divmod(rest, size)
        if count:
            parts.append(f"{count} {unit}{'' if count == 1 else 's'}")
    return (", ".join(parts) or "0 seconds") + (" ago" if total < 0 else "")
