"""How a tool is written: a class that describes itself, with a method for each operation."""

from __future__ import annotations

from llmspell.errors import ValidationError
from llmspell.tools.answer import ToolResult
from llmspell.tools.description import Limits, json_schema

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable, Mapping
    from typing import Any, ClassVar

    from llmspell.errors import LLMSpellError
    from llmspell.tools.answer import Answer
    from llmspell.tools.call import Call, Surroundings
    from llmspell.tools.description import (
        Example,
        Operation,
        Parameter,
        Permission,
        ResultClass,
        Security,
    )


class Tool:
    """Base of all tools.

    The class attributes describe it; the docstring's first line is its description. `run` does one
    call: it calls the method `do_<operation>`, with `_` for `-`. Such a method gets the `Call` and
    gives an `Answer`; as an `async def` it runs on the loop, otherwise in a thread of its own. It
    raises an `LLMSpellError` when it fails.

    name: words with hyphens. category: `utility`, `data`, `filesystem`, `system`, `media`, `api`,
    `web`, or another word. permissions: what its calls may ask the policy for. requires: what it
    imports beyond the base installation, and `extra` the extra that brings it. aliases: other names
    of the tool, for look-ups only. default_operation: where the parameter `operation` may be left
    out. quick: whether a call takes microseconds and touches nothing outside; it then runs where it
    is called. waits: whether a call may wait for other calls, as functions of spells may; such take
    no threads from the others. timed_by: the table of `[tools]` whose
    `processing_timeout_seconds` counts instead of `limits.seconds`. compact: whether the result's
    text is JSON on one line (spec tools §2.4).
    """

    name: ClassVar[str]
    category: ClassVar[str] = "utility"
    security: ClassVar[Security] = "safe"
    permissions: ClassVar[tuple[Permission, ...]] = ()
    version: ClassVar[str] = "0.1.0"
    result: ClassVar[ResultClass] = "envelope"
    limits: ClassVar[Limits] = Limits()
    timed_by: ClassVar[str] = ""
    parameters: ClassVar[tuple[Parameter, ...]] = ()
    operations: ClassVar[Mapping[str, Operation]] = {}
    default_operation: ClassVar[str] = ""
    examples: ClassVar[tuple[Example, ...]] = ()
    requires: ClassVar[tuple[str, ...]] = ()
    extra: ClassVar[str] = "tools"
    aliases: ClassVar[tuple[str, ...]] = ()
    quick: ClassVar[bool] = False
    waits: ClassVar[bool] = False
    compact: ClassVar[bool] = False

    @property
    def description(self) -> str:
        """One sentence."""
        return (type(self).__doc__ or "").strip().split("\n", 1)[0]

    @property
    def schema(self) -> dict[str, Any]:
        """The JSON Schema of the parameters."""
        return json_schema(self.parameters, self.operations, self.default_operation)

    def seconds(self, around: Surroundings) -> float:
        """How long a call may take: `limits.seconds`, where no setting decides."""
        table = getattr(around.settings, self.timed_by, None) if self.timed_by else None
        said: float | None = table and table.processing_timeout_seconds
        return said or self.limits.seconds

    @property
    def written(self) -> str:
        """Where its code is, as `module:name` of its class or function."""
        return f"{type(self).__module__}:{type(self).__qualname__}"

    def run(self, call: Call) -> Answer | Awaitable[Answer]:
        """Does one call, whose parameters have been checked against the schema."""
        method = getattr(self, f"do_{call.operation.replace('-', '_')}", None)
        if method is None:
            raise ValidationError(
                f"unknown operation '{call.operation}'; {self.name} has "
                + ", ".join(self.operations),
                field="operation",
            )
        done: Answer | Awaitable[Answer] = method(call)
        return done

    def failed(self, call: Call, error: LLMSpellError) -> Answer | None:  # noqa: ARG002
        """What a failed call gives instead of raising; None (the rule) to raise."""
        return None

    def refused(self, params: Mapping[str, Any], error: ValidationError) -> Answer | None:  # noqa: ARG002
        """What a call with wrong parameters gives instead of raising; None (the rule) to raise."""
        return None

    def shaped(self, answer: Answer, seconds: float) -> ToolResult:
        """The result of a call in the shape that the tool has; seconds: how long it took."""
        return ToolResult(self.name, self.result, answer, seconds, compact=self.compact)

    def operation_of(self, params: Mapping[str, Any]) -> str:
        """The canonical name of the operation that parameters ask for; unknown ones as they are."""
        asked = str(params.get("operation") or self.default_operation).lower()
        for name, operation in self.operations.items():
            if asked == name or asked in operation.aliases:
                return name
        return asked
