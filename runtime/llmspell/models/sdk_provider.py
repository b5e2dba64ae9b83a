"""What the providers of OpenAI's and Anthropic's clients have in common.

One tool generates both clients: they are made with the same arguments, and list models alike.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from types import ModuleType
from typing import Any, ClassVar, TypeVar

from httpx2 import AsyncClient

from llmspell.config.credentials import key_variables
from llmspell.errors import LLMSpellError, ProviderError
from llmspell.models.info import Health, ModelInfo
from llmspell.models.provider import Setup
from llmspell.models.refused import Refused
from llmspell.models.retrying import Retries
from llmspell.models.sdk_failures import Failures
from llmspell.models.secret import Secret

T = TypeVar("T")

_SECONDS = 600.0
_HEALTH_SECONDS = 5.0


class SdkProvider:
    """Asks a server by such a client.

    library: its module; make: its asynchronous class; special: arguments that only this one has.
    Options of `[providers.NAME]`: `headers`, a table.
    """

    LISTING: ClassVar[Mapping[str, Any]] = {}
    """How the client is asked for a list of all models."""

    def __init__(
        self,
        setup: Setup,
        library: ModuleType,
        make: Callable[..., Any],
        url: str,
        **special: Any,
    ) -> None:
        self.name = setup.name
        headers = setup.settings.options.get("headers")
        self._client = make(
            api_key=setup.key or "none",  # servers of one's own take any
            base_url=url,
            max_retries=0,
            timeout=setup.settings.timeout_seconds or _SECONDS,
            default_headers=headers if isinstance(headers, dict) else None,
            http_client=_judged_client(setup),
            **special,
        )
        about_key, secret = _about_key(setup), Secret(setup.key)
        self._failures = Failures(library, setup.name, url, about_key, secret)
        self._retries = Retries(setup.settings)
        self._refused = Refused()

    async def models(self) -> list[ModelInfo]:
        """What the server lists."""
        with self._failures.translated():
            listed = [each async for each in await self._listed(self._client)]
        return sorted((self._info(each) for each in listed), key=lambda model: model.id)

    async def health(self) -> Health:
        """Whether the list of models can be read."""
        try:
            with self._failures.translated():
                quick = self._client.with_options(timeout=_HEALTH_SECONDS)
                listed = await self._listed(quick)
        except LLMSpellError as error:
            return Health(healthy=False, reason=str(error))
        return Health(healthy=True, models=len(listed.data))

    async def _listed(self, client: Any) -> Any:
        """The first page of the list of models."""
        try:
            return await client.models.list(**self.LISTING)
        except AttributeError:  # of a text that the client takes for a list
            raise self._failures.no_json() from None

    async def close(self) -> None:
        """Closes the connections."""
        await self._client.close()

    async def _asked(self, model: str, create: Callable[..., Awaitable[T]], body: Any) -> T:
        """What the server answers.

        It is asked again while it is busy, and without settings of sampling that the model refuses.
        """

        async def attempt() -> T:
            with self._failures.translated(model):
                answer = await create(**self._refused.without(model, body))
                return self._failures.checked(answer)

        while True:
            try:
                return await self._retries(attempt)
            except ProviderError as error:
                if not self._refused.learn(model, self._refused.without(model, body), error):
                    raise

    def _info(self, told: Any) -> ModelInfo:
        """A model, as the server lists it."""
        raise NotImplementedError


def _judged_client(setup: Setup) -> AsyncClient | None:
    """What they are to connect with where the policy judges connections; None for their own."""
    if setup.network is None:
        return None
    from llmspell.models.guarded import guarded_client  # imports httpx beside httpx2

    return guarded_client(setup.network)


def _about_key(setup: Setup) -> str:
    """Where the key was found; where none was, how it is given."""
    settings = setup.settings
    named = (settings.api_key_env,) if settings.api_key_env else ()
    kind = (settings.provider_type or setup.name).lower()
    variables = key_variables(setup.name, kind)
    if setup.key is None:
        return f"no key was sent; set {(*named, variables[-1])[0]}"
    if setup.key == settings.api_key:
        return f"the key comes from `api_key` in [providers.{setup.name}]"
    for variable in (*named, *variables):
        if setup.environ.get(variable) == setup.key:
            return f"the key comes from {variable}"
    return "the key comes from the spell, or from `llmspell keys`"
