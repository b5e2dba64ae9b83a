"""Calls of tools in what a model writes: found as it comes, and kept to their schemas.

A call is a JSON object between `<tool_call>` and `</tool_call>` (the form of Qwen, Hermes and many
others, which the prompt asks of the rest). After the first mark the model can only write a name
that was offered, and arguments that fit its schema: a grammar sees to that. An answer that is
nothing but such an object, as Llama writes it, is a call too.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import Any
from uuid import uuid4

from llmspell.models.local.generation import Generation
from llmspell.models.reply import Chunk, ToolCallPart
from llmspell.models.request import ToolSpec

BEGIN, END = "<tool_call>", "</tool_call>"
_FENCE = "```"


def answer(
    generation: Generation, tools: Sequence[ToolSpec], *, begun: bool = False
) -> Iterator[Chunk]:
    """The pieces of an answer; begun: whether the prompt already has the first mark of a call."""
    reader = _Reader(generation, tools)
    if begun:
        yield from reader.call()
    while not reader.ended:
        yield from reader.text()
        if not reader.ended:
            yield from reader.call()


class _Reader:
    def __init__(self, generation: Generation, tools: Sequence[ToolSpec]) -> None:
        self._generation = generation
        self._tools = tools
        self._count = 0
        self.ended = False

    def text(self) -> Iterator[Chunk]:
        """What is said up to the next call, or to the end."""
        held, whole = "", self._count == 0
        pieces = self._generation.texts()
        for piece in pieces:
            held += piece
            if whole and held.lstrip().startswith(("{", _FENCE)):
                continue  # perhaps all of it is a call
            place = held.find(BEGIN)
            if place >= 0 and not held[place + len(BEGIN) :].strip():
                pieces.close()  # type: ignore[attr-defined]
                yield from self._said(held[:place].rstrip())
                return
            if place < 0:
                keep = _overlap(held)
                yield from self._said(held[: len(held) - keep])
                held = held[len(held) - keep :]
            whole = whole and not held.strip() and not self._count
        self.ended = True
        calls = list(_objects(held, {tool.name for tool in self._tools}))
        for name, arguments in calls:
            yield self._part(name, arguments)
        if not calls:
            yield from self._said(held)

    def call(self) -> Iterator[Chunk]:
        """One call, held to the schemas."""
        held = ""
        pieces = self._generation.texts(grammar_of(call_grammar(self._tools)))
        for piece in pieces:
            held += piece
        content, mark, _ = held.partition(END)
        for name, arguments in _objects(content, {tool.name for tool in self._tools}):
            yield self._part(name, arguments)
        self.ended = not mark or self._generation.over

    def _said(self, text: str) -> Iterator[Chunk]:
        if text and (not self._count or text.strip()):
            yield Chunk(text=text)

    def _part(self, name: str, arguments: Any) -> Chunk:
        text = json.dumps(arguments, ensure_ascii=False)
        part = ToolCallPart(self._count, f"call_{uuid4().hex[:12]}", name, text)
        self._count += 1
        return Chunk(tool_call=part)


def _objects(text: str, names: set[str]) -> Iterator[tuple[str, Any]]:
    """The calls in a text that is one or more objects, perhaps between marks or in a fence."""
    text = text.replace(BEGIN, " ").replace(END, " ").strip()
    if text.startswith(_FENCE):
        text = text.removeprefix(_FENCE).removeprefix("json").strip().removesuffix(_FENCE).strip()
    decoder = json.JSONDecoder()
    found: list[tuple[str, Any]] = []
    while text:
        try:
            value, end = decoder.raw_decode(text)
        except ValueError:
            return
        if not isinstance(value, dict) or value.get("name") not in names:
            return
        found.append((value["name"], value.get("arguments", value.get("parameters", {}))))
        text = text[end:].strip()
    yield from found


def _overlap(text: str) -> int:
    for length in range(min(len(text), len(BEGIN) - 1), 0, -1):
        if text.endswith(BEGIN[:length]):
            return length
    return 0


def call_grammar(tools: Sequence[ToolSpec]) -> str:
    """The grammar (GBNF) of one call and the mark behind it."""
    try:
        return _call_grammar(json.dumps([[t.name, t.parameters] for t in tools], default=dict))
    except Exception:  # noqa: BLE001 - whatever the converter does not know
        return _call_grammar(json.dumps([[tool.name, {"type": "object"}] for tool in tools]))


@lru_cache(maxsize=64)
def _call_grammar(tools: str) -> str:
    schema = {"oneOf": [_call_schema(name, parameters) for name, parameters in json.loads(tools)]}
    rules = json_grammar(json.dumps(schema)).replace("root ::=", "call ::=", 1)
    return f'root ::= [ \\n]* call [ \\n]* "{END}"\n{rules}'


def _call_schema(name: str, parameters: dict[str, Any]) -> dict[str, Any]:
    arguments = {"type": "object"} if "$ref" in json.dumps(parameters) else parameters
    return {
        "type": "object",
        "properties": {"name": {"const": name}, "arguments": arguments},
        "required": ["name", "arguments"],
    }


@lru_cache(maxsize=64)
def json_grammar(schema: str) -> str:
    """The grammar of JSON that a schema (JSON text) describes."""
    from llama_cpp.llama_grammar import json_schema_to_gbnf

    made: Callable[..., str] = json_schema_to_gbnf
    return made(schema, prop_order=["name", "arguments"])


def grammar_of(text: str) -> Any:
    """The `llama_cpp.LlamaGrammar` of a text in GBNF."""
    from llama_cpp.llama_grammar import LlamaGrammar

    return LlamaGrammar.from_string(text, verbose=False)
