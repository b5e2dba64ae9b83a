"""What a hook may answer, and how that is read from plain data (spec hooks-events §3, §12)."""

from __future__ import annotations

from llmspell.errors import ValidationError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final

KINDS = (
    "continue",
    "modified",
    "cancel",
    "redirect",
    "replace",
    "retry",
    "fork",
    "cache",
    "skipped",
)


class HookResult:
    """One answer. kind: one of `KINDS`; the payload has what belongs to it.

    `modified` {data}, `cancel` {reason}, `redirect` {target}, `replace` {data}, `retry` {delay_ms,
    max_attempts}, `fork` {operations: [{tool, parameters}]}, `cache` {key, ttl: seconds},
    `skipped` {reason}.
    """

    __slots__ = ("kind", "payload")

    def __init__(self, kind: str, **payload: Any) -> None:
        self.kind = kind
        self.payload = payload

    def __repr__(self) -> str:
        return f"HookResult({self.kind!r}, {self.payload!r})"


CONTINUE: Final = HookResult("continue")


def read(answer: Any, language: str = "Lua") -> HookResult:
    """The result that a hook's plain answer means.

    Nothing, `"continue"` and what is not understood go on; another text cancels with that reason.
    Raises ValidationError for a redirection without target or a fork without operations.
    """
    if isinstance(answer, HookResult):
        return answer
    if isinstance(answer, str):
        if answer == "continue":
            return CONTINUE
        if answer in {"skip", "skipped"}:
            return HookResult("skipped", reason=f"Skipped by {language} hook")
        return HookResult("cancel", reason=answer)
    if not isinstance(answer, dict) or answer.get("type") not in KINDS:
        return CONTINUE
    return _read_table(answer, language)


def _read_table(answer: dict[str, Any], language: str) -> HookResult:
    kind = answer["type"]
    if kind in {"modified", "replace"}:
        return HookResult(kind, data=answer.get("data", {}))
    if kind == "cancel":
        return HookResult(kind, reason=str(answer.get("reason", f"Cancelled by {language} hook")))
    if kind == "skipped":
        return HookResult(kind, reason=str(answer.get("reason", f"Skipped by {language} hook")))
    if kind == "retry":
        return HookResult(
            kind,
            delay_ms=_number(answer, "delay_ms", 1000),
            max_attempts=int(_number(answer, "max_attempts", 3)),
        )
    if kind == "redirect":
        return HookResult(kind, target=_text(answer, "target"))
    if kind == "cache":
        return HookResult(kind, key=_text(answer, "key"), ttl=_number(answer, "ttl", 300))
    if kind == "fork":
        operations = answer.get("operations")
        if not isinstance(operations, list) or not operations:
            raise ValidationError("a hook's fork needs 'operations'", field="operations")
        return HookResult(kind, operations=operations)
    return CONTINUE


def _text(answer: dict[str, Any], key: str) -> str:
    value = answer.get(key)
    if not isinstance(value, str) or not value:
        raise ValidationError(f"a hook's {answer['type']} needs '{key}'", field=key)
    return value


def _number(answer: dict[str, Any], key: str, default: float) -> float:
    value = answer.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        raise ValidationError(f"a hook's '{key}' is a number that is not negative", field=key)
    return value
