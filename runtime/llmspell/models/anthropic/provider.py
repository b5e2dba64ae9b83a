"""The provider `anthropic`, over the official client."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from typing import Any, ClassVar

import anthropic
import attrs
from anthropic import AsyncAnthropic
from anthropic.types import ModelInfo as Model

from llmspell.errors import ProviderError
from llmspell.models.anthropic import wire
from llmspell.models.info import Capabilities, ModelInfo
from llmspell.models.known import capabilities_of
from llmspell.models.provider import Setup
from llmspell.models.reply import Chunk, Embeddings
from llmspell.models.request import ChatRequest, CompletionRequest, EmbedRequest
from llmspell.models.sdk_provider import SdkProvider

HOME = "https://api.anthropic.com"


class Anthropic(SdkProvider):
    """Messages; there are neither completions nor embeddings."""

    LISTING: ClassVar[Mapping[str, Any]] = {"limit": 1000}

    def __init__(self, setup: Setup) -> None:
        super().__init__(setup, anthropic, AsyncAnthropic, setup.base_url or HOME)

    async def chat(self, request: ChatRequest) -> AsyncGenerator[Chunk, None]:
        """Continues a conversation."""
        body = {**wire.body(request, self.name), "stream": request.stream}
        answer: Any = await self._asked(request.model, self._client.messages.create, body)
        if not request.stream:
            for chunk in wire.chunks_of_whole(answer):
                yield chunk
            return
        events = wire.Events()
        with self._failures.translated(reading=True):
            async with answer as stream:
                async for event in stream:
                    for chunk in events.chunks(event):
                        yield chunk
            if not events.ended:
                raise self._failures.no_end()

    async def complete(
        self,
        request: CompletionRequest,  # noqa: ARG002 - it has none
    ) -> AsyncGenerator[Chunk, None]:
        """Not there: these models only chat."""
        raise self._lacks("completions; ask in a chat")
        yield  # an async generator, as the protocol says

    async def embed(self, request: EmbedRequest) -> Embeddings:  # noqa: ARG002 - it has none
        """Not there: Anthropic has no embedding models."""
        raise self._lacks("embeddings; ask a model of another provider")

    async def capabilities(self, model: str) -> Capabilities:
        """What is known of the model's family."""
        return capabilities_of(model)

    def _info(self, told: Model) -> ModelInfo:
        return ModelInfo(
            id=told.id,
            provider=self.name,
            modified_at=told.created_at.timestamp(),
            capabilities=_capabilities(told),
        )

    def _lacks(self, what: str) -> ProviderError:
        return ProviderError(f"provider '{self.name}' has no {what}", provider=self.name)


def _capabilities(told: Model) -> Capabilities:
    """What the server tells, else what is known."""
    known, can = capabilities_of(told.id), told.capabilities
    return attrs.evolve(
        known,
        context_length=told.max_input_tokens or known.context_length,
        max_output_tokens=told.max_tokens or known.max_output_tokens,
        vision=known.vision if can is None else can.image_input.supported,
        json=known.json if can is None else can.structured_outputs.supported,
    )
