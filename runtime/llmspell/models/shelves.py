"""What each provider that is set up has to offer: plain tables, for lists of all models."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

import attrs

from llmspell.errors import LLMSpellError
from llmspell.models.info import Health, ModelInfo
from llmspell.models.keeping import PROVIDERS, KeptModels, described
from llmspell.models.known import UNKNOWN, capabilities_of
from llmspell.models.prices import priced
from llmspell.models.provider import KeepsModels, Provider
from llmspell.models.registry import provider_type
from llmspell.models.service import Models

SECONDS = 5.0
"""How long a provider is waited for."""

_BACKENDS = {provider: backend for backend, provider in PROVIDERS.items()}


async def shelves(models: Models) -> list[dict[str, Any]]:
    """The providers of this machine, then those that the configuration or a key sets up, by name.

    Each with its models. Nothing beyond this machine is asked, but a server of Ollama's elsewhere:
    of other providers there are the models with a price, and the default one.
    """
    around = models.around
    others = {*models.providers(), *around.providers.providers} - {*_BACKENDS}
    names = [*sorted(_BACKENDS), *sorted(others)]
    for name in names:
        _prepare(models, name)
    return list(await asyncio.gather(*(_shelf(models, name) for name in names)))


def _prepare(models: Models, name: str) -> None:
    """Makes a provider that will be asked.

    That imports its client, which holds up the loop for seconds on a busy machine: before the time
    begins in which the others are waited for.
    """
    if models.unusable(name) is None and (name in _BACKENDS or models.is_local(name)):
        with suppress(LLMSpellError):
            _provider(models, name)


async def _shelf(models: Models, name: str) -> dict[str, Any]:
    try:
        async with asyncio.timeout(SECONDS):
            health, listed = await _asked(models, name)
    except LLMSpellError as error:
        health, listed = Health(healthy=False, reason=str(error)), []
    except TimeoutError:
        reason = f"provider '{name}' did not answer within {SECONDS:g} seconds"
        health, listed = Health(healthy=False, reason=reason), []
    backend = _BACKENDS.get(name, "")
    told = {
        "provider": name,
        "type": models.type_of(name),
        "backend": backend,
        "configured": _is_configured(models, name),
        "usable": health.healthy,
        "version": health.version,
        "reason": health.reason,
        "folders": _folders(models, name),
        "models": [_told(name, backend, each) for each in listed],
    }
    return {key: value for key, value in told.items() if value != ""}


def _folders(models: Models, name: str) -> list[str]:
    """Where the files of its models lie, if it can be used."""
    if name not in _BACKENDS or models.unusable(name):
        return []
    try:
        keeper = KeptModels(models).keeper(_BACKENDS[name])
    except LLMSpellError:
        return []
    return [str(each) for each in keeper.folders()]


def _provider(models: Models, name: str) -> Provider:
    backend = _BACKENDS.get(name)
    return KeptModels(models).keeper(backend) if backend else models.provider(name)


async def _asked(models: Models, name: str) -> tuple[Health, list[ModelInfo]]:
    """Whether a provider can be used, and what it has; raises what its methods do."""
    if reason := models.unusable(name):
        return Health(healthy=False, reason=reason), []
    if name not in _BACKENDS and not models.is_local(name):
        return Health(healthy=True), _documented(models, name)
    provider = _provider(models, name)
    health = await provider.health()
    if not health.healthy:
        return health, []
    listed = await provider.models()
    return health, list(await asyncio.gather(*(_with_context(provider, each) for each in listed)))


async def _with_context(provider: Provider, listed: ModelInfo) -> ModelInfo:
    """The same with what it can do, where the list of a server does not tell that."""
    if listed.capabilities.context_length is not None or not isinstance(provider, KeepsModels):
        return listed
    try:
        return attrs.evolve(listed, capabilities=await provider.capabilities(listed.id))
    except LLMSpellError:
        return listed  # it was removed meanwhile, or its file is damaged


def _documented(models: Models, name: str) -> list[ModelInfo]:
    """The models that are known of a provider of the network."""
    settings = models.around.providers.providers.get(name)
    found = [settings.default_model] if settings and settings.default_model else []
    if not (settings and settings.base_url):
        kind = f"{models.type_of(name)}/"
        found += [each.removeprefix(kind) for each, _ in priced() if each.startswith(kind)]
    return [
        ModelInfo(id=each, provider=name, capabilities=capabilities_of(each))
        for each in dict.fromkeys(found)
    ]


def _is_configured(models: Models, name: str) -> bool:
    """Whether somebody has named it: the configuration, a variable, or a key."""
    found = provider_type(name)
    variable = found.host_variable if found else ""
    named = name in models.around.providers.providers or name not in _BACKENDS
    return named or variable in models.around.environ


def _told(provider: str, backend: str, info: ModelInfo) -> dict[str, Any]:
    can = info.capabilities
    told = {"specifier": f"{provider}/{info.id}", **described(backend, info)}
    return told if can is UNKNOWN else {**told, "capabilities": can.names}
