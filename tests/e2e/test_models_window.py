"""The view Models in VS Code's window: models are listed, pulled from a hub, used and removed."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import pytest
from ollama import ListResponse, ProcessResponse, ShowResponse

from tests.e2e.built_extension import packaged
from tests.e2e.code_server import code_server, ended, processes_of
from tests.e2e.spell_window import spell_window
from tests.e2e.workbench import Workbench, workbench
from tests.real_model import Unobtainable, model_path
from tests.runtime.models.local.hub import MODEL, REPOSITORY, Hub
from tests.runtime.tools.builtin.site import Page, Site, site

pytestmark = pytest.mark.slow

NAME = "tiny-Q4_K_M"
SPELL = """local agent = Agent.builder()
  :model("local/qwen2.5-coder-0.5b-Q4_K_M")
  :system_prompt("Answer in one sentence.")
  :build()

print(agent:complete("What is a spell?"))
"""


def _row(window: Workbench, spoken: str) -> Any:
    """A row of the side bar, by how a screen reader begins it."""
    return window.page.locator(f'.pane-body .monaco-list-row[aria-label^="{spoken}"]')


def _show(window: Workbench) -> None:
    """Opens the view."""
    window.page.locator(".activitybar").get_by_role("tab", name="Spells").click()
    window.command("Focus on Models View")


def _pull(window: Workbench) -> Any:
    """Begins to pull; gives the notification of it."""
    page = window.page
    window.command("Pull a model")
    rows = page.locator(".quick-input-widget:visible .monaco-list-row")
    rows.filter(has_text="Another model").first.click()
    page.locator(".quick-input-widget input[placeholder^='Qwen/']").fill(REPOSITORY)
    window.press("Enter")
    return page.locator(".notification-toast", has_text=f"Pulling {REPOSITORY}")


def test_a_model_is_pulled_cancelled_pulled_again_used_and_removed(tmp_path: Path) -> None:
    first, second = threading.Event(), threading.Event()
    with site() as server:
        hub = Hub(server)
        hub.add(f"{NAME}.gguf", MODEL)
        hub.holds = [(300_000, first), (300_000, second)]
        environment = {"HF_ENDPOINT": server.url}
        with spell_window(tmp_path, "main.lua", "print()\n", environment) as window:
            page = window.page
            _show(window)
            welcome = page.locator(".welcome-view-content", has_text="No model is installed")
            welcome.get_by_role("button", name="Pull a model").wait_for()

            notification = _pull(window)
            notification.get_by_text("29 % of 1 MB").wait_for()
            notification.get_by_role("button", name="Cancel").click()
            notification.wait_for(state="detached")
            first.set()

            notification = _pull(window)
            notification.get_by_text("58 % of 1 MB").wait_for()
            second.set()
            page.locator(".notification-toast", has_text=f"{NAME} is installed.").wait_for()
            assert hub.asked_for(f"{NAME}.gguf") == ["", "bytes=300000-"]

            model = _row(window, f"local/{NAME}: 1 MB")
            model.wait_for()
            window.go_to(1)
            window.press("End", "ArrowLeft")
            model.hover()
            model.get_by_role("button", name="Insert name of a model").click()
            window.lines.filter(has_text=f'print("local/{NAME}")').first.wait_for()

            model.hover()
            model.get_by_role("button", name="Remove a model").click()
            page.get_by_role("button", name="Remove", exact=True).click()
            welcome.wait_for()


def test_models_of_this_machine_and_of_hosted_providers_stand_side_by_side(tmp_path: Path) -> None:
    try:
        real = model_path()
    except Unobtainable as error:
        pytest.skip(f"NOT TESTED WITH A REAL MODEL: {error}")
    store = tmp_path / "home/.llmspell/models"
    store.mkdir(parents=True)
    (store / "qwen2.5-coder-0.5b-Q4_K_M.gguf").symlink_to(real)
    held = threading.Event()
    with site() as server:
        _add_ollama(server)
        hub = Hub(server, repository="Qwen/Qwen2.5-1.5B-Instruct-GGUF")
        hub.add("qwen2.5-1.5b-instruct-q4_k_m.gguf", MODEL * 200)
        hub.holds = [(80_000_000, held)]
        environment = {
            "HF_ENDPOINT": server.url,
            "OLLAMA_HOST": server.url,
            "ANTHROPIC_API_KEY": "none",
        }
        with spell_window(tmp_path, "main.lua", SPELL, environment) as window:
            page = window.page
            _show(window)
            _row(window, "local/qwen2.5-coder-0.5b-Q4_K_M: 491 MB, Q4_K_M, 32768 tokens").wait_for()
            _row(window, "ollama/llama3.2:3b: 2.0 GB, Q4_K_M, 131072 tokens, loaded").wait_for()
            hosted = _row(window, "provider anthropic, models: ")
            for name in ("API", "Tools", "State"):
                page.locator(".pane-header", has_text=name).click()
            hosted.locator(".monaco-tl-twistie").click()
            _row(window, "anthropic/claude-haiku-4-5: 200000 tokens").wait_for()
            window.command("Pull a model")
            rows = page.locator(".quick-input-widget:visible .monaco-list-row")
            rows.filter(has_text="qwen2.5-1.5b-instruct").first.click()
            notification = page.locator(".notification-toast", has_text="Pulling qwen2.5-1.5b")
            notification.get_by_text("39 % of 205 MB").wait_for()
            _row(window, "local/qwen2.5-coder").hover()
            window.picture("models")
            notification.get_by_role("button", name="Cancel").click()
            notification.wait_for(state="detached")
            held.set()


def test_each_folder_of_a_workspace_has_its_own_models(tmp_path: Path) -> None:
    workspace = tmp_path / "both.code-workspace"
    for name in ("a", "b"):
        (tmp_path / name / "models").mkdir(parents=True)
        (tmp_path / name / "models" / f"of-{name}.gguf").write_bytes(MODEL)
        (tmp_path / name / "llmspell.toml").write_text('[models]\ndirectory = "models"\n')
        (tmp_path / name / f"{name}.lua").write_text("print()\n")
    workspace.write_text(json.dumps({"folders": [{"path": "a"}, {"path": "b"}]}))
    with code_server(tmp_path, extensions=(packaged(),)) as address, workbench() as window:
        window.open(address, workspace)
        window.open_file("a.lua")
        _show(window)
        _row(window, "local/of-a: ").wait_for()
        window.open_file("b.lua")
        _row(window, "local/of-b: ").wait_for()
        _row(window, "local/of-a: ").wait_for(state="detached")
        (tmp_path / "b/models/later.gguf").write_bytes(MODEL)
        _row(window, "local/later: ").wait_for()


def test_a_pull_ends_with_its_window(tmp_path: Path) -> None:
    held = threading.Event()
    with site() as server:
        hub = Hub(server)
        hub.add(f"{NAME}.gguf", MODEL)
        hub.holds = [(300_000, held)]
        environment = {"HF_ENDPOINT": server.url}
        with spell_window(tmp_path, "main.lua", "print()\n", environment) as window:
            _pull(window).get_by_text("29 % of 1 MB").wait_for()
            before = processes_of(tmp_path, "--progress")
            assert before
            window.page.reload()
            window.page.locator(".monaco-workbench").wait_for()
            ended(tmp_path, before, "--progress")
            held.set()


def _add_ollama(server: Site) -> None:
    """An Ollama with two models, of which one is in memory."""
    details = {"quantization_level": "Q4_K_M", "parameter_size": "3.2B", "family": "llama"}
    chat = {"model": "llama3.2:3b", "size": 2_019_000_000, "details": details}
    embedding = {
        "model": "nomic-embed-text:latest",
        "size": 274_000_000,
        "details": {"quantization_level": "F16", "parameter_size": "137M"},
    }
    listed = ListResponse.model_validate({"models": [chat, embedding]})
    running = ProcessResponse.model_validate({"models": [{"model": "llama3.2:3b"}]})
    shown = {
        "llama3.2:3b": {"general.architecture": "llama", "llama.context_length": 131_072},
        "nomic-embed-text:latest": {"general.architecture": "bert", "bert.context_length": 8192},
    }
    server.json("/api/version", {"version": "0.12.3"})
    server.add("/api/tags", Page(listed.model_dump_json().encode()))
    server.add("/api/ps", Page(running.model_dump_json().encode()))
    server.add(
        "/api/show",
        lambda asked: Page(
            ShowResponse.model_validate({"model_info": shown[asked.json["model"]]})
            .model_dump_json(by_alias=True)
            .encode()
        ),
    )
