"""The tools of one runtime: what `Tool` in spells, the command line and Python programs use."""

from __future__ import annotations

from llmspell.errors import SecurityError
from llmspell.tools.registry import Registry, UnknownToolError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Any

    from llmspell.events.bus import EventBus
    from llmspell.hooks.dispatcher import Hooks
    from llmspell.tools.answer import ToolResult
    from llmspell.tools.call import Heard, Surroundings
    from llmspell.tools.calling import Caller, Handle
    from llmspell.tools.registry import Entry
    from llmspell.tools.tool import Tool


TOOL_POINTS = ("BeforeToolExecution", "ToolValidation", "AfterToolExecution", "ToolError")
"""The hook points around a call."""


class Tools:
    """Finds and calls tools.

    around: what they may touch. events: the bus on which calls are announced. hooks: what runs
    around calls, None as long as there are no hooks. strict: whether only the exact names count,
    without aliases and underscores.
    """

    def __init__(
        self,
        around: Callable[[], Surroundings],
        events: Callable[[], EventBus],
        hooks: Callable[[], Hooks | None],
        *,
        strict: bool = False,
    ) -> None:
        self.registry = Registry()
        self.strict = strict
        self._around = around
        self._events = events
        self._hooks = hooks
        self._opened: Caller | None = None
        self._surroundings: Surroundings | None = None

    # What there is --------------------------------------------------------------------------

    def known(self, category: str | None = None) -> list[Entry]:
        """All tools by name, also those that lack libraries or that are switched off."""
        wanted = None if category is None else category.lower()
        return [each for each in self.registry.all() if wanted in (None, each.category.lower())]

    def available(self, category: str | None = None) -> list[Entry]:
        """The tools that can be called, by name; those of one category where one is given."""
        return [
            each
            for each in self.known(category)
            if each.available and not self.around.switched_off(each)
        ]

    def info(self, name: str) -> Entry | None:
        """What is known of a tool; None if it is not there or needs what is not installed."""
        entry = self.registry.find(name)
        if entry is None or not entry.available or self.around.switched_off(entry):
            return None
        return None if self.strict and entry.name != name else entry

    def categories(self) -> list[str]:
        """The categories that tools have, by name."""
        return sorted({entry.category for entry in self.available()})

    def search(self, words: Iterable[str], category: str | None = None) -> list[Entry]:
        """The tools that fit words best, those with words in the name first, then description."""
        asked = [word.lower() for word in words]
        ranked = []
        for entry in self.available(category):
            score = sum(_score(entry, word) for word in asked)
            if score or not asked:
                ranked.append((-score, entry.name, entry))
        return [entry for _, _, entry in sorted(ranked, key=lambda each: each[:2])]

    def register(self, tool: Tool, *, source: str = "program") -> None:
        """Adds a tool; raises ValidationError when its name is taken."""
        self.registry.register(tool, source=source)

    # Calls ----------------------------------------------------------------------------------

    def submit(
        self,
        name: str,
        params: Mapping[str, Any] | None = None,
        *,
        seconds: float | None = None,
        heard: Heard | None = None,
    ) -> Handle:
        """Starts a call and gives its handle.

        heard: gets what happens before the result, in other threads: plain data with `event`, a
        word, and `text`, the output itself or a line for people.

        Raises ToolError for an unknown name or a missing extra, SecurityError for a tool that the
        configuration switches off, ValidationError for wrong parameters, RateLimitError.
        """
        tool = self.chosen(name)
        hooks = self._hooks()
        if hooks is None or not hooks.any(TOOL_POINTS):
            return self._caller.start(tool, params or {}, seconds, heard)
        from llmspell.tools.hooking import start_hooked

        return start_hooked(self, hooks, tool, params or {}, seconds, heard)

    def chosen(self, name: str) -> Tool:
        """The tool of a name, if it may be called; raises as `submit` does."""
        entry = self.registry.entry(name)
        if self.strict and entry.name != name:
            raise UnknownToolError(name, (entry.name,))
        key = self.around.switched_off(entry)
        if key:
            raise SecurityError(f"'{entry.name}' is not allowed: `{key}` is false")
        return self.registry.tool(entry)

    def start(
        self, tool: Tool, params: Mapping[str, Any], seconds: float | None, heard: Heard | None
    ) -> Handle:
        """Starts a call around which no hooks run."""
        return self._caller.start(tool, params, seconds, heard)

    def invoke(
        self, name: str, params: Mapping[str, Any] | None = None, *, seconds: float | None = None
    ) -> ToolResult:
        """Calls a tool and waits for its result.

        Raises what `submit` does, and what the tool fails with.
        """
        return self.submit(name, params, seconds=seconds).result()

    @property
    def around(self) -> Surroundings:
        """What calls may touch."""
        if self._surroundings is None:
            self._surroundings = self._around()
        return self._surroundings

    def close(self) -> None:
        """Ends what calls share, such as connections."""
        if self._surroundings is not None:
            self._surroundings.close()

    @property
    def _caller(self) -> Caller:
        if self._opened is None:
            from llmspell.tools.calling import Caller

            self._opened = Caller(self.around, self._events)
        return self._opened


def _score(entry: Entry, word: str) -> int:
    """How well a word fits: the name counts most, then category, description and parameters."""
    places = (
        (8, entry.name),
        (4, " ".join(entry.aliases)),
        (3, entry.category),
        (2, entry.description.lower()),
        (1, " ".join(entry.schema.get("properties", ())).lower()),
    )
    return sum(weight for weight, text in places if word in text)
