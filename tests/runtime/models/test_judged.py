"""What spells may reach by the names of models: addresses that they choose, and files."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from llmspell.errors import SecurityError
from llmspell.models.service import Access
from tests.runtime.conftest import MakeProject, Project
from tests.runtime.models.streams import ask
from tests.runtime.tools.builtin.site import Site

NAME = "rebinding.example"


@pytest.mark.parametrize("provider", ["openai", "anthropic", "ollama"])
def test_a_name_that_turns_out_to_be_this_machine_is_not_asked(
    server: Site, project: Project, monkeypatch: pytest.MonkeyPatch, provider: str
) -> None:
    address = urlsplit(server.url)
    looked_up: list[str] = []

    def resolve(host: str, port: int, *_: Any, **__: Any) -> list[Any]:
        looked_up.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", int(port)))]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    access = Access(base_url=f"http://{NAME}:{address.port}/v1", api_key="k", from_spell=True)
    model = project.runtime.models.find(f"{provider}/m", access)
    with pytest.raises(SecurityError, match=r"is 127\.0\.0\.1"):
        model.chat(ask())
    assert looked_up == [NAME]
    assert server.asked == []


def test_a_program_and_a_spell_do_not_share_a_way_to_an_address(
    make_project: MakeProject, server: Site
) -> None:
    models = make_project(security="trusted").runtime.models
    own = models.find("openai/m", Access(base_url=server.url))
    spells = models.find("openai/m", Access(base_url=server.url, from_spell=True))
    assert own.provider is not spells.provider


STORED = "here-q4_k_m.gguf"


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """The model store of `project`, with a file that is none."""
    folder = tmp_path / "home" / ".llmspell" / "models"
    folder.mkdir(parents=True)
    (folder / STORED).write_bytes(b"GGUF")
    return folder


def error_of(project: Project, model: str) -> str:
    return project.error(f"Agent.builder():model('{model}'):build():execute('hi')")


@pytest.mark.parametrize("name", ["local//etc/hostname.gguf", f"local/{'../' * 20}etc/passwd"])
def test_a_spell_loads_no_file_that_it_may_not_read(project: Project, name: str) -> None:
    assert "Security violation: Path not allowed" in error_of(project, name)


def test_a_link_does_not_lead_a_spell_to_a_file(project: Project) -> None:
    (project.folder / "m.gguf").symlink_to("/etc/hostname")
    assert "Security violation: Path not allowed" in error_of(project, "local/m.gguf")


def test_a_file_of_the_store_or_of_the_folder_is_loaded(project: Project, store: Path) -> None:
    (project.folder / "own.gguf").write_bytes(b"GGUF")
    for name in (f"local/{store / STORED}", "local/here", f"local/{project.folder}/own.gguf"):
        assert "LLM provider error" in error_of(project, name)


def test_the_configuration_names_any_file(make_project: MakeProject) -> None:
    project = make_project('[providers.local]\ndefault_model = "/etc/hostname.gguf"')
    assert "is not installed" in error_of(project, "local")


def test_a_program_names_any_file(project: Project) -> None:
    assert project.runtime.models.find("local//etc/hostname").name == "/etc/hostname"
