"""The session without a terminal: lines from a pipe or a file, or from a terminal as it is."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import Any

from llmspell.cli.repl.commands import is_command
from llmspell.cli.repl.keyboard import Lines
from llmspell.cli.repl.loop import BANNER, CONTINUATION, PROMPT, handle
from llmspell.cli.repl.session import Leave, Session


def run_plain(options: Mapping[str, Any]) -> int:
    """Reads standard input to its end; gives the exit code.

    Prompts are shown only where somebody types. `io.read` takes the lines after the one that
    calls it.
    """
    stdin = sys.stdin.buffer
    session = Session(options, lambda: Lines(stdin.readline))
    try:
        _read_all(session, stdin.readline, prompts=sys.stdin.isatty())
    except Leave as end:
        return session.close(end.code)
    return session.close()


def _read_all(session: Session, readline: Callable[[], bytes], *, prompts: bool) -> None:
    def ask(prompt: str) -> str | None:
        if prompts:
            sys.stderr.write(prompt)
            sys.stderr.flush()
        line = readline()
        return line.decode("utf-8", "surrogateescape") if line else None

    if prompts:
        sys.stderr.write(f"{BANNER}\n")
    while (line := ask(PROMPT)) is not None:
        text = line.rstrip("\n")
        while not is_command(text) and session.completeness(text) == "incomplete":
            line = ask(CONTINUATION)
            if line is None or not line.strip():
                break
            text += "\n" + line.rstrip("\n")
        handle(session, text)
