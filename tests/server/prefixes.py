"""Stops at every place of all programs of the corpora, and asks what editors ask there.

`python -m tests.server.prefixes` types the programs of Debian packages, the short ones first, into
one session. It stops wherever the prefix has a shape (`shapes.py`) that was not there before, or
with `--every` at the end of each token and of the white space behind it. At each stop it asks for
completion, hover and signature, looks whether the parser accepts what the compiler does, and checks
what is being typed; at the end of a line it checks the whole statement of the chunk. Every so often
it asks everything, of this session and of a new one, which must find the same problems: what is not
checked at a stop is unchanged since it was, and what is kept over edits is what a new session would
find (`truth/test_incremental.py`).

An exception, and a stop that takes too long, is printed and noted. A run can be ended at any time;
the next one with the same `--notes` goes on with the next file.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
import traceback
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from attrs import asdict, define, field

from llmspell_server.analysis.checks.checker import Checker, Placed
from llmspell_server.analysis.pace import Cancelled, TookTooLong, paced
from tests.server.asking import Typed, accept_alike, ask_everywhere, ask_here
from tests.server.corpora import PACKAGES, unpacked
from tests.server.places import URI, place_at
from tests.server.shapes import shapes

_EVERYTHING_EACH = 1000  # stops of a program
_LONGEST_FRESH = 30_000  # characters of which a new session is asked
_TOO_LONG = 10.0  # seconds of computing for one stop
_GIVEN_UP_AFTER = 3  # failures in one file


@define
class Program:
    """A file, and where to stop in it."""

    name: str
    source: str
    stops: list[tuple[int, bool]]
    """Offsets, and whether a line ends there."""


@define
class Asked:
    """What came of a program. seconds: of computing. slowest: a stop, and what it took."""

    name: str
    stops: int = 0
    failures: list[str] = field(factory=list)
    seconds: float = 0.0
    slowest: tuple[float, int] = (0.0, 0)


def programs(files: Iterable[tuple[str, str]], *, every: bool = False) -> Iterator[Program]:
    """Where to stop in files, given by their names and contents.

    every: also where a prefix of that shape was stopped at before.
    """
    seen: set[int] = set()
    for name, source in files:
        stops = []
        for offset, shape in shapes(source):
            number = hash(shape)
            if every or number not in seen:
                seen.add(number)
                stops.append((offset, source.startswith(("\n", "\r"), offset)))
        yield Program(name, source, stops)


class Asker:
    """Types programs into one session, as somebody does who opens one file after another."""

    def __init__(self) -> None:
        self._typed = Typed()

    def ask(self, program: Program) -> Asked:
        """Stops everywhere, and asks."""
        self._typed.begin()
        asked, before = Asked(program.name), 0
        for offset, is_line in program.stops:
            begun = time.process_time()
            try:
                with paced(_limit()):
                    self._stop(program.source[:offset], before, is_line, asked.stops)
                before = offset
            except (Exception, Cancelled):
                asked.failures.append(f"{offset}: {traceback.format_exc()}")
                if len(asked.failures) == _GIVEN_UP_AFTER:
                    break
                self._typed, before = Typed(), 0
            took = time.process_time() - begun
            asked.stops += 1
            asked.seconds += took
            asked.slowest = max(asked.slowest, (took, offset))
        return asked

    def _stop(self, prefix: str, typed: int, is_line: bool, number: int) -> None:
        subject = self._typed.type(prefix[typed:]) if typed else self._typed.begin(prefix)
        accept_alike(subject)
        if (number + 1) % _EVERYTHING_EACH:
            ask_here(subject)
            self._typed.check_cut(whole=is_line)
            return
        ask_everywhere(subject)
        found = self._typed.check()
        if len(prefix) <= _LONGEST_FRESH:
            fresh = Checker(place_at(prefix, len(prefix)).inference).findings(URI)
            assert _plain(found) == _plain(fresh), "a new session finds other problems"


def _plain(found: list[Placed]) -> list[tuple[int, int, str, str]]:
    return [(each.start, each.end, each.code, each.finding.message) for each in found]


def _limit() -> Any:
    deadline = time.thread_time() + _TOO_LONG

    def look() -> None:
        if time.thread_time() > deadline:
            raise TookTooLong

    return look


def files_of(packages: Iterable[str]) -> list[tuple[str, str]]:
    """The different Lua files of Debian packages with their contents, the short ones first."""
    found: dict[str, str] = {}
    for package in packages:
        folder = unpacked(package)
        if folder is None:
            sys.exit(f"the Debian package {package} cannot be fetched")
        for path in sorted(folder.rglob("*")):
            if path.suffix in (".lua", ".nse") and path.is_file() and not path.is_symlink():
                source = path.read_bytes().decode("utf-8", "replace")
                found.setdefault(source, f"{package}/{path.relative_to(folder)}")
    return sorted(((name, source) for source, name in found.items()), key=lambda e: len(e[1]))


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs, and tells what it does."""
    parser = argparse.ArgumentParser("python -m tests.server.prefixes")
    parser.add_argument("packages", nargs="*", default=PACKAGES, help="Debian packages")
    parser.add_argument("--every", action="store_true", help="stop at every token")
    parser.add_argument("--part", default="1/1", help="2/3: the second of three runs side by side")
    parser.add_argument("--notes", type=Path, default=Path("prefixes.jsonl"), help="what is done")
    options = parser.parse_args(arguments)
    part, parts = map(int, options.part.split("/"))
    done = {(note["name"], note["digest"]) for note in _notes(options.notes)}
    asker = Asker()
    for index, program in enumerate(programs(files_of(options.packages), every=options.every)):
        digest = sha256(f"{options.every}{program.source}".encode()).hexdigest()[:16]
        if index % parts != part - 1 or (program.name, digest) in done:
            continue
        asked = asker.ask(program)
        with options.notes.open("a") as notes:
            notes.write(json.dumps({**asdict(asked), "digest": digest}) + "\n")
        for failure in asked.failures:
            print(f"{asked.name}:{failure}", flush=True)
    print(summary(_notes(options.notes)))


def _notes(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def summary(notes: list[dict[str, Any]]) -> str:
    """What all runs have come to."""
    stops = sum(note["stops"] for note in notes)
    failures = sum(len(note["failures"]) for note in notes)
    seconds, offset, name = max((*note["slowest"], note["name"]) for note in notes)
    return (
        f"{len(notes)} files, {stops} stops, {failures} failures, "
        f"{sum(note['seconds'] for note in notes):.0f} s of computing; "
        f"the slowest stop took {seconds:.1f} s: {name}, {offset}"
    )


if __name__ == "__main__":
    main()
