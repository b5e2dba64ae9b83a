"""A server on loopback that says what a test prepared, and runtimes that ask it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from llmspell.app import Runtime
from llmspell.lua.streams import Streams
from llmspell.models.service import Models
from tests.runtime.tools.builtin.site import Site, site


@pytest.fixture
def server() -> Iterator[Site]:
    """Answers by path; what it was asked is in `asked`."""
    with site() as made:
        yield made


@pytest.fixture
def make_models(tmp_path: Path) -> Iterator[Callable[[str], Models]]:
    """Makes the models of a runtime whose configuration the user gave, so that it is trusted."""
    made: list[Runtime] = []

    def make(config: str) -> Models:
        (tmp_path / "own.toml").write_text(config)
        streams = Streams(lambda _: None, lambda _: None, lambda _: b"")
        environ = {"HOME": str(tmp_path)}
        made.append(Runtime(config=tmp_path / "own.toml", environ=environ, streams=streams))
        return made[-1].models

    yield make
    for runtime in made:
        runtime.close()
