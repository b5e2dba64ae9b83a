"""`echo` and `mock`: providers that answer at once, without a model."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Callable, Iterable
from typing import TypeAlias

from llmspell.models.info import Capabilities, Health, ModelInfo
from llmspell.models.messages import Message
from llmspell.models.provider import Setup
from llmspell.models.reply import Chunk, Embeddings, ToolCallPart, Usage
from llmspell.models.request import ChatRequest, CompletionRequest, EmbedRequest

Answer: TypeAlias = str | Message | Exception
"""A text, a message (with tool calls), or an error to be raised."""

_WORDS = re.compile(r"\S*\s*")


class Echo:
    """Answers with what it was told last, word by word."""

    def __init__(self, setup: Setup) -> None:
        self.name = setup.name

    async def chat(self, request: ChatRequest) -> AsyncGenerator[Chunk, None]:
        """Gives the last message."""
        for chunk in _pieces(self._answer(request), request):
            yield chunk

    async def complete(self, request: CompletionRequest) -> AsyncGenerator[Chunk, None]:
        """Gives the prompt."""
        for chunk in _pieces(Message.assistant(request.prompt), request):
            yield chunk

    async def embed(self, request: EmbedRequest) -> Embeddings:
        """Vectors that say how often each letter occurs."""
        letters = "abcdefghijklmnopqrstuvwxyz"
        vectors = (tuple(float(t.lower().count(a)) for a in letters) for t in request.texts)
        return Embeddings(tuple(vectors), request.model)

    async def models(self) -> list[ModelInfo]:
        """One model, of the provider's name."""
        return [ModelInfo(id=self.name, provider=self.name, capabilities=self._can)]

    async def health(self) -> Health:
        """Healthy."""
        return Health(healthy=True, models=1)

    async def capabilities(self, model: str) -> Capabilities:  # noqa: ARG002 - all are alike
        """All of them."""
        return self._can

    async def close(self) -> None:
        """Has nothing to give back."""

    _can = Capabilities(context_length=8192, tools=True, vision=True, json=True, embeddings=True)

    def _answer(self, request: ChatRequest) -> Message:
        return Message.assistant(request.messages[-1].text)


class Mock(Echo):
    """Gives prepared answers, one after the other; what it was asked is in `requests`.

    answers: texts, messages or errors, or a function that makes one of the request.
    """

    def __init__(
        self, setup: Setup, answers: Iterable[Answer] | Callable[[ChatRequest], Answer]
    ) -> None:
        super().__init__(setup)
        self.requests: list[ChatRequest] = []
        self._make = answers if callable(answers) else None
        self._left = [] if callable(answers) else list(answers)

    def _answer(self, request: ChatRequest) -> Message:
        self.requests.append(request)
        if self._make is None and not self._left:
            raise AssertionError(f"'{self.name}' was asked more often than answers were prepared")
        answer = self._make(request) if self._make else self._left.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return Message.assistant(answer) if isinstance(answer, str) else answer


def _pieces(answer: Message, request: ChatRequest | CompletionRequest) -> Iterable[Chunk]:
    """An answer as a provider gives it: words, calls, and at the end what it took."""
    for word in _WORDS.findall(answer.text) if request.stream else [answer.text]:
        if word:
            yield Chunk(text=word)
    for index, call in enumerate(answer.tool_calls):
        yield Chunk(tool_call=ToolCallPart(index, call.id, call.name, call.arguments))
    if isinstance(request, ChatRequest):
        read = " ".join(message.text for message in request.messages)
    else:
        read = request.prompt
    yield Chunk(
        finish="tool_calls" if answer.tool_calls else "stop",
        usage=Usage(len(read.split()), len(answer.text.split())),
        model=request.model,
    )
