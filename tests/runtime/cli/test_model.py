"""`llmspell model` in real processes, against a hub and an Ollama on loopback."""

from __future__ import annotations

import json
import re
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from ollama import ListResponse, ProcessResponse, ProgressResponse

from tests.runtime.cli.conftest import Shell
from tests.runtime.cli.test_completion import offered
from tests.runtime.models.local.hub import MODEL, REPOSITORY, Hub
from tests.runtime.tools.builtin.site import Page, Site, site

ID = "tiny-Q4_K_M"


@pytest.fixture
def server() -> Iterator[Site]:
    with site() as made:
        yield made


@pytest.fixture
def hub(server: Site, shell: Shell) -> Hub:
    shell.environ |= {"HF_ENDPOINT": server.url, "OLLAMA_HOST": "127.0.0.1:1"}
    made = Hub(server)
    made.add(f"{ID}.gguf", MODEL)
    return made


@pytest.fixture
def ollama(server: Site, shell: Shell) -> Site:
    shell.environ["OLLAMA_HOST"] = server.url
    held = ListResponse.Model.model_validate(
        {"model": "m:1b", "size": 5_000_000, "details": {"quantization_level": "Q8_0"}}
    )
    server.add("/api/tags", Page(ListResponse(models=[held]).model_dump_json().encode()))
    server.add("/api/ps", Page(ProcessResponse(models=[]).model_dump_json().encode()))
    server.json("/api/version", {"version": "0.12.3"})
    return server


def test_a_model_is_pulled_listed_described_and_removed(hub: Hub, shell: Shell) -> None:
    pulled = shell("llmspell", "model", "pull", REPOSITORY)
    assert pulled.ok() == f"✓ Model '{ID}' is installed ({len(MODEL) / 1e6:.0f} MB)\n"
    assert shell("llmspell", "model", "list").ok() == f"{ID}\n"
    [line] = shell("llmspell", "model", "list", "-v").ok().splitlines()
    assert line.split()[:2] == [ID, "candle"]
    told = shell("llmspell", "model", "info", f"{ID}@llama_cpp").json
    assert (told["id"], told["backend"], told["size_bytes"]) == (ID, "candle", len(MODEL))
    assert shell("llmspell", "model", "remove", ID, "--yes").ok() == f"✓ Model removed: {ID}\n"
    assert shell("llmspell", "--output", "json", "model", "list").json == []


def test_all_that_is_said_is_there_as_json(hub: Hub, shell: Shell) -> None:
    pulled = shell("llmspell", "--output", "json", "model", "pull", REPOSITORY)
    assert pulled.json == {
        "status": "ok",
        "model_id": ID,
        "download_status": "complete",
        "percent_complete": 100.0,
        "bytes_downloaded": len(MODEL),
        "bytes_total": len(MODEL),
    }
    assert pulled.err == ""
    listed = shell("llmspell", "model", "list", "-v", "--format", "json").json
    assert (listed["count"], listed["models"][0]["id"]) == (1, ID)


def test_a_pull_may_tell_each_step_as_a_line_of_json(hub: Hub, shell: Shell) -> None:
    lines = shell("llmspell", "model", "pull", "--progress", "--", REPOSITORY).ok().splitlines()
    steps = [json.loads(line) for line in lines]
    assert list(dict.fromkeys(step["status"] for step in steps)) == [
        *("starting", "downloading", "verifying", "complete")
    ]
    assert steps[-1] == {
        "model_id": ID,
        "status": "complete",
        "percent_complete": 100.0,
        "bytes_downloaded": len(MODEL),
        "bytes_total": len(MODEL),
    }


def test_a_pull_that_is_interrupted_ends_and_the_next_goes_on(hub: Hub, shell: Shell) -> None:
    held = threading.Event()
    hub.holds = [(300_000, held)]
    process = shell.start("llmspell", "model", "pull", "--progress", REPOSITORY)
    assert process.stdout is not None
    for line in process.stdout:
        if json.loads(line)["bytes_downloaded"] == 300_000:
            break
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    held.set()
    assert b"Traceback" not in said
    assert process.returncode == 130
    shell("llmspell", "model", "pull", REPOSITORY).ok()
    assert hub.asked_for(f"{ID}.gguf")[-1] == "bytes=300000-"
    assert shell("llmspell", "model", "list").ok() == f"{ID}\n"


def test_a_pull_that_is_killed_leaves_no_model_and_the_next_goes_on(hub: Hub, shell: Shell) -> None:
    held = threading.Event()
    hub.holds = [(300_000, held)]
    process = shell.start("llmspell", "model", "pull", "--progress", REPOSITORY)
    assert process.stdout is not None
    for line in process.stdout:
        if json.loads(line)["bytes_downloaded"] == 300_000:
            break
    process.kill()
    process.communicate(timeout=60)
    held.set()
    assert shell("llmspell", "model", "list").ok() == ""
    shell("llmspell", "model", "pull", REPOSITORY).ok()
    begun = re.fullmatch(r"bytes=(\d+)-", hub.asked_for(f"{ID}.gguf")[-1])
    assert begun is not None
    assert 250_000 < int(begun[1]) <= 300_000
    told = shell("llmspell", "model", "info", ID).json
    assert Path(told["path"]).read_bytes() == MODEL


