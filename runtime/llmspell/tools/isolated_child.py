"""The process that lets functions work for `isolation`, each in a copy of itself.

It imports our functions and never looks at what they work on: for each request it forks, and the
copy limits and confines itself, works, and writes its answer into a pipe. So a copy costs
milliseconds, and what takes it over has neither other requests nor their answers.

A request is two lengths (`SIZES`), a head and a body, both JSON; an answer is a code of exit, the
lengths of what was written and of what was complained of, and these.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import struct
import sys

from llmspell.errors import LLMSpellError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, BinaryIO

SIZES = struct.Struct("=QQ")
ANSWER = struct.Struct("=iQQ")
MOST_TOLD = 256 * 1024 * 1024
"""Bytes of an answer."""

_MOST_COMPLAINTS = 65_536
_BROKEN = 1


def main() -> None:
    """Answers requests until there are no more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the runtime decides what an interrupt ends
    asked, answers = sys.stdin.buffer, sys.stdout.buffer
    while sizes := asked.read(SIZES.size):
        head, body = (asked.read(size) for size in SIZES.unpack(sizes))
        code, told, complaints = _answer(json.loads(head), body)
        answers.write(ANSWER.pack(code, len(told), len(complaints)) + told + complaints)
        answers.flush()


def _answer(head: dict[str, Any], body: bytes) -> tuple[int, bytes, bytes]:
    module, _, function = head["target"].partition(":")
    # Imported before the fork, so that the next copy has it.
    work = getattr(importlib.import_module(module), function)
    for library in getattr(sys.modules[module], "LIBRARIES", ()):
        importlib.import_module(library)
    reading, writing = os.pipe()
    complaining, complaints = os.pipe()
    for descriptor in (complaining, complaints):
        os.set_blocking(descriptor, False)  # what is too much is lost
    parent = os.getpid()
    copy = os.fork()
    if copy == 0:
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(complaints, 1)  # what libraries print is no answer
        os.dup2(complaints, 2)
        for descriptor in (reading, complaining, complaints):
            os.close(descriptor)
        _be_copy(parent, head, work, body, writing)
    os.close(writing)
    os.close(complaints)
    with os.fdopen(reading, "rb") as file:
        told = file.read(MOST_TOLD)
        if file.read(1):
            os.kill(copy, signal.SIGKILL)
    code = os.waitstatus_to_exitcode(os.waitpid(copy, 0)[1])
    with os.fdopen(complaining, "rb", buffering=0) as file:
        return code, told, file.read(_MOST_COMPLAINTS) or b""


def _be_copy(
    parent: int, head: dict[str, Any], work: Callable[[Any], Any], body: bytes, writing: int
) -> None:
    """Works, and ends this process."""
    code = _BROKEN
    try:
        with os.fdopen(writing, "wb") as out:
            _work(parent, head, work, body, out)
        code = 0
    except BaseException as error:  # noqa: BLE001 - nothing may lead back into the loop
        os.write(2, f"{type(error).__name__}: {error}"[:_MOST_COMPLAINTS].encode())
    finally:
        os._exit(code)


def _work(
    parent: int, head: dict[str, Any], work: Callable[[Any], Any], body: bytes, out: BinaryIO
) -> None:
    from llmspell.security.confined import confine_alone, end_with

    limit(head["memory"], head["seconds"], head["file_size"])
    try:
        if sys.platform == "linux":
            end_with(parent)
        if head["confined"]:
            confine_alone()
    except OSError as error:
        answer = {"error": _unconfined(error)}
    else:
        answer = _outcome(work, json.loads(body))
    out.write(json.dumps(answer).encode())


def _outcome(work: Callable[[Any], Any], request: Any) -> dict[str, Any]:
    try:
        return {"value": work(request)}
    except LLMSpellError as error:
        told = {"type": type(error).__name__, "message": str(error), "details": error.details}
    except MemoryError:
        told = {"type": "ResourceError", "message": "not enough memory; give it less at once"}
        told |= {"details": {"resource": "memory"}}
    except RecursionError:
        told = {"type": "ToolError", "message": "it is nested too deeply", "details": {}}
    return {"error": told}


def _unconfined(error: OSError) -> dict[str, Any]:
    return {
        "type": "SecurityError",
        "message": f"work on untrusted data cannot be confined by the kernel ({error}); set "
        "`tools.system.allow_unconfined = true` in a trusted configuration to do it anyway",
        "details": {},
    }


def limit(memory: int, seconds: int, file_size: int) -> None:
    """Limits memory, CPU time and what it writes to a file."""
    import resource

    for what, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, file_size),
    ):
        hard = resource.getrlimit(what)[1]
        lower = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (lower, lower))


if __name__ == "__main__":
    main()
