"""What kinds of strings are told of the world: files, the project's settings, looked-up values.

The analysis gets it as an immutable `KindSources`. What takes long (`Background` functions, kinds
and names from installed packages) is looked for by another process of the runtime, with a time
limit, and is there the next time that somebody asks.
"""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import Any

import cattrs
from attrs import evolve

from .analysis.api import Api
from .analysis.configuration.keys import ConfiguredKeys
from .analysis.spells.kind import Background, StringKind, read_kind, with_configured
from .analysis.spells.remarks import read_remark
from .analysis.spells.sources import KindSources, Known, Remark
from .lookups import ABOUT_ALL, Lookups
from .python_places import place_of

_INSTALLED_LIVE = 600.0  # seconds; packages are seldom installed while one edits
_INSTALLED_BUDGET = 10.0
_TEXTS = ("text", "details", "place")  # what background functions say of a value
_NAMES = 5_000  # of a folder; a larger one is not known
_PROJECTS = 8  # whose kinds are kept at a time
_LISTING_LIVES = 2.0  # seconds


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
        self.folders = Folders()
        self._extended: deque[tuple[Any, Api, Api]] = deque(maxlen=_PROJECTS)
        self._located = cache(place_of)
        self._remarks: dict[str, tuple[Any, tuple[Remark, ...]]] = {}
        self.remarking = True
        """Whether it is said what is so on this machine only."""

    def api(self, base: Api, configured: Mapping[str, Any]) -> Api:
        """The API with the kinds of installed packages and of a project's configuration."""
        installed = self.lookups.ask(("kinds",), lives=_INSTALLED_LIVE, budget=_INSTALLED_BUDGET)
        key = (installed, configured)
        for made_of, of_base, api in self._extended:
            if of_base is base and made_of == key:
                return api
        kinds = {**base.kinds, **{kind.name: kind for kind in _readable(installed or ())}}
        api = evolve(base, kinds=with_configured(kinds, configured))
        self._extended.append((key, base, api))
        return api

    def listing(self, folder: str) -> Mapping[str, bool] | None:
        """What is in a folder (`Folders.listing`)."""
        return self.folders.listing(folder)

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

        def remarks(name: str) -> tuple[Remark, ...]:
            kind = api.kinds.get(name)
            return () if kind is None or not workspace else self._remarks_of(kind, workspace)

        return KindSources(
            Found(values), roots, self.folders.listing, waiting.__contains__, self._located, remarks
        )

    def doubt(self, kind: StringKind, workspace: str) -> None:
        """Looks for the values of a kind anew, because something was done about them."""
        if kind.background is not None:
            self.lookups.doubt(_lookup(kind.background, workspace)[0])

    def _remarks_of(self, kind: StringKind, workspace: str) -> tuple[Remark, ...]:
        """What was found out about strings of a kind."""
        if kind.background is None or not kind.remarks or not self.remarking:
            return ()
        about = self._said(*_lookup(kind.background, workspace)).get(ABOUT_ALL)
        kept = self._remarks.get(kind.name)
        if kept is None or kept[0] is not about:
            told = about.get("remarks", ()) if isinstance(about, dict) else ()
            read = tuple(each for each in map(read_remark, told) if each is not None)
            kept = self._remarks[kind.name] = (about, read)
        return kept[1]

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
            if value == ABOUT_ALL:
                continue
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
