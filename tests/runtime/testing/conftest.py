"""Test files in a folder of the test's own, and a server on loopback that they ask."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from llmspell.testing.cassettes.cassette import Mode
from llmspell.testing.discovery import test_files as files_below
from llmspell.testing.results import CaseResult, FileResult, Report
from llmspell.testing.runner import Runner
from llmspell.testing.settings import TestSettings
from tests.runtime.models.streams import QUICK_RETRIES
from tests.runtime.models.test_openai import answer
from tests.runtime.tools.builtin.site import Asked, Page, Site, site

CHAT = "/v1/chat/completions"
KEY = "sk-very-secret"


class Heard:
    """Remembers what was told while the tests ran."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def begins(self, file: FileResult) -> None:
        self.told.append(f"begins {file.path}")

    def starts(self, file: FileResult, name: str) -> None:
        pass

    def case(self, file: FileResult, case: CaseResult) -> None:
        self.told.append(f"{case.name}: {case.status}")

    def file(self, file: FileResult) -> None:
        self.told.append(f"ends {file.path}")


class Bed:
    """A folder with test files and a configuration that lets them ask the server."""

    def __init__(self, folder: Path, server: Site) -> None:
        self.folder = folder
        self.server = server
        self.heard = Heard()
        (folder / "own.toml").write_text(
            f'[tools.http_request]\nallowed_hosts = ["*", "127.0.0.1"]\nblocked_hosts = []\n'
            f'[providers.mine]\nprovider_type = "openai"\nbase_url = "{server.url}/v1"\n'
            f'api_key_env = "MINE_API_KEY"\n{QUICK_RETRIES}'
        )

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def run(self, code: str | None = None, record: Mode = "once", **settings: Any) -> Report:
        """Runs the test file `a_test.lua`, written now if `code` is given."""
        if code is not None:
            self.write("a_test.lua", code)
        environ = {"HOME": str(self.folder / "home"), "MINE_API_KEY": KEY}
        environ |= settings.pop("environ", {})
        paths = settings.pop("paths", ["a_test.lua"])
        made = TestSettings(
            record=record, environ=environ, config=str(self.folder / "own.toml"), **settings
        )
        return Runner(made, self.heard).run(files_below(paths))

    def case(self, code: str, record: Mode = "once", **settings: Any) -> CaseResult:
        """The only result of a file."""
        (found,) = self.run(code, record, **settings).files[0].cases
        return found

    @property
    def cassette(self) -> Path:
        return self.folder / "a_test.cassette.json"

    @property
    def recorded(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(self.cassette.read_text())["recorded"]
        return found

    def says(self, *texts: str) -> None:
        """Has the model say these, one after the other, and then fail."""
        left = list(texts)

        def said(_: Asked) -> Page:
            body = answer(left.pop(0)).model_dump_json() if left else "{}"
            return Page(body.encode(), headers={"Content-Type": "application/json"})

        self.server.add(CHAT, said)


@pytest.fixture
def server() -> Iterator[Site]:
    """Answers by path; what it was asked is in `asked`."""
    with site() as made:
        yield made


@pytest.fixture
def bed(tmp_path: Path, server: Site, monkeypatch: pytest.MonkeyPatch) -> Bed:
    """A folder with nothing in it but a configuration."""
    folder = tmp_path / "bed"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return Bed(folder, server)
