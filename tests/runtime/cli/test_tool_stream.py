"""`llmspell tool invoke --stream`: what happens is printed before the call is over."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
from itertools import count
from pathlib import Path

import pytest

from tests.runtime.cli.conftest import Shell

CAT = ["tool", "invoke", "process-executor", "executable=cat", 'arguments=["pipe"]', "--stream"]


@pytest.fixture
def pipe(shell: Shell) -> Path:
    """A pipe with a name: who opens it waits until the program does."""
    path = shell.folder / "pipe"
    os.mkfifo(path)
    return path


def _line(process: subprocess.Popen[bytes]) -> bytes:
    assert process.stdout is not None
    return process.stdout.readline()


def test_what_a_program_writes_is_printed_as_it_comes(shell: Shell, pipe: Path) -> None:
    process = shell.start("llmspell", *CAT)
    with pipe.open("w") as written:
        for text in ("one\n", "zwö\n"):
            written.write(text)
            written.flush()
            assert json.loads(_line(process)) == {"event": "stdout", "text": text}
    reply = json.loads(_line(process))
    assert (reply["status"], reply["streaming"]) == ("ok", True)
    assert json.loads(reply["result"]["text"])["result"]["stdout"] == "one\nzwö\n"
    assert _line(process) == b""


def test_as_text_it_is_printed_as_it_is_and_once(shell: Shell, pipe: Path) -> None:
    process = shell.start("llmspell", *CAT, "--text")
    with pipe.open("w") as written:
        written.write("one\n")
        written.flush()
        assert _line(process) == b"one\n"
    assert process.communicate(timeout=60) == (b"", b"")


def test_as_json_it_is_part_of_one_document(shell: Shell) -> None:
    words = ["executable=cat", 'arguments=["there-is-none"]', "--stream", "--output", "json"]
    reply = shell("llmspell", "tool", "invoke", "process-executor", *words).json
    assert {each["event"] for each in reply["events"]} == {"stderr"}
    assert "there-is-none" in "".join(each["text"] for each in reply["events"])


def test_a_watcher_tells_each_change(shell: Shell) -> None:
    words = ["file-watcher", "operation=watch", 'input=["."]', "timeout_seconds=60", "--stream"]
    process = shell.start("llmspell", "tool", "invoke", *words)
    assert process.stdout is not None
    for number in count():
        shell.write(f"new-{number}", "")
        if select.select([process.stdout], [], [], 0.1)[0]:
            break
    event = json.loads(_line(process))
    assert (event["event"], event["event_type"]) == ("change", "Create")
    assert event["text"] == f"Create {event['path']}\n"


def test_a_tool_that_has_nothing_to_tell_gives_its_result(shell: Shell) -> None:
    words = ["base64-encoder", "operation=encode", "input=Hello", "--stream", "--text"]
    assert shell("llmspell", "tool", "invoke", *words).ok() == "SGVsbG8=\n"


def test_ctrl_c_ends_the_call_and_its_program(shell: Shell, pipe: Path) -> None:
    process = shell.start("llmspell", *CAT)
    with pipe.open("wb", buffering=0) as written:
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 130
        with pytest.raises(BrokenPipeError):
            written.write(b"to nobody")


def test_it_ends_when_nobody_reads(shell: Shell, pipe: Path) -> None:
    process = shell.start("llmspell", *CAT, "--text")
    assert process.stdout is not None
    process.stdout.close()
    with pipe.open("wb", buffering=0) as written:
        written.write(b"to nobody\n")
        assert process.wait(60) == 141