def test_what_was_damaged_on_the_disk_meanwhile_is_refused_and_fetched_anew(
    hub: Hub, shell: Shell
) -> None:
    shell("llmspell", "model", "pull", REPOSITORY).ok()
    path = Path(shell("llmspell", "model", "info", ID).json["path"])
    path.with_name(f"{path.name}.part").write_bytes(b"GGUF" + bytes(1000))
    failed = shell("llmspell", "model", "pull", "--force", REPOSITORY).failed(1)
    assert "Model pull error: what '" in failed
    assert "not the file that was announced" in failed
    assert "pull it again" in failed
    assert path.read_bytes() == MODEL
    shell("llmspell", "model", "pull", "--force", REPOSITORY).ok()


def test_providers_are_listed_with_their_models_or_the_reason(hub: Hub, shell: Shell) -> None:
    shell("llmspell", "model", "pull", REPOSITORY).ok()
    lines = shell("llmspell", "model", "list", "--by-provider").ok().splitlines()
    assert lines[0].startswith("✓ local ")
    assert lines[1].split() == [f"local/{ID}", "-", "1", "MB", "-"]
    assert lines[2].startswith("✗ ollama: 0 models (Ollama does not answer at ")
    told = shell("llmspell", "model", "list", "--by-provider", "--format", "json").json
    assert [each["provider"] for each in told["providers"]] == ["local", "ollama"]
    failed = shell("llmspell", "model", "list", "--by-provider", "-v").failed(2)
    assert "goes with neither --backend nor --verbose" in failed


def test_a_quantization_may_be_an_option(hub: Hub, shell: Shell) -> None:
    words = ["model", "pull", REPOSITORY, "--quantization", "Q8_0"]
    failed = shell("llmspell", *words).failed(1)
    assert failed.startswith("Error: Model pull error: ")
    assert "has no Q8_0; there are Q4_K_M" in failed


def test_removing_asks_first(hub: Hub, shell: Shell) -> None:
    shell("llmspell", "model", "pull", REPOSITORY).ok()
    asked = shell("llmspell", "model", "remove", ID, stdin="n\n").ok()
    assert asked.endswith("Cancelled\n")
    assert shell("llmspell", "model", "list").ok() == f"{ID}\n"


def test_without_an_answer_nothing_is_removed(shell: Shell) -> None:
    asked = shell("llmspell", "model", "remove", "anything", stdin="")
    assert asked.ok().endswith("[y/N]: \nCancelled\n")


def test_the_models_of_ollama_are_listed_elsewhere(shell: Shell) -> None:
    listed = shell("llmspell", "model", "available", "--backend", "ollama")
    assert (listed.ok(), "ollama.com/library" in listed.err) == ("", True)


def test_what_is_not_there_is_an_error_of_the_command(hub: Hub, shell: Shell) -> None:
    assert "Model info error: " in shell("llmspell", "model", "info", "nope").failed(1)
    assert "Model remove error: " in shell("llmspell", "model", "remove", "nope", "-y").failed(1)


def test_models_of_ollama_are_listed_with_the_others(ollama: Site, shell: Shell) -> None:
    assert shell("llmspell", "model", "list").ok() == "m:1b\n"
    assert shell("llmspell", "model", "list", "--backend", "candle").ok() == ""
    step = ProgressResponse(status="success").model_dump_json().encode()
    ollama.add("/api/pull", Page(step + b"\n"))
    assert "'m:1b' is installed" in shell("llmspell", "model", "pull", "m:1b@ollama").ok()


def test_status_tells_of_both_and_at_the_top_of_ollama(ollama: Site, shell: Shell) -> None:
    told = shell("llmspell", "model", "status", "--format", "json").json
    assert (told["running"], told["version"], told["available_models"]) == (True, "0.12.3", 1)
    assert [each["backend"] for each in told["backends"]] == ["ollama", "candle"]
    shell.environ["OLLAMA_HOST"] = "127.0.0.1:1"
    lines = shell("llmspell", "model", "status").ok().splitlines()
    assert lines[0].startswith("✗ ollama: 0 models (Ollama does not answer at http://127.0.0.1:1; ")


def test_the_catalogue_is_listed_and_completed(shell: Shell) -> None:
    told = shell("llmspell", "model", "available", "--recommended", "--format", "json").json
    assert {each["task"] for each in told["models"]} == {"chat", "code", "embeddings"}
    assert all(each["recommended"] for each in told["models"])
    assert offered(shell, "llmspell model pull tiny") == ["plain,tinyllama"]


def test_ollama_is_installed_by_its_script(server: Site, shell: Shell) -> None:
    shell.environ["PATH"] = "/usr/bin:/bin"
    there = server.text("/install.sh", f"echo done > {shell.folder}/installed")
    words = ["model", "install-ollama", "--installer", there]
    assert shell("llmspell", *words, stdin="n\n").ok().endswith("Cancelled\n")
    assert not (shell.folder / "installed").exists()
    assert shell("llmspell", *words, "--yes").ok().startswith("✓ Ollama is installed")
    assert (shell.folder / "installed").read_text() == "done\n"
    failed = shell("llmspell", *words[:-1], f"{server.url}/nothing", "--yes").failed(1)
    assert "install it by hand" in failed


def test_what_a_project_may_not_say_of_models_is_told_with_what_to_do(
    hub: Hub, shell: Shell
) -> None:
    (shell.folder / "llmspell.toml").write_text('[models]\ndirectory = "/proc/models"\n')
    pulled = shell("llmspell", "model", "pull", REPOSITORY)
    pulled.ok()
    assert "Warning: models.directory: ignored:" in pulled.err
    assert "llmspell config trust" in pulled.err
