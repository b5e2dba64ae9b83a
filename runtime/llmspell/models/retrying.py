"""Trying again what failed for a while only: full, broken or unreachable servers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, stop_after_attempt
from tenacity.wait import wait_base, wait_exponential, wait_random

from llmspell.config.schema import Provider as ProviderSettings
from llmspell.config.schema import Retry
from llmspell.errors import LLMSpellError, NetworkError, RateLimitError

T = TypeVar("T")

PASSING = frozenset({408, 409, 500, 502, 503, 504, 529})
"""HTTP statuses that may be gone at the next attempt; 429 is a `RateLimitError`."""


class Retries:
    """How often and when a provider is asked again, as `[providers.NAME.retry]` says.

    The pause grows with each attempt, has some jitter, and is at least what the server asks for.
    """

    def __init__(self, settings: ProviderSettings) -> None:
        retry = settings.retry or Retry()
        self._further = retry.max_retries if settings.max_retries is None else settings.max_retries
        self._waits_for_limits = settings.rate_limit is None or settings.rate_limit.auto_retry
        self._pause = _Pause(retry)

    async def __call__(self, attempt: Callable[[], Awaitable[T]]) -> T:
        """What the attempt gives; raises the error of the last one."""
        attempts = AsyncRetrying(
            stop=stop_after_attempt(self._further + 1),
            wait=self._pause,
            retry=retry_if_exception(self._passes),
            reraise=True,
        )
        return await attempts(attempt)

    def _passes(self, error: BaseException) -> bool:
        if isinstance(error, RateLimitError):
            return self._waits_for_limits
        if isinstance(error, NetworkError):
            return True
        return isinstance(error, LLMSpellError) and error.details.get("status") in PASSING


class _Pause(wait_base):
    """Seconds before the next attempt."""

    def __init__(self, retry: Retry) -> None:
        first, most = retry.initial_delay_ms / 1000, retry.max_delay_ms / 1000
        self._growing = wait_exponential(first, max=most, exp_base=retry.backoff_multiplier)
        self._jitter = wait_random(0, first / 4)

    def __call__(self, retry_state: RetryCallState) -> float:
        asked_for = 0.0
        if retry_state.outcome is not None:
            error = retry_state.outcome.exception()
            if isinstance(error, RateLimitError):
                asked_for = float(error.details.get("retry_after") or 0.0)  # type: ignore[arg-type]
        return max(self._growing(retry_state), asked_for) + self._jitter(retry_state)
