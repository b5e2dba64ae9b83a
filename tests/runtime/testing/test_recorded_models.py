"""Providers that are recorded, asked as programs do."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing, contextmanager
from pathlib import Path

import pytest

from llmspell.app import Runtime, Stage
from llmspell.errors import ProviderError
from llmspell.models.messages import Message
from llmspell.models.model import wait_for
from llmspell.models.provider import Setup
from llmspell.models.reply import Chunk
from llmspell.models.request import ChatRequest, CompletionRequest
from llmspell.testing import Echo
from llmspell.testing.cassettes.cassette import Cassette, Mode
from llmspell.testing.cassettes.http import RecordedHttp
from llmspell.testing.cassettes.masks import Masks
from llmspell.testing.cassettes.models import RecordedModels

ASKED = ChatRequest(model="", messages=(Message.user("one two three"),))


class Faulty(Echo):
    """Breaks in the middle of an answer, as a defect of ours would."""

    async def chat(self, request: ChatRequest) -> AsyncGenerator[Chunk, None]:
        yield Chunk(text="half")
        raise RuntimeError("a defect")


@contextmanager
def runtime(folder: Path, mode: Mode, make: type[Echo] | None = Echo) -> Iterator[Runtime]:
    """A runtime whose traffic is recorded in a folder; without `make`, its provider is gone."""
    cassette = Cassette(folder / "x.cassette.json", mode, Masks(), "")
    stage = Stage(RecordedModels(cassette), RecordedHttp(cassette), folder / "state.db")
    environ = {"HOME": str(folder / "home")}
    with Runtime(stage=stage, environ=environ, script_dir=str(folder)) as made:

        def gone(_: Setup) -> Echo:
            raise AssertionError("the real provider was made")

        made.models.register("echo", make or gone)
        yield made


def test_an_answer_that_was_not_waited_for_is_recorded_as_far_as_it_came(tmp_path: Path) -> None:
    async def beginning(runtime: Runtime) -> str:
        answering = runtime.models.find("echo/e").stream(ASKED)
        async with aclosing(answering.chunks()) as chunks:
            return (await anext(chunks)).text

    with runtime(tmp_path, "once") as recording:
        assert wait_for(beginning(recording)) == "one "
    with runtime(tmp_path, "none", None) as playing:
        assert wait_for(beginning(playing)) == "one "
    with runtime(tmp_path, "none", None) as playing:
        streamed = ChatRequest(model="", messages=ASKED.messages, stream=True)
        with pytest.raises(ProviderError, match="did not wait for its end"):
            playing.models.find("echo/e").chat(streamed)


def test_a_defect_of_ours_is_not_recorded(tmp_path: Path) -> None:
    with runtime(tmp_path, "once", Faulty) as recording, pytest.raises(RuntimeError):
        recording.models.find("echo/e").chat(ASKED)
    assert not (tmp_path / "x.cassette.json").exists()


def test_completions_and_abilities_are_recorded(tmp_path: Path) -> None:
    def told(runtime: Runtime) -> tuple[object, ...]:
        model = runtime.models.find("echo/e")
        answer = model.complete(CompletionRequest(model="", prompt="once upon a time"))
        health = wait_for(model.provider.health())
        return answer.text, answer.usage, wait_for(model.capabilities()), health

    with runtime(tmp_path, "once") as recording:
        first = told(recording)
    with runtime(tmp_path, "none", None) as playing:
        assert told(playing) == first
    assert first[0] == "once upon a time"


def test_questions_at_once_get_each_its_answer(tmp_path: Path) -> None:
    async def told(runtime: Runtime) -> list[str]:
        model = runtime.models.find("echo/e")
        asked = [ChatRequest(model="", messages=(Message.user(str(i)),)) for i in range(20)]
        return [each.text for each in await asyncio.gather(*map(model.answer, asked))]

    with runtime(tmp_path, "once") as recording:
        first = wait_for(told(recording))
    with runtime(tmp_path, "none", None) as playing:
        assert wait_for(told(playing)) == first == [str(i) for i in range(20)]


def test_what_is_known_of_the_models_of_this_machine_is_recorded(tmp_path: Path) -> None:
    code = "return { LocalLLM.list('candle'), LocalLLM.status('candle').running }"
    models = tmp_path / "home" / ".llmspell" / "models"
    with runtime(tmp_path, "once") as recording:
        first = recording.run(code).value
    models.mkdir(parents=True)
    (models / "new.gguf").write_bytes(b"GGUF")
    with runtime(tmp_path, "none") as playing:
        assert playing.run(code).value == first


def test_models_are_pulled_for_real_or_not_at_all(tmp_path: Path) -> None:
    with runtime(tmp_path, "none") as playing:
        told = playing.run("return { pcall(LocalLLM.pull, 'qwen2.5-0.5b-instruct@candle') }").value
    assert "to pull 'qwen2.5-0.5b-instruct' cannot be recorded" in told[1]
