"""The provider `ollama`, over the official client."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterator
from contextlib import aclosing, contextmanager
from json import JSONDecodeError
from pathlib import Path
from typing import Any, TypeVar

import attrs
import httpx
from ollama import AsyncClient, ResponseError
from pydantic import ValidationError as OfNoOllamaError

from llmspell.errors import (
    LLMSpellError,
    NetworkError,
    ProviderError,
    RateLimitError,
    TimeLimitError,
)
from llmspell.models.info import Capabilities, Health, ModelInfo, PullProgress, PullStatus
from llmspell.models.ollama import wire
from llmspell.models.ollama.server import absent, address
from llmspell.models.provider import Setup
from llmspell.models.reply import Chunk, Embeddings, Usage
from llmspell.models.request import ChatRequest, CompletionRequest, EmbedRequest
from llmspell.models.retrying import Retries
from llmspell.models.secret import Secret

NOT_OPTIONS = frozenset({"headers"})
"""Keys of the provider's table that are not for the model."""

_HEALTH_SECONDS = 5.0
_STATUSES: dict[str, PullStatus] = {
    "success": "complete",
    "verifying": "verifying",
    "writing": "verifying",
    "pulling": "downloading",
}

T = TypeVar("T")


class Ollama:
    """Chat, completion and embeddings, and the models that the server keeps (`KeepsModels`)."""

    def __init__(self, setup: Setup) -> None:
        self.name = setup.name
        self._url = address(setup.base_url)
        options = setup.settings.options
        headers = dict(options["headers"]) if isinstance(options.get("headers"), dict) else {}
        if setup.key:
            headers["Authorization"] = f"Bearer {setup.key}"
        self._secret = Secret(setup.key)
        self._judged: dict[str, Any] = {}
        if setup.network is not None:
            from llmspell.security.http import GuardedTransport

            self._judged = {"transport": GuardedTransport(setup.network), "trust_env": False}
        self._client = AsyncClient(
            self._url, headers=headers, timeout=setup.settings.timeout_seconds, **self._judged
        )
        self._quick = AsyncClient(
            self._url, headers=headers, timeout=_HEALTH_SECONDS, **self._judged
        )
        self._defaults = {n: value for n, value in options.items() if n not in NOT_OPTIONS}
        self._retries = Retries(setup.settings)

    # Asking ---------------------------------------------------------------------------------

    async def chat(self, request: ChatRequest) -> AsyncGenerator[Chunk, None]:
        """Continues a conversation."""
        body = wire.chat_body(request, self._defaults, self.name)
        calls, ended = 0, False
        pieces = self._pieces(self._client.chat, body, request.model, stream=request.stream)
        async with aclosing(pieces):
            async for piece in pieces:
                ended = ended or bool(piece.done)
                for chunk in wire.chunk_of_chat(piece, calls):
                    calls += chunk.tool_call is not None
                    yield chunk
        if request.stream and not ended:
            raise self._broken("it has no end")

    async def complete(self, request: CompletionRequest) -> AsyncGenerator[Chunk, None]:
        """Continues a text, without the model's template."""
        body = {**wire.common(request, self._defaults), "prompt": request.prompt, "raw": True}
        pieces = self._pieces(self._client.generate, body, request.model, stream=request.stream)
        async with aclosing(pieces):
            async for piece in pieces:
                yield wire.chunk_of_text(piece)

    async def embed(self, request: EmbedRequest) -> Embeddings:
        """Vectors of texts."""
        answer = await self._asked(
            lambda: self._client.embed(
                request.model, list(request.texts), dimensions=request.dimensions
            ),
            request.model,
        )
        vectors = tuple(tuple(vector) for vector in answer.embeddings)
        return Embeddings(vectors, request.model, Usage(answer.prompt_eval_count or 0))

    async def health(self) -> Health:
        """Whether the server answers, its version, and how many models it has."""
        try:
            with self._translated():
                version = await self._version()
                listed = await self._quick.list()
        except LLMSpellError as error:
            return Health(healthy=False, reason=str(error))
        return Health(healthy=True, version=version, models=len(listed.models))

    async def capabilities(self, model: str) -> Capabilities:
        """What the server says of the model."""
        return wire.capabilities(await self._asked(lambda: self._client.show(model), model))

    async def close(self) -> None:
        """Closes the connections."""
        for client in (self._client, self._quick):
            await client.close()  # type: ignore[no-untyped-call] # as the library has it

    # Models ---------------------------------------------------------------------------------

    async def models(self) -> list[ModelInfo]:
        """The models that the server has, by name."""
        listed = await self._asked(self._client.list)
        running = await self._asked(self._client.ps)
        loaded = {each.model for each in running.models}
        found = (
            wire.listed(each, self.name, loaded=each.model in loaded) for each in listed.models
        )
        return sorted(found, key=lambda model: model.id)

    async def info(self, model: str) -> ModelInfo | None:
        """All that the server says of a model; a name without a tag means `latest`."""
        names = (model, f"{model}:latest")
        held = next((each for each in await self.models() if each.id in names), None)
        if held is None:
            return None
        shown = await self._asked(lambda: self._client.show(held.id), model)
        return attrs.evolve(
            held, license=wire.license_name(shown), capabilities=wire.capabilities(shown)
        )

    async def pull(
        self,
        model: str,
        *,
        force: bool = False,  # noqa: ARG002 - the server looks itself what is new
    ) -> AsyncGenerator[PullProgress, None]:
        """Has the server fetch a model; its layers are counted together."""
        done: dict[str, tuple[int, int]] = {}
        pieces = self._pieces(self._client.pull, {"model": model}, model, stream=True)
        async with aclosing(pieces):
            async for piece in pieces:
                if piece.digest and piece.total:
                    done[piece.digest] = (piece.completed or 0, piece.total)
                yield PullProgress(
                    model=model,
                    status=_status(piece.status or ""),
                    completed=sum(got for got, _ in done.values()),
                    total=sum(total for _, total in done.values()) or None,
                )

    async def remove(self, model: str) -> None:
        """Removes a model from the server."""
        await self._asked(lambda: self._client.delete(model), model)

    async def unload(self, model: str) -> None:
        """Gives back the memory of a model."""
        await self._asked(lambda: self._client.generate(model, "", keep_alive=0), model)

    def folders(self) -> tuple[Path, ...]:
        """None: the server keeps them as it wants."""
        return ()

    # Behind it ------------------------------------------------------------------------------

    async def _pieces(
        self, call: Callable[..., Any], body: dict[str, Any], model: str, *, stream: bool
    ) -> AsyncGenerator[Any, None]:
        """The parts of an answer, of which there is one without streaming.

        The request is sent when the first part is asked for, so that is what is tried again.
        """

        async def first() -> tuple[Any, AsyncIterator[Any] | None]:
            with self._translated(model, reading=stream):
                answer = await call(**body, stream=stream)
                if not stream:
                    return answer, None
                return await anext(answer, None), answer

        piece, others = await self._retries(first)
        if piece is not None:
            yield piece
        if others is not None:
            async with aclosing(others):  # type: ignore[type-var] # it is a generator
                with self._translated(model, reading=True):
                    async for each in others:
                        yield each

    async def _asked(self, call: Callable[[], Awaitable[T]], model: str = "") -> T:
        async def attempt() -> T:
            with self._translated(model):
                return await call()

        return await self._retries(attempt)

    async def _version(self) -> str:
        """The official client has no method for it."""
        async with httpx.AsyncClient(timeout=_HEALTH_SECONDS) as client:
            answer = await client.get(f"{self._url}/api/version")
        return str(answer.json().get("version", "")) if answer.is_success else ""

    @contextmanager
    def _translated(self, model: str = "", *, reading: bool = False) -> Iterator[None]:
        """Raises errors of ours for those of the client. reading: what is no JSON broke off."""
        try:
            yield
        except ResponseError as error:
            self._secret.hide_in(error)
            raise self._refused(error, model) from error
        except httpx.TimeoutException as error:
            raise TimeLimitError(
                f"Ollama at {self._url} did not answer in time", provider=self.name
            ) from error
        except (ConnectionError, httpx.ConnectError) as error:
            # No NetworkError, which would be asked again: nobody starts it within seconds.
            raise ProviderError(absent(self._url), provider=self.name) from error
        except (OfNoOllamaError, JSONDecodeError) as error:
            if reading:
                raise self._broken(error) from error
            raise ProviderError(
                f"what answers at {self._url} is no Ollama, or one of a version that is not known",
                provider=self.name,
            ) from error
        except (httpx.HTTPError, ValueError) as error:
            raise self._broken(error) from error

    def _broken(self, reason: object) -> NetworkError:
        return NetworkError(
            f"the answer of Ollama at {self._url} broke off: {reason}", provider=self.name
        )

    def _refused(self, error: ResponseError, model: str) -> LLMSpellError:
        details: dict[str, object] = {"provider": self.name, "status": error.status_code}
        if error.status_code == 404 and model:
            return ProviderError(
                f"Ollama has no model '{model}'; get it with `llmspell model pull {model}@ollama`",
                **details,
            )
        if error.status_code == 429:
            return RateLimitError(str(error.error), **details)
        return ProviderError(f"Ollama: {error.error}", **details)


def _status(said: str) -> PullStatus:
    return _STATUSES.get(said.partition(" ")[0], "starting")
