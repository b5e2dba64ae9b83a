"""What servers say: streams of events and errors, in the official clients' own types."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterable
from contextlib import aclosing
from typing import Any

import pytest
from pydantic import BaseModel

from llmspell.errors import ProviderError
from llmspell.models.messages import Message
from llmspell.models.model import Model, wait_for
from llmspell.models.reply import ChatResult
from llmspell.models.request import ChatRequest
from llmspell.models.service import Models
from tests.runtime.tools.builtin.site import Page

QUICK_RETRIES = "retry = { max_retries = 2, initial_delay_ms = 1 }\n"


CHOSEN_BY = ["configuration", "spell"]
"""Who has chosen the address of a server; connections to those of spells are judged."""


def whole(value: BaseModel | dict[str, Any], status: int = 200, **headers: str) -> Page:
    """An answer in one piece."""
    body = value.model_dump_json() if isinstance(value, BaseModel) else json.dumps(value)
    return Page(body.encode(), status, {"Content-Type": "application/json", **headers})


def events(values: Iterable[BaseModel], *, named: bool = False, end: str = "") -> Page:
    """Server-sent events. named: by the type of each value; end: what is said last."""
    lines = []
    for value in values:
        name = f"event: {value.type}\n" if named else ""  # type: ignore[attr-defined]
        lines.append(f"{name}data: {value.model_dump_json()}\n\n")
    body = "".join(lines) + (f"data: {end}\n\n" if end else "")
    return Page(body.encode(), headers={"Content-Type": "text/event-stream"})


def ask(text: str = "Hi", **settings: Any) -> ChatRequest:
    """A question."""
    return ChatRequest(model="", messages=(Message.user(text),), **settings)


def streamed(model: Model, request: ChatRequest) -> tuple[list[str], ChatResult]:
    """The pieces of text, and the whole answer."""

    async def told() -> tuple[list[str], ChatResult]:
        answering = model.stream(request)
        async with aclosing(answering.chunks()) as chunks:
            pieces = [chunk.text async for chunk in chunks if chunk.text]
        await model.provider.close()
        return pieces, answering.result()

    return asyncio.run(told())


def refuses_to_list(make_models: Callable[[str], Models], kind: str, base_url: str) -> None:
    """Asserts that a provider of that kind says of a web page at its address that it is none."""
    config = f'[providers.own]\nprovider_type = "{kind}"\nbase_url = "{base_url}"\n'
    provider = make_models(config).provider("own")
    with pytest.raises(ProviderError, match="gives no JSON: is `base_url` right"):
        wait_for(provider.models())
    assert "gives no JSON" in wait_for(provider.health()).reason
