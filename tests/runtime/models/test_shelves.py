"""Which providers are listed, with what they have or what keeps them from being used."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ollama import ListResponse, ProcessResponse, ShowResponse

from llmspell.app import Runtime
from llmspell.lua.streams import Streams
from llmspell.models import shelves as module
from llmspell.models.model import wait_for
from llmspell.models.provider import Setup
from llmspell.models.service import Models
from llmspell.models.shelves import shelves
from llmspell.testing import Echo
from tests.runtime.models.local.hub import MODEL
from tests.runtime.tools.builtin.site import Page, Site

NOWHERE = "127.0.0.1:1"


class Listing:
    """Lists by a configuration that the user gave, in a home of the test's own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.environ = {"HOME": str(folder), "OLLAMA_HOST": NOWHERE}
        self.store = folder / ".llmspell/models"

    def __call__(self, config: str = "", **options: Any) -> dict[str, dict[str, Any]]:
        """The providers by their names."""
        own = self._folder / "own.toml"
        own.write_text(config)
        streams = Streams(lambda _: None, lambda _: None, lambda _: b"")
        with Runtime(config=own, environ=self.environ, streams=streams, **options) as runtime:
            return {each["provider"]: each for each in wait_for(shelves(runtime.models))}


@pytest.fixture
def listing(tmp_path: Path) -> Listing:
    return Listing(tmp_path)


def specifiers(shelf: dict[str, Any]) -> list[str]:
    return [each["specifier"] for each in shelf["models"]]


def test_files_of_the_store_are_models_of_the_local_provider(listing: Listing) -> None:
    listing.store.mkdir(parents=True)
    (listing.store / "tiny-Q4_K_M.gguf").write_bytes(MODEL)
    local = listing()["local"]
    assert (local["usable"], local["backend"], local["configured"]) == (True, "candle", False)
    assert local["folders"] == [str(listing.store), str(listing.store / "candle")]
    [model] = local["models"]
    assert model["specifier"] == "local/tiny-Q4_K_M"
    assert (model["size_bytes"], model["format"]) == (len(MODEL), "GGUF")


def test_an_ollama_that_runs_tells_its_models_with_their_context(
    listing: Listing, server: Site
) -> None:
    held = ListResponse.Model.model_validate(
        {"model": "m:1b", "size": 5_000_000, "details": {"quantization_level": "Q8_0"}}
    )
    shown = ShowResponse.model_validate(
        {"model_info": {"general.architecture": "a", "a.context_length": 4096}}
    )
    server.add("/api/tags", Page(ListResponse(models=[held]).model_dump_json().encode()))
    server.add("/api/ps", Page(ProcessResponse(models=[]).model_dump_json().encode()))
    server.add("/api/show", Page(shown.model_dump_json(by_alias=True).encode()))
    server.json("/api/version", {"version": "0.12.3"})
    listing.environ["OLLAMA_HOST"] = server.url
    ollama = listing()["ollama"]
    assert (ollama["usable"], ollama["version"]) == (True, "0.12.3")
    [model] = ollama["models"]
    told = (model["specifier"], model["quantization"], model["context_length"])
    assert told == ("ollama/m:1b", "Q8_0", 4096)


def test_without_an_ollama_there_is_the_reason_and_what_to_do(listing: Listing) -> None:
    ollama = listing()["ollama"]
    assert (ollama["usable"], ollama["models"]) == (False, [])
    assert ollama["reason"].startswith(f"Ollama does not answer at http://{NOWHERE}; ")


def test_a_hosted_provider_is_listed_with_a_key_and_not_asked(
    listing: Listing, server: Site
) -> None:
    assert "openai" not in listing()
    listing.environ["OPENAI_API_KEY"] = "secret"
    openai = listing()["openai"]
    assert (openai["usable"], openai["configured"]) == (True, True)
    [model] = [each for each in openai["models"] if each["id"] == "gpt-4o-mini"]
    assert (model["context_length"], model["capabilities"]) == (
        128_000,
        ["tools", "vision", "json"],
    )
    address = server.url.replace("127.0.0.1", "example.invalid")
    elsewhere = f'[providers.mine]\nprovider_type = "openai"\nbase_url = "{address}"\n'
    mine = listing(elsewhere + 'default_model = "m"\n')["mine"]
    assert (mine["usable"], specifiers(mine)) == (True, ["mine/m"])


def test_a_server_of_this_machine_is_asked(listing: Listing, server: Site) -> None:
    server.json("/v1/models", {"object": "list", "data": [{"id": "served", "object": "model"}]})
    config = f'[providers.mine]\nprovider_type = "openai"\nbase_url = "{server.url}/v1"\n'
    mine = listing(config)["mine"]
    assert (mine["usable"], specifiers(mine)) == (True, ["mine/served"])


def test_what_is_configured_but_cannot_be_used_says_why(listing: Listing) -> None:
    config = """
        [providers.anthropic]
        [providers.odd]
        provider_type = "nonsense"
        [providers.off]
        provider_type = "openai"
        enabled = false
    """
    found = listing(config)
    assert "ANTHROPIC_API_KEY" in found["anthropic"]["reason"]
    assert "unknown type 'nonsense'" in found["odd"]["reason"]
    assert "switched off" in found["off"]["reason"]
    assert not any(found[name]["usable"] for name in ("anthropic", "odd", "off"))


def test_offline_hosted_providers_cannot_be_used(listing: Listing) -> None:
    listing.environ["OPENAI_API_KEY"] = "secret"
    openai = listing("[models]\noffline = true\n[providers.openai]\n")["openai"]
    assert (openai["usable"], openai["models"]) == (False, [])
    assert "only local models are allowed" in openai["reason"]


def test_clients_are_imported_before_the_time_of_any_provider_begins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []
    seen: list[bool] = []

    def make(setup: Setup) -> Echo:
        made.append(setup.name)
        return Echo(setup)

    real = module._shelf

    async def watched(models: Models, name: str) -> dict[str, Any]:
        seen.append("own" in made)
        return await real(models, name)

    monkeypatch.setattr(module, "_shelf", watched)
    own = tmp_path / "own.toml"
    own.write_text('[providers.own]\nprovider_type = "own"\nbase_url = "http://127.0.0.1:1"\n')
    environ = {"HOME": str(tmp_path), "OLLAMA_HOST": NOWHERE}
    streams = Streams(lambda _: None, lambda _: None, lambda _: b"")
    with Runtime(config=own, environ=environ, streams=streams) as runtime:
        runtime.models.register("own", make)
        told = {each["provider"]: each["usable"] for each in wait_for(shelves(runtime.models))}
    assert told == {"local": True, "ollama": False, "own": True}
    assert seen == [True, True, True]
