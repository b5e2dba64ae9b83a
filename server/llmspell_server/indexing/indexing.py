"""Keeps the summaries of closed files current: from the cache, or read anew in processes.

A thread of its own looks files up and reads them; what it has found is taken over on the worker.
So opening a file, and whatever is asked, never waits for it: what is not known yet is missing.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING

from pygls.uris import to_fs_path

from llmspell_server.analysis.pace import Cancelled
from llmspell_server.analysis.workspace.summary import Summary
from llmspell_server.documents import key_of
from llmspell_server.files import Change, FileChange
from llmspell_server.stamps import Stamp, stamp_of
from llmspell_server.storage import cache_folder
from llmspell_server.work.jobs import Job, Priority

from .cache import Cache, Entry, unpacked
from .readers import Read, read_files

if TYPE_CHECKING:
    from llmspell_server.server import SpellServer

_TOGETHER = 32  # files that are taken over and stored at once


class Indexing:
    """The indexing of a session. `idle` is set while nothing is to be done."""

    def __init__(self, server: SpellServer) -> None:
        self._server = server
        self._wanted: queue.SimpleQueue[dict[str, str] | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._closed = False
        self._handed = self._taken = 0  # how often something was handed over, and taken over
        self._cut = False  # whether the user has ended the reading of some files
        self.idle = threading.Event()
        self.idle.set()

    @property
    def reading(self) -> bool:
        """Whether some of the files that are known to be there will be known by their text soon."""
        return not self.idle.is_set() or self._handed != self._taken

    @property
    def complete(self) -> bool:
        """Whether all files that are known to be there have been read."""
        return not self.reading and not self._cut

    def changed(self, changes: Iterable[FileChange]) -> None:
        """Files came, went, or changed; open documents speak for themselves."""
        wanted = []
        for change in changes:
            file = key_of(change.uri)
            if change.change is Change.REMOVED:
                self._server.closed_files.remove(file)
            elif file not in self._server.workspace.documents:
                wanted.append(change.uri)
        self.want(wanted)

    def want(self, uris: Iterable[str]) -> None:
        """Takes on files that are new or have changed."""
        paths = {path: key_of(uri) for uri in uris if (path := to_fs_path(uri)) is not None}
        if not paths or self._closed:
            return
        self.idle.clear()
        self._wanted.put(paths)
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="indexing", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Ends the reading; what was read until then stays in the cache."""
        self._closed = True
        self._wanted.put(None)
        if self._thread is not None:
            self._thread.join(timeout=2)

    def _work(self) -> None:
        cache = Cache(cache_folder())
        try:
            while (paths := self._wanted.get()) is not None:
                try:
                    self._index(paths, cache)
                except Cancelled:  # the user has had enough of it
                    self._cut = True
                except Exception as error:  # noqa: BLE001  # the index is a help, not a condition
                    self._server.protocol.complain(f"reading files failed: {error!r}")
                if self._wanted.empty():
                    self._refresh()  # who waits for the end finds that asked for
                    self.idle.set()
        finally:
            cache.close()
            self.idle.set()

    def _index(self, files: dict[str, str], cache: Cache) -> None:
        stamps = {path: stamp for path in files if (stamp := stamp_of(path)) is not None}
        known: dict[str, Summary] = {}
        for path, summary in cache.look_up(stamps):
            known[path] = summary
            if self._closed:
                return
        self._take_over({files[path]: summary for path, summary in known.items()})
        missing = [path for path in stamps if path not in known]
        if missing:
            with self._server.working("Reading files") as progress:
                for done in self._read(missing, files, stamps, cache):
                    progress.report(f"{done} of {len(missing)}", 100 * done // len(missing))

    def _read(
        self,
        missing: list[str],
        files: dict[str, str],
        stamps: dict[str, Stamp],
        cache: Cache,
    ) -> Iterable[int]:
        batch: list[Read] = []
        for done, read in enumerate(read_files(missing), 1):
            if self._closed:
                return
            batch.append(read)
            if len(batch) == _TOGETHER or done == len(missing):
                self._store(batch, files, stamps, cache)
                batch = []
                yield done

    def _store(
        self,
        batch: list[Read],
        files: dict[str, str],
        stamps: dict[str, Stamp],
        cache: Cache,
    ) -> None:
        good = [read for read in batch if read.data]
        cache.keep(Entry(r.path, stamps[r.path], r.digest, r.data) for r in good)
        found = {files[read.path]: unpacked(read.data) for read in good}
        self._take_over({file: summary for file, summary in found.items() if summary is not None})

    def _refresh(self) -> None:
        """What is shown was found out without what has been read now."""
        done = self._server.protocol.reporter("indexing")
        self._server.worker.submit(Job(self._server.refresh, Priority.NOTICE, done=done))

    def _take_over(self, summaries: dict[str, Summary]) -> None:
        if summaries:
            self._handed += 1
            run = partial(self._take, summaries)
            job = Job(run, Priority.NOTICE, done=self._server.protocol.reporter("indexing"))
            self._server.worker.submit(job)

    def _take(self, summaries: dict[str, Summary]) -> None:
        self._server.closed_files.put(summaries)
        self._taken += 1
