"""Dates as text: formats with the specifiers of strftime and of Rust's chrono, read and written.

Chrono's are `%.f` (a dot and the fraction, where there is one: 3, 6 or 9 digits), `%.3f`, `%3f`,
`%:z` (`+00:00`), `%+`, and short forms such as `%F`. Names of days and months are English.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from llmspell.errors import ToolError, ValidationError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

DEFAULT = "%Y-%m-%dT%H:%M:%S%.fZ"
ZONED = "%Y-%m-%dT%H:%M:%S%.f%:z"

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)

PATTERNS = (
    *("%Y-%m-%dT%H:%M:%S%.fZ", "%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%M:%S%z"),
    *("%Y-%m-%dT%H:%M:%S%:z", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d", "%a, %d %b %Y %H:%M:%S GMT"),
    *("%a, %d %b %Y %H:%M:%S %z", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d", "%d/%m/%Y %H:%M:%S"),
    *("%d/%m/%Y", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y", "%d-%m-%Y %H:%M:%S", "%d-%m-%Y"),
    *("%d.%m.%Y %H:%M:%S", "%d.%m.%Y", "%B %d, %Y %H:%M:%S", "%B %d, %Y"),
    *("%b %d, %Y %H:%M:%S", "%b %d, %Y"),
)
"""What a text is tried as, in this order: what begins with the day comes before the month."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NUMBER = re.compile(r"[+-]?\d{1,18}", re.ASCII)
_RFC3339 = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII
)
_RFC2822 = re.compile(
    r"(?:[A-Za-z]{3},\s*)?\d{1,2}\s+[A-Za-z]{3}\s+\d{4}\s+\d\d:\d\d(?::\d\d)?"
    r"\s+(?:[+-]\d{4}|[A-Z]{1,4})"
)
_SPECIFIER = re.compile(r"%(?:\.[369]?f|[369]f|:{0,3}z|#z|[-_0]?[A-Za-z+%])|%")
_SHORT = {
    "%F": "%Y-%m-%d",
    "%T": "%H:%M:%S",
    "%X": "%H:%M:%S",
    "%R": "%H:%M",
    "%D": "%m/%d/%y",
    "%x": "%m/%d/%y",
    "%r": "%I:%M:%S %p",
    "%v": "%e-%b-%Y",
    "%c": "%a %b %e %H:%M:%S %Y",
    "%+": ZONED,
    "%h": "%b",
}


def parsed(text: str) -> datetime:
    """The moment that a text names, in its zone, UTC where it says none; raises ToolError.

    Whole numbers are Unix seconds; then RFC 3339, RFC 2822 and `PATTERNS` are tried.
    """
    text = text.strip()
    try:
        if _NUMBER.fullmatch(text):
            return _EPOCH + timedelta(seconds=int(text))
        parts = _RFC3339.fullmatch(text)
        if parts:
            day, time, fraction, zone = parts.groups()
            fraction = (fraction or "")[:7]
            return datetime.fromisoformat(f"{day}T{time}{fraction}{zone.upper()}")
        if _RFC2822.fullmatch(text):
            return _aware(parsedate_to_datetime(text))
    except (ValueError, OverflowError):
        pass
    for pattern in PATTERNS:
        found = parsed_as(text, pattern)
        if found is not None:
            return found
    raise ToolError(f"'{text[:100]}' is no date that is understood")


def parsed_as(text: str, pattern: str) -> datetime | None:
    """The moment that a text names if it has a format, else None.

    Raises ValidationError for a format that cannot be read.
    """
    for each in _readable(pattern):
        try:
            return _aware(datetime.strptime(text, each))
        except ValueError as error:
            if "bad directive" in str(error) or "stray %" in str(error):
                raise ValidationError(
                    f"'{pattern}' is no format for dates: {error}", field="format"
                ) from None
        except (re.error, OverflowError):
            continue
    return None


