"""Hit conditions: at which passes a breakpoint stops."""

from __future__ import annotations

import re
from typing import Literal

from attrs import frozen

Operator = Literal["==", "~=", "<", "<=", ">", ">=", "%"]

_FORM = re.compile(r"\s*(==?|~=|!=|<=|>=|<|>|%)?\s*(\d+)\s*")
_NAMES: dict[str, Operator] = {
    "": "==", "=": "==", "==": "==", "~=": "~=", "!=": "~=",
    "<": "<", "<=": "<=", ">": ">", ">=": ">=", "%": "%",
}  # fmt: skip


@frozen
class HitCondition:
    """A comparison of the number of passes, the present one counted, with a number."""

    operator: Operator
    count: int

    @property
    def skips(self) -> bool:
        """Whether passes can be let go before it is looked at again."""
        return self.operator in ("==", ">", ">=", "%")


def parse_hit_condition(text: str) -> HitCondition:
    """A hit condition from `5`, `== 5`, `> 5`, `>= 5`, `< 5`, `<= 5`, `~= 5` or `% 5`.

    A number alone means that very pass. Raises ValueError with a sentence for the user.
    """
    found = _FORM.fullmatch(text)
    if not found:
        raise ValueError(f"hit condition `{text.strip()}`: write a number, or `>= 5`, `% 5`")
    condition = HitCondition(_NAMES[found[1] or ""], int(found[2]))
    if condition.operator == "%" and condition.count == 0:
        raise ValueError("hit condition `% 0`: there is no multiple of nothing")
    return condition
