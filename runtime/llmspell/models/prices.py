"""What answers cost: list prices of providers, as they were on the date of `hosted.toml`."""

from __future__ import annotations

import re
from functools import cache

from attrs import frozen

from llmspell.models.known import hosted, known_on
from llmspell.models.reply import Usage

_DATED = re.compile(r"-(\d{8}|\d{4}-\d{2}-\d{2}|latest)$")
_MILLION = 1_000_000


@frozen
class Long:
    """How many times as much a request costs with more input than so many tokens."""

    above: int
    input: float
    output: float


@frozen
class Price:
    """US dollars for a million tokens: read, read from a cache, written."""

    input: float
    cached: float
    output: float
    long: Long | None = None

    def of(self, usage: Usage) -> float:
        """What the tokens of one request cost."""
        fresh = usage.input_tokens - usage.cached_tokens
        read = fresh * self.input + usage.cached_tokens * self.cached
        written = usage.output_tokens * self.output
        if self.long is not None and usage.input_tokens > self.long.above:
            read, written = read * self.long.input, written * self.long.output
        return (read + written) / _MILLION


def price(provider_type: str, model: str) -> Price | None:
    """The price of a model; None where none is known. A date at the end of a name is ignored."""
    table = dict(priced())
    name = f"{provider_type.lower()}/{model}"
    return table.get(name) or table.get(_DATED.sub("", name))


@cache
def priced() -> tuple[tuple[str, Price], ...]:
    """All models with a price, as `provider/model`."""
    return tuple(
        (
            name,
            Price(
                each["input"],
                each.get("cached", each["input"]),
                each["output"],
                Long(**each["long"]) if "long" in each else None,
            ),
        )
        for name, each in hosted().items()
    )


def prices_date() -> str:
    """When the prices were as told (ISO 8601)."""
    return known_on()
