"""What editors say of models and providers on this machine; with a real store and a real hub."""

from __future__ import annotations

import json
import re
import stat
from pathlib import Path

import pytest

from llmspell.config.keys import Keys
from llmspell.globals.describe import Looked, Remark
from llmspell.globals.model_remarks import NOT_INSTALLED, NOT_USABLE, looked, providers, pull
from llmspell.globals.providing import remedied, values
from tests.runtime.models.local.hub import MODEL, Hub
from tests.runtime.models.local.lonely import lonely_project
from tests.runtime.tools.builtin.site import site

CATALOGUE = "Qwen/Qwen2.5-0.5B-Instruct-GGUF"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return lonely_project(tmp_path, monkeypatch)


def install(folder: Path, name: str) -> None:
    (folder / "models" / name).write_bytes(MODEL)


def said(found: Looked, value: str) -> Remark | None:
    """The remark about a string, as the editor's server chooses it."""
    for remark in found.remarks:
        if re.fullmatch(remark.pattern, value):
            return None if value.casefold() in map(str.casefold, remark.known) else remark
    return None


def test_installed_models_are_told_with_all_that_is_known(folder: Path) -> None:
    install(folder, "tiny-Q4_K_M.gguf")
    found = looked(folder).values
    assert list(found) == ["local/tiny-Q4_K_M"]
    assert found["local/tiny-Q4_K_M"]["text"].startswith("Installed. ")
    assert "- size: " in found["local/tiny-Q4_K_M"]["details"]


def test_a_name_of_the_catalogue_is_told_with_the_file_that_is_taken_for_it(folder: Path) -> None:
    install(folder, "qwen2.5-0.5b-instruct-Q4_K_M.gguf")
    told = looked(folder).values["local/qwen2.5-0.5b-instruct"]
    assert told["text"].startswith("Installed, as `qwen2.5-0.5b-instruct-Q4_K_M`: ")


@pytest.mark.parametrize(
    "value",
    [
        "local/tiny",
        "local/tiny-Q4_K_M",
        "local/TINY-q4_k_m",
        "local/tiny:Q4_K_M",
        "local/tiny@llama_cpp",
        "local/./other.gguf",
        "local/org/repository",
        "openai",
    ],
)
def test_what_is_installed_or_a_path_is_not_remarked_on(folder: Path, value: str) -> None:
    install(folder, "tiny-Q4_K_M.gguf")
    assert said(looked(folder), value) is None


@pytest.mark.parametrize(
    ("value", "remedy"),
    [
        ("local/qwen2.5-0.5b-instruct", "pull"),
        ("local/qwen2.5-0.5b-instruct:q5_k_m", "pull"),
        ("local/qwen2.5-0.5b-instruct@llama_cpp", "pull"),
        ("local/tinny", ""),
    ],
)
def test_what_is_not_installed_is_and_only_a_known_name_can_be_pulled(
    folder: Path, value: str, remedy: str
) -> None:
    install(folder, "tiny-Q4_K_M.gguf")
    remark = said(looked(folder), value)
    assert remark is not None
    assert (remark.code, remark.remedy, remark.severity) == (NOT_INSTALLED, remedy, "hint")
    assert "local/tiny-Q4_K_M" in remark.near


def test_nothing_is_said_of_models_of_an_ollama_that_does_not_answer(folder: Path) -> None:
    assert said(looked(folder), "ollama/llama3.2") is None


def test_a_provider_without_credentials_is_named_with_the_command_that_stores_them(
    folder: Path,
) -> None:
    remark = said(looked(folder), "anthropic/claude-sonnet-4-5")
    assert remark is not None
    assert remark.code == NOT_USABLE
    assert "llmspell keys add anthropic" in remark.message
    assert said(providers(folder), "anthropic") is not None
    assert said(providers(folder), "local") is None


@pytest.mark.parametrize("place", ["environment", "keys", "configuration"])
def test_a_key_from_anywhere_is_enough_and_is_not_told(
    folder: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    if place == "environment":
        monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-secret")
    elif place == "keys":
        Keys({"HOME": str(folder), "XDG_STATE_HOME": str(folder / "state")}).add(
            "anthropic", "sk-secret"
        )
    else:
        file = folder / "llmspell.toml"
        file.write_text('[providers.anthropic]\napi_key = "sk-secret"\n')
        file.chmod(stat.S_IRUSR | stat.S_IWUSR)
    assert said(looked(folder), "anthropic/claude-sonnet-4-5") is None
    told = values("llmspell.globals.model_remarks:looked", folder)
    assert "sk-secret" not in json.dumps(told)


def test_the_answer_names_the_files_that_it_depends_on(folder: Path) -> None:
    until = looked(folder).until
    assert str(folder / "llmspell.toml") in until
    assert str(folder / "models") in until
    assert str(folder / "state" / "llmspell" / "keys.json") in until


def test_a_model_is_pulled_into_the_store_of_the_project(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with site() as server:
        monkeypatch.setenv("HF_ENDPOINT", server.url)
        Hub(server, repository=CATALOGUE).add("qwen2.5-0.5b-instruct-q4_k_m.gguf", MODEL)
        steps = list(pull(folder, "local/qwen2.5-0.5b-instruct"))
    assert steps[-1] == ("complete", 100)
    assert said(looked(folder), "local/qwen2.5-0.5b-instruct") is None


def test_what_cannot_be_pulled_is_an_error_of_one_line(folder: Path) -> None:
    *_, last = remedied("llmspell.globals.model_remarks:pull", folder, "local/nonesuch")
    assert "no model 'nonesuch' is known" in last["error"]
    assert "\n" not in last["error"]
