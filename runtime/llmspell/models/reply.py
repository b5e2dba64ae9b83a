"""What a model answers: pieces as they come, and the whole."""

from __future__ import annotations

from typing import Literal, TypeAlias

from attrs import field, frozen

from llmspell.models.messages import Message, ToolCall

Finish: TypeAlias = Literal["stop", "length", "tool_calls", "content_filter"]
"""Why an answer ended: by itself, at a limit, to have tools called, held back by the provider."""


@frozen
class Usage:
    """Tokens of one or more answers.

    input_tokens: all that was read, `cached_tokens` of it from a cache. estimated: whether the
    provider told nothing, and the numbers are guesses.
    """

    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    estimated: bool = False

    @property
    def total_tokens(self) -> int:
        """Tokens read and written."""
        return self.input_tokens + self.output_tokens

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            self.input_tokens + other.input_tokens,
            self.output_tokens + other.output_tokens,
            self.cached_tokens + other.cached_tokens,
            self.estimated or other.estimated,
        )


@frozen
class ToolCallPart:
    """A piece of a call: pieces with one index belong together, `arguments` are joined."""

    index: int
    id: str = ""
    name: str = ""
    arguments: str = ""


@frozen(kw_only=True)
class Chunk:
    """A piece of an answer, as it comes.

    reasoning: what the model thinks aloud, not part of the answer. finish and usage come with the
    last pieces. id: the provider's name for the answer or request. model: who really answered.
    left_out: how many of the oldest messages were not read, because they did not fit.
    """

    text: str = ""
    reasoning: str = ""
    tool_call: ToolCallPart | None = None
    finish: Finish | None = None
    usage: Usage | None = None
    id: str = ""
    model: str = ""
    left_out: int = 0


@frozen(kw_only=True)
class Timings:
    """Seconds. first_token: until the first piece, None if there was none."""

    total: float = 0.0
    first_token: float | None = None


@frozen(kw_only=True)
class ChatResult:
    """A whole answer.

    cost: in US dollars, None where no price is known. provider: its name; id: its name for the
    answer. left_out: how many of the oldest messages were not read, because they did not fit.
    """

    message: Message
    finish: Finish = "stop"
    usage: Usage = Usage()
    cost: float | None = None
    model: str = ""
    provider: str = ""
    id: str = ""
    reasoning: str = ""
    left_out: int = 0
    timings: Timings = field(factory=Timings)

    @property
    def text(self) -> str:
        """The text of the answer."""
        return self.message.text

    @property
    def tool_calls(self) -> tuple[ToolCall, ...]:
        """The calls that the model asks for."""
        return self.message.tool_calls


@frozen
class Embeddings:
    """Vectors, in the order of the texts."""

    vectors: tuple[tuple[float, ...], ...]
    model: str = ""
    usage: Usage = Usage()


class Collector:
    """Makes a whole answer of its pieces."""

    def __init__(self) -> None:
        self._text: list[str] = []
        self._reasoning: list[str] = []
        self._calls: dict[int, ToolCallPart] = {}
        self._finish: Finish | None = None
        self.usage: Usage | None = None
        self.id = ""
        self.model = ""
        self._left_out = 0

    def add(self, chunk: Chunk) -> None:
        """Takes the next piece."""
        self._text.append(chunk.text)
        self._reasoning.append(chunk.reasoning)
        if chunk.tool_call is not None:
            new = chunk.tool_call
            old = self._calls.get(new.index, ToolCallPart(new.index))
            self._calls[new.index] = ToolCallPart(
                new.index,
                old.id or new.id,
                old.name + new.name,
                old.arguments + new.arguments,
            )
        self._finish = chunk.finish or self._finish
        self.usage = chunk.usage or self.usage
        self.id = chunk.id or self.id
        self.model = chunk.model or self.model
        self._left_out += chunk.left_out

    @property
    def text(self) -> str:
        """The text so far."""
        return "".join(self._text)

    def result(
        self, *, provider: str, model: str, cost: float | None, timings: Timings
    ) -> ChatResult:
        """The whole; `model` is who was asked, where no piece said who answered."""
        calls = tuple(
            ToolCall(part.id or f"call_{index}", part.name, part.arguments or "{}")
            for index, part in sorted(self._calls.items())
        )
        return ChatResult(
            message=Message.assistant(self.text, calls),
            finish=self._finish or ("tool_calls" if calls else "stop"),
            usage=self.usage or Usage(),
            cost=cost,
            model=self.model or model,
            provider=provider,
            id=self.id,
            reasoning="".join(self._reasoning),
            left_out=self._left_out,
            timings=timings,
        )
