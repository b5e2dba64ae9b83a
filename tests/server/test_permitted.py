"""What a project allows, as far as it is trusted."""

from __future__ import annotations

from pathlib import Path

import pytest

from llmspell.config.trust import trust
from llmspell_server.analysis.spells.host_uses import HostUse
from llmspell_server.permitted import Permitted


def test_what_a_project_allows_counts_from_the_moment_that_it_is_trusted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    configuration = tmp_path / "llmspell.toml"
    configuration.write_text('[tools.file_operations]\nallowed_paths = ["/srv"]\n')
    permitted, script = Permitted(), str(tmp_path / "spell.lua")
    use = HostUse("io.open", "read", "/srv/x")
    refusal = permitted.refusal(script, use)
    assert refusal is not None
    assert "llmspell config trust" in refusal.message
    trust(configuration)
    assert permitted.refusal(script, use) is None
