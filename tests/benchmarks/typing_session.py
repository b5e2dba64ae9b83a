"""Somebody who types in one document."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from .lsp_session import NoAnswer, Session

NAME = "typed.lua"
_WORD = re.compile(r"(?<![\w.\"'-])[a-z]\w{3,}(?=[.:(\[ ])")
_INCREMENTAL = 2  # LSP 3.17 "TextDocumentSyncKind"; EmmyLua's server wants the whole text each time
_UNANSWERED = 1.0  # seconds
_UNSHOWN = 10.0  # seconds
_QUIET = 0.5  # seconds after which nothing more is told of a version


def percentile(times: Sequence[float], share: float) -> float:
    """The time below which a share of them lies."""
    ordered = sorted(times)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


class Typing:
    """A document in a session, with what was measured there, in seconds.

    completions: from a keystroke to a completion that offers something. diagnoses:
    from a keystroke to the last diagnostics of that version, which are those of the whole file.
    mistakes: from a keystroke that is a mistake to diagnostics that show one at its place. unanswered:
    completions for which nothing was offered within a second. unshown: mistakes that were not shown
    at their place within ten.
    """

    def __init__(self, command: list[str], folder: Path, source: str) -> None:
        (folder / NAME).write_text(source)
        self.session, self.source = Session(command), source
        self.session.initialize(folder)
        sync = self.session.capabilities["textDocumentSync"]
        self._incremental = (sync["change"] if isinstance(sync, dict) else sync) == _INCREMENTAL
        self.completions: list[float] = []
        self.diagnoses: list[float] = []
        self.mistakes: list[float] = []
        self.unanswered = self.unshown = 0
        self._uri = (folder / NAME).as_uri()
        self._version = 1
        self._lines = source.split("\n")
        self._line = self._column = 0

    def open(self) -> float:
        """When its first diagnostics came, which are waited for."""
        begin = len(self.session.messages)
        self.session.open(self._uri, self.source)
        message = self.session.wait(
            lambda body: (
                body.get("method") == "textDocument/publishDiagnostics"
                and body["params"]["uri"].endswith(NAME)
            ),
            begin,
        )
        return message.at

    def places(self, count: int) -> list[int]:
        """Lines that begin a function, spread over the document."""
        found = [n for n, line in enumerate(self._lines) if re.search(r"\bfunction \w+\(", line)]
        found = found or [n for n, line in enumerate(self._lines) if "function" in line]
        return [found[len(found) * n // count + len(found) // (2 * count)] for n in range(count)]

    def go_to(self, line: int) -> None:
        """Puts the cursor at the end of a line of the document as it was."""
        self._line, self._column = line, len(self._lines[line])

    def press(self, character: str) -> None:
        """A keystroke, the completion that an editor asks for then, and the diagnostics."""
        begin = len(self.session.messages)
        sent = self._insert(character)
        if character.isalpha() or character == ".":
            self._complete(sent)
        self.diagnoses.append(self._diagnosed(begin) - sent)

    def mistake(self, line: int) -> None:
        """Begins a line behind another one with a word that means nothing, and takes it back."""
        self.go_to(line)
        begin = len(self.session.messages)
        self._insert("\n")
        self._diagnosed(begin)
        begin = len(self.session.messages)
        sent = self._insert("x")
        try:
            shown = self.session.wait(
                lambda body: self._is_about_this_version(body) and self._shows(body, self._line),
                begin,
                _UNSHOWN,
            )
            self.mistakes.append(shown.at - sent)
        except NoAnswer:
            self.unshown += 1
        begin = len(self.session.messages)
        self._erase(line)
        self._diagnosed(begin)

    def keys_for_all(self, count: int) -> list[tuple[float, float]]:
        """From a key in the name of the local of the first line, which all functions use, to the
        diagnostics of that line, and to those of the file. Each key is taken back.
        """
        name = re.match(r"local \w+", self._lines[0])
        assert name is not None
        found = []
        for _ in range(count):
            self._line, self._column = 0, name.end()
            begin = len(self.session.messages)
            sent = self._insert("x")
            shown = self.session.wait(
                lambda body: self._is_about_this_version(body) and self._shows(body, 0), begin
            )
            found.append((shown.at - sent, self._diagnosed(begin) - sent))
            begin = len(self.session.messages)
            self._erase_to(name.end())
            self._diagnosed(begin)
        return found

    def _shows(self, body: dict[str, Any], line: int) -> bool:
        """Whether there is a problem on a line, or what it makes of the next one."""
        places = [each["range"]["start"]["line"] for each in body["params"]["diagnostics"]]
        return line in places or line + 1 in places

    def _complete(self, sent: float) -> None:
        """Asks until something is offered: EmmyLua's server answers at once with nothing while it
        reads the file again, and an editor that was told nothing shows nothing.
        """
        while time.perf_counter() - sent < _UNANSWERED:
            answer = self.session.answer(self.session.ask("textDocument/completion", self._place()))
            found = answer.body.get("result")
            if found and (not isinstance(found, dict) or found["items"]):
                self.completions.append(answer.at - sent)
                return
            time.sleep(0.002)
        self.unanswered += 1

    def requests(self, method: str, count: int) -> list[float]:
        """How long a request takes at names that are spread over the document."""
        names = [
            (number, found.start() + 1)
            for number, line in enumerate(self._lines)
            if (found := _WORD.search(line)) and not line.lstrip().startswith("--")
        ]
        step = max(1, len(names) // count)
        return [self.session.seconds(method, self._place(*place)) for place in names[::step]]

    def token_ranges(self, count: int) -> list[float]:
        """How long the tokens of what an editor shows take, each after a keystroke."""
        found = []
        for line in self.places(count):
            self.go_to(line)
            self._insert(" ")
            area = {
                "start": {"line": max(0, line - 30), "character": 0},
                "end": {"line": line + 30, "character": 0},
            }
            document = {"textDocument": {"uri": self._uri}, "range": area}
            found.append(self.session.seconds("textDocument/semanticTokens/range", document))
        return found

    def token_deltas(self, count: int) -> list[float]:
        """How long the changed tokens take after a keystroke."""
        document: dict[str, Any] = {"textDocument": {"uri": self._uri}}
        tokens = self.session.result("textDocument/semanticTokens/full", document)
        found = []
        for line in self.places(count):
            self.go_to(line)
            begin = self._insert(" ")
            params = {**document, "previousResultId": tokens["resultId"]}
            number = self.session.ask("textDocument/semanticTokens/full/delta", params)
            answer = self.session.answer(number)
            found.append(answer.at - begin)
            tokens = answer.body["result"]
        return found

    def _insert(self, character: str) -> float:
        """When it was sent."""
        place = {"line": self._line, "character": self._column}
        before = self._lines[self._line][: self._column]
        after = self._lines[self._line][self._column :]
        if character == "\n":
            self._lines[self._line : self._line + 1] = [before, after]
            self._line, self._column = self._line + 1, 0
        else:
            self._lines[self._line] = before + character + after
            self._column += 1
        change = {"range": {"start": place, "end": place}, "text": character}
        return self._change(change)

    def _erase(self, line: int) -> None:
        """Takes back all that was written behind the end of a line as it was."""
        kept = self._lines[line]
        start = {"line": line, "character": len(kept)}
        end = {"line": self._line, "character": self._column}
        rest = self._lines[self._line][self._column :]
        self._lines[line : self._line + 1] = [kept + rest]
        self._line, self._column = line, len(kept)
        self._change({"range": {"start": start, "end": end}, "text": ""})

    def _erase_to(self, column: int) -> None:
        """Takes back what was written in a line behind a column."""
        line, end = self._lines[self._line], self._column
        places = [{"line": self._line, "character": each} for each in (column, end)]
        self._lines[self._line] = line[:column] + line[end:]
        self._column = column
        self._change({"range": {"start": places[0], "end": places[1]}, "text": ""})

    def _change(self, change: dict[str, Any]) -> float:
        """When it was sent."""
        if not self._incremental:
            change = {"text": "\n".join(self._lines)}
        self._version += 1
        sent = time.perf_counter()
        document = {"uri": self._uri, "version": self._version}
        params = {"textDocument": document, "contentChanges": [change]}
        self.session.notify("textDocument/didChange", params)
        return sent

    def _place(self, line: int | None = None, column: int | None = None) -> dict[str, Any]:
        position = {
            "line": self._line if line is None else line,
            "character": self._column if column is None else column,
        }
        return {"textDocument": {"uri": self._uri}, "position": position}

    def _diagnosed(self, begin: int) -> float:
        """When the last diagnostics of this version came."""
        self.session.wait(self._is_about_this_version, begin)
        while True:
            count = len(self.session.messages)
            try:
                self.session.wait(self._is_about_this_version, count, _QUIET)
            except NoAnswer:
                came = self.session.messages[begin:count]
                return [it.at for it in came if self._is_about_this_version(it.body)][-1]

    def _is_about_this_version(self, body: dict[str, Any]) -> bool:
        return (
            body.get("method") == "textDocument/publishDiagnostics"
            and body["params"].get("version", self._version) == self._version
        )
