"""Waits for answers of agents."""

from __future__ import annotations

from llmspell.errors import LLMSpellError
from llmspell.lua.waiting import Waiting

TYPE_CHECKING = False
if TYPE_CHECKING:
    from concurrent.futures import Future
    from typing import Any

    from llmspell.agents.agent import Agent
    from llmspell.agents.result import AgentResult
    from llmspell.globals.types import LuaFunction


class AnswerWait(Waiting):
    """Waits for an answer; gives what `shape` makes of it."""

    __slots__ = ("_future", "_shape")

    def __init__(self, agent: Agent, request: Any, shape: Any) -> None:
        from llmspell.background import on_loop

        super().__init__()
        self._shape = shape
        self._future = on_loop(agent.answer(request))
        self._future.add_done_callback(self._arrived)

    def _arrived(self, future: Future[AgentResult]) -> None:
        if future.cancelled():
            self.fail(TimeoutError("cancelled"))
        elif (error := future.exception()) is not None:
            self.fail(error)
        else:
            self.complete(self._shape(future.result()))

    def give_up(self) -> None:
        """Ends the wait, and the answer with it."""
        self._future.cancel()
        super().give_up()


class StreamWait(AnswerWait):
    """Waits for an answer whose pieces go to a Lua function.

    The function runs on the Lua thread while that waits here; the wait is over once all pieces were
    taken. An error in it ends the answer.
    """

    __slots__ = ("_around", "_callback", "_ended", "_guard", "_problem", "_sent", "_taken")

    def __init__(self, agent: Agent, request: Any, callback: LuaFunction) -> None:
        from contextvars import copy_context
        from threading import Lock

        import attrs

        # The agent does not wait for the function, which may therefore ask it again.
        self._around = copy_context()
        self._callback = callback
        self._sent = self._taken = 0
        self._problem: Exception | None = None
        self._ended: Future[AgentResult] | None = None
        self._guard = Lock()
        asked = attrs.evolve(request, on_chunk=self._send)
        super().__init__(agent, asked, lambda result: result.table())

    def _send(self, chunk: Any) -> None:
        if self._problem is not None:
            raise self._problem
        self._sent += 1
        piece: dict[str, Any] = {"text": chunk.text, "index": self._sent}
        if chunk.tool_call is not None:
            call = chunk.tool_call
            piece["tool_call"] = {"id": call.id, "name": call.name, "arguments": call.arguments}
        called = self._around.run(self._callback.submit, piece)
        called.on_done(lambda: self._took(called))

    def _took(self, called: Waiting) -> None:
        try:
            called.result  # noqa: B018 - raises what the function has raised
        except Exception as error:  # noqa: BLE001 - handed on
            self._problem = self._problem or error
        with self._guard:
            self._taken += 1
            over = self._ended is not None and self._taken == self._sent
        if over:
            self._finish()

    def _arrived(self, future: Future[AgentResult]) -> None:
        if future.cancelled() or future.exception() is not None:
            super()._arrived(future)
            return
        with self._guard:
            self._ended = future
            over = self._taken == self._sent
        if over:
            self._finish()

    def _finish(self) -> None:
        if self._problem is not None:
            self.fail(self._problem)
            return
        assert self._ended is not None
        self.complete({**self._ended.result().table(), "chunks_received": self._sent})


class ToldWait(AnswerWait):
    """Waits until a Lua function was told the answer, or why there is none."""

    __slots__ = ("_callback",)

    def __init__(self, agent: Agent, request: Any, callback: LuaFunction) -> None:
        self._callback = callback
        super().__init__(agent, request, None)

    def _arrived(self, future: Future[AgentResult]) -> None:
        error = None if future.cancelled() else future.exception()
        if future.cancelled() or (error is not None and not isinstance(error, LLMSpellError)):
            super()._arrived(future)
            return
        told = (None, error.lua_message) if error is not None else (future.result().table(), None)
        called = self._callback.submit(*told)
        called.on_done(lambda: self._ended(called))

    def _ended(self, called: Waiting) -> None:
        try:
            called.result  # noqa: B018 - raises what the function has raised
        except Exception as error:  # noqa: BLE001 - handed on
            self.fail(error)
            return
        self.complete(True)
