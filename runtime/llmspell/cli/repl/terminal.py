"""The session at a terminal, with prompt_toolkit: editing, history, completion, colours."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from prompt_toolkit import PromptSession
from prompt_toolkit.application import get_app
from prompt_toolkit.auto_suggest import AutoSuggestFromHistory
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.completion import CompleteEvent, Completer, Completion, PathCompleter
from prompt_toolkit.document import Document
from prompt_toolkit.enums import DEFAULT_BUFFER
from prompt_toolkit.filters import Condition, has_focus
from prompt_toolkit.history import History
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.lexers import Lexer, PygmentsLexer, SimpleLexer
from prompt_toolkit.shortcuts import CompleteStyle
from pygments.lexers.scripting import LuaLexer

from llmspell.cli.repl.commands import COMMANDS, NAMES, is_command
from llmspell.cli.repl.history import HistoryFile
from llmspell.cli.repl.keyboard import Keyboard
from llmspell.cli.repl.loop import BANNER, CONTINUATION, PROMPT, handle
from llmspell.cli.repl.session import Leave, Session
from llmspell.telemetry.colour import use_color

INDENT = "  "


def run_terminal(options: Mapping[str, Any], history: Path) -> int:
    """Talks with the user until he leaves; gives the exit code."""
    colored = use_color(sys.stdout, os.environ)
    session = Session(options, Keyboard, colored=colored)
    file = HistoryFile(history)
    prompt: PromptSession[str] = PromptSession(
        PROMPT,
        multiline=True,
        prompt_continuation=CONTINUATION,
        history=_History(file),
        completer=_Completer(session),
        complete_while_typing=False,
        complete_style=CompleteStyle.COLUMN,
        auto_suggest=AutoSuggestFromHistory(),
        lexer=_lexer(colored),
        key_bindings=_bindings(session),
        include_default_pygments_style=colored,
    )
    sys.stdout.write(f"{BANNER}\n")
    try:
        while True:
            _once(session, prompt, file)
    except Leave as end:
        return session.close(end.code)
    except EOFError:
        return session.close()


def _once(session: Session, prompt: PromptSession[str], file: HistoryFile) -> None:
    try:
        text = prompt.prompt()
    except KeyboardInterrupt:
        return
    handle(session, text, file)


def _lexer(colored: bool) -> Lexer:
    return PygmentsLexer(LuaLexer) if colored else SimpleLexer()


class _History(History):
    """prompt_toolkit's view of the history file."""

    def __init__(self, file: HistoryFile) -> None:
        super().__init__()
        self._file = file

    def load_history_strings(self) -> Iterable[str]:
        """The inputs, newest first."""
        return reversed(self._file.read())

    def store_string(self, string: str) -> None:
        """Keeps an input, unless it repeats the last one."""
        earlier = self.get_strings()
        if len(earlier) < 2 or earlier[-2] != string:
            self._file.append(string)


class _Completer(Completer):
    """Dot-commands, their paths, and the names that the engine knows."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._paths = PathCompleter(expanduser=True)

    def get_completions(
        self, document: Document, complete_event: CompleteEvent
    ) -> Iterable[Completion]:
        """The candidates at the cursor."""
        before = document.text_before_cursor
        if before.startswith(".") and "\n" not in before:
            yield from self._command(before, complete_event)
            return
        found = self._session.inspector.complete(document.text, document.cursor_position)
        for candidate in found.candidates:
            yield Completion(
                candidate.text,
                start_position=found.start - document.cursor_position,
                display=f"{candidate.text} ({candidate.kind})",
                display_meta=candidate.description,
            )

    def _command(self, before: str, event: CompleteEvent) -> Iterable[Completion]:
        name, space, rest = before.partition(" ")
        if not space:
            for known in NAMES if name in NAMES else COMMANDS:
                if known.startswith(name):
                    yield Completion(known, -len(name), display_meta=NAMES[known].help)
        elif name in NAMES and NAMES[name].takes_path:
            path = rest.rsplit(" ", 1)[-1]
            yield from self._paths.get_completions(Document(path, len(path)), event)


def _bindings(session: Session) -> KeyBindings:
    bindings = KeyBindings()
    editing = has_focus(DEFAULT_BUFFER)  # not searching the history

    @bindings.add("enter", filter=editing)
    def _(event: KeyPressEvent) -> None:
        _enter(session, event.current_buffer)

    @bindings.add("escape", "enter", filter=editing)
    def _(event: KeyPressEvent) -> None:
        event.current_buffer.insert_text("\n")

    @Condition
    def at_indentation() -> bool:
        return not get_app().current_buffer.document.current_line_before_cursor.strip()

    @bindings.add("tab", filter=editing & at_indentation)
    def _(event: KeyPressEvent) -> None:
        event.current_buffer.insert_text(INDENT)

    return bindings


def _enter(session: Session, buffer: Buffer) -> None:
    """Takes a chosen candidate, runs a whole input (or a forced one), or begins a new line."""
    if buffer.complete_state is not None and buffer.complete_state.current_completion:
        buffer.complete_state = None
        return
    text, document = buffer.text, buffer.document
    forced = "\n" in text and document.is_cursor_at_the_end and not document.current_line.strip()
    if not text.strip() or forced or is_command(text):
        buffer.validate_and_handle()
    elif session.completeness(text) == "incomplete":
        line = document.current_line_before_cursor
        buffer.insert_text("\n" + line[: len(line) - len(line.lstrip())])
    else:
        buffer.validate_and_handle()
