"""Where the key of a provider comes from (spec config.md §3.4, §4.4)."""

from collections.abc import Mapping

from llmspell.config.schema import Provider

KEYLESS_TYPES = frozenset({"candle", "llama_cpp", "local", "mock", "ollama"})
"""Types of provider that need no key."""

STANDARD_VARIABLES: dict[str, tuple[str, ...]] = {
    "anthropic": ("ANTHROPIC_API_KEY",),
    "cohere": ("COHERE_API_KEY",),
    "deepseek": ("DEEPSEEK_API_KEY",),
    "fireworks": ("FIREWORKS_API_KEY",),
    "gemini": ("GEMINI_API_KEY",),
    "groq": ("GROQ_API_KEY",),
    "mistral": ("MISTRAL_API_KEY",),
    "openai": ("OPENAI_API_KEY",),
    "openrouter": ("OPENROUTER_API_KEY",),
    "perplexity": ("PERPLEXITY_API_KEY",),
    "replicate": ("REPLICATE_API_TOKEN",),
    "together": ("TOGETHER_API_KEY",),
}


def key_variables(name: str, provider_type: str) -> tuple[str, ...]:
    """Give the variables that may hold the key of a provider, in the order they are asked."""
    found: list[str] = []
    for word in dict.fromkeys((name, provider_type)):
        upper = word.upper().replace("-", "_")
        found += [f"LLMSPELL_{upper}_API_KEY", f"LLMSPELL_PROVIDER_{upper}_API_KEY"]
        found.append(f"LLMSPELL_API_KEY_{upper}")
    found += STANDARD_VARIABLES.get(provider_type.lower(), ())
    return tuple(found)


def credential(name: str, provider: Provider, environ: Mapping[str, str]) -> str | None:
    """Give the key of a provider: its own, its variable's, a standard variable's, or a stored one.

    Stored keys are those of `llmspell keys`, under the name of the provider or of its type.
    """
    return _set(name, provider, environ) or _stored(name, provider.provider_type, environ)


def has_credential(name: str, provider: Provider, environ: Mapping[str, str]) -> bool:
    """Tell whether a provider has a key, without asking a keyring, which may ask the user."""
    from llmspell.config.keys import Keys

    if _set(name, provider, environ):
        return True
    keys = Keys(environ)
    return any(keys.has(word) for word in (name, provider.provider_type) if word)


def _set(name: str, provider: Provider, environ: Mapping[str, str]) -> str | None:
    """The key that the configuration or the environment has."""
    if provider.api_key:
        return provider.api_key
    named = (provider.api_key_env,) if provider.api_key_env else ()
    variables = (*named, *key_variables(name, provider.provider_type))
    return next((environ[v] for v in variables if environ.get(v)), None)


def _stored(name: str, provider_type: str, environ: Mapping[str, str]) -> str | None:
    from llmspell.config.keys import Keys

    keys = Keys(environ)
    return keys.get(name) or (keys.get(provider_type) if provider_type else None)
