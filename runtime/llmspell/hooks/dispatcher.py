"""Which hooks there are, and how those of a point are run (spec hooks-events §2, §4, §5)."""

from __future__ import annotations

import time
import uuid
from bisect import insort
from threading import Lock

from llmspell.errors import LLMSpellError, ValidationError
from llmspell.hooks.points import FIRED, POINTS
from llmspell.hooks.points import point as known_point
from llmspell.hooks.results import CONTINUE, HookResult, read
from llmspell.telemetry.levels import WARN
from llmspell.telemetry.trace import trace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from llmspell.events.bus import EventBus

PRIORITIES = {"highest": -(2**31), "high": -100, "normal": 0, "low": 100, "lowest": 2**31 - 1}
"""Lower runs first."""

MOST_KEPT = 1000
"""How many results are remembered for hooks that answer `cache`."""

STATUS = {
    "continue": "success",
    "cancel": "cancelled",
    "redirect": "redirected",
    "replace": "replaced",
    "fork": "forked",
    "cache": "cached",
}
"""Kind of result -> the word in the event, where it is another one."""


class Context:
    """What a hook is told. `data` and `metadata` may be changed for the hooks after it."""

    def __init__(
        self,
        point: str,
        component: tuple[str, str],
        data: dict[str, Any],
        *,
        metadata: dict[str, str] | None = None,
        correlation_id: str | None = None,
    ) -> None:
        self.point = point
        self.component = component
        self.data = data
        self.metadata = metadata or {}
        self.correlation_id = correlation_id or str(uuid.uuid4())

    def plain(self, language: str) -> dict[str, Any]:
        """The context as the plain data that hooks get."""
        kind, name = self.component
        return {
            "point": self.point,
            "correlation_id": self.correlation_id,
            "component_id": {"type": kind, "name": name},
            "language": language,
            "metadata": self.metadata,
            "data": self.data,
        }


class Hook:
    """A registered function. call: gets the plain context and a time limit in seconds."""

    __slots__ = ("call", "description", "id", "language", "name", "order", "point", "priority")

    def __init__(
        self,
        point: str,
        call: Callable[[dict[str, Any], float], Any],
        *,
        priority: int,
        language: str,
        name: str,
        description: str,
        order: int,
    ) -> None:
        self.point = point
        self.call = call
        self.priority = priority
        self.language = language
        self.name = name
        self.description = description
        self.order = order
        self.id = str(uuid.uuid4())

    def told(self) -> dict[str, Any]:
        """What lists show."""
        return {
            "name": self.name,
            "hook_point": self.point,
            "priority": f"Priority({self.priority})",
            "language": self.language,
            "version": "1.0.0",
            "description": self.description,
            "tags": ["cross-language", self.language],
        }


def limited(function: Callable[[dict[str, Any]], Any]) -> Callable[[dict[str, Any], float], Any]:
    """A Python function as a hook calls it: in a thread, which is left alone at the time limit."""
    from llmspell.background import in_waiting_thread

    def call(context: dict[str, Any], seconds: float) -> Any:
        return in_waiting_thread(lambda: function(context)).result(seconds)

    return call


