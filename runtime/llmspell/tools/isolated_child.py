"""The process in which `isolation.isolated` lets a function work.

python -I -m llmspell.tools.isolated_child MODULE:FUNCTION MEMORY SECONDS, with the request as JSON
on its input; it writes `{"value": …}` or `{"error": …}`.
"""

from __future__ import annotations

import importlib
import json
import sys

from llmspell.errors import LLMSpellError


def main(arguments: list[str]) -> None:
    """Calls the function and writes what it gives."""
    target, memory, seconds = arguments
    module, _, function = target.partition(":")
    request = json.loads(sys.stdin.buffer.read())
    work = getattr(importlib.import_module(module), function)
    limit(int(memory), int(seconds))
    out, sys.stdout = sys.stdout, sys.stderr  # what libraries print is no answer
    try:
        answer = {"value": work(request)}
    except LLMSpellError as error:
        told = {"type": type(error).__name__, "message": str(error), "details": error.details}
        answer = {"error": told}
    except MemoryError:
        told = {"type": "ResourceError", "message": "not enough memory; give it less at once"}
        answer = {"error": told | {"details": {"resource": "memory"}}}
    except RecursionError:
        told = {"type": "ToolError", "message": "it is nested too deeply", "details": {}}
        answer = {"error": told}
    out.write(json.dumps(answer))


def limit(memory: int, seconds: int) -> None:
    """Limits memory and CPU time, and forbids writing to files; does nothing on Windows."""
    try:
        import resource
    except ImportError:
        return
    for what, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
    ):
        hard = resource.getrlimit(what)[1]
        lower = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (lower, lower))


if __name__ == "__main__":
    main(sys.argv[1:])
