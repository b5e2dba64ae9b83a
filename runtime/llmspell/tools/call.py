"""One call of a tool: its parameters, and the world as far as the tool may touch it."""

from __future__ import annotations

import threading
import time

from llmspell.errors import TimeLimitError, ToolError, ValidationError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Mapping
    from typing import Any

    from llmspell.config.schema.tools import Tools as Settings
    from llmspell.security.http import Between
    from llmspell.security.policy import Mode, Policy
    from llmspell.tools.registry import Entry

    Heard = Callable[[dict[str, Any]], object]


class Surroundings:
    """What all calls of a runtime share.

    policy: what may be touched; every tool asks it. settings: the section `[tools]` of the
    configuration, read when it is first asked for. configured: whether there is a configuration.
    environ: environment variables. between: what answers requests over HTTP that the policy allows
    (see `security.http`), None for the servers themselves.
    """

    def __init__(
        self,
        policy: Policy,
        *,
        settings: Callable[[], Settings],
        environ: Mapping[str, str],
        configured: bool = False,
        between: Between | None = None,
    ) -> None:
        self.policy = policy
        self.between = between
        self.configured = configured
        self.environ = environ
        self._load = settings
        self._settings: Settings | None = None
        self._shared: dict[Any, tuple[Any, Callable[[Any], Coroutine[Any, Any, None]]]] = {}
        self._lock = threading.Lock()

    @property
    def settings(self) -> Settings:
        """The section `[tools]` of the configuration, with its defaults."""
        if self._settings is None:
            self._settings = self._load()
        return self._settings

    @property
    def calls_per_minute(self) -> int | None:
        """How often all tools together may be called; None for any number."""
        return self.settings.rate_limit_per_minute if self.configured else None

    def switched_off(self, entry: Entry) -> str:
        """The key of the configuration that switches a tool off; "" where none does."""
        if not self.configured:
            return ""
        from llmspell.tools.switches import switched_off

        return switched_off(self.settings, entry)

    def shared(
        self,
        key: Any,
        make: Callable[[], Any],
        close: Callable[[Any], Coroutine[Any, Any, None]],
    ) -> Any:
        """Something that tools of this runtime share, such as a client: made at first use.

        close: ends it on the loop, when the runtime is closed.
        """
        with self._lock:
            if key not in self._shared:
                self._shared[key] = (make(), close)
            return self._shared[key][0]

    def close(self) -> None:
        """Ends what tools share."""
        from llmspell.background import on_loop

        with self._lock:
            kept, self._shared = list(self._shared.values()), {}
        for each, close in kept:
            on_loop(close(each)).result(5)


class Call:
    """One call. `params` has passed the schema; `operation` is the canonical name ("" without any).

    limit: seconds that it may take; deadline: when it has to be over, by `time.monotonic`.
    heard: gets what `tell` tells, in any thread.
    """

    __slots__ = (
        "_cancelled",
        "_listener",
        "around",
        "deadline",
        "heard",
        "limit",
        "operation",
        "params",
        "tool",
    )

    def __init__(
        self,
        tool: str,
        operation: str,
        params: dict[str, Any],
        around: Surroundings,
        limit: float,
        heard: Heard | None = None,
    ) -> None:
        self.tool = tool
        self.operation = operation
        self.params = params
        self.around = around
        self.limit = limit
        self.heard = heard
        self.deadline = time.monotonic() + limit
        self._cancelled = threading.Event()
        self._listener: Callable[[], object] | None = None

    @property
    def policy(self) -> Policy:
        """What may be touched."""
        return self.around.policy

    @property
    def settings(self) -> Settings:
        """The section `[tools]` of the configuration."""
        return self.around.settings

    def get(self, name: str, default: Any = None) -> Any:
        """A parameter, or the default where it is absent or nil."""
        value = self.params.get(name)
        return default if value is None else value

    def need(self, name: str) -> Any:
        """A parameter that must be there; raises ValidationError naming it."""
        value = self.params.get(name)
        if value is None:
            what = f" by '{self.operation}'" if self.operation else ""
            raise ValidationError(f"'{name}' is needed{what}", field=name)
        return value

    def path(self, name: str, mode: Mode = "read") -> str:
        """The absolute, resolved path that a parameter names, if the policy lets it be used."""
        return self.policy.check_path(str(self.need(name)), mode)

    def tell(self, event: str, text: str, **data: Any) -> None:
        """Tells whoever listens what has happened while the call goes on.

        event: a word for it; text: what people read of it, which is the output itself where there
        is one, else a line.
        """
        if self.heard is not None:
            self.heard({"event": event, "text": text, **data})

    def cancel(self) -> None:
        """Asks the tool to stop; called from any thread."""
        self._cancelled.set()
        if self._listener is not None:
            self._listener()

    def on_cancel(self, listener: Callable[[], object] | None) -> None:
        """Calls a function when the call is cancelled, at once if it is; the last one counts."""
        self._listener = listener
        if listener is not None and self.cancelled:
            listener()

    def wait_cancelled(self, seconds: float) -> bool:
        """Waits until the call is cancelled, for some time; gives whether it is."""
        return self._cancelled.wait(seconds)

    @property
    def cancelled(self) -> bool:
        """Whether the result is not wanted any more."""
        return self._cancelled.is_set()

    @property
    def seconds_left(self) -> float:
        """Time until the limit of the call."""
        return max(0.0, self.deadline - time.monotonic())

    def check(self) -> None:
        """Raises once the call was cancelled or its time is over; long loops call it."""
        if self.cancelled:
            raise ToolError("the call was cancelled")
        if time.monotonic() > self.deadline:
            raise self.overdue()

    def overdue(self) -> TimeLimitError:
        """The error that says that its time is over."""
        return TimeLimitError(
            f"'{self.tool}' did not end within {self.limit:g} s",
            duration_ms=round(self.limit * 1000),
        )
