"""Contexts of execution, and the memory that those of one scope share (spec §3)."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from attrs import field, frozen

from llmspell.errors import LLMSpellError, ValidationError

SCOPES = ("global", "session", "workflow", "agent", "user")
INHERITANCE = ("inherit", "isolate", "copy", "share")
COPIED = "conversation_context"
"""The one key that `copy` takes over."""


class UnknownContextError(LLMSpellError):
    """There is no context of that id."""

    prefix = ""


@frozen(kw_only=True)
class Context:
    """A context. scope: `global` or `<kind>:<id>`; data: its own, beside what the scope shares."""

    id: str
    scope: str = "global"
    inheritance: str = "inherit"
    parent: str | None = None
    ids: Mapping[str, str] = field(factory=dict)
    data: Mapping[str, Any] = field(factory=dict)


class Contexts:
    """The contexts of a runtime."""

    def __init__(self) -> None:
        self._kept: dict[str, Context] = {}
        self._shared: dict[str, dict[str, Any]] = {}
        self._lock = threading.Lock()

    def create(self, settings: Mapping[str, Any], *, context_id: str = "") -> Context:
        """Makes a context of `scope`, `inheritance`, `data` and the ids of a table."""
        data = settings.get("data") or {}
        if not isinstance(data, Mapping):
            raise ValidationError("Failed to parse context config: 'data' must be a table")
        ids = {
            key: str(settings[key])
            for key in ("conversation_id", "user_id", "session_id")
            if settings.get(key)
        }
        return self._keep(
            Context(
                id=context_id or str(uuid4()),
                scope=scope_of(settings.get("scope", "global")),
                inheritance=_inheritance(settings.get("inheritance")),
                ids=ids,
                data=dict(data),
            )
        )

    def create_child(self, parent_id: str, scope: Any, inheritance: Any) -> Context:
        """Makes a context below another; what it takes over depends on `inheritance`."""
        parent = self._find(parent_id, "create child context")
        mode = _inheritance(inheritance)
        seen = self.all_data(parent_id)
        data = {"inherit": seen, "copy": {k: v for k, v in seen.items() if k == COPIED}}
        return self._keep(
            Context(
                id=str(uuid4()),
                scope=scope_of(scope),
                inheritance=mode,
                parent=parent.id,
                ids=parent.ids,
                data=data.get(mode, {}),
            )
        )

    def update(self, context_id: str, key: str, value: Any) -> None:
        """Sets a value that all contexts of the scope see."""
        self.share(self._find(context_id, "update context").scope, key, value)

    def get(self, context_id: str, key: str) -> Any:
        """A value: of the scope, of the context, and with `share` of those above; else None."""
        return self.all_data(context_id).get(key)

    def all_data(self, context_id: str) -> dict[str, Any]:
        """All values that a context sees."""
        context = self._find(context_id, "get context data")
        above: dict[str, Any] = {}
        if context.inheritance == "share" and context.parent in self._kept:
            above = self.all_data(context.parent)
        return {**above, **context.data, **self._shared.get(context.scope, {})}

    def remove(self, context_id: str) -> None:
        """Takes a context away; what its scope shares stays."""
        self._find(context_id, "remove context")
        del self._kept[context_id]

    def share(self, scope: Any, key: str, value: Any) -> None:
        """Sets a value in the memory of a scope."""
        with self._lock:
            self._shared.setdefault(scope_of(scope), {})[key] = value

    def shared(self, scope: Any, key: str) -> Any:
        """A value in the memory of a scope, None if there is none."""
        return self._shared.get(scope_of(scope), {}).get(key)

    def _keep(self, context: Context) -> Context:
        self._kept[context.id] = context
        return context

    def _find(self, context_id: str, verb: str) -> Context:
        found = self._kept.get(context_id)
        if found is None:
            raise UnknownContextError(f"Failed to {verb}: there is no context '{context_id}'")
        return found


def scope_of(given: Any) -> str:
    """A scope as text; raises ValidationError for what is none (spec lua-globals §3.5)."""
    if isinstance(given, str):
        kind, colon, name = given.partition(":")
        if given == "global" or (kind in SCOPES[1:] and colon and name):
            return given
        raise ValidationError(f"Failed to parse scope: Invalid simple scope: {given}")
    if not isinstance(given, Mapping):
        raise ValidationError("Failed to parse scope: Expected string or table for scope")
    kind = str(given.get("type") or "")
    if kind == "global":
        return "global"
    if kind not in SCOPES:
        raise ValidationError(f"Failed to parse scope: Invalid scope type: {kind}")
    if not given.get("id"):
        raise ValidationError(f"Failed to parse scope: a scope of type {kind} needs an id")
    return f"{kind}:{given['id']}"


def _inheritance(given: Any) -> str:
    mode = str(given or "inherit").lower()
    return mode if mode in INHERITANCE else "inherit"
