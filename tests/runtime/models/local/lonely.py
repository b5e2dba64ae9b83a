"""A user with a project and nothing else: for tests of what is told of models and keys."""

from __future__ import annotations

from pathlib import Path

import pytest


def lonely_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of a user who has no keys and no Ollama, with an empty store."""
    for variable in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    monkeypatch.setenv("OLLAMA_HOST", "127.0.0.1:1")
    (tmp_path / "models").mkdir()
    (tmp_path / "llmspell.toml").write_text('[models]\ndirectory = "models"\n')
    return tmp_path
