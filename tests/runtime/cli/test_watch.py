"""`--watch`: again at each change of the spell or of a module, until Ctrl-C."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Callable, Iterator

import pytest

from tests.runtime.cli.conftest import Shell


class Watched:
    """A spell under watch; lines of its output, and of what the watcher says."""

    def __init__(self, shell: Shell, *words: str) -> None:
        self.process = shell.start("llmspell-run", "--watch", *words, stderr=subprocess.STDOUT)

    def until(self, wanted: str) -> str:
        """Reads lines up to the one that contains a text, and gives that line."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if wanted in line.decode():
                return line.decode()
        raise AssertionError(f"the watcher ended without {wanted!r}")


@pytest.fixture
def watch(shell: Shell) -> Iterator[Callable[..., Watched]]:
    """Starts spells under watch, with `x.lua` as the spell."""
    yield lambda *words: Watched(shell, *(words or ("x.lua",)))


def test_runs_again_when_the_script_changes(shell: Shell, watch: Callable[..., Watched]) -> None:
    script = shell.write("x.lua", "print('first')")
    watched = watch()
    watched.until("first")
    assert "exit code 0" in watched.until("[watch]")
    script.write_text("print('second')")
    assert "x.lua changed, running again" in watched.until("[watch]")
    watched.until("second")


def test_runs_again_when_a_module_changes(shell: Shell, watch: Callable[..., Watched]) -> None:
    shell.write("x.lua", "print(require('lib.m'))")
    module = shell.write("lib/m.lua", "return 'one'")
    watched = watch()
    watched.until("one")
    assert "watching 2 files" in watched.until("[watch]")
    module.write_text("return 'two'")
    watched.until("m.lua changed")
    watched.until("two")


def test_files_that_are_replaced(shell: Shell, watch: Callable[..., Watched]) -> None:
    """Editors write a new file and rename it over the old one, perhaps with a gap."""
    script = shell.write("x.lua", "print('first')")
    watched = watch()
    watched.until("watching")
    shell.write("x.lua.new", "print('other')").replace(script)
    watched.until("other")
    watched.until("watching")
    script.unlink()
    watched.until("Script file not found")
    shell.write("x.lua", "print('third')")
    watched.until("third")


def test_an_error_is_shown_and_waits(shell: Shell, watch: Callable[..., Watched]) -> None:
    script = shell.write("x.lua", "error('broken')")
    watched = watch()
    watched.until("x.lua:1: broken")
    watched.until("exit code 1")
    script.write_text("x = = 1")
    watched.until("unexpected symbol")
    watched.until("exit code 1")
    script.write_text("print('mended')")
    watched.until("mended")


def test_a_missing_module_that_appears(shell: Shell, watch: Callable[..., Watched]) -> None:
    shell.write("x.lua", "print(require('m'))")
    watched = watch()
    watched.until("module 'm' not found")
    watched.until("exit code 1")
    shell.write("m.lua", "return 'found'")
    watched.until("m.lua changed")
    watched.until("found")


@pytest.mark.parametrize(
    "loop", ["while true do end", "coroutine.wrap(function() while true do end end)()", "io.read()"]
)
def test_a_change_ends_a_run_that_goes_on(
    shell: Shell, watch: Callable[..., Watched], loop: str
) -> None:
    script = shell.write("x.lua", f"print('busy') io.stdout:flush() {loop}")
    watched = watch()
    watched.until("busy")
    script.write_text("print('freed')")
    watched.until("x.lua changed")
    watched.until("freed")


@pytest.mark.parametrize(
    "code", ["print('here')", "print('here') io.stdout:flush() while true do end"]
)
@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_signals_end_it(
    shell: Shell, watch: Callable[..., Watched], code: str, number: signal.Signals, status: int
) -> None:
    shell.write("x.lua", code)
    watched = watch()
    watched.until("here")
    watched.process.send_signal(number)
    assert watched.process.wait(20) == status


def test_each_run_is_fresh(shell: Shell, watch: Callable[..., Watched]) -> None:
    script = shell.write("x.lua", "print(seen) seen = true")
    watched = watch()
    watched.until("nil")
    watched.until("watching")
    script.write_text("print(seen) seen = true -- changed")
    watched.until("nil")


def test_needs_a_file(shell: Shell) -> None:
    ended = shell("llmspell-run", "--watch", "-", stdin="print(1)")
    assert (ended.code, ended.out) == (1, "")
    assert "--watch needs a file" in ended.err


def test_llmspell_run_watches_too(shell: Shell) -> None:
    shell.write("x.lua", "print('up')")
    process = shell.start("llmspell", "run", "x.lua", "--watch")
    assert process.stdout is not None
    assert process.stdout.readline() == b"up\n"
    process.send_signal(signal.SIGINT)
    assert process.wait(20) == 130
