"""One message of a log and the forms in which it is written (spec config §3.8 `output.format`)."""

from collections.abc import Callable

from llmspell.telemetry.colour import colored_level
from llmspell.telemetry.levels import NAMES
from llmspell.telemetry.timestamps import log_time, rfc3339


class Entry:
    """A message that passed level and filters; its text forms are made when asked for."""

    __slots__ = ("level", "message", "metadata", "module", "time_ns")

    def __init__(
        self,
        time_ns: int,
        level: int,
        message: str,
        module: str | None = None,
        metadata: object = None,
    ) -> None:
        self.time_ns = time_ns
        self.level = level
        self.message = message
        self.module = module
        self.metadata = metadata

    def as_record(self) -> dict[str, object]:
        """`{timestamp (RFC 3339), level, message, module?, metadata?}` (spec lua-globals §16)."""
        record: dict[str, object] = {
            "timestamp": rfc3339(self.time_ns),
            "level": NAMES[self.level],
            "message": self.message,
        }
        if self.module is not None:
            record["module"] = self.module
        if self.metadata is not None:
            record["metadata"] = self.metadata
        return record


def _as_text(entry: Entry, color: bool) -> str:
    level = colored_level(entry.level) if color else NAMES[entry.level]
    module = "" if entry.module is None else f"[{entry.module}] "
    return f"{log_time(entry.time_ns)} {level} {module}{entry.message}\n"


def _as_json(entry: Entry, _color: bool) -> str:
    import json

    return json.dumps(entry.as_record(), ensure_ascii=False, default=str) + "\n"


def _as_pretty_json(entry: Entry, _color: bool) -> str:
    import json

    return json.dumps(entry.as_record(), ensure_ascii=False, default=str, indent=2) + "\n"


RENDERERS: dict[str, Callable[[Entry, bool], str]] = {
    "text": _as_text,
    "json": _as_json,
    "json_pretty": _as_pretty_json,
}
"""Format name → function of an entry and “coloured?”, which gives whole lines of text.

`text` is `YYYY-MM-DD HH:MM:SS.mmm LEVEL [module] message`; only it knows colour.
"""
