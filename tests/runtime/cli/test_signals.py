"""Ctrl-C and SIGTERM: how soon, with which code, and what is kept."""

from __future__ import annotations

import signal
import subprocess
import time

import pytest

from tests.runtime.cli.conftest import Shell

LOOPS = {
    "plain": "while true do end",
    "in a coroutine": "coroutine.wrap(function() while true do end end)()",
    "in pcall": "while true do pcall(function() while true do end end) end",
    "pathological find": "string.find(('a'):rep(40), ('.-'):rep(40) .. 'b')",
    "waiting for input": "io.read()",
    "in __gc": "setmetatable({}, { __gc = function() while true do end end }) collectgarbage()",
}

# The engine gives up after 100 ms; the rest is the noise of a busy machine.
SOON = 1.0


def _stopped(shell: Shell, code: str, number: signal.Signals) -> tuple[int, float, str]:
    shell.write("spell.lua", f"print('up') io.stdout:flush() {code}")
    process = shell.start("llmspell-run", "spell.lua")
    assert process.stdout is not None
    assert process.stderr is not None
    assert process.stdout.readline() == b"up\n"
    started = time.monotonic()
    process.send_signal(number)
    code_ = process.wait(20)
    return code_, time.monotonic() - started, process.stderr.read().decode()


@pytest.mark.parametrize("name", LOOPS)
def test_ctrl_c_ends_every_loop(shell: Shell, name: str) -> None:
    code, took, said = _stopped(shell, LOOPS[name], signal.SIGINT)
    assert code == 130
    assert said == "Error: interrupted\n"
    assert took < SOON


@pytest.mark.parametrize(("name", "within"), [("plain", SOON), ("pathological find", 2 + SOON)])
def test_sigterm_ends_with_its_own_code(shell: Shell, name: str, within: float) -> None:
    code, took, said = _stopped(shell, LOOPS[name], signal.SIGTERM)
    assert code == 143
    assert said == "Error: terminated\n"
    assert took < within


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_output_so_far_is_flushed(shell: Shell, number: signal.Signals, code: int) -> None:
    # The signal may come before the write, and the 100 ms of Ctrl-C may pass on a busy machine.
    shell.write("spell.lua", "io.stderr:write('up\\n') io.write('kept') while true do end")
    outputs: set[bytes] = set()
    for _ in range(20):
        process = shell.start("llmspell-run", "spell.lua")
        assert process.stderr is not None
        assert process.stderr.readline() == b"up\n"
        process.send_signal(number)
        out, _ = process.communicate(timeout=20)
        assert process.returncode == code
        outputs.add(out)
        if b"kept" in outputs:
            break
    assert outputs <= {b"kept", b""}
    assert b"kept" in outputs


def test_impatient_ctrl_c(shell: Shell) -> None:
    shell.write("spell.lua", "print('up') io.stdout:flush() " + LOOPS["pathological find"])
    process = shell.start("llmspell-run", "spell.lua")
    assert process.stdout is not None
    assert process.stdout.readline() == b"up\n"
    for _ in range(5):
        process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert (process.returncode, out, err) == (130, b"", b"Error: interrupted\n")


def test_an_ignored_sigint_stays_ignored(shell: Shell) -> None:
    """A shell starts background jobs like this."""
    shell.write("spell.lua", "print('up') io.stdout:flush() print(io.read())")
    process = shell.start(
        "llmspell-run", "spell.lua", preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN)
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"up\n"
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(b"line\n", timeout=20)
    assert (process.returncode, out) == (0, b"line\n")


def test_interrupt_in_json_form(shell: Shell) -> None:
    shell.write("spell.lua", "print('up') io.stdout:flush() while true do end")
    process = shell.start("llmspell-run", "--output", "json", "spell.lua", stdin=subprocess.DEVNULL)
    assert process.stderr is not None
    assert process.stderr.readline() == b"up\n"
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=20)
    assert process.returncode == 130
    assert b'"status":"error","exit_code":130' in out
    assert b'"output":"up\\n"' in out
