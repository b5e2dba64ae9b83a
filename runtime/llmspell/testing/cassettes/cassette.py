"""A cassette: what a test file has asked, and what was answered, in one file beside it.

An answer belongs to a request that is the same, field by field, and is played once; a request that
was made several times has several answers, in their order. Each answer is written to the disk as it
comes, by a file that takes the place of the old one, so that whoever is killed loses nothing.
"""

from __future__ import annotations

import hashlib
import json
import os
import threading
from pathlib import Path
from typing import Any, Literal, TypeAlias

from attrs import Factory, define, field

from llmspell.errors import ConfigError, LLMSpellError, StorageError
from llmspell.testing.cassettes.layout import read, written
from llmspell.testing.cassettes.masks import Masks, mapped
from llmspell.testing.cassettes.nearest import nearest

FORMAT = 1
SUFFIX = ".cassette.json"

Mode: TypeAlias = Literal["none", "once", "new", "all"]
"""What is recorded: nothing; all that a file asks that has no cassette yet; what is not recorded
yet; everything, anew."""

MODES: tuple[Mode, ...] = ("none", "once", "new", "all")


class RecordingError(LLMSpellError):
    """Something was asked that is not recorded."""

    prefix = ""


@define(eq=False)
class Recording:
    """One answer. test: the name of the case that asked, empty for the file itself.

    times: how often it was played or made by this run. stale: whether a recording takes its place.
    key: the same for requests that are the same. tools: what stands in the file for the names that
    `written` gives the tools of the request.
    """

    test: str
    kind: str
    request: Any
    answer: Any
    times: int = 0
    stale: bool = False
    key: str = field(default=Factory(lambda self: _key(self.request), takes_self=True), init=False)
    tools: dict[str, Any] = field(factory=dict, init=False)
    _written: str = field(default="", init=False)

    def written(self) -> str:
        """The recording as it stands in the file; made once, as files are written often."""
        if not self._written:
            told = {
                **({"test": self.test} if self.test else {}),
                "kind": self.kind,
                "request": _with_names_of_tools(self.request, self.tools),
                "answer": self.answer,
            }
            self._written = written(told, "    ")
        return self._written


def cassette_path(test_file: Path) -> Path:
    """Where the cassette of a test file lies: `greet_test.lua` has `greet_test.cassette.json`."""
    return test_file.with_name(test_file.name.removesuffix(".lua") + SUFFIX)


