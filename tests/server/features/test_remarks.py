"""What is so on this machine only, told in editors; through a real server.

The server runs as a user with an empty store of models and no keys; models come from a hub on
loopback.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from llmspell.config.keys import Keys
from llmspell_server.headless import Headless
from llmspell_server.library import load_api
from tests.runtime.models.local.hub import MODEL, Hub
from tests.runtime.models.local.lonely import lonely_project
from tests.runtime.tools.builtin.site import site
from tests.server.conftest import SERVER
from tests.server.raw import RawClient

NAME = "qwen2.5-0.5b-instruct"
SHOWS = {"window": {"workDoneProgress": True}}
ASKED = 'print(Agent.builder():model("{}"):build())\n'


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return lonely_project(tmp_path, monkeypatch)


@pytest.fixture
def hub(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A hub that has the smallest model of the catalogue."""
    with site() as server:
        monkeypatch.setenv("HF_ENDPOINT", server.url)
        made = Hub(server, repository="Qwen/Qwen2.5-0.5B-Instruct-GGUF")
        made.add(f"{NAME}-q4_k_m.gguf", MODEL)
        yield made


@pytest.fixture
def client(folder: Path, profile: str) -> Iterator[RawClient]:
    with RawClient.of_stdio(SERVER, profile) as client:
        uri = folder.as_uri()
        named = [{"uri": uri, "name": "project"}]
        client.initialize(rootUri=uri, workspaceFolders=named, capabilities=SHOWS)
        yield client


def opened(client: RawClient, folder: Path, model: str) -> str:
    return client.open(ASKED.format(model), (folder / "spell.lua").as_uri())


def told(client: RawClient, uri: str, code: str) -> dict[str, Any]:
    """The next problem of a code that is pushed for a document."""
    while True:
        for each in client.problems(uri):
            if each["code"] == code:
                return each


def nothing_told(client: RawClient, uri: str) -> None:
    """Waits until nothing is said of a document."""
    while client.problems(uri):
        pass


def fixes(client: RawClient, uri: str, problem: dict[str, Any]) -> dict[str, dict[str, Any]]:
    params = {
        "textDocument": {"uri": uri},
        "range": problem["range"],
        "context": {"diagnostics": [problem]},
    }
    answer = client.request("textDocument/codeAction", params)["result"]
    return {each["title"]: each for each in answer}


def do(client: RawClient, action: dict[str, Any]) -> None:
    """Begins what an action offers; what is told of it may come before the command's answer."""
    command = action["command"]
    params = {"command": command["command"], "arguments": command["arguments"]}
    client.ask("workspace/executeCommand", params)


def hovered(client: RawClient, uri: str) -> str:
    place = {"line": 0, "character": ASKED.index("{}") + 2}
    answer = client.request("textDocument/hover", {"textDocument": {"uri": uri}, "position": place})
    contents = answer["result"]["contents"]
    return str(contents["value"] if isinstance(contents, dict) else contents)


def begun(client: RawClient, title: str) -> dict[str, Any]:
    """What tells that a work has begun; on a busy machine the reading of files tells so, too."""
    while (found := client.notification("$/progress"))["value"].get("title") != title:
        pass
    return dict(found)


def progress(client: RawClient, token: object, kind: str) -> dict[str, Any]:
    """What is told of a work next."""
    while (found := client.notification("$/progress"))["token"] != token or (
        found["value"]["kind"] != kind
    ):
        pass
    return dict(found["value"])


def test_a_model_that_is_not_installed_is_pulled_by_a_fix(
    hub: Hub, client: RawClient, folder: Path
) -> None:
    uri = opened(client, folder, f"local/{NAME}")
    problem = told(client, uri, "model-not-installed")
    assert problem["severity"] == 4
    assert problem["message"] == f"'local/{NAME}' is not installed"
    do(client, fixes(client, uri, problem)["Pull this model"])
    assert client.notification("window/showMessage")["message"].endswith(": done")
    assert [each.name for each in (folder / "models").iterdir()] == [f"{NAME}-Q4_K_M.gguf"]
    nothing_told(client, uri)
    assert "Installed" in hovered(client, uri)


