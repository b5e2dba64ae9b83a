"""The processes that read files, and what they found."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from typing import NamedTuple, Self

_COMMAND = [sys.executable, "-m", "llmspell_server.indexing.reading"]
_DIGEST = 16
_FEW = 8  # files for which one process is enough
_AHEAD = 2  # files that a process has before it, so that it never waits


class Read(NamedTuple):
    """A file that was read. data: its packed summary; empty where it could not be read."""

    path: str
    digest: bytes
    data: bytes


def read_files(paths: Sequence[str]) -> Iterator[Read]:
    """What is in files. The processes end with the iteration, however that ends."""
    if not paths:
        return
    count = 1 if len(paths) <= _FEW else min(os.cpu_count() or 1, 4)
    waiting = iter(paths)
    with ExitStack() as stack:
        readers = [stack.enter_context(_Reader()) for _ in range(count)]
        for _ in range(_AHEAD):
            for reader in readers:
                reader.give(next(waiting, None))
        while any(reader.given for reader in readers):
            for reader in readers:
                if reader.given:
                    found = reader.take()
                    reader.give(next(waiting, None))
                    yield found


class _Reader:
    """One process."""

    def __enter__(self) -> Self:
        self.given: list[str] = []
        self._process = subprocess.Popen(  # noqa: S603  # this program itself
            _COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()

    def give(self, path: str | None) -> None:
        if path is None:
            return
        self.given.append(path)
        stream = self._process.stdin
        assert stream is not None
        try:
            stream.write(json.dumps(path).encode() + b"\n")
            stream.flush()
        except BrokenPipeError:
            pass  # its answers say so, too

    def take(self) -> Read:
        path = self.given.pop(0)
        stream = self._process.stdout
        assert stream is not None
        length = int(stream.readline() or b"-1")
        body = stream.read(length) if length > 0 else b""
        return Read(path, body[:_DIGEST], body[_DIGEST:])
