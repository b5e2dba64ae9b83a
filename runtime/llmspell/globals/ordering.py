"""The order of what a script wrote as a table, for texts that models read.

Tables of Lua have no order: what arrives of one is in another order in each run. Providers keep
what they have read of a prompt by its beginning, where descriptions of tools and forms of answers
stand; these are to be the same text each time. What is written in Python has an order, which may
mean something to a model, and is the same in each run: the models leave that alone.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def in_order(value: Any) -> Any:
    """Plain data with the keys of all objects in it by name."""
    if isinstance(value, dict):
        return {key: in_order(value[key]) for key in sorted(value)}
    return [in_order(each) for each in value] if isinstance(value, list) else value


def with_schema_in_order(settings: dict[str, Any]) -> dict[str, Any]:
    """The settings of an agent, or of a question, with their schema in order."""
    return (
        {**settings, "schema": in_order(settings["schema"])} if "schema" in settings else settings
    )
