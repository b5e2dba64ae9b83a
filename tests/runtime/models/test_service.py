"""Which provider answers for a name, and what is said when none can."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import attrs
import pytest

from llmspell.app import Runtime
from llmspell.errors import ProviderError
from llmspell.models import registry
from llmspell.models.messages import Message
from llmspell.models.model import Model
from llmspell.models.provider import Setup
from llmspell.models.registry import ProviderType
from llmspell.models.request import ChatRequest
from llmspell.models.service import Access, Models
from llmspell.testing import Echo
from tests.runtime.conftest import MakeProject, Project
from tests.runtime.models.streams import ask

KEY = "OPENAI_API_KEY"
MODEL_OF_CLOUD = "openai/gpt-4o-mini"


class Remembering(Echo):
    """Keeps what it was made with."""

    def __init__(self, setup: Setup) -> None:
        super().__init__(setup)
        self.setup = setup


@pytest.fixture(autouse=True)
def types(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two types that need no library: one of the network, one of this machine."""
    here = f"{__name__}:Remembering"
    monkeypatch.setitem(registry.TYPES, "openai", ProviderType(implementation=here, extra="openai"))
    monkeypatch.setitem(
        registry.TYPES,
        "local",
        ProviderType(implementation=here, extra="local", needs_key=False, on_this_machine=True),
    )


def _answer(model: Model, text: str) -> str:
    return model.chat(ChatRequest(model="", messages=(Message.user(text),))).text


def _setup(model: Model) -> Setup:
    provider = model.provider
    assert isinstance(provider, Remembering)
    return provider.setup


def test_a_local_model_needs_no_credentials(project: Project) -> None:
    model = project.runtime.models.find("local/any@candle")
    assert (model.provider_name, model.name) == ("local", "any")
    assert _answer(model, "hello") == "hello"


def test_missing_credentials_name_the_variable_and_the_ways_out(project: Project) -> None:
    with pytest.raises(ProviderError, match=r"OPENAI_API_KEY.*--offline.*fallback") as caught:
        project.runtime.models.find(MODEL_OF_CLOUD)
    assert caught.value.details["variable"] == KEY


def test_the_key_comes_from_the_environment(tmp_path: Path) -> None:
    with Runtime(environ={"HOME": str(tmp_path), KEY: "k"}, script_dir=str(tmp_path)) as runtime:
        assert _setup(runtime.models.find(MODEL_OF_CLOUD)).key == "k"


def test_a_key_is_not_shown(tmp_path: Path) -> None:
    environ = {"HOME": str(tmp_path), KEY: "sk-secret"}
    with Runtime(environ=environ, script_dir=str(tmp_path)) as runtime:
        assert "sk-secret" not in repr(_setup(runtime.models.find(MODEL_OF_CLOUD)))


def test_a_spell_cannot_send_a_key_elsewhere(tmp_path: Path) -> None:
    environ = {"HOME": str(tmp_path), KEY: "k"}
    with Runtime(environ=environ, script_dir=str(tmp_path)) as runtime:
        elsewhere = runtime.models.find(MODEL_OF_CLOUD, Access(base_url="https://evil.example"))
        own = runtime.models.find(MODEL_OF_CLOUD, Access(base_url="https://a.example", api_key="o"))
        assert (_setup(elsewhere).base_url, _setup(elsewhere).key) == ("https://evil.example", None)
        assert _setup(own).key == "o"


@pytest.mark.parametrize("name", ["mock", "echo"])
def test_providers_for_tests_are_there_only_where_a_program_registers_them(
    make_models: Callable[[str], Models], name: str
) -> None:
    models = make_models(f'[providers.{name}]\nprovider_type = "{name}"\n')
    assert name not in models.providers()
    with pytest.raises(ProviderError, match=f"has the unknown type '{name}'"):
        models.find(f"{name}/m")
    models.register(name, Echo)
    assert models.find(f"{name}/m").chat(ask("Hi")).text == "Hi"


def test_an_unknown_provider_is_refused(project: Project) -> None:
    with pytest.raises(ProviderError, match="unknown provider 'invalid_provider'"):
        project.runtime.models.find("invalid_provider/x")


