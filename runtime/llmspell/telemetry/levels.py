"""The levels of log messages and their spellings (spec lua-globals §16, `Debug.setLevel`)."""

OFF = 0
ERROR = 1
WARN = 2
INFO = 3
DEBUG = 4
TRACE = 5

NAMES = ("OFF", "ERROR", "WARN", "INFO", "DEBUG", "TRACE")
"""The name of each level, indexed by the level."""

_SPELLINGS = {
    "off": OFF,
    "none": OFF,
    "0": OFF,
    "error": ERROR,
    "err": ERROR,
    "1": ERROR,
    "warn": WARN,
    "warning": WARN,
    "2": WARN,
    "info": INFO,
    "3": INFO,
    "debug": DEBUG,
    "4": DEBUG,
    "trace": TRACE,
    "5": TRACE,
}


def parse_level(text: str) -> int | None:
    """Return the level that `text` names, in any case; None if it names none."""
    return _SPELLINGS.get(text.strip().lower())
