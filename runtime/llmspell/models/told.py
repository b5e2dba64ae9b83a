"""What is told of providers: plain tables (spec lua-globals §14)."""

from __future__ import annotations

import asyncio
from typing import Any

from llmspell.errors import LLMSpellError
from llmspell.models.service import Models

SECONDS = 2.0
"""How long a provider is waited for."""


async def providers_told(models: Models, name: str | None = None) -> list[dict[str, Any]]:
    """The providers that can be asked, or the one of a name if it can."""
    names = models.providers()
    if name is not None:
        names = [each for each in names if each == short_name(name)]
    return list(await asyncio.gather(*(_told(models, each) for each in names)))


async def capabilities_told(models: Models, name: str) -> dict[str, Any] | None:
    """What the default model of a provider can do; None where that is not known in time."""
    name = short_name(name)
    if models.unusable(name) is not None:
        return None
    try:
        async with asyncio.timeout(SECONDS):
            return await _capabilities(models, name)
    except (LLMSpellError, TimeoutError):
        return None


def short_name(name: str) -> str:
    """The name of a provider, also where the original's form `rig/<name>/<model>` is written."""
    first, _, rest = name.partition("/")
    return rest.partition("/")[0] if first == "rig" and rest else name


async def _told(models: Models, name: str) -> dict[str, Any]:
    settings = models.around.providers.providers.get(name)
    told: dict[str, Any] = {"name": name, "type": models.type_of(name), "enabled": True}
    if model := models.default_model(name):
        told["default_model"] = model
    if settings is not None and settings.name not in ("", name):
        told["label"] = settings.name
    capabilities = await capabilities_told(models, name)
    return told if capabilities is None else {**told, "capabilities": capabilities}


async def _capabilities(models: Models, name: str) -> dict[str, Any] | None:
    provider = models.provider(name)
    model = models.default_model(name) or None
    listed: list[str] = []
    if models.is_local(name):
        listed = [each.id for each in await provider.models()]
        model = model or next(iter(listed), None)
    if model is None:
        return None
    found = await provider.capabilities(model)
    told: dict[str, Any] = {
        "supports_streaming": found.streaming,
        "supports_multimodal": found.vision,
        "supports_tools": found.tools,
    }
    if found.context_length is not None:
        told["max_context_tokens"] = found.context_length
    return {**told, "available_models": listed} if listed else told
