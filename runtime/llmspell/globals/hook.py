"""The `Hook` global (spec lua-globals §10, hooks-events §12)."""

from __future__ import annotations

from llmspell.errors import LLMSpellError
from llmspell.globals.describe import instance, member, namespace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TypedDict

    from llmspell.globals.kinds import HookPoint, HookPriority
    from llmspell.globals.services import Services
    from llmspell.globals.types import LuaFunction
    from llmspell.hooks.dispatcher import Hook as Registered
    from llmspell.hooks.dispatcher import Hooks

    class HookEntry(TypedDict):
        """A registered hook.

        Fields:
            name: its name, unique at its point.
            hook_point: where it runs.
            priority: `Priority(<number>)`; lower runs first.
            language: what it is written in.
            version: of the hook.
            description: what it is for.
            tags: words about it.
        """

        name: str
        hook_point: str
        priority: str
        language: str
        version: str
        description: str
        tags: list[str]


class UnregisteredError(LLMSpellError):
    """The hook of a handle is not registered any more."""

    prefix = ""


@instance("HookHandle", debug_view=("hook_point",))
class HookHandle:
    """A registered hook; made by `Hook.register`."""

    def __init__(self, hooks: Hooks, hook: Registered) -> None:
        self._hooks = hooks
        self._hook: Registered | None = hook

    @member()
    def id(self) -> str:
        """Gives the hook's id, a UUID."""
        return self._registered().id

    @member()
    def hook_point(self) -> str:
        """Gives the point at which the hook runs."""
        return self._registered().point

    @member()
    def unregister(self) -> bool:
        """Takes the hook away; gives whether it was there."""
        hook, self._hook = self._hook, None
        return hook is not None and self._hooks.unregister(hook)

    def _registered(self) -> Registered:
        if self._hook is None:
            raise UnregisteredError("Hook already unregistered")
        return self._hook


@namespace("Hook")
class Hook:
    """Runs functions around what tools do.

    A hook gets a table with `point`, `component_id` (`type` and `name`), `data`, `metadata` and
    `correlation_id`. What it gives decides how it goes on. Nothing, or `"continue"`: as before.
    Another string: the call is cancelled with that reason. Or a table with a `type`: `modified`
    (`data` is put over the data of the context, so `{ parameters = … }` changes the call),
    `replace` (`data` is the result), `cancel` (`reason`), `redirect` (`target`, another tool),
    `retry` (`delay_ms`, `max_attempts`), `fork` (`operations`, calls whose results become a list),
    `cache` (`key`, `ttl` in seconds: the result is remembered), `skipped`.
    """

    def __init__(self, services: Services) -> None:
        self._hooks = services.hooks

    def debug_view(self) -> list[dict[str, Any]]:
        """How `Hook` shows itself: its hooks."""
        return [hook.told() for hook in self._hooks.registered()]

    @member()
    def register(
        self, point: HookPoint, hook: LuaFunction, priority: HookPriority = "normal"
    ) -> HookHandle:
        """Runs a function at a point, until it is unregistered or the spell ends.

        Args:
            point: where it runs.
            hook: gets the context, and decides how it goes on.
            priority: hooks of a higher priority run first.

        Raises:
            Unknown hook point: there is no such point.

        Example:
            Hook.register("BeforeToolExecution", function(context)
              if context.component_id.name == "file-operations" then
                return { type = "cancel", reason = "no files today" }
              end
            end)
            print(pcall(Tool.execute, "file-operations", { operation = "exists", path = "x" }))
        """
        registered = self._hooks.register(
            point,
            lambda context, seconds: hook.within(seconds, context),
            priority=priority,
            language="lua",
        )
        return HookHandle(self._hooks, registered)

    @member("list")
    def list_all(
        self,
        *,
        hook_point: str | None = None,
        language: str | None = None,
        priority: str | None = None,
        tag: str | None = None,
    ) -> list[HookEntry]:
        """Gives the registered hooks; those that all given words fit.

        Args:
            hook_point: where they run.
            language: what they are written in.
            priority: `highest`, `high`, `normal`, `low` or `lowest`.
            tag: a piece of one of their tags.
        """
        from llmspell.hooks.dispatcher import PRIORITIES

        number = None if priority is None else PRIORITIES.get(priority.lower())
        return [
            hook.told()  # type: ignore[misc]
            for hook in self._hooks.registered(hook_point)
            if language in (None, hook.language)
            and number in (None, hook.priority)
            and (tag is None or any(tag in each for each in hook.told()["tags"]))
        ]

    @member()
    def unregister(self, handle: HookHandle) -> bool:
        """Takes a hook away; gives whether it was there.

        Args:
            handle: what `Hook.register` gave.
        """
        return handle.unregister()