def test_a_missing_library_names_its_extra(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    absent = ProviderType(implementation="not_installed_library:X", extra="ollama", needs_key=False)
    monkeypatch.setitem(registry.TYPES, "ollama", absent)
    with pytest.raises(ProviderError, match=r"pip install 'llmspell\[ollama\]'"):
        project.runtime.models.find("ollama/x")


FALLBACK = '[models]\nfallback = "local/small"\n'


def test_a_fallback_answers_for_what_has_no_credentials_and_says_so_once(
    make_project: MakeProject, capfd: pytest.CaptureFixture[str]
) -> None:
    models = make_project(FALLBACK).runtime.models
    assert models.find(MODEL_OF_CLOUD).name == "small"
    assert models.find(MODEL_OF_CLOUD).name == "small"
    said = capfd.readouterr().err
    assert said.count("local/small answers instead of openai/gpt-4o-mini") == 1


def test_a_fallback_leaves_providers_with_a_key_alone(
    make_project: MakeProject,
) -> None:
    config = FALLBACK + '[providers.openai]\napi_key = "k"\n'
    assert make_project(config).runtime.models.find(MODEL_OF_CLOUD).provider_name == "openai"


def test_offline_the_fallback_answers_for_all_of_the_network(make_project: MakeProject) -> None:
    config = FALLBACK + '[providers.openai]\napi_key = "k"\n'
    models = make_project(config, offline=True).runtime.models
    assert models.find(MODEL_OF_CLOUD).name == "small"
    assert models.find("local/other").name == "other"


def test_offline_a_server_of_this_machine_may_be_asked(make_project: MakeProject) -> None:
    config = '[providers.openai]\napi_key = "k"\nbase_url = "http://127.0.0.1:8000/v1"\n'
    found = make_project(config, offline=True).runtime.models.find(MODEL_OF_CLOUD)
    assert found.provider_name == "openai"


def test_offline_without_a_fallback_is_an_error(make_project: MakeProject) -> None:
    config = '[models]\noffline = true\n[providers.openai]\napi_key = "k"\n'
    with pytest.raises(ProviderError, match=r"not on this machine.*fallback"):
        make_project(config).runtime.models.find(MODEL_OF_CLOUD)


def test_a_fallback_must_be_local(make_project: MakeProject) -> None:
    models = make_project('[models]\nfallback = "openai/gpt-4"\n').runtime.models
    with pytest.raises(ProviderError, match="must be a model of this machine"):
        models.find(MODEL_OF_CLOUD)


def test_names_without_provider_use_the_default_one(make_project: MakeProject) -> None:
    config = '[providers]\ndefault_provider = "mine"\n[providers.mine]\nprovider_type = "local"\n'
    model = make_project(config).runtime.models.find("small")
    assert (model.provider_name, model.name) == ("mine", "small")


def test_a_provider_alone_stands_for_its_default_model(make_project: MakeProject) -> None:
    config = '[providers.mine]\nprovider_type = "local"\nmodel = "small"\n'
    assert make_project(config).runtime.models.find("mine").name == "small"


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("gpt-4", "openai/gpt-4"),
        ("claude-haiku-4-5", "anthropic/claude-haiku-4-5"),
        ("openai", "openai/made-up-mini"),
        ("openai/", "openai/made-up-mini"),
    ],
)
def test_hosted_models_are_known_by_their_names_and_vendors_by_their_usual_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, found: str
) -> None:
    usual = attrs.evolve(registry.TYPES["openai"], default_model="made-up-mini")
    monkeypatch.setitem(registry.TYPES, "openai", usual)
    monkeypatch.setitem(registry.TYPES, "anthropic", usual)
    environ = {"HOME": str(tmp_path), KEY: "k", "ANTHROPIC_API_KEY": "k"}
    with Runtime(environ=environ) as runtime:
        assert str(runtime.models.find(name).specifier) == found


def test_a_provider_wins_over_the_default_one(make_project: MakeProject) -> None:
    config = (
        '[providers]\ndefault_provider = "mine"\n[providers.mine]\nprovider_type = "local"\n'
        '[providers.local]\nmodel = "small"\n'
    )
    project = make_project(config)
    assert project.value('return Agent.builder():provider("local"):build().model') == "local/small"


def test_the_first_installed_model_is_the_usual_one_of_this_machine(
    make_project: MakeProject, tmp_path: Path
) -> None:
    store = tmp_path / "home" / ".llmspell" / "models"
    store.mkdir(parents=True)
    for name in ("b", "a"):
        (store / f"{name}.gguf").write_bytes(b"GGUF")
    project = make_project()
    assert project.value('return Agent.builder().provider("local").build().model') == "local/a"


def test_the_list_has_what_can_be_asked(make_project: MakeProject) -> None:
    models = make_project("[providers.mine]\nprovider_type = 'local'\n").runtime.models
    models.register("echo", Echo)
    assert {"echo", "local", "mine"} <= set(models.providers())
    assert "openai" not in models.providers()
    assert KEY in (models.unusable("openai") or "")


def test_the_host_of_ollama_in_the_environment_is_used_and_may_be_away(
    make_project: MakeProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = f"{__name__}:Remembering"
    kind = ProviderType(
        implementation=here,
        extra="ollama",
        needs_key=False,
        on_this_machine=True,
        host_variable="OLLAMA_HOST",
    )
    monkeypatch.setitem(registry.TYPES, "ollama", kind)
    project = make_project()
    around = project.runtime.models.around
    for host, local in (("box:1234", False), (":1234", True), ("", True)):
        there = attrs.evolve(around, environ={**around.environ, "OLLAMA_HOST": host})
        model = Models(partial(attrs.evolve, there)).find("ollama/m")
        assert model.on_this_machine is local
        assert isinstance(model.provider, Remembering)
        assert model.provider.setup.base_url == (host or None)