def _readable(pattern: str) -> tuple[str, ...]:
    """A format in what strptime takes: with and without the fraction."""
    for short, long in _SHORT.items():
        pattern = pattern.replace(short, long)
    pattern = pattern.replace("%:z", "%z").replace("%e", "%d")
    fraction = re.compile(r"%\.[369]?f")
    if not fraction.search(pattern):
        return (pattern,)
    return fraction.sub(".%f", pattern), fraction.sub("", pattern)


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def formatted(moment: datetime, pattern: str, *, nanosecond: int | None = None) -> str:
    """A moment as text; raises ValidationError for a specifier that there is not.

    nanosecond: of the second, for what is finer than a `datetime`.
    """
    nanos = moment.microsecond * 1000 if nanosecond is None else nanosecond

    def written(match: re.Match[str]) -> str:
        specifier = match[0]
        if specifier in _SHORT:
            return formatted(moment, _SHORT[specifier], nanosecond=nanosecond)
        if "f" in specifier:
            return _fraction(specifier, nanos)
        pad, letter = specifier[1:-1], specifier[-1]
        write = _WRITERS.get(letter)
        if letter == "z" and pad in {"", ":", "::"}:
            return _offset(moment, pad)
        if write is None or pad not in _PADS or specifier == "%":
            raise ValidationError(
                f"'{specifier}' in '{pattern}' is no specifier for dates", field="format"
            )
        return _padded(write(moment), pad)

    return _SPECIFIER.sub(written, pattern)


_PADS = {"", "-", "_", "0"}
_WRITERS: dict[str, Callable[[datetime], str]] = {
    "%": lambda _: "%",
    "n": lambda _: "\n",
    "t": lambda _: "\t",
    "A": lambda moment: DAYS[moment.weekday()],
    "a": lambda moment: DAYS[moment.weekday()][:3],
    "B": lambda moment: MONTHS[moment.month - 1],
    "b": lambda moment: MONTHS[moment.month - 1][:3],
    "p": lambda moment: "AM" if moment.hour < 12 else "PM",
    "P": lambda moment: "am" if moment.hour < 12 else "pm",
    "Y": lambda moment: f"{moment.year:04}",
    "C": lambda moment: f"{moment.year // 100:02}",
    "y": lambda moment: f"{moment.year % 100:02}",
    "G": lambda moment: f"{moment.isocalendar().year:04}",
    "g": lambda moment: f"{moment.isocalendar().year % 100:02}",
    "m": lambda moment: f"{moment.month:02}",
    "d": lambda moment: f"{moment.day:02}",
    "e": lambda moment: f"{moment.day:2}",
    "j": lambda moment: f"{moment.timetuple().tm_yday:03}",
    "H": lambda moment: f"{moment.hour:02}",
    "k": lambda moment: f"{moment.hour:2}",
    "I": lambda moment: f"{moment.hour % 12 or 12:02}",
    "l": lambda moment: f"{moment.hour % 12 or 12:2}",
    "M": lambda moment: f"{moment.minute:02}",
    "S": lambda moment: f"{moment.second:02}",
    "s": lambda moment: str(seconds(moment)),
    "u": lambda moment: str(moment.isoweekday()),
    "w": lambda moment: str(moment.isoweekday() % 7),
    "U": lambda moment: f"{(moment.timetuple().tm_yday + 6 - moment.isoweekday() % 7) // 7:02}",
    "W": lambda moment: f"{(moment.timetuple().tm_yday + 6 - moment.weekday()) // 7:02}",
    "V": lambda moment: f"{moment.isocalendar().week:02}",
    "Z": lambda moment: moment.tzname() or "",
}


def seconds(moment: datetime) -> int:
    """Whole seconds since 1970 in UTC."""
    return (moment - _EPOCH) // timedelta(seconds=1)


def _padded(text: str, pad: str) -> str:
    """A number with other filling: `-` for none, `_` for spaces, `0` for zeros."""
    if not pad or not text.strip().isdigit():
        return text
    bare = text.strip().lstrip("0") or "0"
    return bare if pad == "-" else bare.rjust(len(text), " " if pad == "_" else "0")


def _fraction(specifier: str, nanos: int) -> str:
    digits = f"{nanos:09}"
    if specifier[1:] == "f":
        return digits
    width = next((int(each) for each in specifier if each.isdigit()), 0)
    if width:
        return ("." if "." in specifier else "") + digits[:width]
    if not nanos:
        return ""
    if not nanos % 1_000_000:
        return "." + digits[:3]
    return "." + (digits[:6] if not nanos % 1000 else digits)


def _offset(moment: datetime, colons: str) -> str:
    total = int((moment.utcoffset() or timedelta()).total_seconds())
    sign, total = ("-" if total < 0 else "+"), abs(total)
    hours, minutes, rest = total // 3600, total // 60 % 60, total % 60
    if colons == "::":
        return f"{sign}{hours:02}:{minutes:02}:{rest:02}"
    return f"{sign}{hours:02}{colons}{minutes:02}"
