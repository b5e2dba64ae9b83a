"""Providers whose answers are recorded and played back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from pathlib import Path
from typing import Any, TypeVar

from llmspell.errors import LLMSpellError, ProviderError
from llmspell.models.info import Capabilities, Health, ModelInfo, PullProgress
from llmspell.models.provider import KeepsModels, Provider
from llmspell.models.reply import Chunk, Embeddings
from llmspell.models.request import ChatRequest, CompletionRequest, EmbedRequest
from llmspell.testing.cassettes.cassette import Cassette
from llmspell.testing.cassettes.chats import (
    chat_data,
    chunks_data,
    completion_data,
    data_of,
    embed_data,
    error_data,
    error_of,
    object_of,
)

T = TypeVar("T")


class RecordedProvider:
    """Plays answers back, and asks the real provider for those that are to be recorded.

    real: makes it when it is first needed, so nothing is connected, loaded or imported before.
    """

    def __init__(
        self, name: str, base_url: str | None, real: Callable[[], Provider], cassette: Cassette
    ) -> None:
        self.name = name
        self._base_url = base_url
        self._make = real
        self._made: Provider | None = None
        self._cassette = cassette

    async def chat(self, request: ChatRequest) -> AsyncGenerator[Chunk, None]:
        """As the recording says, piece by piece."""
        asked = self._with_url(chat_data(self.name, request))
        async with aclosing(
            self._answered("chat", asked, lambda: self._real.chat(request))
        ) as chunks:
            async for chunk in chunks:
                yield chunk

    async def complete(self, request: CompletionRequest) -> AsyncGenerator[Chunk, None]:
        """The same for a text that is continued."""
        asked = self._with_url(completion_data(self.name, request))
        async with aclosing(
            self._answered("completion", asked, lambda: self._real.complete(request))
        ) as chunks:
            async for chunk in chunks:
                yield chunk

    async def embed(self, request: EmbedRequest) -> Embeddings:
        """As the recording says."""
        asked = self._with_url(embed_data(self.name, request))
        return await self._told("embedding", asked, Embeddings, lambda: self._real.embed(request))

    async def models(self) -> list[ModelInfo]:
        """As the recording says."""
        return await self._told(
            "models",
            {"provider": self.name},
            list[ModelInfo],
            lambda: self._real.models(),  # noqa: PLW0108 - the real one is made when it is asked
        )

    async def health(self) -> Health:
        """As the recording says."""
        return await self._told(
            "health",
            {"provider": self.name},
            Health,
            lambda: self._real.health(),  # noqa: PLW0108
        )

    async def capabilities(self, model: str) -> Capabilities:
        """As the recording says."""
        asked = {"model": f"{self.name}/{model}"}
        return await self._told(
            "capabilities", asked, Capabilities, lambda: self._real.capabilities(model)
        )

    async def close(self) -> None:
        """Closes the real provider, if it was needed."""
        made, self._made = self._made, None
        if made is not None:
            await made.close()

    @property
    def _real(self) -> Provider:
        if self._made is None:
            self._made = self._make()
        return self._made

    def _with_url(self, asked: dict[str, Any]) -> dict[str, Any]:
        return {**asked, "base_url": self._base_url} if self._base_url else asked

    async def _answered(
        self, kind: str, asked: dict[str, Any], ask: Callable[[], AsyncGenerator[Chunk, None]]
    ) -> AsyncGenerator[Chunk, None]:
        played = self._cassette.play(kind, asked)
        if played is not None:
            for each in played["chunks"]:
                await asyncio.sleep(0)  # as where one waits for them: others may go on
                yield object_of(each, Chunk)
            self._raise_end(played)
            return
        chunks: list[Chunk] = []
        end: dict[str, Any] = {}
        try:
            async with aclosing(ask()) as answer:
                async for chunk in answer:
                    chunks.append(chunk)
                    yield chunk
        except LLMSpellError as error:
            refusal = error_data(error)
            if refusal is None:
                raise
            end = {"failed": refusal}
            raise
        except (GeneratorExit, asyncio.CancelledError):
            end = {"cut": True}
            raise
        except BaseException:
            chunks = []
            raise
        finally:
            if chunks or end:
                told = chunks_data(chunks, self._cassette.masks)
                self._cassette.record(kind, asked, {"chunks": told, **end})

    def _raise_end(self, played: dict[str, Any]) -> None:
        if "failed" in played:
            raise error_of(played["failed"])
        if played.get("cut"):
            raise ProviderError(
                "the answer was recorded by a test that did not wait for its end, so there is no "
                f"more of it (in {self._cassette.path.name})",
                provider=self.name,
            )

    async def _told(
        self, kind: str, asked: dict[str, Any], cls: type[T], ask: Callable[[], Awaitable[T]]
    ) -> T:
        played = self._cassette.play(kind, asked)
        if played is not None:
            if "failed" in played:
                raise error_of(played["failed"])
            return object_of(played["value"], cls)
        try:
            value = await ask()
        except LLMSpellError as error:
            refusal = error_data(error)
            if refusal is not None:
                self._cassette.record(kind, asked, {"failed": refusal})
            raise
        self._cassette.record(kind, asked, {"value": data_of(value)})
        return value


class RecordedKeeper(RecordedProvider):
    """The same for a provider whose models lie on this machine (`KeepsModels`)."""

    async def info(self, model: str) -> ModelInfo | None:
        """As the recording says."""
        asked = {"model": f"{self.name}/{model}"}
        return await self._told("info", asked, ModelInfo | None, lambda: self._keeper.info(model))  # type: ignore[arg-type]

    async def pull(self, model: str, *, force: bool = False) -> AsyncGenerator[PullProgress, None]:
        """Fetches a model for real, while recording."""
        if not self._cassette.may_record:
            raise self._cassette.refuse(f"to pull '{model}'")
        async with aclosing(self._keeper.pull(model, force=force)) as steps:
            async for step in steps:
                yield step

    async def remove(self, model: str) -> None:
        """Removes a model for real, while recording."""
        if not self._cassette.may_record:
            raise self._cassette.refuse(f"to remove '{model}'")
        await self._keeper.remove(model)

    async def unload(self, model: str) -> None:
        """Gives back the memory of a model that was loaded to be recorded."""
        if self._made is not None:
            await self._keeper.unload(model)

    def folders(self) -> tuple[Path, ...]:
        """None: what is played lies nowhere."""
        return ()

    @property
    def _keeper(self) -> KeepsModels:
        real = self._real
        assert isinstance(real, KeepsModels)
        return real


class RecordedModels:
    """What stands between a runtime's models and their providers (`models.service.Between`)."""

    def __init__(self, cassette: Cassette) -> None:
        self._cassette = cassette

    def provider(
        self,
        name: str,
        base_url: str | None,
        real: Callable[[], Provider],
        *,
        keeps_models: bool,
        key: str | None,
    ) -> Provider:
        """A provider of this name; its key will not be in the recordings."""
        if key:
            self._cassette.masks.add_secret(key, f"{name.upper()}_KEY")
        made = RecordedKeeper if keeps_models else RecordedProvider
        return made(name, base_url, real, self._cassette)
