"""A process of its own for libraries that cannot be stopped or may use up all memory.

A jq program or a template can loop for ever, a PDF can unpack to gigabytes, and their libraries do
not ask whether to go on. The child is our own interpreter with our own functions. It has no
environment, may not write to files, and is killed when the call is cancelled or its time is over.
"""

from __future__ import annotations

import json
import subprocess
import sys

from llmspell import errors
from llmspell.errors import LLMSpellError, ResourceError, ToolError
from llmspell.tools.description import MIB

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from llmspell.tools.call import Call

MEMORY = 1024 * MIB
"""Address space that a child may use, in bytes."""


def isolated(call: Call, target: str, request: Any, *, memory: int = MEMORY) -> Any:
    """What a function gives, called in a process of its own with plain data.

    target: `module:function`; request: its only argument, as JSON. Errors of llmspell that it
    raises are raised here. Raises TimeLimitError when the call's time is over, ResourceError when
    the child ends for want of memory.
    """
    call.check()
    arguments = [target, str(memory), str(max(1, round(call.limit)))]
    child = subprocess.Popen(  # noqa: S603 - our own interpreter and module
        [sys.executable, "-I", "-m", "llmspell.tools.isolated_child", *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={},
    )
    with child:
        call.on_cancel(child.kill)
        try:
            out, told = child.communicate(json.dumps(request).encode(), call.seconds_left)
        except subprocess.TimeoutExpired:
            child.kill()
            raise call.overdue() from None
        finally:
            call.on_cancel(None)  # the child has ended
    call.check()
    return _answer(call, child.returncode, out, told)


def _answer(call: Call, code: int, out: bytes, told: bytes) -> Any:
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
