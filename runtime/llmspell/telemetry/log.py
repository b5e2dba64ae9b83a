"""The debug log of spells (spec lua-globals §16, config §3.8)."""

from collections import deque
from collections.abc import Callable
from threading import Lock
from time import time_ns

from llmspell.errors import ConfigError
from llmspell.telemetry.entries import RENDERERS, Entry
from llmspell.telemetry.filters import ModuleFilters, ModulePattern
from llmspell.telemetry.levels import INFO, OFF

MAX_ENTRIES = 10_000

Write = Callable[[str], object]
"""Takes whole lines of text, each with its newline."""


class _Sink:
    __slots__ = ("color", "render", "write")

    def __init__(self, write: Write, render: Callable[[Entry, bool], str], color: bool) -> None:
        self.write = write
        self.render = render
        self.color = color


class DebugLog:
    """Keeps the last messages and writes them to its sinks.

    A message below the level, or of a module that the filters refuse, is neither written nor kept.
    One log may serve several threads; a sink is called on the thread that logs.

    :param max_entries: how many messages are kept; 0 keeps none.
    :param clock: gives nanoseconds since 1970.
    """

    __slots__ = (
        "_ceiling",
        "_clock",
        "_enabled",
        "_entries",
        "_level",
        "_lock",
        "_module_levels",
        "_sinks",
        "filters",
    )

    filters: ModuleFilters
    """Which modules may log."""

    def __init__(
        self,
        level: int = INFO,
        *,
        enabled: bool = True,
        max_entries: int = MAX_ENTRIES,
        clock: Callable[[], int] = time_ns,
    ) -> None:
        self.filters = ModuleFilters()
        self._level = level
        self._enabled = enabled
        self._module_levels: tuple[tuple[ModulePattern, int], ...] = ()
        self._sinks: tuple[_Sink, ...] = ()
        self._entries: deque[Entry] = deque(maxlen=max_entries)
        self._lock = Lock()
        self._clock = clock
        self._set_ceiling()

    @property
    def level(self) -> int:
        """The most talkative level that passes; `OFF` passes nothing."""
        return self._level

    @level.setter
    def level(self, level: int) -> None:
        self._level = level
        self._set_ceiling()

    @property
    def enabled(self) -> bool:
        """Whether anything is logged at all."""
        return self._enabled

    @enabled.setter
    def enabled(self, enabled: bool) -> None:
        self._enabled = enabled
        self._set_ceiling()

    def set_module_level(self, pattern: str, level: int) -> None:
        """Give modules a level of their own (`[debug] module_filters.levels`).

        The kind of pattern follows from its text, as in `filters`; the pattern given last decides.
        `level = OFF` of the whole log stays stronger.

        :raises ValidationError: the pattern is too long.
        """
        self._module_levels = ((ModulePattern(pattern), level), *self._module_levels)
        self._set_ceiling()

    def is_enabled_for(self, level: int, module: str | None = None) -> bool:
        """Whether a message of this level and module would be logged."""
        if not OFF < level <= self._ceiling:
            return False
        if self._module_levels and level > self._level_of(module or ""):
            return False
        return self.filters.allow(module)

    def log(
        self, level: int, message: str, module: str | None = None, metadata: object = None
    ) -> None:
        """Keep a message and write it to the sinks, if level and filters let it pass.

        Costs one comparison when the level is too low. `metadata` is plain JSON data and is kept as
        it is, not copied. What a sink raises goes to the caller; the message is kept before.
        """
        if level > self._ceiling or not self.is_enabled_for(level, module):
            return
        entry = Entry(self._clock(), level, message, module, metadata)
        with self._lock:
            self._entries.append(entry)
        for sink in self._sinks:
            sink.write(sink.render(entry, sink.color))

    def entries(self, limit: int | None = None) -> list[dict[str, object]]:
        """Return the kept messages, oldest first; with a limit, the last ones.

        Each is `{timestamp (RFC 3339), level, message, module?, metadata?}`.
        """
        with self._lock:
            kept = list(self._entries)
        if limit is not None:
            kept = kept[max(0, len(kept) - max(0, limit)) :]
        return [entry.as_record() for entry in kept]

    def clear(self) -> None:
        """Forget the kept messages."""
        with self._lock:
            self._entries.clear()

    def add_sink(self, write: Write, *, form: str = "text", color: bool = False) -> None:
        """Send further messages to `write` as well, in the form `text`, `json` or `json_pretty`.

        :raises ConfigError: there is no such form.
        """
        render = RENDERERS.get(form)
        if render is None:
            raise ConfigError(f"unknown log format '{form}': use one of {', '.join(RENDERERS)}")
        self._sinks = (*self._sinks, _Sink(write, render, color))

    def remove_sink(self, write: Write) -> None:
        """Send nothing more to `write`."""
        self._sinks = tuple(sink for sink in self._sinks if sink.write != write)

    def _level_of(self, module: str) -> int:
        for pattern, level in self._module_levels:
            if pattern.matches(module):
                return level
        return self._level

    def _set_ceiling(self) -> None:
        """Remember the highest level that any module may log at."""
        if not self._enabled or self._level == OFF:
            self._ceiling = OFF
        else:
            self._ceiling = max([self._level, *(level for _, level in self._module_levels)])
