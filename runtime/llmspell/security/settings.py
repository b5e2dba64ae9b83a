"""What the configuration says about tools, with who says it: data for the rules of this room.

Rules ask `said` for what may widen them and `within` for what only narrows: the `[tools]` tables of
trusted files and the environment, and those of untrusted project files (design invariant 7).
Nothing is in them but what somebody wrote: a default of the schema is the rules' own business.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any


class ToolSettings:
    """The `[tools]` tables in force."""

    __slots__ = ("said", "within")

    def __init__(
        self,
        said: "Mapping[str, Any] | None" = None,
        within: "tuple[Mapping[str, Any], ...]" = (),
    ) -> None:
        self.said: Mapping[str, Any] = {} if said is None else said
        self.within = within

    def narrowing_only(self) -> "ToolSettings":
        """Give the same settings as ones that only narrow."""
        return ToolSettings(None, (self.said, *self.within))

    def get(self, table: str, key: str) -> "Any":
        """Give what a trusted source says, None when none does."""
        return _value(self.said, table, key)

    def least(self, table: str, key: str) -> int | None:
        """Give the smallest number that anybody says, None when nobody says one."""
        said = [self.get(table, key), *self.narrower(table, key)]
        return min((value for value in said if isinstance(value, int)), default=None)

    def narrower(self, table: str, key: str) -> "Iterator[Any]":
        """Give what each untrusted file says."""
        for tools in self.within:
            value = _value(tools, table, key)
            if value is not None:
                yield value


def _value(tools: "Mapping[str, Any]", table: str, key: str) -> "Any":
    values = tools.get(table)
    return values.get(key) if isinstance(values, dict) else None
