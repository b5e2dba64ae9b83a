"""How often a provider is asked: what `[providers.NAME.rate_limit]` allows in any minute."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable
from threading import Lock

from llmspell.config.schema.providers import RateLimit
from llmspell.errors import RateLimitError

WINDOW = 60.0
"""Seconds; the window moves along with the time."""


class Rate:
    """Lets requests of one provider through, or has them wait; thread safe.

    Tokens count when they are known, so the request that goes beyond their limit is answered and
    those after it wait.
    """

    def __init__(
        self,
        limit: RateLimit,
        provider: str,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._limit = limit
        self._provider = provider
        self._clock = clock
        self._sleep = sleep
        self._requests: deque[float] = deque()
        self._tokens: deque[tuple[float, int]] = deque()
        self._lock = Lock()

    async def admit(self) -> None:
        """Waits until one more request may be sent, and counts it.

        Raises RateLimitError, with the seconds to wait in `retry_after`, where `auto_retry` is off.
        """
        while (pause := self._pause()) > 0:
            if not self._limit.auto_retry:
                raise RateLimitError(
                    f"provider '{self._provider}' may be asked again in {pause:.0f} s "
                    f"(`rate_limit` in [providers.{self._provider}])",
                    provider=self._provider,
                    retry_after=round(pause, 1),
                )
            await self._sleep(pause)

    def took(self, tokens: int) -> None:
        """Counts the tokens of a request."""
        if self._limit.tokens_per_minute is not None:
            with self._lock:
                self._tokens.append((self._clock(), tokens))

    def _pause(self) -> float:
        """Seconds until a request may be sent; one that may be sent now is counted."""
        with self._lock:
            now = self._clock()
            while self._requests and self._requests[0] <= now - WINDOW:
                self._requests.popleft()
            while self._tokens and self._tokens[0][0] <= now - WINDOW:
                self._tokens.popleft()
            pause = max(self._until_few_requests(now), self._until_few_tokens(now))
            if pause <= 0:
                self._requests.append(now)
            return pause

    def _until_few_requests(self, now: float) -> float:
        most = self._limit.requests_per_minute
        if len(self._requests) < most:
            return 0.0
        return self._requests[-most] + WINDOW - now

    def _until_few_tokens(self, now: float) -> float:
        most, left = self._limit.tokens_per_minute, sum(tokens for _, tokens in self._tokens)
        if most is None:
            return 0.0
        pause = 0.0
        for at, tokens in self._tokens:
            if left < most:
                break
            left -= tokens
            pause = at + WINDOW - now
        return pause
