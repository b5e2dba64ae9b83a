"""The program's own messages, on stderr only (`--trace`, `RUST_LOG`; spec cli §1).

The other rooms call `trace(level, component, message, cause)`. Until `set_up` is called, and by
default, warnings and errors are shown. The standard `logging` module is not imported for that; at
any other level its messages (those of libraries) are led here too.
"""

import sys
from collections.abc import Callable, Mapping
from time import time_ns

from llmspell.errors import ConfigError
from llmspell.telemetry.colour import use_color
from llmspell.telemetry.entries import RENDERERS, Entry
from llmspell.telemetry.levels import DEBUG, ERROR, INFO, NAMES, OFF, TRACE, WARN, parse_level

TYPE_CHECKING = False  # the one of `typing` would cost 5 ms of start-up
if TYPE_CHECKING:
    import logging
    from typing import TextIO

_PACKAGE = "llmspell"


class Directives:
    """Which components may say how much.

    :param default: the level where no target matches.
    :param targets: target → level; a target matches itself and what is below it (`a.b` for `a`),
        and the longest one decides.
    """

    __slots__ = ("_by_length", "ceiling", "default")

    ceiling: int
    """The highest level that anything may speak at."""

    def __init__(self, default: int, targets: Mapping[str, int] | None = None) -> None:
        self.default = default
        self._by_length = sorted((targets or {}).items(), key=lambda item: -len(item[0]))
        self.ceiling = max([default, *(level for _, level in self._by_length)])

    def level_of(self, target: str) -> int:
        """Return the level of a target such as `llmspell.config` or `httpx`."""
        for name, level in self._by_length:
            if target == name or target.startswith(name + "."):
                return level
        return self.default


def parse_directives(text: str) -> tuple[Directives, list[str]]:
    """Return the directives of a `RUST_LOG` filter, and its parts that cannot be used.

    A part is a level, a target (which may say all), or `target=level`; `::` is read as `.`, and
    `llmspell_x` as `llmspell.x`. With targets only, the others say errors.
    """
    default = None
    targets: dict[str, int] = {}
    unusable: list[str] = []
    for part in filter(None, map(str.strip, text.split(","))):
        name, equals, level_name = part.partition("=")
        level = parse_level(level_name if equals else name)
        if any(sign in part for sign in "[]{}/\"' ") or (equals and (level is None or not name)):
            unusable.append(part)
        elif equals and level is not None:
            targets[_target(name)] = level
        elif level is not None:
            default = level
        else:
            targets[_target(name)] = TRACE
    return Directives(ERROR if default is None else default, targets), unusable


def _target(name: str) -> str:
    target = name.replace("::", ".")
    rest = target.removeprefix(_PACKAGE + "_")
    return target if rest == target else f"{_PACKAGE}.{rest}"


class Tracer:
    """Writes messages that its directives let pass.

    :param stream: where to; None is what `sys.stderr` is at that moment.
    :param json: one JSON object for each message instead of a line of text.
    """

    __slots__ = ("_clock", "_directives", "_environ", "_form", "_stream", "ceiling")

    def __init__(
        self,
        directives: Directives,
        *,
        stream: "TextIO | None" = None,
        environ: Mapping[str, str] | None = None,
        json: bool = False,
        clock: Callable[[], int] = time_ns,
    ) -> None:
        self._directives = directives
        self._stream = stream
        self._environ = environ or {}
        self._form = "json" if json else "text"
        self._clock = clock
        self.ceiling = directives.ceiling

    def write(
        self, level: int, target: str, message: str, cause: BaseException | None = None
    ) -> None:
        """Write a message of a target, if it may say so much.

        At `debug` and above the target is shown, and the Python traceback of the cause follows.
        """
        allowed = self._directives.level_of(target)
        if not OFF < level <= allowed:
            return
        detailed = allowed >= DEBUG
        if detailed and cause is not None:
            from traceback import format_exception

            message = f"{message}\n{''.join(format_exception(cause)).rstrip()}"
        entry = Entry(self._clock(), level, message, target if detailed else None)
        stream = self._stream or sys.stderr
        if stream is None:  # a process without stderr (pythonw)
            return
        try:
            stream.write(RENDERERS[self._form](entry, use_color(stream, self._environ)))
            stream.flush()
        except (OSError, ValueError):
            pass  # stderr is closed: nobody is left to tell


_tracer = Tracer(Directives(WARN))
_bridge: "logging.Handler | None" = None


def set_up(level: str | None, environ: Mapping[str, str], stream: "TextIO | None" = None) -> None:
    """Say what is shown from now on; may be called again.

    `RUST_LOG`, when not empty, replaces `level`, which is `warn` when None. Lines are JSON
    when `LOG_FORMAT` is `json`, or when it is not set and `LLMSPELL_ENV` is `production`.

    :raises ConfigError: there is no such level.
    """
    global _tracer
    filter_text = environ.get("RUST_LOG", "").strip()
    directives, unusable = (
        parse_directives(filter_text) if filter_text else (Directives(_level(level)), [])
    )
    _tracer = Tracer(directives, stream=stream, environ=environ, json=_wants_json(environ))
    _set_bridge(directives)
    for part in unusable:
        trace(WARN, "trace", f"RUST_LOG: '{part}' is not 'level', 'target' or 'target=level'")


def is_traced(level: int) -> bool:
    """Whether a message of this level may be shown at all: for messages that are dear to make."""
    return level <= _tracer.ceiling


def trace(level: int, component: str, message: str, cause: BaseException | None = None) -> None:
    """Show a message of a component of llmspell, such as `config` or `lua.loader`.

    Costs one comparison when nothing may be shown at this level. The traceback of `cause` is shown
    at `debug` and above only.
    """
    if level <= _tracer.ceiling:
        _tracer.write(level, f"{_PACKAGE}.{component}", message, cause)


def _level(name: str | None) -> int:
    level = WARN if name is None else parse_level(name)
    if level is None:
        names = ", ".join(NAMES).lower()
        raise ConfigError(f"unknown trace level '{name}': use one of {names}")
    return level


def _wants_json(environ: Mapping[str, str]) -> bool:
    form = environ.get("LOG_FORMAT") or (
        "json" if environ.get("LLMSPELL_ENV") == "production" else "text"
    )
    return form.lower() == "json"


def _set_bridge(directives: Directives) -> None:
    """Lead the messages of the standard `logging` here, except at the plain default.

    There `logging` by itself shows warnings and errors on stderr, and importing it costs 10 ms.
    """
    global _bridge
    plain = directives.ceiling == directives.default == WARN
    if plain and _bridge is None:
        return
    import logging

    root = logging.getLogger()
    if _bridge is not None:
        root.removeHandler(_bridge)
        root.setLevel(logging.WARNING)
        _bridge = None
    if not plain:
        _bridge = _make_bridge()
        root.addHandler(_bridge)
        root.setLevel(_logging_level(directives.ceiling))


def _logging_level(level: int) -> int:
    """Return the number in the standard `logging` for one of our levels."""
    return {OFF: 100, ERROR: 40, WARN: 30, INFO: 20, DEBUG: 10, TRACE: 1}[level]


def _make_bridge() -> "logging.Handler":
    import logging

    class Bridge(logging.Handler):
        """Hands records to the tracer."""

        def emit(self, record: logging.LogRecord) -> None:
            level = next(
                level
                for level in (ERROR, WARN, INFO, DEBUG, TRACE)
                if level == TRACE or record.levelno >= _logging_level(level)
            )
            cause = record.exc_info[1] if record.exc_info else None
            _tracer.write(level, record.name, record.getMessage(), cause)

    return Bridge()
