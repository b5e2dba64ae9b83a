"""A real model, loaded once for all tests of a process."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from llmspell.models.local.loading import Loaded
from llmspell.models.local.pool import POOL
from llmspell.models.messages import Message
from llmspell.models.model import Model
from llmspell.models.reply import ChatResult
from llmspell.models.request import ChatRequest, Sampling
from tests.runtime.conftest import Project

Ask = Callable[..., ChatResult]


@pytest.fixture
def model(project: Project, real_model: str) -> Model:
    """The real model."""
    return project.runtime.models.find(real_model)


@pytest.fixture
def ask(model: Model) -> Ask:
    """Asks the real model; texts are questions of the user. At most so many tokens, no chance."""

    def asked(*said: str | Message, most: int = 12, **request: Any) -> ChatResult:
        messages = tuple(Message.user(each) if isinstance(each, str) else each for each in said)
        sampling = Sampling(temperature=0, max_tokens=most, **request.pop("sampling", {}))
        return model.chat(ChatRequest(model="", messages=messages, sampling=sampling, **request))

    return asked


@pytest.fixture
def loaded(model: Model, ask: Ask) -> Loaded:
    """The instance behind it."""
    ask("Hi", most=1)
    return next(kept for kept in POOL.kept() if not kept.options.embedding)
