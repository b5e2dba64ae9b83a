"""How a file is loaded: by the configuration, without template, without tokenizer, damaged."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from llmspell.errors import ProviderError
from llmspell.models.local.generation import Generation
from llmspell.models.local.interrupt import Interrupt
from llmspell.models.local.loading import LoadOptions, load
from llmspell.models.local.pool import POOL
from llmspell.models.local.provider import LocalProvider
from llmspell.models.messages import Message
from llmspell.models.model import Model, wait_for
from llmspell.models.request import ChatRequest, EmbedRequest, Sampling
from tests.runtime.conftest import MakeProject
from tests.runtime.models.local import tiny
from tests.runtime.models.local.test_tokenizer import write as write_tokenizer

FindModel = Callable[..., Model]


@pytest.fixture
def find(make_project: MakeProject) -> Iterator[FindModel]:
    """The tiny model, with such settings of its provider; forgotten afterwards."""
    paths: list[Path] = []

    def found(settings: str = "", **file: Any) -> Model:
        project = make_project(f"[providers.local]\nprovider_type = 'local'\n{settings}")
        paths.append(tiny.write(Path(project.folder, "tiny.gguf"), **file).resolve())
        return project.runtime.models.find(f"local/{paths[-1]}")

    yield found
    for path in paths:
        POOL.unload(path)


def answer(model: Model, *said: str) -> Any:
    sampling = Sampling(temperature=0, max_tokens=1)
    messages = tuple(Message.user(each) for each in said)
    return model.chat(ChatRequest(model="", messages=messages, sampling=sampling))


def llama_of(model: Model) -> Any:
    [loaded] = [kept for kept in POOL.kept() if str(kept.path) == model.name.removeprefix("local/")]
    return wait_for(loaded.run(lambda llama: llama))


def test_the_output_of_the_process_goes_on_while_a_model_is_loaded(
    find: FindModel, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    import llama_cpp

    real = llama_cpp.llama_cpp.llama_model_load_from_file

    def load_and_say(*arguments: Any) -> Any:
        print("said meanwhile", flush=True)
        return real(*arguments)

    monkeypatch.setattr(llama_cpp.llama_cpp, "llama_model_load_from_file", load_and_say)
    answer(find(), "Hi")
    said = capfd.readouterr()
    assert (said.out, said.err) == ("said meanwhile\n", "")


def test_context_threads_and_batch_are_those_of_the_configuration(find: FindModel) -> None:
    model = find("context_size = 256\ncpu_threads = 1\nbatch_size = 32\n")
    answer(model, "Hi")
    llama = llama_of(model)
    assert (llama.n_ctx(), llama.n_threads, llama.n_threads_batch, llama.n_batch) == (256, 1, 1, 32)


@pytest.mark.parametrize(
    ("settings", "layers"), [("gpu_layers = 3", 3), ("device = 'cpu'", 0), ("", -1)]
)
def test_layers_go_to_a_graphics_card_where_llama_cpp_was_built_for_one(
    find: FindModel, monkeypatch: pytest.MonkeyPatch, settings: str, layers: int
) -> None:
    for supported, expected in ((True, layers), (False, 0)):
        monkeypatch.setattr("llama_cpp.llama_supports_gpu_offload", lambda it=supported: it)
        provider = find(settings).provider
        assert isinstance(provider, LocalProvider)
        assert provider._load.gpu_layers == expected


def test_a_setting_of_the_wrong_kind_is_an_error(find: FindModel) -> None:
    with pytest.raises(ProviderError, match="`cpu_threads` of a local provider must be a whole"):
        find("cpu_threads = 'two'")


def test_a_context_is_no_larger_than_what_a_model_was_trained_for(
    find: FindModel, capfd: pytest.CaptureFixture[str]
) -> None:
    model = find()
    answer(model, "Hi")
    assert llama_of(model).n_ctx() == tiny.CONTEXT
    assert capfd.readouterr().err == ""


def test_a_file_without_template_is_asked_in_chatml(find: FindModel) -> None:
    result = answer(find(), "Hi")
    told = "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n"
    assert result.usage.input_tokens >= len(told)  # a token for each byte, and the first


def test_the_template_of_a_file_is_used(find: FindModel) -> None:
    model = find(template="{% for m in messages %}{{ m.content }}{% endfor %}")
    assert answer(model, "abc", "def").usage.input_tokens == 1 + len("▁abcdef".encode())


def test_a_file_without_tokenizer_is_refused_with_what_to_do(find: FindModel) -> None:
    with pytest.raises(
        ProviderError, match=r"no tokenizer.*tokenizer\.json' or .*another repository"
    ):
        answer(find(tokenizer=False), "Hi")


def test_a_file_without_tokenizer_answers_with_the_one_beside_it(find: FindModel) -> None:
    model = find(tokenizer=False)
    write_tokenizer(Path(model.name).with_name("tokenizer.json"))
    result = answer(model, "Hi")
    assert result.usage.input_tokens == len("user\nHi\nassistant\n") + len(
        "<|im_start|><|im_start|>"  # this tokenizer only knows the mark of the end
    ) + len(("<|im_end|>",))


def test_a_file_that_ends_too_early_is_refused_with_what_to_do(find: FindModel) -> None:
    model = find()
    path = Path(model.name)
    path.write_bytes(path.read_bytes()[:60_000])
    with pytest.raises(
        ProviderError, match=r"weights end at 114720; fetch the model again \(`llmspell model pull"
    ):
        answer(model, "Hi")


def test_a_text_that_no_vector_can_hold_is_refused_instead_of_cut(find: FindModel) -> None:
    model = find("batch_size = 64\n")
    wait_for(model.embedded(EmbedRequest(model="", texts=("a" * 40,))))
    with pytest.raises(ProviderError, match=r"a text has \d+ tokens.*at most 64; split it"):
        wait_for(model.embedded(EmbedRequest(model="", texts=("short", "a" * 100))))


def test_work_that_is_left_may_be_ended_after_its_model_was_closed(tmp_path: Path) -> None:
    llama = load(tiny.write(tmp_path / "tiny.gguf"), LoadOptions(threads=1), 512)
    left = Generation(llama, [1, 70], Sampling(), most=9, interrupt=Interrupt()).texts()
    next(left)
    llama.close()
    left.close()  # type: ignore[attr-defined]
    assert llama.ctx is None


def test_other_threads_run_while_it_computes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    llama = load(tiny.write(tmp_path / "tiny.gguf"), LoadOptions(threads=1), 512)
    begun, ran = threading.Event(), threading.Event()

    def other() -> None:
        begun.wait()
        ran.set()

    thread = threading.Thread(target=other)
    thread.start()
    switched = sys.getswitchinterval()
    sys.setswitchinterval(1000)  # the lock changes hands only where somebody gives it up
    try:
        begun.set()
        for _ in range(20):
            llama.reset()
            llama.eval([1] * 400)
        assert ran.is_set()
    finally:
        sys.setswitchinterval(switched)
        thread.join()
        llama.close()
