"""A call of `llmspell tool invoke`: its parameters, and what it tells while it goes on."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any

import click

from llmspell.cli.printing import print_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from llmspell.tools.answer import ToolResult
    from llmspell.tools.registry import Entry
    from llmspell.tools.service import Tools

    Event = dict[str, Any]


def given(params: str | None, params_file: str | None) -> dict[str, Any]:
    """The parameters of `--params` or `--params-file`."""
    if params is not None and params_file is not None:
        raise click.UsageError("use --params or --params-file, not both.")
    if params_file == "-":
        params, params_file = "-", None
    if params_file is not None:
        text = Path(params_file).read_text(encoding="utf-8")
    else:
        text = sys.stdin.read() if params == "-" else params or "{}"
    try:
        given = json.loads(text)
    except ValueError as error:
        raise click.UsageError(f"Invalid JSON in the parameters: {error}") from error
    if given is not None and not isinstance(given, dict):
        raise click.UsageError("Invalid JSON in the parameters: they must be an object.")
    return given or {}


def paired(entry: Entry, pairs: tuple[str, ...]) -> dict[str, Any]:
    """The parameters of `key=value` words, as the tool's schema types them."""
    found: dict[str, Any] = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals:
            raise click.UsageError(f"'{pair}' is no KEY=VALUE.")
        type_ = _type_of(entry.schema["properties"], key)
        found[key] = value if type_ == "string" else _value(value, type_)
    return found


def _type_of(properties: dict[str, Any], key: str) -> Any:
    """The type of a parameter, also by another name of it."""
    names = (name for name, told in properties.items() if key in told.get("x-aliases", ()))
    return properties.get(key if key in properties else next(names, key), {}).get("type", "string")


def _value(text: str, type_: Any) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        if isinstance(type_, list) and "string" in type_:
            return text
        raise click.UsageError(f"Invalid JSON: '{text}' (the tool wants {type_}).") from None


def offered(
    schema: Mapping[str, Any], before: Mapping[str, str], given: str
) -> Iterator[tuple[str, str]]:
    """What may follow `given` among the KEY=VALUE words, each with a line about it.

    before: those that are written already; of the other keys, those that their operation takes.
    """
    properties = schema["properties"]
    key, equals, value = given.partition("=")
    operation = properties.get("operation", {})
    told = operation.get("x-operations", {})
    if equals:
        values = properties.get(key, {}).get("enum", ())
        known = {str(each): told.get(each, {}).get("description", "") for each in values}
        if properties.get(key, {}).get("type") == "boolean":
            known = {"true": "", "false": ""}
        explained = key == "operation"
        for each, about in known.items():
            if each.startswith(value):
                yield f"{key}={each}", about if explained else ""
        return
    chosen = told.get(before.get("operation", operation.get("default", "")), {})
    takes = chosen.get("takes")
    for name, property_ in properties.items():
        fits = takes is None or name == "operation" or name in (*takes, *chosen["needs"])
        if fits and name.startswith(key) and name not in before:
            yield f"{name}=", "" if "x-operations" in property_ else property_["description"]


def streamed(
    tools: Tools,
    entry: Entry,
    params: Mapping[str, Any],
    seconds: float | None,
    told: Callable[[Event], object],
) -> ToolResult:
    """Calls a tool; `told` gets what happens on the way, at once and in this thread.

    Raises what `Tools.invoke` does.
    """
    events: SimpleQueue[Event | None] = SimpleQueue()
    handle = tools.submit(entry.name, params, seconds=seconds, heard=events.put)
    handle.future.add_done_callback(lambda _: events.put(None))
    try:
        while (event := events.get(timeout=handle.call.seconds_left)) is not None:
            told(event)
    except Empty:
        pass  # its time is over, which the result says
    except BaseException:  # Ctrl-C, or nobody reads what is told
        handle.cancel()
        raise
    return handle.result()


class Listener:
    """Prints the events of a call as they come; form: of the output, as `--output` says.

    Each is a JSON document, as only_text its text; in the form `json`, whose output is one
    document, they are `collected` for that.
    """

    def __init__(self, form: str, *, only_text: bool) -> None:
        self._form = form
        self._only_text = only_text
        self.events: list[Event] = []

    def __call__(self, event: Event) -> None:
        """Hears of an event."""
        self.events.append(event)
        if self._only_text:
            click.echo(event["text"], nl=False, err=event["event"] == "stderr")
        elif self._form != "json":
            print_json(event, self._form)

    @property
    def collected(self) -> dict[str, Any]:
        """What is added to the result: `events`, where they were not printed before."""
        return {"events": self.events} if self.events and self._form == "json" else {}
