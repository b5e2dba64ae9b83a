"""A debuggee's process: its pipes, its end, and how it is made to end."""

from __future__ import annotations

import codecs
import os
import signal
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import IO

_DRAIN = 1.0  # seconds to wait for pipes that a child of the debuggee may still hold open


class OwnProcess:
    """A process that we have started, in a group of its own. `exit_code` once it has ended.

    output: called with the category and text of what it writes to its raw descriptors. ended:
    called with the exit code after all of its output, perhaps before the constructor returns.
    """

    def __init__(
        self,
        command: Sequence[str],
        cwd: str | None,
        environment: Mapping[str, str],
        output: Callable[[str, str], None],
        ended: Callable[[int], None],
    ) -> None:
        """Starts it; raises OSError."""
        self._process = subprocess.Popen(  # noqa: S603 - that is what we are for
            command,
            cwd=cwd,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        self.pid = self._process.pid
        self.exit_code: int | None = None
        self._output = output
        self._ended = ended
        out, err = self._process.stdout, self._process.stderr
        assert out is not None and err is not None
        self._readers = [
            threading.Thread(target=self._read, args=arguments, daemon=True)
            for arguments in (("stdout", out), ("stderr", err))
        ]
        for thread in (*self._readers, threading.Thread(target=self._wait, daemon=True)):
            thread.start()

    def _read(self, category: str, pipe: IO[bytes]) -> None:
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        with pipe:
            while data := os.read(pipe.fileno(), 65536):
                text = decoder.decode(data)
                if text:
                    self._output(category, text)

    def _wait(self) -> None:
        code = self._process.wait()
        for reader in self._readers:
            reader.join(_DRAIN)
        self.exit_code = code if code >= 0 else 128 - code  # as shells show signals
        self._ended(self.exit_code)

    def kill(self) -> None:
        """Ends it and its children at once."""
        with suppress(OSError):
            if hasattr(os, "killpg"):
                os.killpg(self.pid, signal.SIGKILL)
            else:
                self._process.kill()


class ForeignProcess:
    """A process that a terminal has started: we know its id, and nothing of its end."""

    def __init__(self, pid: int) -> None:
        self.pid = pid

    def kill(self) -> None:
        """Ends it at once."""
        with suppress(OSError):
            os.kill(self.pid, getattr(signal, "SIGKILL", signal.SIGTERM))
