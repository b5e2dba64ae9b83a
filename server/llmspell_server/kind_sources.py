"""What kinds of strings are told of the world: files, the project's settings, looked-up values.

The analysis gets it as an immutable `KindSources`. What takes long (`Background` functions, kinds
and names from installed packages) is looked for by another process of the runtime, with a time
limit, and is there the next time that somebody asks.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import Any

import cattrs
from attrs import evolve, frozen

from .analysis.api import Api
from .analysis.configuration.keys import ConfiguredKeys
from .analysis.spells.kind import Background, StringKind, read_kind, with_configured
from .analysis.spells.sources import KindSources, Known
from .python_places import place_of

_PROVIDING = (sys.executable, "-m", "llmspell.globals.providing")
_INSTALLED_LIVE = 600.0  # seconds; packages are seldom installed while one edits
_INSTALLED_BUDGET = 10.0
_TEXTS = ("text", "details", "place")  # what background functions say of a value
_NAMES = 5_000  # of a folder; a larger one is not known
_LISTING_LIVES = 2.0  # seconds

Run = Callable[[tuple[str, ...], float], Any]


def run_provider(arguments: tuple[str, ...], budget: float) -> Any:
    """What `llmspell.globals.providing` writes; None when it fails or takes too long."""
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter
            [*_PROVIDING, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=budget,
            check=True,
        )
        return json.loads(done.stdout)
    except (OSError, subprocess.SubprocessError, ValueError):
        return None


@frozen
class _Result:
    content: Any
    until: float  # time.monotonic()


class Lookups:
    """Answers of other processes: at once what is known, and looked for anew when that is old.

    run: asks (tests put another in its place). changed: called from another thread when an answer
    differs from the one before.
    """

    def __init__(self, run: Run = run_provider, changed: Callable[[], None] = lambda: None) -> None:
        self._run, self.changed = run, changed
        self._lock = threading.Lock()
        self._results: dict[tuple[str, ...], _Result] = {}
        self._under_way: dict[tuple[str, ...], threading.Thread] = {}

    def ask(self, arguments: tuple[str, ...], *, lives: float, budget: float) -> Any:
        """The latest answer, None before the first; never waits."""
        with self._lock:
            result = self._results.get(arguments)
            fresh = result is not None and time.monotonic() < result.until
            if not fresh and arguments not in self._under_way:
                thread = threading.Thread(
                    target=self._look, args=(arguments, lives, budget), daemon=True, name="lookup"
                )
                self._under_way[arguments] = thread
                thread.start()
        return None if result is None else result.content

    def answered(self, arguments: tuple[str, ...]) -> bool:
        """Whether there has been an answer, or an attempt that failed."""
        with self._lock:
            return arguments in self._results

    def wait(self) -> None:
        """Waits for what is under way."""
        with self._lock:
            threads = list(self._under_way.values())
        for thread in threads:
            thread.join()

    def _look(self, arguments: tuple[str, ...], lives: float, budget: float) -> None:
        answer = self._run(arguments, budget)
        with self._lock:
            before = self._results.get(arguments)
            content = answer if answer is not None else before.content if before else None
            self._results[arguments] = _Result(content, time.monotonic() + lives)
            del self._under_way[arguments]
        if answer is not None and (before is None or before.content != answer):
            self.changed()


class Folders:
    """The names in folders, looked for again after a short while."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[float, Mapping[str, bool] | None]] = {}

    def listing(self, folder: str) -> Mapping[str, bool] | None:
        """Name -> whether it is a folder; empty for no folder, None for one that is too large."""
        now = time.monotonic()
        until, names = self._known.get(folder, (0.0, None))
        if until < now:
            names = _names(folder)
            if len(self._known) > _NAMES:
                self._known.clear()
            self._known[folder] = (now + _LISTING_LIVES, names)
        return names


def _names(folder: str) -> Mapping[str, bool] | None:
    found: dict[str, bool] = {}
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if len(found) >= _NAMES:
                    return None
                if not entry.name.startswith("."):
                    found[entry.name] = entry.is_dir()
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, ValueError):
        return None
    return found


class Found(Mapping[str, Mapping[str, Known]]):
    """The values of kinds, each looked for when it is asked for. find: gives them, if there are."""

    def __init__(self, find: Callable[[str], Mapping[str, Known] | None]) -> None:
        self._find = find
        self._known: dict[str, Mapping[str, Known] | None] = {}

    def __getitem__(self, kind: str) -> Mapping[str, Known]:
        if kind not in self._known:
            self._known[kind] = self._find(kind)
        found = self._known[kind]
        if found is None:
            raise KeyError(kind)
        return found

    def __iter__(self) -> Iterator[str]:
        return (kind for kind, found in self._known.items() if found is not None)

    def __len__(self) -> int:
        return sum(1 for _ in self)


