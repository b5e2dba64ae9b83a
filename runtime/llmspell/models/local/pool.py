"""The models in memory: one instance for each file and way of loading, shared by the process."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from llmspell.models.local.loading import Loaded, LoadOptions


class Pool:
    """Keeps models; the one unused for longest makes room for another."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: dict[tuple[Path, LoadOptions], Loaded] = {}
        self._timer: threading.Timer | None = None

    @contextmanager
    def using(
        self, path: Path, options: LoadOptions, *, most: int, idle: float
    ) -> Iterator[Loaded]:
        """A model, kept in memory meanwhile.

        most: how many others may stay, unless they are all in use. idle: seconds after which it
        gives its memory back if nobody has used it; 0 for never.
        """
        path = path.resolve()  # one instance, whatever links lead to it
        with self._lock:
            loaded = self._kept.get((path, options))
            if loaded is None:
                loaded = self._kept[path, options] = Loaded(path, options)
            loaded.users += 1
            self._make_room(most)
        try:
            yield loaded
        finally:
            with self._lock:
                loaded.users -= 1
                loaded.used = time.monotonic()
                if idle:
                    self._unload_later(idle)

    def kept(self) -> list[Loaded]:
        """The models that are kept."""
        with self._lock:
            return list(self._kept.values())

    def loaded(self, path: Path) -> bool:
        """Whether a file is in memory."""
        path = path.resolve()
        return any(each.path == path and each.in_memory for each in self.kept())

    def unload(self, path: Path | None = None) -> None:
        """Gives back the memory of a file, or of all; what is in use ends first."""
        with self._lock:
            for at in [at for at in self._kept if path is None or path.resolve() == at[0]]:
                self._kept.pop(at).unload()

    def unload_idle(self, idle: float) -> None:
        """Gives back the memory of what was not used for so many seconds."""
        with self._lock:
            now = time.monotonic()
            for at, kept in list(self._kept.items()):
                if kept.users == 0 and now - kept.used >= idle:
                    self._kept.pop(at).unload()
            self._timer = None
            if any(kept.users == 0 for kept in self._kept.values()):
                self._unload_later(idle)

    def _make_room(self, most: int) -> None:
        unused = sorted(
            (at for at, kept in self._kept.items() if kept.users == 0),
            key=lambda at: self._kept[at].used,
        )
        for at in unused[: max(0, len(self._kept) - most)]:
            self._kept.pop(at).unload()

    def _unload_later(self, idle: float) -> None:
        if self._timer is None:
            self._timer = threading.Timer(idle, self.unload_idle, (idle,))
            self._timer.daemon = True
            self._timer.start()


POOL = Pool()
