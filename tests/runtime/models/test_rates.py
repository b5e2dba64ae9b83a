"""How often providers are asked."""

from __future__ import annotations

import asyncio

import pytest

from llmspell.config.schema.providers import RateLimit
from llmspell.errors import RateLimitError
from llmspell.models.rates import Rate
from llmspell.testing import Echo
from tests.runtime.conftest import MakeProject
from tests.runtime.models.streams import ask


class Clock:
    """A time that goes on only while somebody sleeps."""

    def __init__(self) -> None:
        self.now = 100.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def rate_of(clock: Clock, **limit: int | bool) -> Rate:
    return Rate(RateLimit(**limit), "cloud", clock=clock, sleep=clock.sleep)  # type: ignore[arg-type]


async def admitted(rate: Rate, clock: Clock, times: int) -> list[float]:
    """When requests that come one after the other are let through."""
    found = []
    for _ in range(times):
        await rate.admit()
        found.append(clock.now - 100)
        clock.now += 10
    return found


def test_requests_beyond_the_limit_wait_for_the_window_to_move() -> None:
    clock = Clock()
    rate = rate_of(clock, requests_per_minute=2)
    assert asyncio.run(admitted(rate, clock, 5)) == [0, 10, 60, 70, 120]


def test_tokens_beyond_the_limit_have_the_next_request_wait() -> None:
    clock = Clock()
    rate = rate_of(clock, requests_per_minute=100, tokens_per_minute=50)

    async def go() -> list[float]:
        first = await admitted(rate, clock, 1)
        rate.took(30)  # at 10
        second = await admitted(rate, clock, 1)
        rate.took(30)  # at 20
        return [*first, *second, *await admitted(rate, clock, 1)]

    assert asyncio.run(go()) == [0, 10, 70]


def test_without_waiting_it_is_an_error_that_says_how_long() -> None:
    clock = Clock()
    rate = rate_of(clock, requests_per_minute=1, auto_retry=False)
    asyncio.run(rate.admit())
    clock.now += 15
    with pytest.raises(RateLimitError, match=r"'cloud' may be asked again in 45 s") as caught:
        asyncio.run(rate.admit())
    assert caught.value.details["retry_after"] == 45.0
    assert clock.slept == []


def test_all_models_of_a_provider_share_the_limit(make_project: MakeProject) -> None:
    config = "[providers.echo]\nrate_limit = { requests_per_minute = 2, auto_retry = false }"
    models = make_project(config).runtime.models
    models.register("echo", Echo)
    assert models.find("echo/a").chat(ask()).text == "Hi"
    assert models.find("echo/b").stream(ask()) is not None  # asks nothing yet
    assert models.find("echo/b").chat(ask()).text == "Hi"
    with pytest.raises(RateLimitError, match=r"\[providers\.echo\]"):
        models.find("echo/a").chat(ask())


def test_tokens_of_answers_are_counted(make_project: MakeProject) -> None:
    config = "[providers.echo]\nrate_limit = { tokens_per_minute = 1, auto_retry = false }"
    models = make_project(config).runtime.models
    models.register("echo", Echo)
    model = models.find("echo/a")
    model.chat(ask())
    with pytest.raises(RateLimitError):
        model.chat(ask())
