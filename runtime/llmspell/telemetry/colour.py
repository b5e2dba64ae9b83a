"""When output is coloured, and with what."""

from collections.abc import Mapping

from llmspell.telemetry.levels import DEBUG, ERROR, INFO, NAMES, TRACE, WARN

_SGR = {ERROR: "31", WARN: "33", INFO: "32", DEBUG: "34", TRACE: "35"}


def use_color(stream: object, environ: Mapping[str, str]) -> bool:
    """Whether to colour what is written to `stream`.

    No colour when `NO_COLOR` has any value but the empty one (no-color.org), when `TERM` is
    `dumb`, or when the stream is not a terminal (spec cli §1.4).
    """
    if environ.get("NO_COLOR") or environ.get("TERM") == "dumb":
        return False
    isatty = getattr(stream, "isatty", None)
    try:
        return bool(isatty and isatty())
    except ValueError:  # the stream is closed
        return False


def colored_level(level: int) -> str:
    """Return the name of the level inside the escape sequences of its colour."""
    return f"\x1b[{_SGR[level]}m{NAMES[level]}\x1b[0m"
