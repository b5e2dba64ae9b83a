"""The models of this machine: those of Ollama, and those that llama.cpp runs from files.

Backends are called as the original calls them, `ollama` and `candle`; `llama_cpp` is the same as
`candle` wherever one is named (spec agents-providers §15, lua-globals §12).
"""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import TYPE_CHECKING, Any, Protocol

from attrs import frozen

from llmspell.errors import LLMSpellError, ProviderError, ValidationError
from llmspell.models.info import Health, ModelInfo, PullProgress
from llmspell.models.ollama import server
from llmspell.models.provider import KeepsModels, Provider, check_online
from llmspell.models.specifier import BACKENDS as WRITTEN
from llmspell.models.specifier import WITH_BACKEND

if TYPE_CHECKING:
    from llmspell.models.service import Models

PROVIDERS = {"ollama": "ollama", "candle": "local"}
"""Backend -> the provider that serves it."""

_CALLED = {"ollama": "ollama", "llama_cpp": "candle"}
_PREFIX = re.compile(r"(?:local|ollama|candle)/(?!/)")


class Keeper(Provider, KeepsModels, Protocol):
    """A provider whose models lie on this machine."""


@frozen
class Kept:
    """A model that was named. backend: empty for any."""

    name: str
    backend: str

    @classmethod
    def parse(cls, text: str) -> Kept:
        """Reads `[local/]model[:variant][@backend]`; raises ValidationError."""
        name, backend = text.strip(), ""
        if match := WITH_BACKEND.fullmatch(name):
            name, backend = match[1], backend_called(match[2])
        if prefix := _PREFIX.match(name):
            name = name[prefix.end() :]
            if prefix[0] == "ollama/":
                backend = backend or "ollama"
        if not name:
            raise ValidationError(f"Invalid model spec '{text}': it names no model", field="model")
        return cls(name, backend)


def backend_called(written: str) -> str:
    """The backend of a name; raises ValidationError with those that there are."""
    known = _CALLED.get(WRITTEN.get(written.lower(), ""))
    if known is None:
        raise ValidationError(
            f"unknown backend '{written}'; backends are ollama and llama_cpp (or candle)",
            field="backend",
        )
    return known


def described(backend: str, info: ModelInfo) -> dict[str, Any]:
    """A model as plain data, without what is not known (spec agents-providers §15.4)."""
    told: dict[str, Any] = {
        "id": info.id,
        "backend": backend,
        "size_bytes": info.size_bytes,
        "quantization": info.quantization,
        "modified_at": info.modified_at,
        "format": info.format,
        "loaded": info.loaded,
        "parameter_count": info.parameters,
        "architecture": info.architecture,
        "context_length": info.capabilities.context_length,
        "license": info.license,
        "path": info.path,
    }
    return {name: value for name, value in told.items() if value not in (None, "")}


def pull_told(step: PullProgress) -> dict[str, Any]:
    """How far a pull is, as plain data (spec agents-providers §15.4); `bytes_total` where known."""
    told: dict[str, Any] = {
        "model_id": step.model,
        "status": step.status,
        "percent_complete": step.percent,
        "bytes_downloaded": step.completed,
        "bytes_total": step.total,
    }
    return {name: value for name, value in told.items() if value is not None}


class KeptModels:
    """Lists, fetches and removes models of this machine.

    models: those of the runtime.
    """

    def __init__(self, models: Models) -> None:
        self.models = models

    async def listed(self, backend: str = "all") -> list[tuple[str, ModelInfo]]:
        """The models of a backend, or of all that answer, each with its backend."""
        if backend != "all":
            called = backend_called(backend)
            return [(called, each) for each in await self.keeper(called).models()]
        found: list[tuple[str, ModelInfo]] = []
        for called in PROVIDERS:
            try:
                found += [(called, each) for each in await self.keeper(called).models()]
            except LLMSpellError:
                continue  # it is not set up, or does not answer: `health` says why
        return found

    async def health(self, backend: str) -> Health:
        """Whether a backend can be used; never raises for one that there is."""
        called = backend_called(backend)
        try:
            return await self.keeper(called).health()
        except LLMSpellError as error:
            return Health(healthy=False, reason=str(error))

    async def info(self, spec: str) -> tuple[str, ModelInfo]:
        """All that is known of a model, with its backend; raises ProviderError if none has it."""
        kept = Kept.parse(spec)
        for called in [kept.backend] if kept.backend else PROVIDERS:
            try:
                found = await self.keeper(called).info(kept.name)
            except LLMSpellError:
                if kept.backend:
                    raise
                continue
            if found is not None:
                return called, found
        where = f"backend '{kept.backend}'" if kept.backend else "any backend"
        raise ProviderError(
            f"Model '{kept.name}' not found in {where}; `llmspell model list` shows what is there"
        )

    async def pull(self, spec: str, *, force: bool = False) -> AsyncGenerator[PullProgress, None]:
        """Fetches a model; without a backend, of the one that can have it (see `_backend_for`)."""
        kept = Kept.parse(spec)
        backend = kept.backend or await self._backend_for(kept.name)
        if backend == "ollama":  # llama.cpp's may also be files of this machine
            check_online(kept.name, backend, offline=self.models.around.offline)
        steps = self.keeper(backend).pull(kept.name, force=force)
        async with aclosing(steps):
            async for step in steps:
                yield step

    async def remove(self, spec: str) -> str:
        """Removes a model; gives the backend that had it."""
        backend, found = await self.info(spec)
        await self.keeper(backend).remove(found.id)
        return backend

    async def _backend_for(self, name: str) -> str:
        """Files, addresses and repositories are for llama.cpp; other names are for Ollama.

        Where Ollama does not answer, names of the catalogue are for llama.cpp too.
        """
        if "/" in name or name.endswith(".gguf"):
            return "candle"
        from llmspell.models.local.catalogue import known

        if known(name.partition(":")[0]) and not (await self.health("ollama")).healthy:
            return "candle"
        return "ollama"

    def keeper(self, backend: str) -> Keeper:
        """The provider; raises ProviderError, at once where no Ollama listens on this machine.

        It need not listen where answers are played back.
        """
        if backend == "ollama" and self.models.around.between is None:
            url = server.address(self.models.base_url("ollama"))
            if server.is_away(url):
                raise ProviderError(server.absent(url), provider="ollama")
        provider = self.models.provider(PROVIDERS[backend])
        if not isinstance(provider, KeepsModels):
            raise ProviderError(
                f"provider '{PROVIDERS[backend]}' does not support model management",
                provider=PROVIDERS[backend],
            )
        return provider
