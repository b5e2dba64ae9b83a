"""Processes of their own for libraries that cannot be stopped or may use up all memory.

A jq program or a template can loop for ever, a PDF can unpack to gigabytes, and their libraries do
not ask whether to go on; a decoder can be taken over by what it decodes. They work in processes of
our own interpreter with our own functions, without environment, with limits of memory and CPU time,
which are killed when the call is cancelled or its time is over. The kernel leaves them nothing but
the files that they are given and our own code to read: no other files, no sockets, no processes
(`security.confined`). Where the kernel cannot do that they do nothing, unless
`tools.system.allow_unconfined` says so; `trusted` works unconfined, as with programs.

To start an interpreter takes as long as to read hundreds of small pages. So the processes that
wait (`Worker`) stay, and each call is done by a fresh copy of one (`isolated_child`).
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import threading

from llmspell import errors
from llmspell.errors import LLMSpellError, ResourceError, ToolError
from llmspell.tools.description import MIB
from llmspell.tools.isolated_child import ANSWER, SIZES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    from llmspell.tools.call import Call

MEMORY = 1024 * MIB
"""Address space that a call may use, in bytes."""

MOST_IDLE = 4
"""How many workers wait for the next call; each has some 8 MB of its own."""

_CHILD = ("-m", "llmspell.tools.isolated_child")


def isolated(
    call: Call,
    target: str,
    request: Any,
    *,
    memory: int = MEMORY,
    files: Iterable[int] = (),
    file_size: int = 0,
) -> Any:
    """What a function gives, called in a process of its own with plain data.

    target: `module:function`; request: its only argument, as JSON. files: descriptors that are
    open there too, under the same numbers; file_size: bytes to which it may let one of them grow.
    Errors of llmspell that it raises are raised here. Raises TimeLimitError when the call's time is
    over, ResourceError when it ends for want of memory, SecurityError where it cannot be confined.
    """
    from llmspell.security.confinement import is_confined

    call.check()
    head = {
        "target": target,
        "memory": memory,
        "seconds": max(1, round(call.limit)),
        "file_size": file_size,
        "confined": is_confined(call.policy),
    }
    data = json.dumps(head).encode(), json.dumps(request).encode()
    files = tuple(files)
    if files:
        with contextlib.closing(Worker(files)) as worker:
            return _outcome(call, worker.ask(call, *data))
    workers: Workers = call.around.shared(Workers, Workers, Workers.close)
    with workers.lent() as worker:
        return _outcome(call, worker.ask(call, *data))


class Worker:
    """A process that answers requests, one at a time. files: descriptors that it has too."""

    def __init__(self, files: tuple[int, ...] = ()) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-I", *_CHILD],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={},
            pass_fds=files,
        )

    @property
    def alive(self) -> bool:
        """Whether it can be asked."""
        return self._process.poll() is None

    def ask(self, call: Call, head: bytes, body: bytes) -> tuple[int, bytes, bytes]:
        """The code with which the copy ended, its answer and its complaints.

        When the call is cancelled or its time is over, the process is killed.
        """
        overdue = threading.Timer(call.seconds_left, self._process.kill)
        overdue.daemon = True
        overdue.start()
        call.on_cancel(self._process.kill)
        try:
            answer = self._exchange(head, body)
        finally:
            call.on_cancel(None)
            overdue.cancel()
        if answer is None:
            self._process.kill()
            call.check()
            said = self._process.communicate()[1]
            return self._process.returncode, b"", said
        call.check()
        return answer

    def _exchange(self, head: bytes, body: bytes) -> tuple[int, bytes, bytes] | None:
        """None where the process has ended."""
        asked, answers = self._process.stdin, self._process.stdout
        assert asked is not None
        assert answers is not None
        try:
            asked.write(SIZES.pack(len(head), len(body)) + head + body)
            asked.flush()
        except BrokenPipeError:
            return None
        sizes = answers.read(ANSWER.size)
        if len(sizes) < ANSWER.size:
            return None
        code, told, complaints = ANSWER.unpack(sizes)
        return code, answers.read(told), answers.read(complaints)

    def close(self) -> None:
        """Ends the process."""
        self._process.kill()
        for stream in (self._process.stdin, self._process.stdout, self._process.stderr):
            if stream is not None:
                with contextlib.suppress(BrokenPipeError):
                    stream.close()
        self._process.wait()


class Workers:
    """The workers of a runtime that wait for a call."""

    def __init__(self) -> None:
        self._idle: list[Worker] = []
        self._lock = threading.Lock()
        self._closed = False

    @contextlib.contextmanager
    def lent(self) -> Iterator[Worker]:
        """A worker for one call."""
        worker = self._take() or Worker()
        try:
            yield worker
        finally:
            with self._lock:
                kept = worker.alive and not self._closed and len(self._idle) < MOST_IDLE
                if kept:
                    self._idle.append(worker)
            if not kept:
                worker.close()

    def _take(self) -> Worker | None:
        with self._lock:
            while self._idle:
                worker = self._idle.pop()
                if worker.alive:
                    return worker
                worker.close()
        return None

    async def close(self) -> None:
        """Ends those that wait."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for worker in idle:
            worker.close()


def _outcome(call: Call, answered: tuple[int, bytes, bytes]) -> Any:
    code, out, told = answered
    try:
        answer = json.loads(out)
    except ValueError:
        answer = None
    if code or not isinstance(answer, dict):
        last = told.decode(errors="replace").strip().rpartition("\n")[2]
        if "memory" in last.lower() or "alloc" in last.lower():
            raise ResourceError("not enough memory; give it less at once", resource="memory")
        raise ToolError(f"'{call.tool}' ended with {code}{': ' if last else ''}{last}")
    failure = answer.get("error")
    if failure is None:
        return answer["value"]
    cls = getattr(errors, failure["type"], None)
    if not (isinstance(cls, type) and issubclass(cls, LLMSpellError)):
        cls = ToolError
    raise cls(failure["message"], **failure["details"])
