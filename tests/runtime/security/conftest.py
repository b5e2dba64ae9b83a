"""Folders of one test; `/tmp` is not among those for temporary files, since the tests live there."""

from pathlib import Path

import attrs
import pytest

from llmspell.security import permissions, policy
from llmspell.security.policy import Permissions, Policy, policy_for


@attrs.frozen
class Site:
    """A home, a working directory, a script's folder, temporary files, and the rest."""

    home: Path
    cwd: Path
    script: Path
    temporary: Path
    outside: Path
    environ: dict[str, str]

    def policy(self, level: str | None = None, permissions: Permissions | None = None) -> Policy:
        return policy_for(
            level,
            script_dir=self.script,
            cwd=self.cwd,
            permissions=permissions,
            environ=self.environ,
        )


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    folders = {name: tmp_path / name for name in ("home", "cwd", "script", "temporary", "outside")}
    for folder in folders.values():
        folder.mkdir()
        (folder / "file.txt").write_text(folder.name)
    temporary = str(folders["temporary"])
    for module in (policy, permissions):
        monkeypatch.setattr(module, "temporary_folders", lambda environ: (temporary,))
    return Site(**folders, environ={"HOME": str(folders["home"])})