def test_a_pull_shows_how_far_it_is_and_can_be_ended(
    hub: Hub, client: RawClient, folder: Path
) -> None:
    held = threading.Event()
    hub.holds.append((len(MODEL) // 2, held))
    uri = opened(client, folder, f"local/{NAME}")
    problem = told(client, uri, "model-not-installed")
    do(client, fixes(client, uri, problem)["Pull this model"])
    pull = begun(client, f"Pull this model: local/{NAME}")
    token = pull["token"]
    assert pull["value"]["cancellable"] is True
    assert progress(client, token, "report")["message"]
    client.notify("window/workDoneProgress/cancel", {"token": token})
    progress(client, token, "end")
    held.set()
    assert not list((folder / "models").glob("*.gguf"))


def test_a_pull_that_fails_says_why(hub: Hub, client: RawClient, folder: Path) -> None:
    hub.add(f"{NAME}-q4_k_m.gguf", MODEL, digest="0" * 64)
    uri = opened(client, folder, f"local/{NAME}")
    problem = told(client, uri, "model-not-installed")
    do(client, fixes(client, uri, problem)["Pull this model"])
    shown = client.notification("window/showMessage")
    assert shown["type"] == 1
    assert "sha256" in shown["message"].lower() or "checksum" in shown["message"].lower()


def test_names_that_may_have_been_meant_are_told_and_offered(
    client: RawClient, folder: Path
) -> None:
    (folder / "models" / "tiny-Q4_K_M.gguf").write_bytes(MODEL)
    uri = opened(client, folder, "local/tiny-q5_k_m")
    problem = told(client, uri, "model-not-installed")
    assert "near it: local/tiny-Q4_K_M" in problem["message"]
    offered = fixes(client, uri, problem)
    assert any("tiny-Q4_K_M" in title for title in offered)
    assert "Pull this model" not in offered


def test_a_provider_without_credentials_is_told_until_there_is_a_key(
    client: RawClient, folder: Path
) -> None:
    uri = opened(client, folder, "anthropic/claude-sonnet-4-5")
    problem = told(client, uri, "provider-not-usable")
    assert "llmspell keys add anthropic" in problem["message"]
    Keys({"HOME": str(folder), "XDG_STATE_HOME": str(folder / "state")}).add("anthropic", "sk-a")
    nothing_told(client, uri)


def test_a_slip_is_told_beside_the_key_that_is_missing(client: RawClient, folder: Path) -> None:
    kind = load_api().kinds["model-specifier"]
    known = next(name for name in kind.values if name.startswith("anthropic/"))
    uri = opened(client, folder, known.replace("claude", "cluade"))
    found = {each["code"]: each for each in client.problems(uri)}
    while "provider-not-usable" not in found:
        found = {each["code"]: each for each in client.problems(uri)}
    near = found["unknown-model-specifier"]["data"]["near"]
    assert near == [known.removeprefix("anthropic/")]


def test_a_provider_of_the_configuration_without_credentials_is_told_there(
    client: RawClient, folder: Path
) -> None:
    text = '[providers.mine]\nprovider_type = "openai"\n'
    (folder / "llmspell.toml").write_text(text)
    uri = (folder / "llmspell.toml").as_uri()
    document = {"uri": uri, "languageId": "toml", "version": 1, "text": text}
    client.notify("textDocument/didOpen", {"textDocument": document})
    problem = told(client, uri, "config-value")
    assert problem["message"] == "no key; `llmspell keys add mine`, or set OPENAI_API_KEY"
    assert problem["range"]["start"] == {"line": 0, "character": 11}
    Keys({"HOME": str(folder), "XDG_STATE_HOME": str(folder / "state")}).add("mine", "sk-m")
    nothing_told(client, uri)


def test_a_spell_that_gives_a_key_itself_is_not_told_to_have_none(
    client: RawClient, folder: Path
) -> None:
    text = 'print(Agent.create({ model = "openai/gpt-4o", api_key = ARGS.key }))\n'
    first = opened(client, folder, "openai/gpt-4o")
    told(client, first, "provider-not-usable")  # what is so is known by now
    other = client.open(text, (folder / "other.lua").as_uri())
    assert client.problems(other) == []


def test_hover_tells_what_is_known_of_a_model_before_anything_was_looked_for(
    client: RawClient, folder: Path
) -> None:
    uri = opened(client, folder, f"local/{NAME}")
    text = hovered(client, uri)
    assert "licence: Apache-2.0" in text
    assert "installed" in text or "looked for" in text
    other = client.open(ASKED.format("openai/gpt-4o-2024-08-06"), (folder / "b.lua").as_uri())
    text = hovered(client, other)
    assert "price: $2.5 read" in text
    assert "context: 128000 tokens" in text


def test_checks_of_programs_say_nothing_of_this_machine(folder: Path) -> None:
    file = folder / "spell.lua"
    with Headless([folder], {}) as session:
        found = dict(session.problems({file: ASKED.format(f"local/{NAME}")}))
    assert found[file] == []
