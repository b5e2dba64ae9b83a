"""The three standard streams of a spell, as the host provides them.

Output arrives in whole pieces from `prelude/streams.lua`. Input is read by a thread of its own,
and only when the script asks: a blocked read of a silent pipe can then be given up.
"""

from __future__ import annotations

import os
import threading

from llmspell.lua.waiting import Waiting

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_CHUNK = 65536  # bytes


def fd_writer(fd: int) -> Callable[[bytes], None]:
    """A sink that writes whole pieces to a file descriptor; raises BrokenPipeError as it comes."""

    def write(data: bytes) -> None:
        view = memoryview(data)
        while view:
            view = view[os.write(fd, view) :]

    return write


class Streams:
    """Where output goes and input comes from.

    stdout, stderr: called with bytes, on the Lua thread. stdin: called with the most bytes
    wanted, on a reader thread, gives b"" at the end. line_buffered: hand output over at each
    newline.
    """

    def __init__(
        self,
        stdout: Callable[[bytes], object],
        stderr: Callable[[bytes], object],
        stdin: Callable[[int], bytes],
        *,
        line_buffered: bool = False,
    ) -> None:
        self.stdout = stdout
        self.stderr = stderr
        self.stdin = StandardInput(stdin)
        self.line_buffered = line_buffered

    @classmethod
    def of_process(cls) -> Streams:
        """The process's own descriptors 0, 1 and 2."""
        return cls(
            fd_writer(1),
            fd_writer(2),
            lambda most: os.read(0, most),
            line_buffered=os.isatty(1),
        )


class StandardInput:
    """Buffered input with Lua's read formats; each read is a wait."""

    def __init__(self, read: Callable[[int], bytes]) -> None:
        self._read = read
        self._buffer = bytearray()
        self._ended = False
        self._reading = False
        self._lock = threading.Lock()
        self._wanted: tuple[bytes, int, Waiting] | None = None

    def request(self, kind: bytes, size: int) -> Waiting:
        """A wait for one value: `l` a line, `L` with its end, `a` all, `n` a numeral, `b` bytes.

        Gives None at the end of input (for `a`: the empty string), as the Lua manual §6.8 says.
        """
        waiting = Waiting(cancel=self._forget)
        with self._lock:
            self._wanted = (kind, size, waiting)
        self._satisfy()
        return waiting

    def _forget(self) -> None:
        with self._lock:
            self._wanted = None

    def _satisfy(self) -> None:
        with self._lock:
            if self._wanted is None:
                return
            kind, size, waiting = self._wanted
            complete, value = self._take(kind, size)
            if complete:
                self._wanted = None
            elif not self._reading:
                self._reading = True
                threading.Thread(target=self._fill, name="llmspell-stdin", daemon=True).start()
        if complete:
            waiting.complete(value)

    def _fill(self) -> None:
        while True:
            try:
                data = self._read(_CHUNK)
            except OSError:
                data = b""
            with self._lock:
                self._buffer += data
                self._ended = self._ended or not data
                more = bool(data) and self._wanted is not None and not self._enough()
                self._reading = more
            if not more:
                self._satisfy()
                return

    def _enough(self) -> bool:
        assert self._wanted is not None
        kind, size, _ = self._wanted
        if kind in (b"l", b"L"):
            return b"\n" in self._buffer
        if kind == b"b":
            return len(self._buffer) >= max(size, 1)  # 0 asks whether the end is reached
        if kind == b"n":
            return b"\n" in bytes(self._buffer).lstrip()
        return False

    def _take(self, kind: bytes, size: int) -> tuple[bool, bytes | None]:
        """Whether the buffer answers the request, and the answer."""
        if not self._ended and not (self._wanted is not None and self._enough()):
            return False, None
        if kind == b"a":
            return True, self._cut(len(self._buffer))
        if kind == b"n":
            return True, self._numeral()
        if not self._buffer:
            return True, None
        if kind == b"b":
            return True, self._cut(size)
        end = self._buffer.find(b"\n")
        line = self._cut(len(self._buffer) if end < 0 else end + 1)
        return True, line if kind == b"L" else line.removesuffix(b"\n")

    def _cut(self, size: int) -> bytes:
        taken = bytes(self._buffer[:size])
        del self._buffer[:size]
        return taken

    def _numeral(self) -> bytes | None:
        import re

        found = re.match(
            rb"\s*([+-]?(?:0[xX][0-9a-fA-F.]+(?:[pP][+-]?\d+)?|[0-9.]+(?:[eE][+-]?\d+)?))",
            self._buffer[:256],
        )
        if found is None:
            return None
        self._cut(found.end())
        return found.group(1)
