"""Inputs from a terminal, with prompt_toolkit: editing, history, completion, colours."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from prompt_toolkit import PromptSession
from prompt_toolkit.completion import CompleteEvent, Completer, Completion, PathCompleter
from prompt_toolkit.document import Document
from prompt_toolkit.history import FileHistory, History, InMemoryHistory
from prompt_toolkit.lexers import PygmentsLexer, SimpleLexer
from prompt_toolkit.shortcuts import CompleteStyle
from pygments.lexers.scripting import LuaLexer

from llmspell.cli.debug.commands import COMMANDS, NAMES
from llmspell.cli.debug.loop import PROMPT
from llmspell.cli.debug.session import Session
from llmspell.errors import LLMSpellError


class TerminalReader:
    """Reads lines that are edited. Ctrl-C abandons a line."""

    repeats = True

    def __init__(self, session: Session, history: Path) -> None:
        self._prompt: PromptSession[str] = PromptSession(
            PROMPT,
            history=_history(history),
            completer=_Completer(session),
            complete_while_typing=False,
            complete_style=CompleteStyle.COLUMN,
            lexer=PygmentsLexer(LuaLexer) if session.screen.colored else SimpleLexer(),
            include_default_pygments_style=session.screen.colored,
        )

    def read(self) -> str | None:
        """The next line; None at Ctrl-D."""
        while True:
            try:
                return self._prompt.prompt()
            except KeyboardInterrupt:
                continue
            except EOFError:
                return None


def _history(path: Path) -> History:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
    except OSError:
        return InMemoryHistory()
    return FileHistory(str(path))


class _Completer(Completer):
    """Commands, the files of breakpoints, and the names that the selected frame knows."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._paths = PathCompleter(expanduser=True)

    def get_completions(
        self, document: Document, complete_event: CompleteEvent
    ) -> Iterable[Completion]:
        """The candidates at the cursor."""
        before = document.text_before_cursor.lstrip()
        word, space, rest = before.partition(" ")
        prefix = word[:1] if word[:1] in (".", ":") else ""
        command = NAMES.get(word[len(prefix) :])
        if not space:
            name = word[len(prefix) :]
            for known in COMMANDS:
                if known.startswith(name):
                    yield Completion(known, -len(name), display_meta=COMMANDS[known].help)
            if not prefix:
                yield from self._names(before)
        elif command is None or command.takes == "lua":
            yield from self._names(before if command is None else rest)
        elif command.takes == "place":
            yield from self._places(rest, complete_event)

    def _places(self, rest: str, event: CompleteEvent) -> Iterable[Completion]:
        place, condition, expression = rest.partition(" if ")
        if condition:
            yield from self._names(expression)
        elif ":" not in place:
            yield from self._paths.get_completions(Document(place, len(place)), event)

    def _names(self, text: str) -> Iterable[Completion]:
        if not self._session.started:
            return
        try:
            found = self._session.completions(text)
        except LLMSpellError:
            return
        for candidate in found:
            start = candidate.start - 1 - len(text)
            yield Completion(candidate.text, start, display_meta=candidate.detail)
