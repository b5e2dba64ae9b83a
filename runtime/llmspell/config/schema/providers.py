"""`[providers]`: who serves models (spec config.md §3.4)."""

from typing import Any

from llmspell.config.schema.fields import section, setting


@section
class RateLimit:
    """`[providers.NAME.rate_limit]`; a bare number is `requests_per_minute`."""

    requests_per_minute: int = setting(60, "Requests in one minute.", minimum=1)
    tokens_per_minute: int | None = setting(None, "Tokens in one minute.", minimum=1)
    auto_retry: bool = setting(
        True,
        "Wait, also where the server says that it is asked too often; else that is an error.",
    )


@section
class Retry:
    """`[providers.NAME.retry]`."""

    max_retries: int = setting(3, "Further attempts after the first.", warn_above=10)
    initial_delay_ms: int = setting(1000, "Pause before the second attempt, in milliseconds.")
    max_delay_ms: int = setting(30_000, "Longest pause between attempts, in milliseconds.")
    backoff_multiplier: float = setting(
        2.0, "What each pause is multiplied by for the next.", minimum=1e-9
    )


@section
class ListPrice:
    """`[providers.NAME.price]`: US dollars for a million tokens, for all models of the provider."""

    input: float = setting(0.0, "Tokens that are read.")
    output: float = setting(0.0, "Tokens that are written.")
    cached: float | None = setting(None, "Tokens read from a cache; as `input` when unset.")


@section
class Provider:
    """`[providers.NAME]`."""

    name: str = setting("", "A name to show, which `Provider.list` tells as `label`.")
    provider_type: str = setting(
        "",
        "openai, anthropic, cohere, groq, ollama, candle, …; the table's name when unset.",
        string_kind="model-provider",
    )
    enabled: bool = setting(True, "Whether spells may use it.")
    base_url: str | None = setting(
        None, "Where the service answers, when not at its usual place.", aliases=("url",)
    )
    api_key_env: str | None = setting(None, "Name of the environment variable with the key.")
    api_key: str | None = setting(
        None, "The key itself; better kept in `api_key_env`.", sensitive=True
    )
    default_model: str | None = setting(
        None, "The model when a spell names none.", aliases=("model",)
    )
    max_tokens: int | None = setting(None, "Most tokens of one answer.", minimum=1)
    timeout_seconds: int | None = setting(
        None,
        "Time for one request, in seconds.",
        minimum=1,
        warn_above=600,
        aliases=("timeout",),
    )
    rate_limit: RateLimit | None = setting(
        None,
        "How often requests may be sent; those beyond it wait.",
        scalar_key="requests_per_minute",
    )
    retry: Retry | None = setting(None, "What to do when a request fails.")
    max_retries: int | None = setting(None, "Short form of `retry.max_retries`.")
    price: ListPrice | None = setting(
        None, "What tokens cost, where the built-in list has no price or another one."
    )
    options: dict[str, Any] = setting(
        {}, "Anything else, given to the provider (temperature, headers, …).", catch_all=True
    )


@section
class Providers:
    """`[providers]`: the default, and one table for each provider."""

    default_provider: str | None = setting(
        None, "The provider when a spell names none; must be a table here."
    )
    providers: dict[str, Provider] = setting({}, "One provider.", catch_all=True)
