"""The requests that one answer of an agent takes: told of, counted, and kept to the budgets."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import aclosing
from typing import Literal

from llmspell.agents.spending import Spending
from llmspell.errors import LLMSpellError, ResourceError
from llmspell.models.model import Answering, Model
from llmspell.models.reply import ChatResult, Chunk, Usage
from llmspell.models.request import ChatRequest


class Asking:
    """Asks a model for one answer of an agent, or for a summary that makes room for it.

    spendings: count what each request takes, and refuse the next where a budget is used up.
    publish: publishes an event with its data. `usage`, `cost` and `requests` are those of all
    requests; cost in US dollars, None where no price is known.
    """

    def __init__(
        self, model: Model, spendings: Sequence[Spending], publish: Callable[..., None]
    ) -> None:
        self._model = model
        self._spendings = spendings
        self._publish = publish
        self._text = ""
        self.usage = Usage()
        self.cost: float | None = 0.0
        self.requests = 0

    async def ask(
        self,
        request: ChatRequest,
        *,
        purpose: Literal["answer", "summary"] = "answer",
        heard: Callable[[Chunk], object] | None = None,
    ) -> ChatResult:
        """The model's reply; what comes of one that breaks off counts too. heard: gets the pieces.

        Raises ResourceError where a budget is used up already. The answer that uses it up is given:
        it is paid for.
        """
        self._check_budgets()
        answering = Answering(self._model, request)
        told = {
            "model": str(self._model.specifier),
            "request": self.requests + 1,
            "purpose": purpose,
        }
        self._publish(
            "model.started",
            **told,
            message_count=len(request.messages),
            tool_count=len(request.tools),
        )
        begun = time.perf_counter()
        try:
            async with aclosing(answering.chunks()) as chunks:
                async for chunk in chunks:
                    if heard is not None and (chunk.text or chunk.reasoning or chunk.tool_call):
                        heard(chunk)
        except BaseException as error:
            if answering.begun:
                self._count(answering.result())
            self._publish(
                "model.failed",
                **told,
                error=error.lua_message if isinstance(error, LLMSpellError) else str(error),
                error_type=type(error).__name__,
                duration_ms=_milliseconds(time.perf_counter() - begun),
            )
            raise
        result = answering.result()
        self.requests += 1
        self._count(result)
        if purpose == "answer":
            self._text = result.text or self._text
        first = result.timings.first_token
        self._publish(
            "model.completed",
            **told,
            model_used=result.model,
            duration_ms=_milliseconds(result.timings.total),
            first_token_ms=None if first is None else _milliseconds(first),
            input_tokens=result.usage.input_tokens,
            output_tokens=result.usage.output_tokens,
            cached_tokens=result.usage.cached_tokens,
            cost=result.cost,
            finish_reason=result.finish,
        )
        return result

    def _check_budgets(self) -> None:
        for each in self._spendings:
            try:
                each.check()
            except ResourceError as error:
                if self._text:
                    error.details["text"] = self._text
                raise

    def _count(self, result: ChatResult) -> None:
        self.usage += result.usage
        self.cost = None if self.cost is None or result.cost is None else self.cost + result.cost
        for each in self._spendings:
            each.add(result.usage, result.cost)


def _milliseconds(seconds: float) -> float:
    return round(seconds * 1000, 3)
