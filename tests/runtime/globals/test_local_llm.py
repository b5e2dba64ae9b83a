"""`LocalLLM`: what spells see of the models of this machine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from llmspell.app import Runtime
from llmspell.lua.streams import Streams
from tests.runtime.conftest import MakeProject, Project
from tests.runtime.models.local.hub import MODEL, REPOSITORY, Hub
from tests.runtime.tools.builtin.site import site

ID = "tiny-Q4_K_M"


@pytest.fixture
def hub() -> Iterator[Hub]:
    with site() as made:
        found = Hub(made)
        found.add(f"{ID}.gguf", MODEL)
        yield found


@pytest.fixture
def project(hub: Hub, tmp_path: Path) -> Iterator[Project]:
    environ = {
        "HOME": str(tmp_path),
        "HF_ENDPOINT": hub.site.url,
        "OLLAMA_HOST": "127.0.0.1:1",
    }
    output: list[bytes] = []
    streams = Streams(output.append, output.append, lambda _: b"")
    with Runtime(environ=environ, streams=streams, script_dir=str(tmp_path)) as runtime:
        yield Project(tmp_path, runtime, output)


def test_a_model_is_pulled_listed_and_described(project: Project) -> None:
    code = f"""
        local pulled = LocalLLM.pull("{REPOSITORY}")
        local listed = LocalLLM.list("candle")
        local model = LocalLLM.info("{ID}@candle")
        return {{ pulled.status, pulled.model_id, #listed, listed[1].id, model.backend, model.format,
                 string.format("%d", model.size_bytes) }}
    """
    assert project.value(code) == ["complete", ID, 1, ID, "candle", "GGUF", str(len(MODEL))]


def test_the_status_of_a_backend_can_always_be_shown(project: Project) -> None:
    code = """
        local ollama, candle = LocalLLM.status("ollama"), LocalLLM.status("llama_cpp")
        return { ollama.health .. ollama.available_models, candle.health .. candle.available_models,
                 ollama.error }
    """
    down, up, reason = project.value(code)
    assert (down, up) == ("unhealthy0", "healthy0")
    assert reason.startswith("Ollama does not answer")


def test_without_a_name_the_status_has_both_backends(project: Project) -> None:
    code = (
        "local s = LocalLLM.status() return { s.ollama.running, s.candle.ready, s.candle.models }"
    )
    assert project.value(code) == [False, True, 0]


def test_backends_that_fail_have_no_models(project: Project) -> None:
    assert project.value('return #LocalLLM.list() + #LocalLLM.list("ollama")') == 0


@pytest.mark.parametrize(
    ("call", "said"),
    [
        ('LocalLLM.info("nope")', "Model 'nope' not found in any backend"),
        ('LocalLLM.info("/etc/passwd")', "models are named, not their files"),
        ('LocalLLM.pull("/etc/passwd")', "Invalid model spec '/etc/passwd'"),
        ('LocalLLM.pull("http://x/y")', "Invalid model spec 'http://x/y'"),
        ('LocalLLM.pull("x@vllm")', "Failed to pull model: Validation error: unknown backend"),
        ('LocalLLM.pull("nope/nope")', "Failed to pull model: LLM provider error: "),
        ('LocalLLM.status("vllm")', "unknown backend 'vllm'"),
    ],
)
def test_what_cannot_be_done_is_said(project: Project, call: str, said: str) -> None:
    assert said in project.error(call)


def test_without_network_nothing_is_fetched(make_project: MakeProject) -> None:
    error = make_project(security="safe").error("LocalLLM.pull('organisation/repository')")
    assert error.startswith("Security violation: ")
