"""What a script says of a name where it defines it: a description, and the table that goes with it.

Only what is written out in the call, or in the table, that has the name (`Kind.definition`), and
in locals that are named there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from attrs import field, frozen

from llmspell_server.analysis.inference.writes import key_of_field
from llmspell_server.analysis.inference.written_schemas import UNKNOWN, certain, data_of
from llmspell_server.analysis.snapshot import Snapshot, Span
from llmspell_server.analysis.syntax import tree

from .written_locals import Follower


@frozen
class Defined:
    """text: one line. schema: the JSON Schema of the table; empty where nothing is said.

    function: the expression that says what is done, in the text of the definition.
    """

    text: str = ""
    schema: Mapping[str, Any] = field(factory=dict)
    function: Span | None = None


def defined_at(snapshot: Snapshot, offset: int, keys: Mapping[str, str]) -> Defined:
    """What is said beside the string at an offset. keys: as `Kind.definition` has them."""
    piece, path = snapshot.path_at(offset)
    function = _function(path, keys["function"]) if "function" in keys else None
    span = snapshot.span(piece, function) if function is not None else None
    follow = Follower(snapshot, piece)
    for table, follow_in in _told(path, follow):
        data = data_of(table, follow_in)
        if isinstance(data, dict):
            text = data.get(keys.get("text", ""))
            schema = _schema(data.get(keys.get("schema", "")))
            if text or schema:
                return Defined(text if isinstance(text, str) else "", schema, span)
    return Defined(function=span)


def _told(
    path: tuple[tree.Node, ...], follow: Follower
) -> Iterator[tuple[tree.Expression, Follower]]:
    """The tables in which more is said of a string, also those of locals, with their followers."""
    yield from ((table, follow) for table in _tables(path))
    if len(path) > 2 and isinstance(path[-1], tree.String) and isinstance(path[-2], tree.Arguments):
        names = (each for each in path[-2].values if isinstance(each, tree.Name))
        yield from (found for each in names if (found := follow(each)) is not None)


def _tables(path: tuple[tree.Node, ...]) -> Iterator[tree.Table]:
    """The tables in which more is said of a string."""
    if len(path) < 3 or not isinstance(path[-1], tree.String):
        return
    holder, around = path[-2], path[-3]
    if isinstance(holder, tree.Arguments):
        yield from (each for each in holder.values if isinstance(each, tree.Table))
    elif isinstance(holder, (tree.Named, tree.Keyed)) and isinstance(around, tree.Table):
        yield around


def _function(path: tuple[tree.Node, ...], key: str) -> tree.Expression | None:
    """The function that is given with a string: the next argument, or behind a key beside it."""
    string, holder = (path[-1], path[-2]) if len(path) > 1 else (None, None)
    if isinstance(holder, tree.Arguments):
        place = next((i for i, each in enumerate(holder.values) if each is string), -1)
        behind = holder.values[place + 1 :] if place >= 0 else ()
        return next((each for each in behind if not isinstance(each, tree.Table)), None)
    fields = (each for table in _tables(path) for each in table.fields)
    return next((each.value for each in fields if key_of_field(each) == key), None)


def _schema(said: Any) -> dict[str, Any]:
    """A JSON Schema, also from a list of `{ name, type, description, required }`.

    Or from a table that has such descriptions, or types alone, by name.
    """
    if isinstance(said, dict) and isinstance(said.get("properties"), dict):
        return {"type": "object", **certain(said)}
    named = dict(_entries(said))
    if not named:
        return {}
    found = {
        "type": "object",
        "properties": {name: _property(each) for name, each in named.items()},
        "required": [name for name, each in named.items() if each.get("required") is True],
    }
    return found if len(named) == len(said) else {**found, "additionalProperties": True}


def _entries(said: Any) -> Iterator[tuple[str, dict[Any, Any]]]:
    """The descriptions of parameters in a list or a table, by the names of the parameters."""
    if isinstance(said, dict):
        for name, told in said.items():
            if isinstance(name, str) and isinstance(told, str | dict):
                yield name, {"type": told} if isinstance(told, str) else told
    elif isinstance(said, list):
        for each in said:
            if isinstance(each, dict) and isinstance(each.get("name"), str):
                yield each["name"], each


def _property(told: dict[Any, Any]) -> dict[str, Any]:
    is_string = "type" not in told and UNKNOWN not in told
    return {**certain(told), **({"type": "string"} if is_string else {})}
