"""Runtimes for tests: everything real, in a folder of the test's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol

import pytest

from llmspell.app import Runtime
from llmspell.lua.streams import Streams
from tests.real_model import Unobtainable, model_path


class Project:
    """A folder with a runtime over it, and what its spells wrote."""

    def __init__(self, folder: Path, runtime: Runtime, output: list[bytes]) -> None:
        self.folder = folder
        self.runtime = runtime
        self._output = output

    @property
    def output(self) -> str:
        """What was written to stdout."""
        return b"".join(self._output).decode()

    def value(self, code: str, *, timeout: float = 30) -> Any:
        """The first value that code returns."""
        return self.runtime.run(code, name="@/spell.lua", timeout=timeout).value

    def error(self, expression: str) -> str:
        """The message that `pcall` gives for an expression."""
        result = self.value(f"return {{ pcall(function() return {expression} end) }}")
        assert result[0] is False, result
        message: str = result[1]
        return message


class MakeProject(Protocol):
    """See `make_project`."""

    def __call__(self, config: str | None = None, **options: Any) -> Project: ...


@pytest.fixture(scope="session")
def real_model() -> str:
    """The name of a real model, as spells write it; skips only where it cannot be downloaded."""
    try:
        return f"local/{model_path()}"
    except Unobtainable as error:
        pytest.skip(f"NOT TESTED WITH A REAL MODEL: {error}")


@pytest.fixture
def stored_model(tmp_path: Path, real_model: str, make_project: MakeProject) -> str:
    """The name of the real model in the store of projects, where spells may read it."""
    file = Path(real_model.removeprefix("local/"))
    store = tmp_path / "home" / ".llmspell" / "models"
    store.mkdir(parents=True, exist_ok=True)
    (store / file.name).symlink_to(file)
    return f"local/{file.stem}"


@pytest.fixture
def make_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MakeProject]:
    """Makes runtimes in the test's folder; `config` is the text of its llmspell.toml."""
    home = tmp_path / "home"
    folder = tmp_path / "project"
    home.mkdir()
    folder.mkdir()
    monkeypatch.chdir(folder)
    environ = {"HOME": str(home), "PATH": "/usr/bin:/bin"}
    close: list[Callable[[], None]] = []

    def make(config: str | None = None, **options: Any) -> Project:
        if config is not None:
            (folder / "llmspell.toml").write_text(config)
        output: list[bytes] = []
        streams = Streams(output.append, output.append, lambda _: b"")
        runtime = Runtime(environ=environ, streams=streams, script_dir=str(folder), **options)
        close.append(runtime.close)
        return Project(folder, runtime, output)

    yield make
    for function in close:
        function()


@pytest.fixture
def project(make_project: MakeProject) -> Project:
    """A runtime without any configuration."""
    return make_project()
