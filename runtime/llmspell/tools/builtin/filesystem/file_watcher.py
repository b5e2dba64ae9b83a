"""`file-watcher` (spec tools §8.21), on watchfiles."""

from __future__ import annotations

import os
import time
from fnmatch import fnmatchcase

from llmspell.errors import SecurityError, ToolError, ValidationError
from llmspell.tools.answer import Answer
from llmspell.tools.builtin.filesystem.paths import timestamp, walk
from llmspell.tools.description import Example, Limits, Operation, Parameter
from llmspell.tools.tool import Tool

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from watchfiles import Change

    from llmspell.tools.call import Call

    Changes = set[tuple[Change, str]]

SECONDS = 300
MOST_SECONDS = 600
MOST_EVENTS = 1000
MOST_PATHS = 100
DEBOUNCE = 100
QUIET = 100
"""Milliseconds without an event after which those before are given."""

_MOST_KNOWN = 10_000
_MARGIN = 1.0
"""Seconds of the call that are left for the events to be given."""

_KINDS = {"added": "Create", "modified": "Modify", "deleted": "Delete"}


class FileWatcher(Tool):
    """Waits until files change, and tells how."""

    name = "file-watcher"
    category = "filesystem"
    security = "restricted"
    permissions = ("read",)
    limits = Limits(seconds=MOST_SECONDS + 5)
    requires = ("watchfiles",)
    parameters = (
        Parameter(
            "input",
            "array",
            "Files and folders to watch.",
            aliases=("paths",),
            schema={"items": {"type": "string"}},
        ),
        Parameter("recursive", "boolean", "Watch folders below, too.", default=True),
        Parameter("pattern", "string", "Of the full path: `*`, `?`, `[a-z]`."),
        Parameter(
            "debounce_ms",
            "integer",
            "Events of one path within this time are one.",
            default=DEBOUNCE,
            schema={"minimum": 0, "maximum": 60_000},
        ),
        Parameter(
            "timeout_seconds", "number", "Time to wait.", default=SECONDS, schema={"minimum": 0}
        ),
        Parameter(
            "timeout_ms", "integer", "The same in milliseconds; wins.", schema={"minimum": 1}
        ),
        Parameter("max_events", "integer", "Events to wait for.", default=MOST_EVENTS),
    )
    operations = {
        "watch": Operation(
            "waits for changes; ends when it is quiet again after one", needs=("input",)
        ),
        "config": Operation("the limits", takes=()),
    }
    examples = (
        Example(
            {"operation": "watch", "input": ["@/a.txt"], "timeout_ms": 20},
            {"success": True, "result": {"event_count": 0}},
            files={"a.txt": "x"},
        ),
        Example({"operation": "config"}, {"result": {"max_paths": 100}}),
        Example({"operation": "watch", "input": ["/etc"]}, fails="not in allowed"),
    )

    def do_config(self, call: Call) -> Answer:  # noqa: ARG002 - asks for nothing
        """What holds where a call says nothing else."""
        told = {
            "max_events": MOST_EVENTS,
            "default_timeout": SECONDS,
            "default_debounce_ms": DEBOUNCE,
            "max_paths": MOST_PATHS,
        }
        return Answer("config", told)

    def do_watch(self, call: Call) -> Answer:
        """No event within the time is a success with an empty list."""
        from watchfiles import watch

        roots = _roots(call)
        events = _Events(call, roots)
        wait = max(1, call.get("debounce_ms", DEBOUNCE))
        seconds = float(call.get("timeout_seconds", SECONDS))
        if call.get("timeout_ms"):
            seconds = call.params["timeout_ms"] / 1000
        until = time.monotonic() + min(seconds, MOST_SECONDS, call.seconds_left - _MARGIN)
        for changes in watch(
            *roots,
            watch_filter=None,
            debounce=wait,
            step=min(50, wait),
            rust_timeout=QUIET,
            yield_on_timeout=True,
            raise_interrupt=False,
            recursive=call.get("recursive", True),
        ):
            call.check()
            events.add(changes)
            quiet = bool(events.found) and not changes
            if quiet or events.full or time.monotonic() >= until:
                break
        count = len(events.found)
        return Answer(
            "watch",
            {"events": events.found, "event_count": count},
            message=f"{count} events",
            metadata={"count": count},
        )


