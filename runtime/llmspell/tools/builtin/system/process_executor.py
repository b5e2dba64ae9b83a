"""`process-executor` (spec tools §8.23, lua-globals §4.3), on `security.commands`.

The program runs under `security.confinement`: where the kernel cannot hold it to the policy, it
does not run.
"""

from __future__ import annotations

import codecs
import os

from llmspell.errors import LLMSpellError, SecurityError, ValidationError
from llmspell.tools.answer import Answer
from llmspell.tools.description import Example, Limits, Operation, Parameter
from llmspell.tools.tool import Tool

TYPE_CHECKING = False
if TYPE_CHECKING:
    from llmspell.tools.call import Call

SECONDS = 30
"""Time of a program unless `tools.system.command_timeout_seconds` says otherwise."""

_MOST_SECONDS = 600
_MARGIN = 0.5
"""Seconds of the call that are left for what a program has written to be given."""


class ProcessExecutor(Tool):
    """Runs one allowed program without a shell, confined to the allowed folders."""

    name = "process-executor"
    category = "system"
    security = "restricted"
    permissions = ("command", "read", "write")
    limits = Limits(seconds=_MOST_SECONDS + 5)
    operations = {
        "execute": Operation("runs a program", needs=("executable",), aliases=("run", "exec"))
    }
    default_operation = "execute"
    parameters = (
        Parameter(
            "executable",
            "string",
            "Name or absolute path of the program.",
            required=True,
            aliases=("command",),
            kind="program",
        ),
        Parameter(
            "arguments",
            "array",
            "Its arguments, given to it as they are.",
            aliases=("args",),
            schema={"items": {"type": ["string", "number"]}},
        ),
        Parameter(
            "working_directory", "string", "Where it runs.", aliases=("cwd",), kind="file-path"
        ),
        Parameter(
            "environment",
            ("object", "array"),
            "Variables besides the harmless ones: name to value.",
            aliases=("env",),
            schema={"additionalProperties": {"type": ["string", "number"]}, "maxItems": 0},
        ),
        Parameter(
            "timeout_ms",
            "integer",
            "Less time than the configuration allows, in milliseconds.",
            schema={"minimum": 1},
        ),
    )
    examples = (
        Example(
            {"executable": "echo", "arguments": ["a b", "$HOME"]},
            {"result": {"stdout": "a b $HOME\n", "exit_code": 0, "success": True}},
        ),
        Example(
            {"executable": "cat", "arguments": ["@/a.txt"]},
            {"result": {"output": "hello", "timed_out": False}},
            files={"a.txt": "hello"},
        ),
        Example(
            {"executable": "rm", "arguments": ["-r", "@/a.txt"]},
            fails="Command blocked",
            files={"a.txt": "kept"},
        ),
    )

    def do_execute(self, call: Call) -> Answer:
        """The call succeeds when the program could be started, whatever it then says."""
        from llmspell.security import confinement

        policy = call.policy
        given = [_text(each) for each in call.get("arguments", [])]
        try:
            command = policy.commands.check(call.params["executable"], given)
        except ValidationError as error:
            raise _named(error, "executable") from error
        variables = {k: _text(v) for k, v in dict(call.get("environment") or {}).items()}
        try:
            environment = policy.commands.environment(variables)
        except ValidationError as error:
            raise _named(error, "environment") from error
        finished = confinement.run(
            policy,
            command,
            cwd=_folder(call),
            environment=environment,
            limits=confinement.Limits(seconds=_seconds(call), output=_output(call)),
            started=call.on_cancel,
            written=_Output(call).add,
        )
        call.check()
        stdout = finished.stdout.decode(errors="replace")
        result = {
            "executable": call.params["executable"],
            "arguments": given,
            "exit_code": finished.exit_code,
            "success": finished.exit_code == 0,
            "stdout": stdout,
            "output": stdout,
            "stderr": finished.stderr.decode(errors="replace"),
            "execution_time_ms": round(finished.seconds * 1000),
            "timed_out": finished.timed_out,
        }
        how = "was ended at its time limit" if finished.timed_out else "ended"
        return Answer("execute", result, message=f"'{command.name}' {how}", text=stdout)


class _Output:
    """Tells what a program writes, in whole characters."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self._decoders: dict[str, codecs.IncrementalDecoder] = {}

    def add(self, stream: str, part: bytes) -> None:
        """The next part of a stream; an empty one is its end."""
        decoder = self._decoders.get(stream)
        if decoder is None:
            decoder = self._decoders[stream] = codecs.getincrementaldecoder("utf-8")("replace")
        text = decoder.decode(part, final=not part)
        if text:
            self._call.tell(stream, text)


def _text(value: object) -> str:
    """A number as Lua writes it, without `.0` where it is whole."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _named(error: LLMSpellError, field: str) -> ValidationError:
    return ValidationError(str(error), field=field)


def _folder(call: Call) -> str:
    """The working directory: what is asked for, else configured, else the runtime's."""
    system = call.settings.system
    given = call.get("working_directory") or (system and system.working_directory)
    try:
        folder = call.policy.check_path(given or call.policy.cwd, "read")
    except SecurityError as error:
        error.details.setdefault("field", "working_directory")
        raise
    if not os.path.isdir(folder):
        raise ValidationError(f"'{given}' is no folder", field="working_directory")
    return folder


def _seconds(call: Call) -> float:
    system = call.settings.system
    most = (system and system.command_timeout_seconds) or SECONDS
    asked = float(call.get("timeout_ms", most * 1000)) / 1000
    return max(0.01, min(asked, most, _MOST_SECONDS, call.seconds_left - _MARGIN))


def _output(call: Call) -> int:
    from llmspell.config.schema.tools import System

    return (call.settings.system or System()).max_output_size
