"""A home, a project and an environment of the test's own: the real ones are never touched."""

from pathlib import Path

import attrs
import pytest

from llmspell.config import discovery
from llmspell.config.load import LoadedConfig, load_config


@attrs.frozen
class Desk:
    """Folders of one test: everything a configuration is looked for in."""

    home: Path
    project: Path
    system: Path
    environ: dict[str, str]

    def write(self, text: str, name: str = "llmspell.toml") -> Path:
        path = self.project / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def write_user(self, text: str) -> Path:
        path = self.home / ".llmspell" / "config.toml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def load(
        self,
        path: Path | None = None,
        *,
        profile: str | None = None,
        strict: bool = False,
        cwd: Path | None = None,
    ) -> LoadedConfig:
        """Load what is in force in the project's folder."""
        return load_config(
            path, cwd=cwd or self.project, environ=self.environ, profile=profile, strict=strict
        )

    def load_text(self, text: str, *, strict: bool = False) -> LoadedConfig:
        """Load a text as a file that the user named: trusted."""
        return self.load(self.write(text, "named.toml"), strict=strict)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    home = tmp_path / "home"
    project = home / "work" / "project"
    project.mkdir(parents=True)
    system = tmp_path / "etc" / "config.toml"
    monkeypatch.setattr(discovery, "SYSTEM_FILE", str(system))
    # A folder of its own for temporary files: tmp_path itself is below /tmp.
    return Desk(home, project, system, {"HOME": str(home)})


def warnings(loaded: LoadedConfig) -> dict[str, str]:
    """The warnings of a load, by key."""
    return {note.key: note.message for note in loaded.notes if note.level == "warning"}