class _Events:
    """What has happened so far.

    That a file was renamed is told from its inode: the one that came is the one that went. The
    inodes of up to 10 000 files are known before.
    """

    def __init__(self, call: Call, roots: list[str]) -> None:
        self._call = call
        self._pattern: str | None = call.get("pattern")
        self._window = call.get("debounce_ms", DEBOUNCE) / 1000
        self._most = min(MOST_EVENTS, _most_events(call))
        self._recent: dict[str, float] = {}
        self._inodes: dict[str, tuple[int, int]] = {}
        self.found: list[dict[str, Any]] = []
        if self._pattern is not None:
            _check_brackets(self._pattern)
        self._learn(_below(call, roots))

    @property
    def full(self) -> bool:
        """Whether no more events are wanted."""
        return len(self.found) >= self._most

    def add(self, changes: Changes) -> None:
        """Adds one batch of changes; one event for each path, renames first."""
        kinds: dict[str, str] = {}
        for change, path in sorted(changes, key=lambda each: (each[1], each[0].value)):
            kind = _KINDS[change.name]
            if path not in kinds or (kind == "Delete" and not os.path.lexists(path)):
                kinds[path] = kind
        gone = {
            self._inodes[path]: path
            for path, kind in kinds.items()
            if kind == "Delete" and path in self._inodes
        }
        self._learn(path for path, kind in kinds.items() if kind != "Delete")
        renamed = {
            path: gone[self._inodes[path]]
            for path, kind in kinds.items()
            if kind == "Create" and self._inodes.get(path) in gone
        }
        for path, kind in kinds.items():
            if path in renamed:
                self._tell("Rename", path, renamed[path])
            elif path not in renamed.values():
                self._tell(kind, path)
        for path, kind in kinds.items():
            if kind == "Delete":
                self._inodes.pop(path, None)

    def _tell(self, kind: str, path: str, old: str | None = None) -> None:
        if self.full or not self._is_wanted(path, old):
            return
        now = time.monotonic()
        last = self._recent.get(path)
        self._recent[path] = now
        if last is not None and now - last < self._window and kind == "Modify":
            return
        event = {
            "event_type": kind,
            "path": path,
            "old_path": old,
            "timestamp": timestamp(time.time()),
        }
        self.found.append(event)
        self._call.tell("change", f"{kind} {path}\n", **event)

    def _is_wanted(self, path: str, old: str | None) -> bool:
        """Whether an event is told: a link in a folder may lead out of the allowed ones."""
        if self._pattern is not None and not any(
            fnmatchcase(each, self._pattern) for each in (path, old or path)
        ):
            return False
        try:
            self._call.policy.check_path(path, "read")
        except SecurityError:
            return False
        return True

    def _learn(self, paths: Iterable[str]) -> None:
        for path in paths:
            if len(self._inodes) >= _MOST_KNOWN:
                return
            try:
                held = os.lstat(path)
            except OSError:
                continue
            self._inodes[path] = (held.st_dev, held.st_ino)


def _roots(call: Call) -> list[str]:
    given = call.params["input"]
    if not given:
        raise ValidationError("'input' names no path", field="input")
    if len(given) > MOST_PATHS:
        raise ToolError(f"{len(given)} paths are more than {MOST_PATHS}")
    found = []
    for path in given:
        resolved = call.policy.check_path(path, "read")
        if not os.path.exists(resolved):
            raise ToolError(f"there is no '{path}' to watch")
        found.append(resolved)
    return found


def _most_events(call: Call) -> int:
    most: int = call.get("max_events", MOST_EVENTS)
    if most < 1:
        raise ToolError("'max_events' is at least 1")
    return most


def _check_brackets(pattern: str) -> None:
    """Raises ToolError for a `[` without its `]`, which would match nothing."""
    rest = pattern
    while "[" in rest:
        rest = rest.partition("[")[2]
        if "]" not in rest[1:]:
            raise ToolError(f"the pattern '{pattern}' has a '[' without ']'")
        rest = rest[1:].partition("]")[2]


def _below(call: Call, roots: list[str]) -> Iterable[str]:
    for root in roots:
        yield root
        for _, folder, folders, files in walk(call, root):
            yield from (os.path.join(folder, name) for name in (*folders, *files))
            if not call.get("recursive", True):
                break
