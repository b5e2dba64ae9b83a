"""Which types of providers there are, and where they are implemented.

A new one is a line here and a module that is imported when it is first used.
"""

from __future__ import annotations

import re
from importlib import import_module

from attrs import frozen

from llmspell.errors import ProviderError
from llmspell.models.provider import MakesProvider


@frozen(kw_only=True)
class ProviderType:
    """A type of provider.

    implementation: `module:Class`. extra: what installs its library. needs_key: whether it cannot
    be used without a credential. default_model: where nobody names one. on_this_machine: whether
    nothing leaves the machine, unless `host_variable` of the environment (an address) or the
    configuration names another.
    """

    implementation: str
    extra: str
    needs_key: bool = True
    default_model: str = ""
    on_this_machine: bool = False
    host_variable: str = ""

    def load(self, name: str) -> MakesProvider:
        """Imports the class; raises ProviderError when its library is missing."""
        module, _, attribute = self.implementation.partition(":")
        try:
            found: MakesProvider = getattr(import_module(module), attribute)
        except ModuleNotFoundError as error:
            if (error.name or "").startswith("llmspell"):
                raise
            raise ProviderError(
                f"provider '{name}' needs {error.name}; install the extra with "
                f"`pip install 'llmspell[{self.extra}]'`",
                provider=name,
            ) from error
        return found


_OPENAI = ProviderType(implementation="llmspell.models.openai.provider:OpenAI", extra="openai")

_OPENAI_ITSELF = ProviderType(
    implementation=_OPENAI.implementation, extra="openai", default_model="gpt-5.4-mini"
)

TYPES: dict[str, ProviderType] = {
    "anthropic": ProviderType(
        implementation="llmspell.models.anthropic.provider:Anthropic",
        extra="anthropic",
        default_model="claude-haiku-4-5",
    ),
    "local": ProviderType(
        implementation="llmspell.models.local.provider:LocalProvider",
        extra="local",
        needs_key=False,
        on_this_machine=True,
    ),
    "ollama": ProviderType(
        implementation="llmspell.models.ollama.provider:Ollama",
        extra="ollama",
        needs_key=False,
        on_this_machine=True,
        host_variable="OLLAMA_HOST",
    ),
    "openai": _OPENAI_ITSELF,
    # Vendors that are asked in the same way; where they answer, `openai/provider.py` says.
    "cohere": _OPENAI,
    "deepseek": _OPENAI,
    "fireworks": _OPENAI,
    "gemini": _OPENAI,
    "groq": _OPENAI,
    "mistral": _OPENAI,
    "openrouter": _OPENAI,
    "perplexity": _OPENAI,
    "together": _OPENAI,
}
"""Name of a type -> the type."""

ALIASES = {"candle": "local", "llama_cpp": "local", "llama-cpp": "local"}
"""Other names of types."""


_VENDORS = {r"(chat)?gpt-\d|o\d(-|$)": "openai", r"claude-": "anthropic"}
"""What names of hosted models begin with -> the provider that serves them."""


def vendor_of(model: str) -> str:
    """The provider of a hosted model that is named alone, as in `gpt-4`; else empty."""
    return next((name for begin, name in _VENDORS.items() if re.match(begin, model)), "")


def provider_type(name: str) -> ProviderType | None:
    """The type of a name, None if there is none."""
    lower = name.lower()
    return TYPES.get(ALIASES.get(lower, lower))
