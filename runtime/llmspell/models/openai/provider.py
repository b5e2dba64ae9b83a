"""The provider `openai`, and those of other vendors that are asked in the same way."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import Any

import attrs
import openai
from openai import AsyncOpenAI
from openai.types import Model

from llmspell.errors import LLMSpellError, ValidationError
from llmspell.models.info import Capabilities, ModelInfo
from llmspell.models.known import capabilities_of
from llmspell.models.openai import responses, wire
from llmspell.models.provider import Setup
from llmspell.models.reply import Chunk, Embeddings, Usage
from llmspell.models.request import ChatRequest, CompletionRequest, EmbedRequest
from llmspell.models.sdk_provider import SdkProvider

HOME = "https://api.openai.com/v1"

OTHERS = {
    "cohere": "https://api.cohere.ai/compatibility/v1",
    "deepseek": "https://api.deepseek.com/v1",
    "fireworks": "https://api.fireworks.ai/inference/v1",
    "gemini": "https://generativelanguage.googleapis.com/v1beta/openai",
    "groq": "https://api.groq.com/openai/v1",
    "mistral": "https://api.mistral.ai/v1",
    "openrouter": "https://openrouter.ai/api/v1",
    "perplexity": "https://api.perplexity.ai",
    "together": "https://api.together.xyz/v1",
}
"""Type -> where vendors answer who speak the same protocol."""


class OpenAI(SdkProvider):
    """Chat completions, completions and embeddings over the official client.

    Options of `[providers.NAME]`: `headers`, a table; `organization_id` and `project_id` of the
    account; `structured_output = "json_object"` for servers that take a schema only in that form.
    """

    def __init__(self, setup: Setup) -> None:
        kind = (setup.settings.provider_type or setup.name).lower()
        url = setup.base_url or OTHERS.get(kind, HOME)
        self._own = url == HOME
        options = setup.settings.options
        self._schema_in_object = options.get("structured_output") == "json_object"
        self._responding: set[str] = set()  # models that are asked by the responses API
        super().__init__(
            setup,
            openai,
            AsyncOpenAI,
            url,
            organization=_text(options, "organization_id"),
            project=_text(options, "project_id"),
        )

    async def chat(self, request: ChatRequest) -> AsyncGenerator[Chunk, None]:
        """Continues a conversation, over the API that the model wants."""
        if request.model not in self._responding:
            try:
                async with aclosing(self._completed(request)) as chunks:
                    async for chunk in chunks:
                        yield chunk
            except LLMSpellError as error:
                if not responses.are_wanted(error):
                    raise
                self._responding.add(request.model)
            else:
                return
        async with aclosing(self._responded(request)) as chunks:
            async for chunk in chunks:
                yield chunk

    async def _completed(self, request: ChatRequest) -> AsyncGenerator[Chunk, None]:
        length = "max_completion_tokens" if self._own else "max_tokens"
        body = wire.chat_body(request, schema_in_object=self._schema_in_object)
        body |= self._sampling(request, length)
        create: Any = self._client.chat.completions.create
        with self._failures.translated(reading=True):
            if not request.stream:
                answer = await self._asked(request.model, create, body)
                for chunk in wire.chunks_of_whole(answer):
                    yield chunk
                return
            body |= {"stream": True, "stream_options": {"include_usage": True}}
            ended = False
            async with await self._asked(request.model, create, body) as stream:
                async for piece in stream:
                    ended = ended or any(choice.finish_reason for choice in piece.choices)
                    for chunk in wire.chunks_of(piece):
                        yield chunk
            if not ended:
                raise self._failures.no_end()

    async def _responded(self, request: ChatRequest) -> AsyncGenerator[Chunk, None]:
        body = responses.body(request, self.name)
        answer: Any = await self._asked(request.model, self._client.responses.create, body)
        if not request.stream:
            for chunk in responses.chunks_of_whole(answer, self.name):
                yield chunk
            return
        events = responses.Events(self.name)
        with self._failures.translated(reading=True):
            async with answer as stream:
                async for event in stream:
                    for chunk in events.chunks(event):
                        yield chunk

    async def complete(self, request: CompletionRequest) -> AsyncGenerator[Chunk, None]:
        """Continues a text; many servers have only chat."""
        if request.response_format.kind != "text":
            raise ValidationError(
                f"provider '{self.name}' gives a form only to answers of a chat",
                field="response_format",
                provider=self.name,
            )
        body = {"model": request.model, "prompt": request.prompt, "stream": request.stream}
        body |= self._sampling(request, "max_tokens")
        create: Any = self._client.completions.create
        with self._failures.translated(reading=True):
            answer = await self._asked(request.model, create, body)
            if not request.stream:
                yield wire.chunk_of_text(answer)
                return
            async with answer as stream:
                async for piece in stream:
                    yield wire.chunk_of_text(piece)

    async def embed(self, request: EmbedRequest) -> Embeddings:
        """Vectors of texts."""
        body: dict[str, Any] = {
            "model": request.model,
            "input": list(request.texts),
            "encoding_format": "float",
        }
        if request.dimensions is not None:
            body["dimensions"] = request.dimensions
        if request.timeout is not None:
            body["timeout"] = request.timeout
        answer = await self._asked(request.model, self._client.embeddings.create, body)
        vectors = sorted(answer.data, key=lambda each: each.index)
        return Embeddings(
            tuple(tuple(each.embedding) for each in vectors),
            answer.model,
            Usage(answer.usage.prompt_tokens),
        )

    async def capabilities(self, model: str) -> Capabilities:
        """What the server tells of a model, else what is known of its family."""
        if self._own:
            return capabilities_of(model)
        try:
            with self._failures.translated():
                return _capabilities(await self._client.models.retrieve(model), model)
        except LLMSpellError:
            return capabilities_of(model)

    def _info(self, told: Model) -> ModelInfo:
        return ModelInfo(
            id=told.id,
            provider=self.name,
            modified_at=float(told.created) if told.created else None,
            capabilities=_capabilities(told, told.id),
        )

    def _sampling(self, request: ChatRequest | CompletionRequest, length: str) -> dict[str, Any]:
        """How tokens are chosen; OpenAI itself refuses what it does not know."""
        for name in ("top_k", "repeat_penalty") if self._own else ():
            if getattr(request.sampling, name) is not None:
                raise ValidationError(
                    f"models of OpenAI have no {name}", field=name, provider=self.name
                )
        body = wire.sampling(request, length, own=self._own)
        if request.timeout is not None:
            body["timeout"] = request.timeout
        return body


def _text(options: Mapping[str, Any], name: str) -> str | None:
    value = options.get(name)
    return None if value is None else str(value)


def _capabilities(told: Model, model: str) -> Capabilities:
    """What vLLM, OpenRouter and llama.cpp add to their lists; else what the family can do.

    Nothing that is told has to be there, or of its type: the client does not check it.
    """
    extra = getattr(told, "model_extra", None) or {}
    meta = extra.get("meta")
    trained = meta.get("n_ctx_train") if isinstance(meta, dict) else None
    length = extra.get("max_model_len") or extra.get("context_length") or trained
    known = capabilities_of(model)
    return attrs.evolve(known, context_length=length) if isinstance(length, int) else known