class KindWorld:
    """Makes the `KindSources` of a script, and the API with the kinds that are found outside."""

    def __init__(self, lookups: Lookups | None = None) -> None:
        self.lookups = lookups or Lookups()
        self._folders = Folders()
        self._extended: tuple[Any, Api, Api] | None = None
        self._located = cache(place_of)

    def api(self, base: Api, configured: Mapping[str, Any]) -> Api:
        """The API with the kinds of installed packages and of a project's configuration."""
        installed = self.lookups.ask(("kinds",), lives=_INSTALLED_LIVE, budget=_INSTALLED_BUDGET)
        key = (installed, configured)
        if self._extended is not None and self._extended[:2] == (key, base):
            return self._extended[2]
        kinds = {**base.kinds, **{kind.name: kind for kind in _readable(installed or ())}}
        api = evolve(base, kinds=with_configured(kinds, configured))
        self._extended = (key, base, api)
        return api

    def listing(self, folder: str) -> Mapping[str, bool] | None:
        """What is in a folder (`Folders.listing`)."""
        return self._folders.listing(folder)

    @property
    def found(self) -> Mapping[str, StringKind]:
        """The kinds of the project that was asked about last."""
        return self._extended[2].kinds if self._extended is not None else {}

    def sources(
        self,
        api: Api,
        *,
        script: str | None,
        workspace: str | None,
        configured: ConfiguredKeys,
        written: Callable[[], Mapping[str, Mapping[str, Known]]],
    ) -> KindSources:
        """What is known for a script: `written` gives what scripts say (`names.defined_in`)."""
        roots = {"script": os.path.dirname(script)} if script else {}  # noqa: PTH120
        if workspace:
            roots["workspace"] = workspace
        said: list[Mapping[str, Mapping[str, Known]]] = []
        waiting: set[str] = set()

        def values(name: str) -> Mapping[str, Known] | None:
            kind = api.kinds.get(name)
            if kind is None:
                return None
            if self._is_awaited(kind, workspace):  # also if the answer comes right now
                waiting.add(name)
            found = self._outside(kind, workspace, configured)
            if any(source.startswith("script:") for source in kind.sources):
                said[:] = said or [written()]
                found |= said[0].get(name, {})
            return found or None

        return KindSources(
            Found(values), roots, self._folders.listing, waiting.__contains__, self._located
        )

    def _is_awaited(self, kind: StringKind, workspace: str | None) -> bool:
        """Whether values are looked for in the background, and none have come yet."""
        if kind.background is None or not workspace:
            return False
        return not self.lookups.answered(_lookup(kind.background, workspace)[0])

    def _outside(
        self, kind: StringKind, workspace: str | None, configured: ConfiguredKeys
    ) -> dict[str, Known]:
        found: dict[str, Known] = {}
        background = kind.background
        if background is not None and workspace:
            found |= self._asked(*_lookup(background, workspace))
        for source in kind.sources:
            scheme, _, argument = source.partition(":")
            if scheme == "config":
                found |= configured.tables_below(argument)
            elif scheme == "config-paths":
                found |= configured.paths(argument)
            elif scheme == "entry-points":
                found |= self._asked(("entry-points", argument), _INSTALLED_LIVE, _INSTALLED_BUDGET)
        return found

    def schema(self, kind: StringKind, value: str, workspace: str | None) -> Any:
        """The JSON Schema of the table that goes with a value of a kind; None where none does."""
        said_of: dict[str, Any] = {}
        if kind.background is not None and workspace:
            said_of = self._said(*_lookup(kind.background, workspace))
        value = kind.canonical(value, said_of)
        found = kind.schemas.get(value)
        if found is None:
            said = said_of.get(value)
            found = said.get("schema") if isinstance(said, dict) else None
        return found

    def _asked(self, arguments: tuple[str, ...], lives: float, budget: float) -> dict[str, Known]:
        found = {}
        for value, said in self._said(arguments, lives, budget).items():
            if isinstance(said, dict):
                text, details, target = (str(said.get(key, "")) for key in _TEXTS)
                schema = said.get("schema")
                found[value] = Known(text, details=details, target=target, schema=schema)
            else:
                found[value] = Known(str(said))
        return found

    def _said(self, arguments: tuple[str, ...], lives: float, budget: float) -> dict[str, Any]:
        answer = self.lookups.ask(arguments, lives=lives, budget=budget)
        return answer if isinstance(answer, dict) else {}


def _lookup(background: Background, workspace: str) -> tuple[tuple[str, ...], float, float]:
    """What to ask, how long the answer lives, and how long it may take."""
    arguments = ("values", background.function, workspace)
    return arguments, background.seconds_to_live, background.budget_seconds


def _readable(described: Iterable[Any]) -> Iterable[StringKind]:
    for each in described:
        try:
            yield read_kind(each)
        except (cattrs.BaseValidationError, AttributeError, TypeError):
            continue
