"""A model that can be asked: a provider and a name within it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Coroutine
from contextlib import aclosing
from typing import Any, TypeVar

import attrs

from llmspell.background import on_loop
from llmspell.config.schema import Provider as ProviderSettings
from llmspell.errors import TimeLimitError
from llmspell.models.info import Capabilities
from llmspell.models.prices import Price, price
from llmspell.models.provider import Provider
from llmspell.models.rates import Rate
from llmspell.models.reply import ChatResult, Chunk, Collector, Embeddings, Timings, Usage
from llmspell.models.request import ChatRequest, CompletionRequest, EmbedRequest, Sampling
from llmspell.models.specifier import Specifier

Request = TypeVar("Request", bound=ChatRequest | CompletionRequest)
T = TypeVar("T")


def wait_for(work: Coroutine[Any, Any, T]) -> T:
    """Runs work on the loop and waits for it; it is cancelled when the wait is broken off."""
    future = on_loop(work)
    try:
        return future.result()
    except BaseException:
        future.cancel()
        raise


class Model:
    """A model of one provider, as `Models.find` gives it.

    Requests to it need no `model`. The methods that wait (`chat`, `complete`, `embed`) are for
    programs; those that are awaited run on any loop.
    """

    def __init__(
        self,
        specifier: Specifier,
        provider_name: str,
        provider: Provider,
        provider_type: str,
        *,
        on_this_machine: bool = False,
        defaults: ProviderSettings | None = None,
        rate: Rate | None = None,
    ) -> None:
        self.specifier = specifier
        self.name = specifier.model
        self.provider_name = provider_name
        self.provider = provider
        self.on_this_machine = on_this_machine
        self.rate = rate
        self._type = provider_type
        self._defaults = defaults or ProviderSettings(provider_type=provider_type)

    def chat(self, request: ChatRequest) -> ChatResult:
        """Continues a conversation and waits for the answer."""
        return wait_for(self.answer(request))

    def complete(self, request: CompletionRequest) -> ChatResult:
        """Continues a text and waits for the end."""
        return wait_for(self.answer(request))

    def embed(self, request: EmbedRequest) -> Embeddings:
        """Gives vectors of texts and waits for them."""
        return wait_for(self.embedded(request))

    async def answer(self, request: ChatRequest | CompletionRequest) -> ChatResult:
        """The whole answer."""
        answering = Answering(self, request)
        async with aclosing(answering.chunks()) as chunks:
            async for _ in chunks:
                pass
        return answering.result()

    def stream(self, request: ChatRequest | CompletionRequest) -> Answering:
        """An answer that comes in pieces: `chunks()` gives them, then `result()` the whole."""
        return Answering(self, attrs.evolve(request, stream=True))

    async def embedded(self, request: EmbedRequest) -> Embeddings:
        """Vectors of texts."""
        if self.rate is not None:
            await self.rate.admit()
        return await self.provider.embed(attrs.evolve(request, model=self.name))

    async def capabilities(self) -> Capabilities:
        """What the model can do."""
        return await self.provider.capabilities(self.name)

    def cost(self, usage: Usage) -> float | None:
        """What tokens cost in US dollars; None where no price is known, 0 on this machine."""
        if self.on_this_machine:
            return 0.0
        known = _configured_price(self._defaults) or price(self._type, self.name)
        return None if known is None else known.of(usage)

    def prepared(self, request: Request) -> Request:
        """The request with the name of the model, and with what the configuration says of it."""
        sampling = request.sampling.over(self._sampling())
        timeout = request.timeout
        if timeout is None and self._defaults.timeout_seconds is not None:
            timeout = float(self._defaults.timeout_seconds)
        return attrs.evolve(request, model=self.name, sampling=sampling, timeout=timeout)

    def _sampling(self) -> Sampling:
        """The configuration's own: `max_tokens`, and options of the provider's table."""
        names = {each.name for each in attrs.fields(Sampling)}
        options = {n: v for n, v in self._defaults.options.items() if n in names}
        if "stop" in options:
            stop = options["stop"]
            options["stop"] = (stop,) if isinstance(stop, str) else tuple(stop)
        options.setdefault("max_tokens", self._defaults.max_tokens)
        return Sampling(**options)


def _configured_price(settings: ProviderSettings) -> Price | None:
    given = settings.price
    if given is None:
        return None
    cached = given.input if given.cached is None else given.cached
    return Price(given.input, cached, given.output)


class Answering:
    """One answer that is under way. begun: whether any of it has come."""

    def __init__(self, model: Model, request: ChatRequest | CompletionRequest) -> None:
        self._model = model
        self._request = model.prepared(request)
        self._collected = Collector()
        self._timings = Timings()
        self.begun = False

    async def chunks(self) -> AsyncGenerator[Chunk, None]:
        """The pieces as they come; raises TimeLimitError when the time of the request is over.

        Close it (`contextlib.aclosing`), or cancel its task, to end the work behind it.
        """
        begun = time.perf_counter()
        first: float | None = None
        seconds = self._request.timeout
        async with aclosing(self._asked()) as asked:
            while True:
                left = None if seconds is None else begun + seconds - time.perf_counter()
                try:
                    async with asyncio.timeout(left):
                        chunk = await anext(asked, None)
                except TimeoutError:
                    raise TimeLimitError(
                        f"'{self._model.specifier}' gave no whole answer within {seconds:g} s",
                        provider=self._model.provider_name,
                        partial=self._collected.text,
                    ) from None
                if chunk is None:
                    break
                if first is None and (chunk.text or chunk.tool_call or chunk.reasoning):
                    first = time.perf_counter() - begun
                self.begun = True
                self._collected.add(chunk)
                yield chunk
        self._timings = Timings(total=time.perf_counter() - begun, first_token=first)

    def result(self) -> ChatResult:
        """The whole answer, once all pieces were taken; before that, what there is of it."""
        usage = self._collected.usage or self._estimated()
        collected = self._collected
        collected.usage = usage
        return collected.result(
            provider=self._model.provider_name,
            model=self._model.name,
            cost=self._model.cost(usage),
            timings=self._timings,
        )

    async def _when_admitted(self, rate: Rate) -> AsyncGenerator[Chunk, None]:
        """The pieces, once the provider may be asked."""
        await rate.admit()
        try:
            async with aclosing(self._pieces()) as pieces:
                async for piece in pieces:
                    yield piece
        finally:
            rate.took((self._collected.usage or self._estimated()).total_tokens)

    def _asked(self) -> AsyncGenerator[Chunk, None]:
        rate = self._model.rate
        return self._pieces() if rate is None else self._when_admitted(rate)

    def _pieces(self) -> AsyncGenerator[Chunk, None]:
        if isinstance(self._request, ChatRequest):
            return self._model.provider.chat(self._request)
        return self._model.provider.complete(self._request)

    def _estimated(self) -> Usage:
        """Four characters for a token, where the provider tells nothing."""
        request = self._request
        if isinstance(request, ChatRequest):
            read = sum(len(message.text) for message in request.messages)
        else:
            read = len(request.prompt)
        return Usage(-(-read // 4), -(-len(self._collected.text) // 4), estimated=True)
