import io
import os
import pty
from collections.abc import Iterator

import pytest

from llmspell.telemetry.colour import colored_level, use_color
from llmspell.telemetry.levels import ERROR


@pytest.fixture
def terminal() -> Iterator[io.TextIOWrapper]:
    """The program's end of a real pseudo-terminal."""
    master, slave = pty.openpty()
    with os.fdopen(slave, "w") as stream:
        yield stream
    os.close(master)


def test_a_terminal_is_coloured(terminal: io.TextIOWrapper) -> None:
    assert use_color(terminal, {"TERM": "xterm"})


@pytest.mark.parametrize("environ", [{"NO_COLOR": "1"}, {"NO_COLOR": "0"}, {"TERM": "dumb"}])
def test_the_environment_forbids_colour(
    terminal: io.TextIOWrapper, environ: dict[str, str]
) -> None:
    assert not use_color(terminal, environ)


def test_an_empty_no_color_counts_as_not_set(terminal: io.TextIOWrapper) -> None:
    assert use_color(terminal, {"NO_COLOR": ""})


def test_what_is_no_terminal_is_not_coloured() -> None:
    assert not use_color(io.StringIO(), {"TERM": "xterm"})


def test_a_closed_stream_is_not_coloured() -> None:
    stream = io.StringIO()
    stream.close()
    assert not use_color(stream, {})


def test_a_missing_stream_is_not_coloured() -> None:
    assert not use_color(None, {})


def test_a_coloured_level_ends_its_colour() -> None:
    assert colored_level(ERROR) == "\x1b[31mERROR\x1b[0m"
