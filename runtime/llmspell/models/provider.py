"""The protocol of providers: ways to models, each in a module that is imported only when used."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from pathlib import Path
from typing import Protocol, runtime_checkable

from attrs import field, frozen

from llmspell.config.schema import Models as ModelSettings
from llmspell.config.schema import Provider as ProviderSettings
from llmspell.errors import ProviderError
from llmspell.models.info import Capabilities, Health, ModelInfo, PullProgress
from llmspell.models.reply import Chunk, Embeddings
from llmspell.models.request import ChatRequest, CompletionRequest, EmbedRequest
from llmspell.security.network import NetworkRules


@frozen(kw_only=True)
class Setup:
    """What a provider is made with.

    name: of its table in the configuration. settings: that table, or the defaults. base_url: where
    it answers, None for its usual place. key: its credential, None where there is none. folder:
    where relative paths of the configuration begin. network: judges each connection, where a spell
    has chosen the address; None for those of the configuration. offline: whether nothing beyond
    this machine may be asked.
    """

    name: str
    settings: ProviderSettings
    base_url: str | None = None
    key: str | None = field(default=None, repr=False)
    environ: Mapping[str, str] = field(factory=dict, repr=False)
    models: ModelSettings = field(factory=ModelSettings)
    folder: str = "."
    network: NetworkRules | None = None
    offline: bool = False


def check_online(model: str, provider: str, *, offline: bool) -> None:
    """Raises ProviderError where a model may not be fetched."""
    if offline:
        raise ProviderError(
            f"'{model}' is not fetched: connections beyond this machine are switched off "
            "(`--offline`, or `offline` in [models])",
            provider=provider,
        )


class Provider(Protocol):
    """A way to models. Made with a `Setup`; making it neither connects nor loads.

    All methods run on the process's asyncio loop and must not block it; what blocks goes to a
    thread. Cancelling the task ends the work behind it, on the server too where that is possible.
    They raise ProviderError, NetworkError, RateLimitError and TimeLimitError, whose sentences say
    what to do, and whose details have `provider` and, where known, `request_id`.
    """

    name: str

    def chat(self, request: ChatRequest) -> AsyncGenerator[Chunk, None]:
        """Continues a conversation, piece by piece: an async generator.

        The last pieces have `finish` and `usage`. Where no streaming is asked for, one piece will
        do. A provider that cannot do what is asked (tools, pictures, a schema) raises.
        """
        ...

    def complete(self, request: CompletionRequest) -> AsyncGenerator[Chunk, None]:
        """Continues a text, in the same way."""
        ...

    async def embed(self, request: EmbedRequest) -> Embeddings:
        """Vectors of texts."""
        ...

    async def models(self) -> list[ModelInfo]:
        """The models that can be asked, by name."""
        ...

    async def health(self) -> Health:
        """Whether it can be used; costs no tokens, and never raises."""
        ...

    async def capabilities(self, model: str) -> Capabilities:
        """What a model can do."""
        ...

    async def close(self) -> None:
        """Gives back connections and memory."""
        ...


@runtime_checkable
class KeepsModels(Protocol):
    """What providers have in addition whose models lie on this machine."""

    async def info(self, model: str) -> ModelInfo | None:
        """All that is known of a model, None if it is not there."""
        ...

    def pull(self, model: str, *, force: bool = False) -> AsyncGenerator[PullProgress, None]:
        """Fetches a model, an async generator; the last progress is `complete`, failures raise.

        force: also what is there already.
        """
        ...

    async def remove(self, model: str) -> None:
        """Removes a model from the disk; raises ProviderError if it is not there."""
        ...

    async def unload(self, model: str) -> None:
        """Gives back the memory of a model."""
        ...

    def folders(self) -> tuple[Path, ...]:
        """Where the files of its models lie; none where that is not for others to know."""
        ...


class MakesProvider(Protocol):
    """A provider class, or a function that makes one."""

    def __call__(self, setup: Setup, /) -> Provider:
        """The provider."""
        ...


__all__ = ["KeepsModels", "MakesProvider", "Provider", "Setup"]
