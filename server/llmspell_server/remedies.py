"""What is done about a remark when the user asks for it, in a process of its own.

The process is one of the runtime (`llmspell.globals.providing remedy`); it tells how far it is, and
ends when the user ends it or the session is over.
"""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import IO, TYPE_CHECKING, Any

from lsprotocol import types

from .analysis.pace import Cancelled
from .analysis.spells.kind import Remedy, StringKind
from .lookups import PROVIDING

if TYPE_CHECKING:
    from .server import SpellServer


class Remedies:
    """The remedies that are under way in a session."""

    def __init__(self, server: SpellServer) -> None:
        self._server = server
        self._lock = threading.Lock()
        self._closed = False
        self._under_way: dict[tuple[str, str], subprocess.Popen[bytes]] = {}

    def begin(self, kind: StringKind, remedy: Remedy, value: str, folder: str) -> bool:
        """Begins a remedy; false where the same is under way already. Does not wait."""
        key = (remedy.function, value)
        with self._lock:
            if key in self._under_way:
                return False
            process = subprocess.Popen(  # noqa: S603 - our own interpreter
                [*PROVIDING, "remedy", remedy.function, folder, value],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
            self._under_way[key] = process
        threading.Thread(
            target=self._follow, args=(kind, remedy, value, folder), daemon=True, name="remedy"
        ).start()
        return True

    def close(self) -> None:
        """Ends what is under way."""
        self._closed = True
        with self._lock:
            processes = list(self._under_way.values())
        for process in processes:
            process.terminate()

    def _follow(self, kind: StringKind, remedy: Remedy, value: str, folder: str) -> None:
        key = (remedy.function, value)
        process, title = self._under_way[key], f"{remedy.title}: {value}"
        last: Mapping[str, Any] = {}
        with self._server.working(title, ended=process.terminate) as progress:
            with suppress(Cancelled):
                for last in _lines(process.stdout):
                    if "text" in last:
                        progress.report(last["text"], last.get("percent"))
            process.terminate()
            process.wait()
        with self._lock:
            del self._under_way[key]
        self._server.spells.kinds.doubt(kind, folder)
        if not progress.cancelled and not self._closed:
            self._tell(title, last)

    def _tell(self, title: str, last: Mapping[str, Any]) -> None:
        """Says how it has ended."""
        done = last.get("done") is True
        sort = types.MessageType.Info if done else types.MessageType.Error
        how = "done" if done else last.get("error", "it has ended before its time")
        self._server.window_show_message(types.ShowMessageParams(sort, f"{title}: {how}"))


def _lines(output: IO[bytes] | None) -> Iterator[dict[str, Any]]:
    for line in output or ():
        try:
            step = json.loads(line)
        except ValueError:
            continue
        if isinstance(step, dict):
            yield step
