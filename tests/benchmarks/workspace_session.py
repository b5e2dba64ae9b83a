"""A session with a folder of many files."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any

from .lsp_session import NoAnswer, Session

_DEFINED = re.compile(r"^function [\w.:]*?\b(\w{6,})\(", re.MULTILINE)
_PATIENCE = 20  # seconds
_PAUSE = 0.01  # seconds; a server that answers all the time has less time to read


class Workspace:
    """A server that has just been told of a folder. cache: where it keeps what it has read."""

    def __init__(self, command: list[str], root: Path, cache: Path | None) -> None:
        environment = {} if cache is None else {"XDG_CACHE_HOME": str(cache)}
        self._texts = {
            path: path.read_text("latin-1")
            for path in sorted(root.rglob("*.lua"))
            if path.is_file()
        }
        self.lines = sum(text.count("\n") for text in self._texts.values())
        self.session = Session(command, environment)
        self.session.initialize(root)

    def until_indexed(self) -> float:
        """Seconds from the start of the process until symbols of files all over are found."""
        begin = self.session.began
        wanted = [names[-1] for text in self._texts.values() if (names := _DEFINED.findall(text))]
        wanted = [*wanted[:: max(1, len(wanted) // 10)], wanted[-1]]
        for name in wanted:
            while not self.session.result("workspace/symbol", {"query": name}):
                if time.perf_counter() - begin > _PATIENCE:
                    raise NoAnswer(f"workspace/symbol {name}")
                time.sleep(_PAUSE)
        return time.perf_counter() - begin

    def references(self, count: int) -> list[float]:
        """How long references of functions take that files all over define."""
        places = [
            (path, text, found)
            for path, text in self._texts.items()
            for found in _DEFINED.finditer(text)
        ]
        times = []
        for path, text, found in places[:: max(1, len(places) // count)]:
            self.session.open(path.as_uri(), text)
            self.session.result("textDocument/documentSymbol", _document(path))
            begin = found.start(1)
            position = {
                "line": text.count("\n", 0, begin),
                "character": begin - text.rfind("\n", 0, begin),
            }
            params: dict[str, Any] = {
                **_document(path),
                "position": position,
                "context": {"includeDeclaration": True},
            }
            times.append(self.session.seconds("textDocument/references", params))
            self.session.notify("textDocument/didClose", _document(path))
        return times

    def cancellations(self, count: int) -> list[float]:
        """From a cancellation to the answer, in the middle of looking at the whole workspace.

        Requests that were answered before they could be cancelled do not count.
        """
        times = []
        for _ in range(count):
            number = self.session.ask("workspace/diagnostic", {"previousResultIds": []})
            self.session.result("workspace/symbol", {"query": "x"})  # it has begun by then
            sent = time.perf_counter()
            self.session.notify("$/cancelRequest", {"id": number})
            answer = self.session.answer(number)
            if "error" in answer.body:
                times.append(answer.at - sent)
        return times


def _document(path: Path) -> dict[str, Any]:
    return {"textDocument": {"uri": path.as_uri()}}
