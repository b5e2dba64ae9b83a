"""The providers `openai` and `ollama` with a real model behind a server on loopback.

The first is llama-cpp-python's own server, the second one of ours that speaks Ollama's API; a real
Ollama takes its place where `OLLAMA_HOST` names one that answers and has a model.
"""

from __future__ import annotations

import json
import os
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import llama_cpp
import pytest
from ollama import Client, ResponseError

from llmspell.errors import ProviderError
from llmspell.models.local.loading import without_amx
from llmspell.models.model import Model, wait_for
from llmspell.models.provider import KeepsModels
from llmspell.models.request import CompletionRequest, EmbedRequest, ResponseFormat, Sampling
from llmspell.models.service import Models
from tests.runtime.models.ollama_server import NAME, real_ollama
from tests.runtime.models.streams import ask, streamed

pytestmark = [
    pytest.mark.slow,
    # llama-cpp-python's server forgets to close a stream of its own.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

BRIEF = Sampling(temperature=0, max_tokens=12)
SCHEMA = {
    "type": "object",
    "properties": {"answer": {"type": "integer"}},
    "required": ["answer"],
    "additionalProperties": False,
}


@pytest.fixture(scope="module")
def model_file(real_model: str) -> Path:
    return Path(real_model.removeprefix("local/"))


@pytest.fixture(scope="module")
def openai_url(model_file: Path) -> Iterator[str]:
    """The address of llama-cpp-python's server."""
    import uvicorn
    from llama_cpp.server.app import create_app
    from llama_cpp.server.settings import ModelSettings, ServerSettings

    settings = ModelSettings(model=str(model_file), model_alias="qwen", n_ctx=1024, verbose=False)
    with without_amx(llama_cpp.llama_cpp):
        app = create_app(server_settings=ServerSettings(), model_settings=[settings])
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        config = uvicorn.Config(app, log_level="error", lifespan="off")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/v1"
        server.should_exit = True
        thread.join()


def _real_one() -> tuple[str, str] | None:
    """The address of a real Ollama that `OLLAMA_HOST` names, and a model that it has for chats."""
    host = os.environ.get("OLLAMA_HOST")
    if not host:
        return None
    try:
        listed = Client(host, timeout=5).list().models
    except (ConnectionError, httpx.HTTPError, ResponseError):
        return None
    names = sorted(each.model for each in listed if each.model and "embed" not in each.model)
    return (host, names[0]) if names else None


REAL_OLLAMA = _real_one()


@pytest.fixture(scope="module")
def ollama_url(model_file: Path) -> Iterator[str]:
    """The address of an Ollama with the real model."""
    with real_ollama(model_file) as url:
        yield url


@pytest.fixture(params=["openai", "ollama"])
def model(request: pytest.FixtureRequest, make_models: Callable[[str], Models]) -> Model:
    kind = request.param
    if kind == "ollama" and REAL_OLLAMA:
        url, name = REAL_OLLAMA
    else:
        url, name = request.getfixturevalue(f"{kind}_url"), {"openai": "qwen", "ollama": NAME}[kind]
    config = f'[providers.there]\nprovider_type = "{kind}"\nbase_url = "{url}"\n'
    config += 'structured_output = "json_object"\n' if kind == "openai" else ""
    return make_models(config).find(f"there/{name}")


def test_it_answers_with_the_tokens_that_this_took(model: Model) -> None:
    result = model.chat(ask("Say the word yes.", sampling=BRIEF))
    assert "yes" in result.text.lower()
    assert result.usage.input_tokens > 10
    assert 0 < result.usage.output_tokens <= 12
    assert not result.usage.estimated


def test_it_streams(model: Model) -> None:
    pieces, result = streamed(model, ask("Count from one to five.", stream=True, sampling=BRIEF))
    assert len(pieces) > 2
    assert "".join(pieces) == result.text


def test_it_holds_to_a_schema(model: Model) -> None:
    form = ResponseFormat("schema", SCHEMA)
    asked = ask("What is 2 + 2?", response_format=form, sampling=Sampling(temperature=0))
    found: dict[str, Any] = json.loads(model.chat(asked).text)
    assert isinstance(found["answer"], int)


def test_it_continues_texts(model: Model) -> None:
    request = CompletionRequest(model="", prompt="def add(a, b):\n    return a", sampling=BRIEF)
    result = model.complete(request)
    assert result.text.startswith(" + b")
    assert result.finish in ("length", "stop")


def test_ollama_has_vectors_of_length_one(
    ollama_url: str, make_models: Callable[[str], Models]
) -> None:
    models = make_models(f'[providers.ollama]\nbase_url = "{ollama_url}"\n')
    request = EmbedRequest(model="", texts=("cat", "dog"))
    vectors = models.find(f"ollama/{NAME}").embed(request).vectors
    assert [round(sum(x * x for x in vector), 3) for vector in vectors] == [1.0, 1.0]


def test_ollama_keeps_models(ollama_url: str, make_models: Callable[[str], Models]) -> None:
    provider = make_models(f'[providers.ollama]\nbase_url = "{ollama_url}"\n').provider("ollama")
    assert isinstance(provider, KeepsModels)

    async def used() -> list[str]:
        steps = [step.status async for step in provider.pull("other:1b")]
        names = [model.id for model in await provider.models()]
        await provider.remove("other:1b")
        with pytest.raises(ProviderError, match="llmspell model pull other:1b@ollama"):
            await provider.remove("other:1b")
        info = await provider.info(NAME)
        assert info is not None
        assert info.capabilities.context_length == 32768
        await provider.unload(NAME)
        assert not any(model.loaded for model in await provider.models())
        return [*steps, *names]

    assert wait_for(used()) == [
        *("downloading",) * 4,
        "verifying",
        "complete",
        "other:1b",
        NAME,
    ]


@pytest.mark.skipif(REAL_OLLAMA is None, reason="OLLAMA_HOST names no Ollama with a model")
def test_a_real_ollama_says_what_its_model_can_do(make_models: Callable[[str], Models]) -> None:
    assert REAL_OLLAMA is not None
    url, name = REAL_OLLAMA
    provider = make_models(f'[providers.ollama]\nbase_url = "{url}"\n').provider("ollama")
    assert name in [each.id for each in wait_for(provider.models())]
    assert wait_for(provider.health()).version
    assert wait_for(provider.capabilities(name)).context_length