class Cassette:
    """The recordings of one test file. May be used from any thread.

    how: what is told to people who want to record.
    """

    def __init__(self, path: Path, mode: Mode, masks: Masks, how: str) -> None:
        """Reads the file, if there is one; raises ConfigError for one that is broken."""
        self.path = path
        self.masks = masks
        self.missing: list[RecordingError] = []
        """What was asked and is not recorded, since the last `begin`."""
        self._recordings = _read(path)
        self._is_new = not path.exists()
        self._mode = mode
        self._how = how
        self._test = ""
        self._lock = threading.Lock()
        if mode == "all":
            self._mark_stale("")

    @property
    def may_record(self) -> bool:
        """Whether what is not recorded is asked for real."""
        return self._mode in ("new", "all") or (self._mode == "once" and self._is_new)

    # Cases ----------------------------------------------------------------------------------

    def begin(self, test: str) -> None:
        """A case begins: what is asked from now on is its."""
        with self._lock:
            self._test = test
            self.missing = []
            if self._mode == "all":
                self._mark_stale(test)

    def end(self, *, asked_well: bool) -> None:
        """The case has ended; its old recordings go, if all that it asked was answered."""
        with self._lock:
            test, self._test = self._test, ""
            if self._mode == "all":
                self._settle(test, keep_new=asked_well)

    def finish(self, cases: set[str] | None) -> list[Recording]:
        """The file was run: gives the recordings that nobody has asked for.

        cases: the names of all cases, if all were run; then recordings of others are unused, and
        go where everything is recorded anew. None: only some were run, so nothing is known.
        """
        with self._lock:
            if self._mode == "all":
                self._settle("", keep_new=True)
            if cases is None:
                return []
            unused = [each for each in self._recordings if not each.times]
            if self._mode == "all":
                gone = [each for each in unused if each.test and each.test not in cases]
                if gone:
                    self._recordings = [each for each in self._recordings if each not in gone]
                    self._write()
                unused = [each for each in unused if each not in gone]
            return unused

    @property
    def made(self) -> int:
        """How many recordings were made by this run and played by none."""
        return self._made

    _made = 0
    played = 0
    """How many answers were played back."""

    # Requests -------------------------------------------------------------------------------

    def play(self, kind: str, request: Any) -> Any | None:
        """The recorded answer to a request, None where it is to be asked for real.

        Raises RecordingError where it is not recorded, and nothing is to be recorded.
        """
        asked = mapped(request, self.masks.masked)
        with self._lock:
            found = self._find(kind, asked)
            if found is not None:
                found.times += 1
                self.played += 1
                return mapped(found.answer, self.masks.put_back)
            if self.may_record:
                return None
            error = self._not_recorded(kind, asked)
            self.missing.append(error)
            raise error

    def record(self, kind: str, request: Any, answer: Any) -> None:
        """Keeps an answer, and writes it to the disk; raises StorageError."""
        asked, answered = (mapped(each, self.masks.masked) for each in (request, answer))
        with self._lock:
            self._recordings.append(Recording(self._test, kind, asked, answered, times=1))
            self._made += 1
            self._write()

    def refuse(self, what: str) -> RecordingError:
        """The error for what cannot be recorded at all."""
        error = RecordingError(f"{what} cannot be recorded, so it cannot be played back either")
        with self._lock:
            self.missing.append(error)
        return error

    # Behind it ------------------------------------------------------------------------------

    def _find(self, kind: str, asked: Any) -> Recording | None:
        """The first answer that was not played: of this case, else of any."""
        if self._mode == "all":
            return None
        key = _key(asked)
        fitting = [
            each
            for each in self._recordings
            if not each.times and each.kind == kind and each.key == key
        ]
        own = [each for each in fitting if each.test == self._test]
        return next(iter(own or fitting), None)

    def _not_recorded(self, kind: str, asked: Any) -> RecordingError:
        key = _key(asked)
        same = [r for r in self._recordings if r.kind == kind and r.key == key]
        what = f"no answer to this request ({_told(kind, asked)}) is recorded"
        if same:
            count = "once" if len(same) == 1 else f"{len(same)} times"
            what = f"this request ({_told(kind, asked)}) is recorded {count}, and was made again"
        lines = [f"{what} in {os.path.relpath(self.path)}"]
        if not same:
            alike = [(r.test, r.request) for r in self._recordings if r.kind == kind]
            lines += nearest(asked, alike)
        lines.append(f"record it: {self._how}")
        return RecordingError("\n".join(lines))

    def _mark_stale(self, test: str) -> None:
        for each in self._recordings:
            if each.test == test and not each.times:
                each.stale = True

    def _settle(self, test: str, *, keep_new: bool) -> None:
        """Of the old and new recordings of a case, keeps one or the other."""
        stale = [each for each in self._recordings if each.test == test and each.stale]
        new = [each for each in self._recordings if each.test == test and each.times]
        if keep_new:
            gone = stale
        else:
            gone = new if stale else []
            for each in stale:
                each.stale, each.times = False, 1  # not asked for, but not unused either
        if gone:
            self._recordings = [each for each in self._recordings if each not in gone]
            self._write()

    def _write(self) -> None:
        texts = [each.written() for each in self._recordings]
        tools: dict[str, Any] = {}
        for each in self._recordings:
            tools |= each.tools
        head = f'"tools": {written(tools, "  ", 9)},\n  ' if tools else ""
        body = ",\n    ".join(texts)
        recorded = f"[\n    {body}\n  ]" if texts else "[]"
        document = f'{{\n  "format": {FORMAT},\n  {head}"recorded": {recorded}\n}}\n'
        beside = self.path.with_name(f".{self.path.name}.{os.getpid()}")
        try:
            beside.write_text(document, encoding="utf-8")
            beside.replace(self.path)
        except OSError as error:
            beside.unlink(missing_ok=True)
            raise StorageError(f"{self.path} cannot be written: {error.strerror}") from error


def _key(request: Any) -> str:
    return json.dumps(request, sort_keys=True)


def _told(kind: str, request: Any) -> str:
    """What a request is, in a few words."""
    if kind == "http":
        return f"{request['method']} {request['url']}"
    return f"{kind} of {request['model'] if 'model' in request else request['provider']}"


# Tools, which many requests offer, stand in the file once ----------------------------------------


def _with_names_of_tools(request: Any, tools: dict[str, Any]) -> Any:
    offered = request.get("tools")
    if not offered:
        return request
    names = []
    for tool in offered:
        digest = hashlib.sha256(_key(tool).encode()).hexdigest()[:8]
        names.append(f"{tool['name']}#{digest}")
        tools[names[-1]] = {key: member for key, member in tool.items() if key != "name"}
    return {**request, "tools": names}


def _with_tools(request: Any, tools: dict[str, Any]) -> Any:
    offered = request.get("tools")
    if not offered:
        return request
    found = [{"name": name.rpartition("#")[0], **tools[name]} for name in offered]
    return {**request, "tools": found}


def _read(path: Path) -> list[Recording]:
    try:
        document = read(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return []
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path} is no cassette that can be read: {error}") from error
    try:
        if document["format"] != FORMAT:
            raise ConfigError(f"{path} has the format {document['format']}; this version reads 1")
        tools = document.get("tools", {})
        return [
            Recording(
                each.get("test", ""),
                each["kind"],
                _with_tools(each["request"], tools),
                each["answer"],
            )
            for each in document["recorded"]
        ]
    except (KeyError, TypeError, AttributeError) as error:
        raise ConfigError(f"{path} is no cassette: {error!r} is missing or wrong") from error
