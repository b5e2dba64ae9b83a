"""Moments as text. A moment is nanoseconds since 1970 (`time.time_ns`); all text is in UTC."""

from time import gmtime, strftime, time_ns


def rfc3339(moment_ns: int) -> str:
    """`2025-01-31T12:00:00.123456Z`: RFC 3339 with microseconds."""
    seconds, rest = divmod(moment_ns, 1_000_000_000)
    return f"{strftime('%Y-%m-%dT%H:%M:%S', gmtime(seconds))}.{rest // 1000:06d}Z"


def now() -> str:
    """The present moment in RFC 3339."""
    return rfc3339(time_ns())


def log_time(moment_ns: int) -> str:
    """`2025-01-31 12:00:00.123`: the start of a log line (spec lua-globals §16)."""
    seconds, rest = divmod(moment_ns, 1_000_000_000)
    return f"{strftime('%Y-%m-%d %H:%M:%S', gmtime(seconds))}.{rest // 1_000_000:03d}"
