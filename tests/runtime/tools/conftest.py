"""A runtime with its tools, in a folder of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from llmspell.app import Runtime
from llmspell.lua.streams import Streams
from llmspell.tools.service import Tools


@pytest.fixture
def make_runtime(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., Runtime]]:
    """Makes runtimes whose working directory is `tmp_path`. config: text of llmspell.toml."""
    made: list[Runtime] = []
    monkeypatch.chdir(tmp_path)

    def make(config: str = "", **options: Any) -> Runtime:
        if config:
            (tmp_path / "test.toml").write_text(config)
            options["config"] = tmp_path / "test.toml"
        streams = Streams(lambda _: None, lambda _: None, lambda _: b"")
        environ = {"HOME": str(tmp_path / "home"), "PATH": "/usr/bin:/bin", "TMPDIR": str(tmp_path)}
        made.append(Runtime(streams=streams, environ=options.pop("environ", environ), **options))
        return made[-1]

    yield make
    for runtime in made:
        runtime.close()


@pytest.fixture
def tools(make_runtime: Callable[..., Runtime]) -> Tools:
    """The tools of a runtime without configuration, under the profile `standard`."""
    return make_runtime().tools
