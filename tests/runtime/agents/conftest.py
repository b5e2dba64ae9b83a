"""Agents over prepared answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Protocol

import pytest

from llmspell.agents.agent import Agent
from llmspell.agents.config import AgentConfig
from llmspell.models.messages import Message, ToolCall
from llmspell.models.provider import Setup
from llmspell.models.request import ChatRequest
from llmspell.testing import Mock
from llmspell.testing.providers import Answer
from tests.runtime.conftest import Project


class MakeAgent(Protocol):
    """See `make_agent`."""

    def __call__(
        self, answers: Iterable[Answer] | Callable[[ChatRequest], Answer], **config: Any
    ) -> tuple[Agent, Mock]: ...


@pytest.fixture
def make_agent(project: Project) -> MakeAgent:
    """Makes an agent whose model gives prepared answers; also gives what it was asked."""
    made: list[Mock] = []

    def make(
        answers: Iterable[Answer] | Callable[[ChatRequest], Answer], **config: Any
    ) -> tuple[Agent, Mock]:
        def provider(setup: Setup) -> Mock:
            made.append(Mock(setup, answers))
            return made[-1]

        name = f"mock{len(made)}"
        project.runtime.models.register(name, provider)
        settings = {"name": f"agent{len(made)}", "model": f"{name}/m", **config}
        agent = project.runtime.agents.create(AgentConfig(**settings))
        return agent, made[-1]

    return make


def calls(*names_and_arguments: tuple[str, str]) -> Message:
    """An answer that asks for tools."""
    return Message.assistant(
        "",
        tuple(
            ToolCall(f"c{number}", name, arguments)
            for number, (name, arguments) in enumerate(names_and_arguments)
        ),
    )


ENCODE = ("base64-encoder", '{"operation": "encode", "input": "Hello"}')
"""A call of a real tool; gives SGVsbG8=."""
