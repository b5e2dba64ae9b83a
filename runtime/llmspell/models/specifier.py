"""`provider/model[@backend]`: how a model is named (design "Names and selection of models").

The provider ends at the first slash, since names of models have slashes of their own
(`openrouter/meta-llama/llama-3`). Backends are ways to run `local` models: `llama_cpp`, which the
original calls `candle`, and `ollama`.
"""

from __future__ import annotations

import re

from attrs import frozen

from llmspell.errors import ValidationError

BACKENDS = {
    "candle": "llama_cpp",
    "llama_cpp": "llama_cpp",
    "llama-cpp": "llama_cpp",
    "ollama": "ollama",
}
"""What may stand after `@` -> the backend that it means."""

WITH_BACKEND = re.compile(r"(.+)@([A-Za-z][\w-]*)")
"""A name with the backend that it wants."""


@frozen
class Specifier:
    """A named model.

    provider: empty for the default one. model: empty (`openai/`) for the provider's default one.
    backend: empty where any will do.
    """

    provider: str
    model: str
    backend: str = ""

    @classmethod
    def parse(cls, text: str) -> Specifier:
        """Reads a name; raises ValidationError with what is wrong."""
        rest, backend = text.strip(), ""
        if not rest:
            raise ValidationError("the name of the model is empty", field="model")
        if match := WITH_BACKEND.fullmatch(rest):
            rest, written = match[1], match[2]
            if written.lower() not in BACKENDS:
                raise ValidationError(
                    f"unknown backend '{written}' in '{text}'; backends are llama_cpp (or candle) "
                    "and ollama",
                    field="model",
                )
            backend = BACKENDS[written.lower()]
        provider, slash, model = rest.partition("/")
        if not slash:
            provider, model = "", rest
        if slash and provider and not model:
            return cls(provider, "", backend)
        if not model or (slash and not provider):
            raise ValidationError(f"'{text}' is not provider/model[@backend]", field="model")
        return cls(provider, model, backend)

    def __str__(self) -> str:
        name = f"{self.provider}/{self.model}" if self.provider else self.model
        return f"{name}@{self.backend}" if self.backend else name