class Hooks:
    """The hooks of one runtime; thread safe.

    events: the bus, on which each run is announced. timeout: seconds that one hook may take; one
    that takes longer, or fails, is told of on stderr and left out of account. enabled: off by
    configuration.
    """

    def __init__(
        self, events: Callable[[], EventBus], *, timeout: float = 5.0, enabled: bool = True
    ) -> None:
        self.timeout = timeout
        self.enabled = enabled
        self._events = events
        self._hooks: dict[str, list[Hook]] = {}
        self._registered = 0
        self._kept: dict[str, tuple[float, Any]] = {}
        self._lock = Lock()

    def register(
        self,
        point: str,
        call: Callable[[dict[str, Any], float], Any],
        *,
        priority: int | str = "normal",
        language: str = "python",
        name: str = "",
        description: str = "",
    ) -> Hook:
        """Adds a hook; of those with the same priority, the first registered runs first.

        Raises UnknownPointError, and ValidationError when a hook of that name is at the point.
        """
        found = known_point(point)
        if found in POINTS and found not in FIRED:
            trace(WARN, "hooks", f"nothing of this version reaches the hook point {found}")
        number = PRIORITIES.get(priority, 0) if isinstance(priority, str) else priority
        with self._lock:
            there = self._hooks.setdefault(found, [])
            self._registered += 1
            if name and any(each.name == name for each in there):
                raise ValidationError(f"there is a hook '{name}' at {point} already", field="name")
            hook = Hook(
                found,
                call,
                priority=number,
                language=language,
                name=name or f"{language}_{uuid.uuid4()}",
                description=description,
                order=self._registered,
            )
            insort(there, hook, key=lambda each: (each.priority, each.order))
        return hook

    def unregister(self, hook: Hook) -> bool:
        """Takes a hook away; gives whether it was there."""
        with self._lock:
            there = self._hooks.get(hook.point, [])
            if hook not in there:
                return False
            there.remove(hook)
            return True

    def registered(self, point: str | None = None) -> list[Hook]:
        """The hooks, in the order of their points' first registration and of their priorities."""
        wanted = None if point is None else known_point(point)
        with self._lock:
            return [
                hook
                for name, hooks in self._hooks.items()
                if wanted in (None, name)
                for hook in hooks
            ]

    def any(self, points: tuple[str, ...]) -> bool:
        """Whether something is registered at one of some points; costs next to nothing."""
        return self.enabled and any(map(self._hooks.get, points))

    def kept(self, key: str) -> Any:
        """What `keep` has under a key, None where there is nothing or its time is over."""
        with self._lock:
            until, value = self._kept.get(key, (0.0, None))
        return value if time.monotonic() < until else None

    def keep(self, key: str, value: Any, seconds: float) -> None:
        """Remembers a result for some time; of many, the oldest is forgotten."""
        with self._lock:
            self._kept.pop(key, None)
            self._kept[key] = (time.monotonic() + seconds, value)
            if len(self._kept) > MOST_KEPT:
                del self._kept[next(iter(self._kept))]

    def run(self, context: Context) -> HookResult:
        """Runs the hooks of a point in order and gives the first answer that is not to go on.

        A `modified` answer is put into `context.data` and the next hook runs; it is what comes out
        when none says more.
        """
        outcome = CONTINUE
        for hook in tuple(self._hooks.get(context.point, ())) if self.enabled else ():
            result = self._one(hook, context)
            self._announce(hook, context, STATUS.get(result.kind, result.kind))
            if result.kind == "modified":
                if isinstance(result.payload["data"], dict):
                    context.data.update(result.payload["data"])
                outcome = result
            elif result.kind not in {"continue", "skipped"}:
                return result
        return outcome

    def _one(self, hook: Hook, context: Context) -> HookResult:
        try:
            return read(hook.call(context.plain(hook.language), self.timeout), hook.language)
        except TimeoutError:
            problem = f"took longer than {self.timeout:g} s"
        except LLMSpellError as error:
            problem = error.lua_message
        except Exception as error:  # noqa: BLE001 - a hook may be anybody's code
            problem = f"{type(error).__name__}: {error}"
        trace(WARN, "hooks", f"the hook {hook.name} at {context.point} failed: {problem}")
        self._announce(hook, context, "error")
        return CONTINUE

    def _announce(self, hook: Hook, context: Context, status: str) -> None:
        data = {
            "hook_point": context.point,
            "component_id": {"type": context.component[0], "name": context.component[1]},
            "language": hook.language,
            "status": status,
        }
        self._events().publish(
            f"hook.{context.point.lower()}.{status}",
            data,
            source="hook_bridge",
            correlation_id=context.correlation_id,
        )
