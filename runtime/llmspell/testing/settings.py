"""How tests are run."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from attrs import field, frozen

from llmspell.testing.cassettes.cassette import Mode

if TYPE_CHECKING:
    from llmspell.lua.engine import Engine

CASE_SECONDS = 60.0
"""How long a case may take, unless something else is said."""


@frozen(kw_only=True)
class TestSettings:
    """What a run of tests is told.

    record: what is recorded. filters: parts of names of cases (in any case of letters), those of
    one of which are run; all if empty. cases: names of those that are run; all if empty. timeout:
    seconds for each case, None for no limit. jobs: how many files are run at once. config, profile,
    strict_config, security, offline, max_cost, max_total_tokens: as `Runtime` takes them. coverage:
    gathers which lines are executed.
    """

    __test__ = False  # its name would have pytest collect it

    record: Mode = "once"
    filters: tuple[str, ...] = ()
    cases: tuple[str, ...] = ()
    fail_fast: bool = False
    timeout: float | None = CASE_SECONDS
    jobs: int = 1
    config: str | None = None
    profile: str | None = None
    strict_config: bool = False
    security: str | None = None
    offline: bool = False
    max_cost: float | None = None
    max_total_tokens: int | None = None
    environ: Mapping[str, str] = field(factory=dict, repr=False)
    coverage: Covered | None = None

    def wants(self, case: str) -> bool:
        """Whether a case of that name is to be run."""
        if self.cases and case not in self.cases:
            return False
        name = case.casefold()
        return not self.filters or any(each.casefold() in name for each in self.filters)


class Covered:
    """Adds up which lines of spells were executed in several engines."""

    def __init__(self) -> None:
        self._lines: dict[str, dict[int, int]] = defaultdict(lambda: defaultdict(int))
        self._lock = threading.Lock()
        self._left_out: set[str] = set()

    def leave_out(self, path: Path) -> None:
        """Does not count the lines of a file: that of the test."""
        with self._lock:
            self._left_out.add(str(path))

    def watch(self, engine: Engine) -> Watched:
        """Counts the lines of an engine in which nothing was loaded yet."""
        return Watched(self, engine)

    def add(self, lines: Mapping[str, Mapping[int, int]]) -> None:
        """Adds the counts of one engine."""
        with self._lock:
            for path, counts in lines.items():
                for line, count in counts.items():
                    self._lines[path][line] += count

    def write(self, file: TextIO) -> None:
        """Writes an lcov tracefile."""
        from llmspell.debugger.coverage import write_lcov

        shown = {p: dict(c) for p, c in sorted(self._lines.items()) if p not in self._left_out}
        write_lcov(file, shown)


class Watched:
    """One engine whose lines are counted; `collect` before it is closed."""

    def __init__(self, whole: Covered, engine: Engine) -> None:
        from llmspell.debugger.coverage import Coverage

        self._whole = whole
        self._coverage = Coverage(engine)

    def collect(self) -> None:
        """Adds its counts to the whole."""
        self._coverage.collect()
        self._whole.add(self._coverage.lines())
