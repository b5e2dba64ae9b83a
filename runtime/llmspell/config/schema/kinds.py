"""`[kinds]`: what editors should know of strings in the project's scripts (this project's own)."""

from typing import Any

from llmspell.config.schema.fields import section, setting


@section
class StringKind:
    """`[kinds.NAME]`."""

    description: str = setting("", "What strings of this kind are.")
    values: dict[str, Any] = setting(
        {}, 'Known strings, each with a line about it: `{ "order.created" = "a new order" }`.'
    )
    closed: bool = setting(False, "Whether other strings are mistakes.")
    separator: str | None = setting(None, "What stands between the parts of such a string.")


@section
class Kinds:
    """`[kinds]`: one table for each kind."""

    kinds: dict[str, StringKind] = setting(
        {},
        "Adds values to a kind of strings (see `Kinds of strings` in api.md), or makes one.",
        catch_all=True,
    )
