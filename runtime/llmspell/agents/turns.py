"""Whose turn it is to be answered by an agent, and who waits for whom."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from llmspell.errors import ResourceError


class Turn:
    """Lets an agent answer one question after the other.

    Agents that would wait for each other for ever are told so: each knows for whose turn those
    wait that it has asked.
    """

    def __init__(self, agent: str) -> None:
        self.agent = agent
        self._lock = asyncio.Lock()
        self._waits_for: Counter[Turn] = Counter()

    @asynccontextmanager
    async def taken(self, asking: Sequence[Turn]) -> AsyncIterator[None]:
        """Waits for the turn, and has it meanwhile.

        asking: the turns of the agents that wait for the answer. Raises ResourceError where one of
        them would have to answer first.
        """
        way = self._way_to(asking)
        if way:
            raise ResourceError(
                f"agents wait for each other: {' → '.join(each.agent for each in way)}",
                resource="recursion",
            )
        for each in asking:
            each._waits_for[self] += 1
        try:
            await self._lock.acquire()
        finally:
            for each in asking:
                each._waits_for -= Counter([self])
        try:
            yield
        finally:
            self._lock.release()

    def _way_to(self, asking: Sequence[Turn]) -> list[Turn]:
        """From the last that asks, over this one, to one that asks, by those waited for."""
        ways, seen = [[self]], {self}
        while ways:
            way = ways.pop()
            for after in way[-1]._waits_for:
                if after in asking:
                    return [after, *way, after]
                if after not in seen:
                    seen.add(after)
                    ways.append([*way, after])
        return []
